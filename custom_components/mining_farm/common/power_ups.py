"""The gates that everything passes which draws a surge when it starts."""

import asyncio
from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass
import time
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..engines.farm import Pace, PowerUpGate


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteGate:
    """The gate of one farm, and which machines start through it."""

    gate: PowerUpGate
    machines: Callable[[], Container[str]]


class PowerUps:
    """One gate for each farm, one for all else, and how long waits are waited.

    Each farm has a feed of its own, so none waits for another.
    """

    def __init__(self) -> None:
        """Start with the pace of a house without a farm."""
        self.sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
        # A process that was killed may have started a machine a second ago.
        self._known_since = time.monotonic()
        self.house = self._new_gate()
        self._sites: dict[str, SiteGate] = {}

    async def _async_sleep(self, seconds: float) -> None:
        await self.sleep(seconds)

    def _new_gate(self) -> PowerUpGate:
        return PowerUpGate(
            monotonic=time.monotonic,
            sleep=self._async_sleep,
            known_since=self._known_since,
        )

    @callback
    def set_pace(
        self, farm_id: str, pace: Pace, machines: Callable[[], Container[str]]
    ) -> None:
        """Let a farm's machines start at a pace, also while its entry loads again."""
        known = self._sites.get(farm_id)
        gate = self._new_gate() if known is None else known.gate
        gate.pace = pace
        self._sites[farm_id] = SiteGate(gate=gate, machines=machines)

    @callback
    def forget(self, farm_id: str) -> None:
        """Forget a farm that was removed."""
        self._sites.pop(farm_id, None)

    @callback
    def gate_of(self, machine_id: str) -> PowerUpGate:
        """Return the gate that a machine starts through."""
        for site in self._sites.values():
            if machine_id in site.machines():
                return site.gate
        return self.house


DATA_POWER_UPS: Final[HassKey[PowerUps]] = HassKey(f"{DOMAIN}_power_ups")


@callback
def async_power_ups(hass: HomeAssistant) -> PowerUps:
    """Return the gates of this Home Assistant."""
    return hass.data.setdefault(DATA_POWER_UPS, PowerUps())
