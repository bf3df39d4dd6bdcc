"""Many miners in one call of an action, in a Home Assistant: how long, and what is seen."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
import logging
from tempfile import TemporaryDirectory
import time
from typing import Any, NamedTuple

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import async_identify
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.loader import DATA_CUSTOM_COMPONENTS

from .loop_watch import LoopWatch, Stalls
from .simulated import Simulated

_MAKE = "Bitaxe (AxeOS)"


class Paused(NamedTuple):
    """What came of one call, in seconds from its beginning."""

    took: float
    confirmed: int
    stopping: float
    """Until half of the miners showed that they are stopping."""
    first: float
    """Until the first was shown as paused, while the call went on."""
    half: float
    stalls: Stalls


class _Watch:
    """Notes when each miner shows a status for the first time."""

    def __init__(self, hass: HomeAssistant, entities: Sequence[str]) -> None:
        """Begin."""
        self._started = time.perf_counter()
        self.seen: dict[str, list[float]] = {}
        self._known: set[tuple[str, str]] = set()
        async_track_state_change_event(hass, entities, self._on_change)

    def _on_change(self, event: Event[EventStateChangedData]) -> None:
        if (new := event.data["new_state"]) is None:
            return
        if (key := (new.entity_id, new.state)) not in self._known:
            self._known.add(key)
            at = time.perf_counter() - self._started
            self.seen.setdefault(new.state, []).append(at)

    def until(self, status: str, count: int) -> float:
        """Return when that many had shown a status."""
        return self.seen[status][count - 1]


def pause(hosts: Sequence[str], port: int, reply_s: float) -> Paused:
    """Pause simulated Bitaxes by one call of `mining_farm.pause`."""
    logging.disable(logging.CRITICAL)
    try:
        with Simulated(_MAKE, hosts, port, reply_s):
            return asyncio.run(_pause(hosts, port))
    finally:
        logging.disable(logging.NOTSET)


async def _pause(hosts: Sequence[str], port: int) -> Paused:
    async with _home_assistant() as hass:
        await _add(hass, hosts, port)
        names = [f"m{number}" for number in range(len(hosts))]
        watch = _Watch(hass, [f"sensor.{name}_status" for name in names])
        async with LoopWatch() as loop:
            started = time.perf_counter()
            response: Any = await hass.services.async_call(
                DOMAIN,
                "pause",
                {"entity_id": [f"switch.{name}_mining" for name in names]},
                blocking=True,
                return_response=True,
            )
            took = time.perf_counter() - started
        outcomes = [result["outcome"] for result in response.values()]
        half = (len(hosts) + 1) // 2
        return Paused(
            took=took,
            confirmed=outcomes.count("confirmed"),
            stopping=watch.until("stopping", half),
            first=watch.until("paused", 1),
            half=watch.until("paused", half),
            stalls=loop.stalls,
        )


@asynccontextmanager
async def _home_assistant() -> AsyncIterator[HomeAssistant]:
    with TemporaryDirectory(prefix="control", ignore_cleanup_errors=True) as folder:
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS, None)
            yield hass
            await hass.async_stop(force=True)


async def _add(hass: HomeAssistant, hosts: Sequence[str], port: int) -> None:
    """Add a miner for each host, which may be controlled."""
    found = await async_identify(hosts[0], port)
    for name, host in _named(hosts):
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=name,
            data=entry_data(host, found),
            options={"detail": "standard", "controls": True},
            entry_id=name,
        )
        entry.add_to_hass(hass)
    await asyncio.gather(
        *(hass.config_entries.async_setup(name) for name, _ in _named(hosts))
    )
    await hass.async_block_till_done()


def _named(hosts: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((f"m{number}", host) for number, host in enumerate(hosts))
