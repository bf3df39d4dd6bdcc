"""The one gate that everything passes which draws a surge when it starts."""

import asyncio
from collections.abc import Awaitable, Callable
import time
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..engines.farm import PowerUpGate


class PowerUps:
    """The gate of the house, and how long waits are waited."""

    def __init__(self) -> None:
        """Start with the pace of a house without a farm."""
        self.sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
        self.gate = PowerUpGate(monotonic=time.monotonic, sleep=self._async_sleep)

    async def _async_sleep(self, seconds: float) -> None:
        await self.sleep(seconds)


DATA_POWER_UPS: Final[HassKey[PowerUps]] = HassKey(f"{DOMAIN}_power_ups")


@callback
def async_power_ups(hass: HomeAssistant) -> PowerUps:
    """Return the gate of this Home Assistant."""
    return hass.data.setdefault(DATA_POWER_UPS, PowerUps())
