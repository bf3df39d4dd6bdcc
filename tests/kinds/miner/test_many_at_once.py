"""Hundreds of miners start together and leave the event loop room."""

import asyncio
from itertools import cycle
import logging
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common import coordinator as polling
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    Failure,
    MinerCollector,
    MinerSnapshot,
)
from custom_components.mining_farm.kinds.miner import coordinator as miner_coordinator
from custom_components.mining_farm.kinds.miner.coordinator import (
    FIRST_POLLS,
    FIRST_POLLS_AT_ONCE,
)
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from .conftest import FakeMiners, failure, snapshot, tick

MINERS, OFF = 40, 5


@pytest.fixture
def entries(hass: HomeAssistant, miners: FakeMiners) -> list[MockConfigEntry]:
    """Return the entries of many miners, none of them loaded."""
    entries = []
    for number in range(MINERS):
        host = f"192.168.1.{number}"
        miners.answers[host] = snapshot(hardware_id=f"serial{number}")
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=f"Miner {number}",
            data={"kind": "miner", "host": host, "port": 4028},
            options={"detail": "farm"},
        )
        entry.add_to_hass(hass)
        entries.append(entry)
    return entries


async def test_miners_that_start_together_are_not_polled_together(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    miners: FakeMiners,
    entries: list[MockConfigEntry],
) -> None:
    """The polls after the first one spread over the interval, and each miner has its own."""
    shares = cycle((0.2, 0.8))
    monkeypatch.setattr(polling, "random", lambda: next(shares))
    await hass.config_entries.async_setup(entries[0].entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    hosts = {entry.data["host"] for entry in entries}
    assert set(miners.polls) == hosts

    miners.polls.clear()
    await tick(hass, freezer, 15)
    assert len(set(miners.polls)) == MINERS // 2
    await tick(hass, freezer, 45)
    assert set(miners.polls) == hosts


async def test_the_loop_gets_a_turn_between_the_set_ups_of_two_miners(
    hass: HomeAssistant, miners: FakeMiners, entries: list[MockConfigEntry]
) -> None:
    """When all polls end at once, no two miners add their entities in one iteration."""
    iteration = 0
    added: list[int] = []
    polls_end = asyncio.Event()

    async def async_poll(self: MinerCollector) -> MinerSnapshot:
        await polls_end.wait()
        return miners.poll(self._client.host)

    async def count() -> None:
        nonlocal iteration
        while True:
            iteration += 1
            await asyncio.sleep(0)

    @callback
    def on_state(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"].endswith("_status"):
            added.append(iteration)

    hass.bus.async_listen(EVENT_STATE_CHANGED, on_state)
    with patch.object(MinerCollector, "async_poll", async_poll):
        setup = hass.async_create_task(
            hass.config_entries.async_setup(entries[0].entry_id)
        )
        while not all(
            entry.state is ConfigEntryState.SETUP_IN_PROGRESS for entry in entries
        ):
            await asyncio.sleep(0)
        counting = asyncio.create_task(count())
        polls_end.set()
        await setup
        await hass.async_block_till_done()
    counting.cancel()

    assert len(added) == MINERS
    assert len(set(added)) == MINERS


async def test_first_polls_are_bounded_and_none_is_lost(
    hass: HomeAssistant, miners: FakeMiners, entries: list[MockConfigEntry]
) -> None:
    """So many at once that a slow machine answers each before its deadline."""
    running = most = 0

    async def async_poll(self: MinerCollector) -> MinerSnapshot:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(5):
            await asyncio.sleep(0)
        running -= 1
        return miners.poll(self._client.host)

    with patch.object(MinerCollector, "async_poll", async_poll):
        await hass.config_entries.async_setup(entries[0].entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert most == FIRST_POLLS_AT_ONCE < MINERS
    assert set(miners.polls) == {entry.data["host"] for entry in entries}
    assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}


async def test_miners_that_hang_do_not_hold_up_the_first_polls_of_others(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    miners: FakeMiners,
    entries: list[MockConfigEntry],
) -> None:
    """They give their place away, and their own poll goes on."""
    monkeypatch.setattr(miner_coordinator, "FIRST_POLL_S", 0)
    dead = {entry.data["host"] for entry in entries[:FIRST_POLLS_AT_ONCE]}
    others = {entry.data["host"] for entry in entries} - dead
    power_returns = asyncio.Event()
    all_others = asyncio.Event()

    async def async_poll(self: MinerCollector) -> MinerSnapshot:
        if self._client.host in dead:
            await power_returns.wait()
        reading = miners.poll(self._client.host)
        if set(miners.polls) == others:
            all_others.set()
        return reading

    with patch.object(MinerCollector, "async_poll", async_poll):
        setup = hass.async_create_task(
            hass.config_entries.async_setup(entries[0].entry_id)
        )
        await all_others.wait()
        power_returns.set()
        await setup
        await hass.async_block_till_done(wait_background_tasks=True)
    assert set(miners.polls) == {entry.data["host"] for entry in entries}


async def test_entries_that_go_in_the_middle_of_a_start(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    miners: FakeMiners,
    entries: list[MockConfigEntry],
) -> None:
    """One is removed and one disabled while they are read or wait: nobody else notices."""
    removed, disabled = (entries[0], entries[-1]), (entries[1], entries[-2])
    power_returns = asyncio.Event()

    async def async_poll(self: MinerCollector) -> MinerSnapshot:
        await power_returns.wait()
        return miners.poll(self._client.host)

    with patch.object(MinerCollector, "async_poll", async_poll):
        setup = hass.async_create_task(
            hass.config_entries.async_setup(entries[0].entry_id)
        )
        while not all(
            entry.state is ConfigEntryState.SETUP_IN_PROGRESS for entry in entries
        ):
            await asyncio.sleep(0)
        goes = [
            hass.async_create_task(
                hass.config_entries.async_set_disabled_by(
                    entry.entry_id, ConfigEntryDisabler.USER
                )
            )
            for entry in disabled
        ] + [
            hass.async_create_task(hass.config_entries.async_remove(entry.entry_id))
            for entry in removed
        ]
        await asyncio.sleep(0)
        power_returns.set()
        await setup
        await asyncio.gather(*goes)
        await hass.async_block_till_done(wait_background_tasks=True)
    others = set(entries) - {*removed, *disabled}
    assert {entry.state for entry in others} == {ConfigEntryState.LOADED}
    assert {entry.state for entry in disabled} == {ConfigEntryState.NOT_LOADED}
    assert not {each.entry_id for each in removed} & set(
        hass.config_entries.async_entry_ids()
    )
    assert [each for each in caplog.records if each.levelno > logging.WARNING] == []
    places = hass.data[FIRST_POLLS]
    for _ in range(FIRST_POLLS_AT_ONCE):
        # Whoever left has given its place to poll back.
        assert not places.locked()
        await places.acquire()


async def test_a_stop_in_the_middle_of_a_start(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    miners: FakeMiners,
    entries: list[MockConfigEntry],
) -> None:
    """Polls that hang or wait for their turn end with Home Assistant, without a word."""
    monkeypatch.setattr(polling, "FIRST_POLL_PATIENCE", 0)
    for entry in entries:
        profile = {"model": "Antminer S19j Pro", "boards": [1, 2, 3]}
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, "profile": profile}
        )
    begun = ended = 0

    async def async_poll(self: MinerCollector) -> MinerSnapshot:
        nonlocal begun, ended
        begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            ended += 1
        return miners.poll(self._client.host)

    with patch.object(MinerCollector, "async_poll", async_poll):
        await hass.config_entries.async_setup(entries[0].entry_id)
        assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}
        caplog.clear()
        await hass.async_stop(force=True)
    assert begun == ended == FIRST_POLLS_AT_ONCE
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert miners.polls == []


async def test_a_start_with_miners_that_are_off_writes_one_line_for_each(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    miners: FakeMiners,
    entries: list[MockConfigEntry],
) -> None:
    """And none for the others, nor for the polls that follow; nothing is a traceback."""
    await hass.config_entries.async_setup(entries[0].entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    for entry in entries:
        await hass.config_entries.async_unload(entry.entry_id)
    caplog.clear()
    for entry in entries[:OFF]:
        miners.answers[entry.data["host"]] = failure(Failure.TIMEOUT)
    for entry in entries:
        await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    for entry in entries:
        await entry.runtime_data.async_refresh()
    assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}
    assert [entry.runtime_data.fresh for entry in entries[:OFF]] == [False] * OFF
    said = [each for each in caplog.records if each.levelno >= logging.WARNING]
    ours = [record for record in said if record.name.endswith(DOMAIN)]
    assert len(ours) == OFF
    assert {bool(record.exc_info) for record in said} == {False}
