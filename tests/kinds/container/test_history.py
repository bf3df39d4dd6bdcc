"""Every measured sensor has a history of 5 minutes and of hours."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import (
    StatisticsRow,
    statistics_during_period,
)
from homeassistant.const import STATE_UNKNOWN
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from simulators.antspace import Model

from .conftest import SOUTH, Site
from .test_resilience import SUPPLY

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
SLOT = timedelta(minutes=5)
MEASURED = {
    "current",
    "distance",
    "frequency",
    "humidity",
    "power",
    "pressure",
    "temperature",
    "temperature_delta",
    "voltage",
    "volume_flow_rate",
}
"""Device classes of both models together."""


@pytest.fixture
def mock_recorder_before_hass(
    async_test_recorder: Callable[..., AbstractAsyncContextManager[Recorder]],
) -> None:
    """Have the database ready before Home Assistant starts, as the recorder needs."""


def measured(site: Site) -> set[str]:
    """Return the sensors that show a number which is measured or counted."""
    return {
        state.entity_id
        for state in site.hass.states.async_all("sensor")
        if state.attributes.get("state_class") == "measurement"
        and state.state != STATE_UNKNOWN
    }


async def statistics(
    site: Site, period: Literal["5minute", "hour"]
) -> dict[str, list[StatisticsRow]]:
    """Read back all statistics since the start."""
    return await get_instance(site.hass).async_add_executor_job(
        lambda: statistics_during_period(
            site.hass, START, None, None, period, None, {"mean", "min", "max"}
        )
    )


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_statistics_of_every_measured_sensor(
    recorder_mock: Recorder, site: Site
) -> None:
    """The recorder compiles them, and they are read back as what was shown."""
    site.freezer.move_to(START)
    assert await async_setup_component(site.hass, "sensor", {})
    north, south = await site.container(), await site.container(Model.IMMERSION)
    for simulator in (north, south):
        simulator.set_fields(simulator.state)
    await site.add(north)
    await site.add(south, SOUTH)
    classes = {
        entity.original_device_class
        for entity in er.async_get(site.hass).entities.values()
        if (entity.capabilities or {}).get("state_class") == "measurement"
    }
    assert classes == MEASURED | {None}
    shown = {entity: float(site.state(entity)) for entity in measured(site)}
    assert len(shown) > 50

    await site.polls(4)
    north.set_fields({"supply_liquid_temp": 40})
    await site.after(26)
    await site.polls(2)
    await async_wait_recording_done(site.hass)
    site.freezer.move_to(START + timedelta(hours=1))
    for number in range(12):
        do_adhoc_statistics(site.hass, start=START + number * SLOT)
    await async_wait_recording_done(site.hass)

    minutes, hours = await statistics(site, "5minute"), await statistics(site, "hour")
    counted = {"sensor.north_energy", "sensor.south_energy"}
    assert set(minutes) == set(hours) == {*shown, *counted}
    moved = {SUPPLY, "sensor.north_coolant_temperature_rise"}
    moved.add("sensor.north_thermal_power")
    for entity in set(shown) - moved:
        assert len(minutes[entity]) == 12
        (hour,) = hours[entity]
        for row in (minutes[entity][0], minutes[entity][-1], hour):
            assert row["mean"] == pytest.approx(shown[entity]), entity
    first, second, *_ = minutes[SUPPLY]
    assert (first["min"], first["max"]) == (35, 40)
    assert 35 < (first["mean"] or 0) < 40
    assert second["min"] == 40
    assert second["mean"] == pytest.approx(40)
    (hour,) = hours[SUPPLY]
    assert (hour["min"], hour["max"]) == (35, 40)
