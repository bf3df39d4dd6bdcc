"""Facts that entries offer each other, and the signal that follows a change."""

from dataclasses import replace
from datetime import UTC, datetime
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common.members import (
    ContainerFacts,
    Facts,
    MinerFacts,
    RigFacts,
    async_facts,
    async_facts_by_entry,
    async_members,
    async_offer,
)
from custom_components.mining_farm.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

HASHING = MinerFacts(
    fresh=True,
    seen=True,
    hashing=True,
    sleeping=False,
    starting=False,
    pool_lost=False,
    last_seen=datetime(2026, 1, 1, tzinfo=UTC),
    hashrate=1e14,
)


class Offering:
    """An entry that offers facts, and the signals about it."""

    def __init__(self, hass: HomeAssistant, facts: Facts) -> None:
        self.facts = facts
        self.entry = MockConfigEntry(domain=DOMAIN, title="Miner")
        self.entry.add_to_hass(hass)
        self.coordinator = DataUpdateCoordinator[Any](
            hass, logging.getLogger(__name__), config_entry=self.entry, name="Miner"
        )
        self.entry.runtime_data = self.coordinator
        self.signals: list[str] = []
        self.stop = async_members(hass).listen(self.signals.append)
        async_offer(hass, self.entry, lambda: self.facts)

    def poll(self, facts: Facts) -> None:
        """Let a poll end with other facts."""
        self.facts = facts
        self.coordinator.async_update_listeners()

    async def unload(self, hass: HomeAssistant) -> None:
        """Unload the entry."""
        await self.entry._async_process_on_unload(hass)  # noqa: SLF001


@pytest.fixture
async def miner(hass: HomeAssistant) -> Offering:
    """Return an entry that offers the facts of a miner."""
    return Offering(hass, HASHING)


async def test_facts_are_read_at_the_moment_of_asking(
    hass: HomeAssistant, miner: Offering
) -> None:
    """Nothing is kept: the answer is what the entry knows now."""
    assert async_facts(hass, miner.entry.entry_id) == HASHING
    miner.facts = replace(HASHING, hashing=False)
    assert async_facts(hass, miner.entry.entry_id) == replace(HASHING, hashing=False)


async def test_an_entry_that_is_not_loaded_has_no_facts(
    hass: HomeAssistant, miner: Offering
) -> None:
    """Neither before it is loaded nor after."""
    assert async_facts(hass, "unknown") is None
    await miner.unload(hass)
    assert async_facts(hass, miner.entry.entry_id) is None


async def test_facts_by_role(hass: HomeAssistant, miner: Offering) -> None:
    """One role at a time, by entry id."""
    plant = ContainerFacts(fresh=True, miner_hosts=frozenset({"10.0.0.1"}))
    container = Offering(hass, plant)
    assert async_facts_by_entry(hass, ContainerFacts) == {
        container.entry.entry_id: plant
    }
    assert async_facts_by_entry(hass, MinerFacts) == {miner.entry.entry_id: HASHING}
    assert async_facts_by_entry(hass, RigFacts) == {}


async def test_a_change_is_signalled_once(miner: Offering) -> None:
    """A poll without news signals nothing."""
    miner.signals.clear()
    miner.poll(replace(HASHING, hashing=False))
    miner.poll(replace(HASHING, hashing=False))
    assert miner.signals == [miner.entry.entry_id]


async def test_moving_numbers_are_no_change(miner: Offering) -> None:
    """Rate, watts, temperature and time move at every poll."""
    miner.signals.clear()
    miner.poll(
        replace(
            HASHING,
            last_seen=datetime(2026, 1, 2, tzinfo=UTC),
            hashrate=1.1e14,
            power=3250.0,
            hottest_chip=71.0,
        )
    )
    assert miner.signals == []


async def test_coming_and_going_are_signalled(
    hass: HomeAssistant, miner: Offering
) -> None:
    """Who listens hears of both, and of nothing once it has stopped to listen."""
    assert miner.signals == [miner.entry.entry_id]
    await miner.unload(hass)
    assert miner.signals == [miner.entry.entry_id] * 2
    miner.stop()
    Offering(hass, HASHING)
    assert miner.signals == [miner.entry.entry_id] * 2


async def test_an_unloaded_entry_signals_no_more(
    hass: HomeAssistant, miner: Offering
) -> None:
    """Its coordinator may still have something to say."""
    await miner.unload(hass)
    miner.signals.clear()
    miner.poll(replace(HASHING, fresh=False))
    assert miner.signals == []
