"""Fresh, grace, lost; and off is normal."""

from datetime import UTC, datetime
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.mining_farm.engines.edge_collector import Failure, MinerCollector
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import (
    Event,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)

from .conftest import HOST, FakeMiners, board, failure, set_up, snapshot, tick

PREFIX = "antminer_s19j_pro_rig01"
HASHRATE = f"sensor.{PREFIX}_hashrate"
STATUS = f"sensor.{PREFIX}_status"
LAST_SEEN = f"sensor.{PREFIX}_last_seen"
CONNECTIVITY = f"binary_sensor.{PREFIX}_connectivity"
PROBLEM = f"binary_sensor.{PREFIX}_problem"
BOARD_CHIP = f"sensor.{PREFIX}_hashboard_2_chip_temperature"
MEASURED = (HASHRATE, PROBLEM, BOARD_CHIP)


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity that must exist."""
    found: State | None = hass.states.get(entity_id)
    assert found is not None, f"{entity_id} does not exist"
    return found.state


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the levels of what a user reads of us in the log."""
    return [
        record.levelname
        for record in caplog.records
        if record.name == "custom_components.mining_farm"
        and record.levelname != "DEBUG"
    ]


async def test_missed_polls_within_the_grace_change_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Two missed polls are neither shown nor logged."""
    await set_up(hass, entry)
    before = {
        entity: state(hass, entity) for entity in (*MEASURED, STATUS, CONNECTIVITY)
    }
    assert before[HASHRATE] == "102.0"
    changes = async_capture_events(hass, "state_changed")
    caplog.clear()

    miners.answers[HOST] = failure()
    await tick(hass, freezer, 31)
    await tick(hass, freezer, 31)

    assert len(miners.polls) == 3
    assert {entity: state(hass, entity) for entity in before} == before
    assert changes == []
    assert logged(caplog) == []


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_past_the_grace_everything_measured_turns_unavailable_at_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A timer ends the grace, not the next poll; one log line for it, one for the recovery."""
    freezer.move_to(datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC))
    await set_up(hass, entry)
    caplog.clear()
    miners.answers[HOST] = failure(Failure.REFUSED)
    for _ in range(2):
        await tick(hass, freezer, 31)
    polls = len(miners.polls)
    await tick(hass, freezer, 27)
    assert state(hass, HASHRATE) == "102.0"
    # 90 s after the good reading, and no poll is due.
    await tick(hass, freezer, 2)
    assert len(miners.polls) == polls
    for entity in MEASURED:
        assert state(hass, entity) == STATE_UNAVAILABLE
    assert state(hass, CONNECTIVITY) == "off"
    assert state(hass, STATUS) == "offline"
    assert state(hass, LAST_SEEN) == "2026-11-21T01:02:03+00:00"

    for _ in range(20):
        await tick(hass, freezer, 31)
    assert state(hass, HASHRATE) == STATE_UNAVAILABLE
    assert logged(caplog) == ["ERROR"]

    miners.answers[HOST] = snapshot(hashrate_ghs=99000.0)
    await tick(hass, freezer, 31)
    assert state(hass, HASHRATE) == "99.0"
    assert state(hass, CONNECTIVITY) == "on"
    assert state(hass, STATUS) == "hashing"
    assert logged(caplog) == ["ERROR", "INFO"]


async def test_never_seen_and_silent_is_tried_again(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """A miner that was never seen has nothing to show yet."""
    miners.answers[HOST] = failure()
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert "did not answer in time" in str(entry.reason)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_known_miner_loads_while_it_is_off(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Everything it is known to have exists, unavailable, with one log line."""
    await set_up(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    miners.answers[HOST] = failure(Failure.UNREACHABLE)
    caplog.clear()

    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    for entity in MEASURED:
        assert state(hass, entity) == STATE_UNAVAILABLE
    assert state(hass, STATUS) == "offline"
    assert state(hass, CONNECTIVITY) == "off"
    assert state(hass, LAST_SEEN) == STATE_UNAVAILABLE
    for _ in range(10):
        await tick(hass, freezer, 31)
    assert logged(caplog) == ["ERROR"]

    miners.answers[HOST] = snapshot()
    await tick(hass, freezer, 31)
    assert state(hass, HASHRATE) == "102.0"


async def test_lost_board_is_a_problem_and_stays(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """A board that vanishes from the reply is unknown, and the miner degraded."""
    await set_up(hass, entry)
    assert state(hass, PROBLEM) == "off"
    miners.answers[HOST] = snapshot(board(1), board(3), hashrate_ghs=68000.0)
    await tick(hass, freezer, 31)
    assert state(hass, BOARD_CHIP) == STATE_UNKNOWN
    assert state(hass, STATUS) == "degraded"
    assert state(hass, PROBLEM) == "on"
    assert state(hass, f"sensor.{PREFIX}_healthy_hashboards") == "2"


async def test_new_board_appears_without_a_reload(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """A board that is plugged in later gets its device after three readings with it."""
    miners.answers[HOST] = snapshot(board(1))
    await set_up(hass, entry)
    assert hass.states.get(BOARD_CHIP) is None
    for shown in (board(1), board(2)), (board(1),), (board(1), board(2)):
        miners.answers[HOST] = snapshot(*shown)
        await tick(hass, freezer, 31)
    await tick(hass, freezer, 31)
    assert hass.states.get(BOARD_CHIP) is None
    await tick(hass, freezer, 31)
    assert state(hass, BOARD_CHIP) == "72.0"
    assert entry.data["profile"]["boards"] == (1, 2)


async def test_nothing_changed_writes_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """A poll with the same readings leaves the state machine alone."""
    freezer.move_to(datetime(2026, 11, 21, 1, 0, 0, tzinfo=UTC))
    await set_up(hass, entry)
    changes = async_capture_events(hass, "state_changed")
    reports: list[Event[EventStateReportedData]] = []

    @callback
    def every(_data: EventStateReportedData) -> bool:
        return True

    @callback
    def note(event: Event[EventStateReportedData]) -> None:
        reports.append(event)

    hass.bus.async_listen("state_reported", note, every)
    await tick(hass, freezer, 31)
    changes.clear()
    reports.clear()
    miners.answers[HOST] = snapshot(uptime_s=185837)
    await tick(hass, freezer, 31)
    assert len(miners.polls) == 3
    assert changes == []
    assert reports == []


async def test_the_first_poll_after_the_start_writes_nothing_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """What Home Assistant wrote when the entities were added still holds."""
    await set_up(hass, entry)
    reports: list[Event[EventStateReportedData]] = []

    @callback
    def every(_data: EventStateReportedData) -> bool:
        return True

    @callback
    def note(event: Event[EventStateReportedData]) -> None:
        reports.append(event)

    hass.bus.async_listen("state_reported", note, every)
    await tick(hass, freezer, 31)
    assert len(miners.polls) == 2
    assert reports == []


async def test_what_was_learned_about_a_miner_is_kept_in_its_entry(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """It is handed to the reader after a reload, and survives a new profile."""
    learned = {"family": "antminer", "form": "single"}
    recalled: list[object] = []
    with (
        patch.object(MinerCollector, "memory", learned),
        patch.object(
            MinerCollector, "recall", lambda _, memory: recalled.append(memory)
        ),
    ):
        await set_up(hass, entry)
        assert entry.data["learned"] == learned
        miners.answers[HOST] = snapshot(firmware="50.1")
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert recalled == [None, learned]
    assert entry.data["learned"] == learned
    assert entry.data["profile"]["firmware"] == "50.1"
