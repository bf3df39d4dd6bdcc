"""The order in which users wake miners: few at once, and at the pace of their farm."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ...common.power_ups import async_power_ups
from ...const import DOMAIN

WAKES: Final[HassKey[asyncio.Semaphore]] = HassKey(f"{DOMAIN}_miner_wakes")
WAKES_AT_ONCE: Final = 4
"""Each draws a surge, and is followed until it is accepted or seen to work."""


@asynccontextmanager
async def async_turn_to_wake(
    hass: HomeAssistant, machine_id: str, *, awake: bool
) -> AsyncIterator[None]:
    """Wait for the turn of a machine, and hold its place while it is woken.

    One that is awake draws no surge, and passes its farm's gate at once.
    """
    async with hass.data.setdefault(WAKES, asyncio.Semaphore(WAKES_AT_ONCE)):
        power_ups = async_power_ups(hass)
        gate = power_ups.gate_of(machine_id)
        if gate is not power_ups.house and not awake:
            # A place at the gate is for the surge, not for the minutes until it hashes.
            async with gate.async_pass():
                pass
        yield
