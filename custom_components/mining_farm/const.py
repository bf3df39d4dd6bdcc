"""Constants that all kinds of entry share."""

from enum import StrEnum
import logging
from typing import Final

DOMAIN: Final = "mining_farm"
LOGGER: Final = logging.getLogger(__package__)

CONF_KIND: Final = "kind"


class Kind(StrEnum):
    """Kinds of config entry; each is the name of its folder in `kinds`."""

    MINER = "miner"
    RIG = "rig"
    CONTAINER = "container"
    WALLET = "wallet"
