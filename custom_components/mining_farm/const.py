"""Constants that all kinds of entry share."""

from enum import StrEnum
import logging
from typing import Final

DOMAIN: Final = "mining_farm"
LOGGER: Final = logging.getLogger(__package__)

CONF_KIND: Final = "kind"
CONF_MINER_ENTRY: Final = "miner_entry"
"""Of a rig: the entry of the miner that it is linked with."""
ENTRY_VERSION: Final = 1
"""Of the entries' data; raised when older versions of the integration cannot use them."""
ENTRY_MINOR_VERSION: Final = 2
"""Raised when entries are brought up to date, and older versions can still use them."""


class Kind(StrEnum):
    """Kinds of config entry; each is the name of its folder in `kinds`."""

    MINER = "miner"
    RIG = "rig"
    CONTAINER = "container"
    WALLET = "wallet"
    FARM = "farm"
