"""The plants that Antspace makes."""

from enum import StrEnum


class Model(StrEnum):
    """The two plants that speak this protocol."""

    HK3 = "hk3"
    """Hydro: water through the miners, cooling tower."""
    IMMERSION = "immersion"
    """Miners in tanks of oil, dry cooler."""
