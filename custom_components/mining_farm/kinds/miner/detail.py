"""How much of a miner Home Assistant holds: of hundreds less than of one."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform

from .const import CONF_DETAIL


class Detail(StrEnum):
    """Which entities a miner has."""

    FARM = "farm"
    """Those of FARM_KEYS: nothing else is created or registered."""
    STANDARD = "standard"
    """All; those that few need are off."""
    EVERYTHING = "everything"
    """All of them are on."""


FARM_KEYS: Final = frozenset(
    {
        "status",
        "hashrate",
        "temp_chip_max",
        "boards_healthy",
        "connectivity",
        "problem",
        "mining",
    }
)
FARM_PLATFORMS: Final = (Platform.BINARY_SENSOR, Platform.SENSOR)


def detail_of(options: Mapping[str, Any]) -> Detail:
    """Return the detail that the options of a miner choose."""
    return Detail(options.get(CONF_DETAIL, Detail.STANDARD))


def farm_unique_ids(entry: ConfigEntry[Any]) -> frozenset[str | None]:
    """Return the unique ids of what a miner has at farm detail."""
    return frozenset(f"{entry.entry_id}_{key}" for key in FARM_KEYS)
