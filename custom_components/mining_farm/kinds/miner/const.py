"""Keys of a miner's config entry."""

from typing import Final

CONF_DRIVER: Final = "driver"
CONF_ESSENTIALS: Final = "essentials_only"
CONF_MAC: Final = "mac"
CONF_PROFILE: Final = "profile"
