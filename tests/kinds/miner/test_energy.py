"""Energy of a miner, by what it reports, a named sensor, or the plug of its rig."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_restore_state_shutdown_restart,
    mock_restore_cache_with_extra_data,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.mining_farm.common.members import Member, RigFacts, async_members
from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant, State
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .conftest import HOST, FakeMiners, failure, set_up, snapshot, tick
from .test_resilience import PREFIX

ENERGY = f"sensor.{PREFIX}_energy"
WATTS = 3000.0


@pytest.fixture
def mock_recorder_before_hass(
    async_test_recorder: Callable[..., AbstractAsyncContextManager[Recorder]],
) -> None:
    """Have the database ready before Home Assistant starts, as the recorder needs."""


def kwh(hass: HomeAssistant) -> float:
    """Return what is shown."""
    state = hass.states.get(ENERGY)
    assert state is not None
    return float(state.state)


async def minutes(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, count: int
) -> None:
    """Let that many minutes pass, a poll every 30 seconds."""
    for _ in range(2 * count):
        await tick(hass, freezer, 30)


@pytest.fixture
def measured(miners: FakeMiners) -> FakeMiners:
    """Let the miner report its power."""
    miners.answers[HOST] = snapshot(power_w=WATTS)
    return miners


async def test_what_a_miner_reports_is_summed_up_without_its_outages(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    measured: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """An hour, of which it was silent for 30 minutes, within a percent."""
    await set_up(hass, entry)
    await minutes(hass, freezer, 15)
    measured.answers[HOST] = failure()
    await minutes(hass, freezer, 30)
    silent = kwh(hass)
    measured.answers[HOST] = snapshot(power_w=WATTS)
    await minutes(hass, freezer, 20)
    state = hass.states.get(ENERGY)
    assert state is not None
    assert state.attributes["source"] == "reported"
    assert state.attributes["state_class"] == "total_increasing"
    assert silent == pytest.approx(WATTS * 15 / 60 / 1000, rel=0.03)
    # Shown every five minutes.
    assert kwh(hass) - silent == pytest.approx(WATTS * 15 / 60 / 1000, abs=0.27)


async def test_a_restart_goes_on_from_the_exact_sum(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    measured: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """The time in between is a gap."""
    mock_restore_cache_with_extra_data(
        hass, [(State(ENERGY, "12.3"), {"kwh": 12.3456})]
    )
    await set_up(hass, entry)
    assert kwh(hass) == 12.3456
    await minutes(hass, freezer, 10)
    kept = await async_mock_restore_state_shutdown_restart(hass)
    stored = kept.last_states[ENERGY].extra_data
    assert stored is not None
    assert stored.as_dict()["kwh"] == pytest.approx(12.3456 + 0.5, rel=0.01)


async def test_what_was_kept_is_not_trusted_blindly(
    hass: HomeAssistant, measured: FakeMiners, entry: MockConfigEntry
) -> None:
    """No sum of another kind is taken over."""
    mock_restore_cache_with_extra_data(
        hass, [(State(ENERGY, "unknown"), {"kwh": "many"})]
    )
    await set_up(hass, entry)
    assert kwh(hass) == 0


async def test_a_named_sensor_outranks_what_the_miner_reports(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    measured: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Also while the miner is silent; in its own unit."""
    hass.config_entries.async_update_entry(
        entry, options={"detail": "standard", "power_sensor": "sensor.wall"}
    )
    hass.states.async_set("sensor.wall", "1.2", {"unit_of_measurement": "kW"})
    await set_up(hass, entry)
    measured.answers[HOST] = failure()
    await minutes(hass, freezer, 11)
    state = hass.states.get(ENERGY)
    assert state is not None
    assert state.attributes["source"] == "sensor"
    assert kwh(hass) == pytest.approx(0.2, abs=0.021)


@pytest.mark.parametrize(
    "shown", [("unavailable", "W"), ("many", "W"), ("-5", "W"), ("5", "°C")]
)
async def test_a_named_sensor_that_shows_no_power_is_passed_over(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    measured: FakeMiners,
    entry: MockConfigEntry,
    shown: tuple[str, str],
) -> None:
    """What the miner reports counts then."""
    hass.config_entries.async_update_entry(
        entry, options={"detail": "standard", "power_sensor": "sensor.wall"}
    )
    hass.states.async_set("sensor.wall", shown[0], {"unit_of_measurement": shown[1]})
    await set_up(hass, entry)
    await minutes(hass, freezer, 6)
    state = hass.states.get(ENERGY)
    assert state is not None
    assert state.attributes["source"] == "reported"


async def test_a_miner_without_watts_has_energy_once_a_plug_is_linked(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Of the rig that it belongs to, and of no other."""
    await set_up(hass, entry)
    assert hass.states.get(ENERGY) is None

    def offer(entry_id: str, miner: str) -> None:
        facts = RigFacts(seen=True, hashrate=None, power=1200.0, miner=miner)
        async_members(hass).add(
            Member(entry_id=entry_id, name=entry_id, facts=lambda: facts)
        )

    offer("rig2", "another")
    await hass.async_block_till_done()
    assert hass.states.get(ENERGY) is None
    offer("rig1", entry.entry_id)
    await hass.async_block_till_done()
    await minutes(hass, freezer, 11)
    state = hass.states.get(ENERGY)
    assert state is not None
    assert state.attributes["source"] == "plug"
    assert kwh(hass) == pytest.approx(0.2, abs=0.021)


async def test_the_energy_dashboard_takes_it(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    measured: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """As an individual device, with its power beside it; nothing is found fault with."""
    assert await async_setup_component(hass, "energy", {})
    await set_up(hass, entry)
    manager = await async_get_manager(hass)
    device = {
        "stat_consumption": ENERGY,
        "stat_rate": f"sensor.{PREFIX}_power",
        "name": "Miner",
    }
    await manager.async_update({"device_consumption": [device]})
    await minutes(hass, freezer, 6)
    slot = timedelta(minutes=5)
    now = dt_util.utcnow()
    start = now - (now - dt_util.utc_from_timestamp(0)) % slot - slot
    do_adhoc_statistics(hass, start=start)
    await async_wait_recording_done(hass)
    found = (await async_validate(hass)).as_dict()
    assert found == {
        "energy_sources": [],
        "device_consumption": [[]],
        "device_consumption_water": [],
    }


async def test_few_states_are_written(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    measured: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Hundreds of miners would fill the database: one each five minutes."""
    await set_up(hass, entry)
    changes = 0
    last = hass.states.get(ENERGY)
    for _ in range(40):
        await tick(hass, freezer, 30)
        if (now := hass.states.get(ENERGY)) is not last:
            last, changes = now, changes + 1
    assert changes <= 20 * 60 / timedelta(minutes=5).total_seconds() + 1
