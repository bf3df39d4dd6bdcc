"""What a miner shows."""

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    Algorithm,
    BoardHealth,
    MinerSnapshot,
    MinerState,
    Pool,
    PowerSource,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .conftest import HOST, FakeMiners, board, set_up, sleeping_snapshot, snapshot, tick
from .test_resilience import PREFIX, PROBLEM, STATUS, state


def enabled(registry: er.EntityRegistry, entry: MockConfigEntry) -> list[str]:
    """Return the entities that a user gets without a click."""
    return sorted(
        entity.entity_id
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if entity.disabled_by is None
    )


async def test_the_usual_entities_by_default(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """The usual entities of a miner with three boards, and their states."""
    await set_up(hass, entry)
    assert {e: state(hass, e) for e in enabled(entity_registry, entry)} == {
        f"binary_sensor.{PREFIX}_connectivity": "on",
        f"binary_sensor.{PREFIX}_problem": "off",
        f"binary_sensor.{PREFIX}_hashboard_1_problem": "off",
        f"binary_sensor.{PREFIX}_hashboard_2_problem": "off",
        f"binary_sensor.{PREFIX}_hashboard_3_problem": "off",
        f"event.{PREFIX}_last_pool_change": "unknown",
        f"sensor.{PREFIX}_fan_1": "5760",
        f"sensor.{PREFIX}_fan_2": "5880",
        f"sensor.{PREFIX}_ideal_hashrate": "104.0",
        f"sensor.{PREFIX}_failed_hashboards": "none",
        f"sensor.{PREFIX}_hashboard_1_status": "healthy",
        f"sensor.{PREFIX}_hashboard_2_status": "healthy",
        f"sensor.{PREFIX}_hashboard_3_status": "healthy",
        f"sensor.{PREFIX}_reason": "none",
        f"sensor.{PREFIX}_hashboard_1_chip_temperature": "71.0",
        f"sensor.{PREFIX}_hashboard_1_hashrate": "34.0",
        f"sensor.{PREFIX}_hashboard_2_chip_temperature": "72.0",
        f"sensor.{PREFIX}_hashboard_2_hashrate": "34.0",
        f"sensor.{PREFIX}_hashboard_3_chip_temperature": "73.0",
        f"sensor.{PREFIX}_hashboard_3_hashrate": "34.0",
        f"sensor.{PREFIX}_hashrate": "102.0",
        f"sensor.{PREFIX}_healthy_hashboards": "3",
        f"sensor.{PREFIX}_hottest_chip": "73.0",
        f"sensor.{PREFIX}_pool": "pool.example:3333",
        f"sensor.{PREFIX}_status": "hashing",
    }


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_everything_that_is_one_click_away(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Every entity of a hydro miner that reports all there is."""
    freezer.move_to("2026-11-21 12:00:30+00:00")
    miners.answers[HOST] = snapshot(
        board(1), temp_water_in=32.5, temp_water_out=41.0, power_w=3250.0, uptime_s=30
    )
    await set_up(hass, entry)
    states = {
        e.split(f".{PREFIX}_")[1]: state(hass, e)
        for e in enabled(entity_registry, entry)
    }
    assert states == {
        "accepted_shares": "1000",
        "connectivity": "on",
        "efficiency": state(hass, f"sensor.{PREFIX}_efficiency"),
        "energy": "0.0",
        "last_pool_change": "unknown",
        "failed_hashboards": "none",
        "fan_1": "5760",
        "fan_2": "5880",
        "hardware_error_rate": "0.01",
        "hardware_errors": "628",
        "hashboard_1_board_temperature": "61.0",
        "hashboard_1_chip_temperature": "71.0",
        "hashboard_1_frequency": "525.0",
        "hashboard_1_hashrate": "34.0",
        "hashboard_1_problem": "off",
        "hashboard_1_status": "healthy",
        "hashboard_1_working_chips": "126",
        "hashboards": "1",
        "hashrate": "102.0",
        "healthy_hashboards": "1",
        "held_by": "nothing",
        "hottest_chip": "71.0",
        "ideal_hashrate": "104.0",
        "last_seen": "2026-11-21T12:00:00+00:00",
        "pool": "pool.example:3333",
        "power": "3250.0",
        "problem": "off",
        "reason": "none",
        "rejected_shares": "3",
        "status": "hashing",
        "uptime": "2026-11-21T12:00:00+00:00",
        "water_inlet_temperature": "32.5",
        "water_outlet_temperature": "41.0",
        "worker": "wallet.rig01",
    }


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_what_a_miner_does_not_tell_is_unknown(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """An empty reading invents nothing."""
    miners.answers[HOST] = MinerSnapshot()
    await set_up(hass, entry)
    invented = {
        entity: state(hass, entity)
        for entity in enabled(entity_registry, entry)
        if state(hass, entity) != "unknown"
    }
    assert invented == {
        f"sensor.{PREFIX}_held_by": "nothing",
        f"binary_sensor.{PREFIX}_connectivity": "on",
        f"sensor.{PREFIX}_last_seen": state(hass, f"sensor.{PREFIX}_last_seen"),
    }


async def test_boards_are_child_devices(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """The miner's device carries its facts, the boards belong to it."""
    await set_up(hass, entry)
    miner = device_registry.async_get_device_by_identifier(
        (DOMAIN, entry.entry_id), entry.entry_id
    )
    assert miner is not None
    assert (miner.manufacturer, miner.model) == ("Bitmain", "Antminer S19j Pro")
    assert (miner.sw_version, miner.serial_number) == ("49.0.1.3", "806ce5282b10481c")
    boards = dr.async_child_entries_for_config_entry(device_registry, entry.entry_id)
    assert {child.name for child in boards} == {
        "Hashboard 1",
        "Hashboard 2",
        "Hashboard 3",
    }
    assert {child.parent_device_id for child in boards} == {miner.id}


async def test_new_firmware_reaches_the_device(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """An update of the firmware is shown without a reload."""
    await set_up(hass, entry)
    miners.answers[HOST] = snapshot(firmware="50.1")
    await tick(hass, freezer, 31)
    miner = device_registry.async_get_device_by_identifier(
        (DOMAIN, entry.entry_id), entry.entry_id
    )
    assert miner is not None
    assert miner.sw_version == "50.1"


async def test_rates_follow_the_algorithm(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """A scrypt miner's rate is not shown in TH/s."""
    miners.answers[HOST] = snapshot(
        board(1, hashrate_ghs=6.8), hashrate_ghs=20.4, algorithm=Algorithm.SCRYPT
    )
    await set_up(hass, entry)
    shown = hass.states.get(f"sensor.{PREFIX}_hashrate")
    assert shown is not None
    assert (shown.state, shown.attributes["unit_of_measurement"]) == ("20.4", "GH/s")


@pytest.mark.parametrize(
    ("reading", "status", "problem"),
    [
        pytest.param(snapshot(), "hashing", "off", id="hashing"),
        pytest.param(
            snapshot(board(1), board(2), board(3, status=BoardHealth.CRITICAL)),
            "degraded",
            "on",
            id="critical board",
        ),
        pytest.param(
            snapshot(board(1), board(2), board(3, status=BoardHealth.WARNING)),
            "hashing",
            "off",
            id="a warning is no problem yet",
        ),
        pytest.param(sleeping_snapshot(), "paused", "off", id="put to sleep"),
        *(
            pytest.param(snapshot(reported_state=word), word, problem, id=word)
            for word, problem in (
                ("tuning", "off"),
                ("limited", "off"),
                ("starting", "off"),
                ("stopping", "off"),
                ("paused", "off"),
                ("fault", "on"),
            )
        ),
        pytest.param(
            snapshot(
                board(1),
                board(2),
                board(3, status=BoardHealth.CRITICAL),
                reported_state=MinerState.TUNING,
            ),
            "degraded",
            "on",
            id="a critical board while it tunes",
        ),
        pytest.param(
            snapshot(hashrate_ghs=0.0, reported_state=MinerState.TUNING),
            "idle",
            "on",
            id="one that tunes hashes",
        ),
        pytest.param(
            MinerSnapshot(reported_state=MinerState.PAUSED),
            "paused",
            "off",
            id="asleep and silent about its rate",
        ),
        pytest.param(
            snapshot(hashrate_ghs=0.0), "idle", "on", id="reachable is not hashing"
        ),
        pytest.param(
            snapshot(hashrate_ghs=0.0, uptime_s=60), "starting", "off", id="warming up"
        ),
        pytest.param(
            snapshot(hashrate_ghs=None), "unknown", "unknown", id="states no rate"
        ),
    ],
)
async def test_status_and_problem(
    hass: HomeAssistant,
    miners: FakeMiners,
    entry: MockConfigEntry,
    *,
    reading: MinerSnapshot,
    status: str,
    problem: str,
) -> None:
    """Reachable, hashing and well are three different facts."""
    miners.answers[HOST] = reading
    await set_up(hass, entry)
    assert state(hass, STATUS) == status
    assert state(hass, PROBLEM) == problem


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_boards_of_an_idle_miner_are_not_judged(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """A sleeping miner reports all chips as bad, or no board at all."""
    await set_up(hass, entry)
    for reading in (
        sleeping_snapshot(),
        MinerSnapshot(hashrate_ghs=0.0, reported_state=MinerState.PAUSED),
    ):
        miners.answers[HOST] = reading
        await tick(hass, freezer, 31)
        assert state(hass, f"binary_sensor.{PREFIX}_hashboard_1_problem") == "unknown"
        assert state(hass, f"sensor.{PREFIX}_hashboard_1_status") == "unknown"
        assert state(hass, f"sensor.{PREFIX}_healthy_hashboards") == "unknown"


@pytest.mark.parametrize(
    ("reading", "reason", "boards"),
    [
        pytest.param(snapshot(), "none", "none", id="all well"),
        pytest.param(snapshot(board(1), board(3)), "board_lost", "2", id="lost"),
        pytest.param(
            snapshot(board(1), board(2), board(3, status=BoardHealth.CRITICAL)),
            "board_critical",
            "3",
            id="critical",
        ),
        pytest.param(
            snapshot(board(2, status=BoardHealth.CRITICAL), board(3)),
            "boards_down",
            "1, 2",
            id="one lost and one critical",
        ),
        pytest.param(
            snapshot(
                *(
                    board(number, status=BoardHealth.CRITICAL)
                    for number in range(1, 121)
                )
            ),
            "boards_down",
            ", ".join(map(str, range(1, 41))) + ", …",
            id="more than a state can hold",
        ),
        pytest.param(
            snapshot(hashrate_ghs=0.0), "not_hashing", "unknown", id="not hashing"
        ),
        pytest.param(
            snapshot(hashrate_ghs=0.0, pools=(Pool(id=0, alive=False),)),
            "pool_lost",
            "unknown",
            id="its pools are gone",
        ),
        pytest.param(sleeping_snapshot(), "none", "unknown", id="put to sleep"),
        pytest.param(
            snapshot(reported_state=MinerState.FAULT), "fault", "none", id="fault"
        ),
        pytest.param(snapshot(hashrate_ghs=None), "unknown", "unknown", id="no rate"),
    ],
)
async def test_the_page_of_the_miner_says_what_is_wrong(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
    *,
    reading: MinerSnapshot,
    reason: str,
    boards: str,
) -> None:
    """In words, and with the numbers of the boards that failed."""
    await set_up(hass, entry)
    miners.answers[HOST] = reading
    # New hashboards are taken over a few at a time.
    for _ in range(1 + len(reading.boards) // 4):
        await tick(hass, freezer, 31)
    assert state(hass, f"sensor.{PREFIX}_reason") == reason
    assert state(hass, f"sensor.{PREFIX}_failed_hashboards") == boards


async def test_a_lost_board_shows_lost_by_default(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Its status and problem are there without a click."""
    await set_up(hass, entry)
    miners.answers[HOST] = snapshot(board(1), board(3))
    await tick(hass, freezer, 31)
    assert state(hass, f"sensor.{PREFIX}_hashboard_2_status") == "lost"
    assert state(hass, f"binary_sensor.{PREFIX}_hashboard_2_problem") == "on"


async def test_power_says_where_it_is_measured_and_gives_the_efficiency(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """3,060 W for 102 TH/s, as the firmware calculates."""
    miners.answers[HOST] = snapshot(power_w=3060.0, power_source=PowerSource.ESTIMATED)
    await set_up(hass, entry)
    shown = hass.states.get(f"sensor.{PREFIX}_power")
    assert shown is not None
    assert (shown.state, shown.attributes["source"]) == ("3060.0", "estimated")
    efficiency = hass.states.get(f"sensor.{PREFIX}_efficiency")
    assert efficiency is not None
    assert float(efficiency.state) == pytest.approx(30.0)
    assert efficiency.attributes["unit_of_measurement"] == "J/TH"
