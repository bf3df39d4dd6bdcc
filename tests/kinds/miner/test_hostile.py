"""Hostile miners beside a healthy one in one Home Assistant, on real sockets.

`scripts/benchmark hostile` measures the same with two hundred of them. Those that only
take their time (hanging, dripping) are there and in the tests of the engine: here they
would take real time.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
import tracemalloc

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import async_identify
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer import client
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from simulators.antminer import AntminerSimulator

HEALTHY = "healthy"
POLLS = 8


def misbehave(miner: AntminerSimulator, number: int) -> None:
    """Let a miner be hostile in one of many manners."""
    manners = (
        miner.flood,
        miner.drop,
        lambda: miner.garble(100_000),
        lambda: miner.nest(100_000),
        lambda: miner.nest(1_900),
        lambda: miner.widen(15_000),
        lambda: miner.widen(3_900),
        lambda: miner.crowd(256),
        lambda: miner.crowd(256, shifting=True),
        lambda: miner.deny(reset=True),
    )
    manners[number % len(manners)]()


@pytest.fixture
async def miners(
    hass: HomeAssistant, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[AntminerSimulator]]:
    """Return miners with loaded entries, the healthy one first; all are good so far."""
    monkeypatch.setattr(client, "_FIRST_BACK_OFF_S", 0)
    async with AsyncExitStack() as stack:
        miners = [
            await stack.enter_async_context(AntminerSimulator("s9", seed=number))
            for number in range(1, 12)
        ]
        for number, miner in enumerate(miners):
            added = MockConfigEntry(
                domain=DOMAIN,
                title=f"hostile {number}" if number else HEALTHY,
                data=entry_data(
                    miner.host, await async_identify(miner.host, miner.port)
                ),
                options={"detail": "standard"},
                entry_id=f"hostile_{number}" if number else HEALTHY,
            )
            added.add_to_hass(hass)
            await hass.config_entries.async_setup(added.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        yield miners
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)


async def test_one_bad_device_costs_itself_only(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entity_registry: er.EntityRegistry,
    miners: list[AntminerSimulator],
) -> None:
    """The healthy one is read at every poll, and what the others leave is bounded."""
    entities = len(entity_registry.entities)
    others = miners[1:]
    for number, miner in enumerate(others):
        misbehave(miner, number)
    seen = set()
    tracemalloc.start()
    try:
        for _ in range(POLLS):
            freezer.tick(timedelta(seconds=31))
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
            healthy = hass.config_entries.async_get_known_entry(HEALTHY)
            coordinator = healthy.runtime_data
            assert coordinator.fresh
            seen.add(coordinator.last_seen)
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(seen) == POLLS
    # 64 hashboards for the one that shows the same 256 again and again, a few per poll.
    assert len(entity_registry.entities) - entities < 64 * 8
    assert kept < 2**20 * len(others)
    assert most < 3 * 2**20 * len(others)
