"""The entity ids of hass-miner, and their statistics, go over to ours."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component

from .conftest import HOST, FakeMiners, set_up, snapshot, tick
from .test_resilience import PREFIX

MAC = "e0:a5:09:12:ab:34"
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
OLD = {
    f"{MAC.upper()}-hashrate": ("sensor.garage_hashrate", "TH/s"),
    f"{MAC.upper()}-miner_consumption": ("sensor.garage_consumption", "W"),
    f"{MAC.upper()}-temperature": ("sensor.garage_temperature", "°C"),
    f"{MAC.upper()}-1-board_hashrate": ("sensor.garage_board_1_hashrate", "TH/s"),
    f"{MAC.upper()}-0-fan_speed": ("sensor.garage_fan_0_fan_speed", "rpm"),
    f"{MAC.upper()}-efficiency": ("sensor.garage_efficiency", "J/GH"),
    "aa:bb:cc:dd:ee:01-ideal_hashrate": ("sensor.other_ideal_hashrate", "TH/s"),
}
TAKEN = {
    "sensor.garage_hashrate": f"sensor.{PREFIX}_hashrate",
    "sensor.garage_consumption": f"sensor.{PREFIX}_power",
    "sensor.garage_board_1_hashrate": f"sensor.{PREFIX}_hashboard_2_hashrate",
    "sensor.garage_fan_0_fan_speed": f"sensor.{PREFIX}_fan_1",
}


@pytest.fixture
def mock_recorder_before_hass(
    async_test_recorder: Callable[..., AbstractAsyncContextManager[Recorder]],
) -> None:
    """Have the database ready before Home Assistant starts, as the recorder needs."""


@pytest.fixture
def other(hass: HomeAssistant) -> MockConfigEntry:
    """Return the entry of hass-miner, with what its registry holds."""
    entry = MockConfigEntry(domain="miner", title="Garage")
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    for unique_id, (entity_id, unit) in OLD.items():
        registry.async_get_or_create(
            "sensor",
            "miner",
            unique_id,
            suggested_object_id=entity_id.partition(".")[2],
            config_entry=entry,
            unit_of_measurement=unit,
        )
    return entry


@pytest.fixture
def ours(entry: MockConfigEntry, hass: HomeAssistant, miners: FakeMiners) -> None:
    """Know the miner by the same MAC."""
    hass.config_entries.async_update_entry(entry, data={**entry.data, "mac": MAC})
    miners.answers[HOST] = snapshot(power_w=3000.0)


async def accept(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Go through the options, and return the map that is shown."""
    options = hass.config_entries.options
    form = await options.async_init(entry.entry_id)
    form = await options.async_configure(
        form["flow_id"], {"detail": "standard", "take_over": True}
    )
    assert form["step_id"] == "miner_take_over"
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    result = await options.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert "take_over" not in result["data"]
    await hass.async_block_till_done(wait_background_tasks=True)
    return str(placeholders["map"])


@pytest.mark.usefixtures("ours")
async def test_the_ids_go_over_when_the_other_is_removed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    other: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """The map is shown before; what is measured otherwise stays out of it."""
    await set_up(hass, entry)
    shown = await accept(hass, entry)
    assert shown.splitlines() == [f"- {old} ← {new}" for old, new in TAKEN.items()]
    assert entity_registry.async_get(f"sensor.{PREFIX}_hashrate")

    await hass.config_entries.async_remove(other.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    for old, new in TAKEN.items():
        taken = entity_registry.async_get(old)
        assert taken is not None
        assert (taken.platform, taken.disabled_by) == ("mining_farm", None)
        assert entity_registry.async_get(new) is None
    assert entry.data["take_over"] == {}
    assert entity_registry.async_get(f"sensor.{PREFIX}_efficiency")
    assert entity_registry.async_get("sensor.garage_temperature") is None


@pytest.mark.usefixtures("ours")
async def test_it_is_offered_only_beside_the_same_miner(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Without hass-miner there is nothing to take over."""
    await set_up(hass, entry)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["data_schema"] is not None
    assert "take_over" not in form["data_schema"].schema


@pytest.mark.usefixtures("ours")
async def test_the_statistics_go_on(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    other: MockConfigEntry,
) -> None:
    """The years before and the hours after are one series, in one unit."""
    freezer.move_to(START)
    assert await async_setup_component(hass, "sensor", {})
    old = "sensor.garage_hashrate"
    async_import_statistics(
        hass,
        {
            "mean_type": 1,
            "has_mean": True,
            "has_sum": False,
            "name": None,
            "source": "recorder",
            "statistic_id": old,
            "unit_class": None,
            "unit_of_measurement": "TH/s",
        },
        [{"start": START - timedelta(hours=2), "mean": 99.0, "min": 98, "max": 100}],
    )
    await set_up(hass, entry)
    await accept(hass, entry)
    await hass.config_entries.async_remove(other.entry_id)
    for _ in range(3):
        await tick(hass, freezer, 31)
    await async_wait_recording_done(hass)
    freezer.move_to(START + timedelta(hours=1))
    for number in range(12):
        do_adhoc_statistics(hass, start=START + number * timedelta(minutes=5))
    await async_wait_recording_done(hass)
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, START - timedelta(days=1), None, {old}, "hour", None, {"mean"}
        )
    )
    means = [row["mean"] for row in found[old]]
    assert means == [99.0, pytest.approx(102.0)]
