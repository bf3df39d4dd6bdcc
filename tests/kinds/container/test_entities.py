"""What a container shows: every number, flag and alarm of its model."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

import pytest

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.helpers import device_registry as dr, entity_registry as er
from simulators.antspace import AntspaceSimulator, Model
from tests.reference import reference, twin

from .conftest import Site
from .test_resilience import ALARMS, PROBLEM, SEVERITY, STATUS

DATA = Path(__file__).parents[2] / "data" / "antspace"
FIELDS = reference("antspace", "fields.json")
RENAMED = {"miner_num": "miners_known", "pcb_max_temp": "board_max_temp"}
"""Fields that are shown by a better name."""
ALARM_KEYS = {
    "(supply_liquid_temp < 20)": "supply_liquid_temp_low",
    "primary_circulating_pump": "circulating_pump_fault",
    "phasefailure": "phase_failure",
    "power_distribution_Fault": "power_distribution_fault",
}
"""Alarms whose wire keys are not what they mean."""

type Row = dict[str, Any]


def sensor(
    key: str,
    unit: str | None = "°C",
    device_class: str | None = "temperature",
    **other: Any,
) -> Row:
    """Return what is expected of a number; a measured, temperature by default."""
    return {
        "canonical": key,
        "kind": "sensor",
        "ha_unit": unit,
        "device_class": device_class,
        "state_class": "measurement",
        "category": None,
        "enabled_default": True,
        **other,
    }


def flag(key: str, device_class: str | None = "running", **other: Any) -> Row:
    """Return what is expected of a flag."""
    return sensor(
        key, None, device_class, **{"kind": "binary", "state_class": None, **other}
    )


def alarm(raw: str, severity: str, device_class: str = "problem") -> Row:
    """Return what is expected of an alarm."""
    return {"raw": raw, "severity": severity, "device_class": device_class}


RARE = {"category": "diagnostic", "enabled_default": False}
SAMPLE: dict[Model, tuple[tuple[Row, ...], tuple[Row, ...]]] = {
    Model.HK3: (
        (
            sensor("supply_liquid_temp"),
            sensor("supply_liquid_pressure", "bar", "pressure"),
            sensor("supply_liquid_flow", "m³/h", "volume_flow_rate"),
            sensor("container_humidity", "%", "humidity"),
            sensor("total_power", "W", "power"),
            sensor("liquid_delta_t", "°C", "temperature_delta"),
            sensor("thermal_power", "kW", "power", **RARE),
            sensor("longitude", None, None, **{**RARE, "state_class": None}),
            sensor("total_hashrate", "TH/s", None),
            sensor("miners_reporting", None, None, category="diagnostic"),
            flag("circulating_pump"),
            flag("pid_mode", None),
            flag("running_mode", None, **RARE),
            flag("connected", "connectivity", category="diagnostic"),
        ),
        (
            alarm("power_fault", "medium"),
            alarm("fan2_fault", "high"),
            alarm("leakage_fault", "critical", "moisture"),
            alarm("supply_liquid_temp_too_high", "critical", "heat"),
            alarm("freezing_alarm", "medium", "cold"),
            alarm("(supply_liquid_temp < 20)", "high", "cold"),
            alarm("disconnect", "critical"),
        ),
    ),
    Model.IMMERSION: (
        (
            sensor("second_supply_temp1"),
            sensor("tank_a_level", "cm", "distance"),
            sensor("dry_cooler_frequency", "Hz", "frequency"),
            sensor("voltage_a", "V", "voltage", category="diagnostic"),
            sensor("current_c", "A", "current", category="diagnostic"),
            sensor("power_distribution_power", "W", "power", **RARE),
            sensor("valve1_opening", None, None, **RARE),
            flag("second_pump2"),
            flag("server_on", None, category="diagnostic"),
            flag("valve1_open", "moving", **RARE),
        ),
        (
            alarm("primary_circulating_pump", "critical"),
            alarm("phasefailure", "high"),
            alarm("power_distribution_Fault", "high"),
            alarm("leakage_fault", "critical", "moisture"),
            alarm("pump_alarm", "high"),
            alarm("return_liquid_temp_high", "high", "heat"),
        ),
    ),
}


def documented(model: Model) -> tuple[list[Row], list[Row]]:
    """Return the rows of a model in the documented table."""
    if not FIELDS.exists():
        pytest.skip("the documented table of fields is not here")
    table = json.loads(FIELDS.read_text())
    mine = (model.lower(), "both")
    fields = [row for row in table["fields"] if row["model"] in mine]
    return fields, [row for row in table["alarms"] if row["model"] in mine]


def check_fields(site: Site, rows: Iterator[Row] | tuple[Row, ...] | list[Row]) -> None:
    """Check the entity of each number and flag."""
    registry = er.async_get(site.hass)
    for row in rows:
        key = RENAMED.get(row["canonical"], row["canonical"])
        platform = "sensor" if row["kind"] == "sensor" else "binary_sensor"
        entity_id = registry.async_get_entity_id(
            platform, "mining_farm", f"north_{key}"
        )
        assert entity_id is not None, key
        entity = registry.async_get(entity_id)
        assert entity is not None
        assert entity.original_device_class == row["device_class"], key
        assert entity.entity_category == row["category"], key
        assert (entity.disabled_by is None) is row["enabled_default"], key
        assert (entity.capabilities or {}).get("state_class") == row["state_class"], key
        if platform == "sensor":
            check_unit(entity, row["ha_unit"])


def check_unit(entity: er.RegistryEntry, unit: str | None) -> None:
    """Check that a number has its unit, watts in thousands."""
    private: Row = entity.options.get("sensor.private", {})
    if unit == "W":
        assert private.get("suggested_unit_of_measurement") == "kW", entity.entity_id
        return
    if unit is not None:
        assert entity.unit_of_measurement == unit, entity.entity_id


def check_alarms(site: Site, rows: list[Row] | tuple[Row, ...]) -> None:
    """Check the entity of each alarm: enabled is what is critical."""
    registry = er.async_get(site.hass)
    entry = site.hass.config_entries.async_get_known_entry("north")
    severities = {kind.key: kind.severity for kind in entry.runtime_data.table.alarms}
    for row in rows:
        key = ALARM_KEYS.get(row["raw"], row["raw"])
        entity_id = registry.async_get_entity_id(
            "binary_sensor", "mining_farm", f"north_alarm_{key}"
        )
        assert entity_id is not None, key
        entity = registry.async_get(entity_id)
        assert entity is not None
        assert entity.original_device_class == row["device_class"], key
        assert severities[key] == row["severity"], key
        critical = row["severity"] == "critical"
        assert (entity.disabled_by is None) is critical, key
        if critical:
            shown = site.get(entity_id)
            assert shown.state == STATE_OFF, key
            assert shown.attributes["severity"] == row["severity"], key


OF_EVERY_PLANT = {
    "energy",
    "alarm",
    "alarms",
    "alarms_active",
    "highest_severity",
    "last_seen",
    "problem",
    "silent",
    "status",
}
OF_THE_MINERS = {
    "board_max_temp",
    "chip_max_temp",
    "chip_temp_mean",
    "miners_known",
    "miners_reporting",
    "total_hashrate",
}


def keys_shown(site: Site) -> set[str]:
    """Return what the unique ids of all entities end in."""
    return {
        entity.unique_id.removeprefix("north_")
        for entity in er.async_entries_for_config_entry(
            er.async_get(site.hass), "north"
        )
    }


@twin("test_fields_and_alarms", "test_every_row_has_an_entity")
@pytest.mark.parametrize("model", [Model.HK3, Model.IMMERSION])
async def test_every_documented_field_and_alarm(site: Site, model: Model) -> None:
    """Each has its entity, of the right kind, and there are no others."""
    fields, alarms = documented(model)
    await site.add(await site.container(model))
    check_fields(site, fields)
    check_alarms(site, alarms)
    assert keys_shown(site) == (
        OF_EVERY_PLANT
        | {RENAMED.get(row["canonical"], row["canonical"]) for row in fields}
        | {f"alarm_{ALARM_KEYS.get(row['raw'], row['raw'])}" for row in alarms}
    )


@pytest.mark.parametrize("model", [Model.HK3, Model.IMMERSION])
async def test_every_row_has_an_entity(site: Site, model: Model) -> None:
    """Every number, flag and alarm that we listed has an entity; there are no others."""
    listed = json.loads((DATA / f"{model.lower()}.json").read_text("utf-8"))
    await site.add(await site.container(model))
    assert keys_shown(site) == (
        OF_EVERY_PLANT
        | OF_THE_MINERS
        | listed["numbers"].keys()
        | listed["flags"].keys()
        | {f"alarm_{key}" for key in listed["alarms"]}
    )


@pytest.mark.parametrize("model", [Model.HK3, Model.IMMERSION])
async def test_fields_and_alarms(site: Site, model: Model) -> None:
    """One of each kind, as it is documented."""
    await site.add(await site.container(model))
    fields, alarms = SAMPLE[model]
    check_fields(site, fields)
    check_alarms(site, alarms)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_what_an_hk3_shows(site: Site, north: AntspaceSimulator) -> None:
    """A real sample of a site: values, sums and differences in the house's units."""
    north.set_fields(
        {
            "supply_liquid_set_temp": 40,
            "supply_liquid_temp": 38.2,
            "return_liquid_temp": 45.1,
            "supply_liquid_pressure": 0.35,
            "return_liquid_pressure": 0.12,
            "supply_liquid_flow": 120.5,
            "distribution_box1_power": 512_000,
            "distribution_box2_power": 530_000,
            "pid_mode": True,
            "spray_pump": "false",
            "latitude": 51.5,
        }
    )
    await site.add(north)
    expected = {
        "target_supply_temperature": ("40.0", "°C"),
        "supply_temperature": ("38.2", "°C"),
        "return_temperature": ("45.1", "°C"),
        "coolant_temperature_rise": ("6.9", "°C"),
        "supply_pressure": ("3.5", "bar"),
        "return_pressure": ("1.2", "bar"),
        "supply_flow": ("120.5", "m³/h"),
        "distribution_box_1_power": ("512.0", "kW"),
        "distribution_box_2_power": ("530.0", "kW"),
        "total_power": ("1042.0", "kW"),
        "thermal_power": ("966.976", "kW"),
        "miners_known": ("171", "miners"),
        "miners_reporting": ("171", "miners"),
        "total_hashrate": ("47709.0", "TH/s"),
        "hottest_chip": ("68.0", "°C"),
        "hottest_board": ("53.0", "°C"),
        "latitude": ("51.5", None),
    }
    for name, shown in expected.items():
        state = site.get(f"sensor.north_{name}")
        assert (state.state, state.attributes.get("unit_of_measurement")) == shown
        # A place on the map is nothing that this container is sure of.
        assert not {"latitude", "longitude"} & set(state.attributes)
    assert site.state("binary_sensor.north_pid_mode") == STATE_ON
    assert site.state("binary_sensor.north_spray_pump") == STATE_OFF
    pressure = site.get("sensor.north_supply_pressure")
    assert pressure.attributes["device_class"] == "pressure"
    assert pressure.attributes["state_class"] == "measurement"


async def test_pressures_in_a_unit_of_the_user(
    site: Site, north: AntspaceSimulator, entity_registry: er.EntityRegistry
) -> None:
    """Home Assistant converts them right: 0.35 MPa on the wire are 350 kPa."""
    north.set_fields({"supply_liquid_pressure": 0.35})
    await site.add(north)
    entity_registry.async_update_entity_options(
        "sensor.north_supply_pressure", "sensor", {"unit_of_measurement": "kPa"}
    )
    await site.settle()
    state = site.get("sensor.north_supply_pressure")
    assert (state.state, state.attributes["unit_of_measurement"]) == ("350.0", "kPa")


async def test_sums_need_all_their_parts(site: Site, north: AntspaceSimulator) -> None:
    """A missing box makes the total unknown, and a missing return the rise."""
    north.remove_fields(["distribution_box1_power", "return_liquid_temp"])
    await site.add(north)
    assert site.state("sensor.north_total_power") == STATE_UNKNOWN
    assert site.state("sensor.north_coolant_temperature_rise") == STATE_UNKNOWN
    assert site.state("sensor.north_distribution_box_2_power") == "523.26"


async def test_what_an_immersion_shows(site: Site, south: AntspaceSimulator) -> None:
    """Scaled as documented: tenths of a volt, hundreds of kilowatts."""
    south.set_fields(
        {
            "vol_a_distribution": 2233,
            "distribution_box_power": 1.5,
            "tank_a_level": 118.4,
            "drycooler_freq": 41,
        }
    )
    await site.add(south, "south")
    assert site.state("sensor.south_voltage_phase_a") == "223.3"
    assert site.state("sensor.south_total_power") == "150.0"
    assert site.state("sensor.south_tank_a_level") == "118.4"
    assert site.state("sensor.south_dry_cooler_frequency") == "41.0"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_alarms_come_and_go(site: Site, north: AntspaceSimulator) -> None:
    """Each has its sensor; count, list, worst one, problem and status follow."""
    await site.add(north)
    assert site.state(ALARMS) == "0"
    assert site.get(ALARMS).attributes["alarms"] == []
    assert site.state(SEVERITY) == "none"
    assert site.state(PROBLEM) == STATE_OFF
    assert site.state(STATUS) == "running"

    north.raise_alarm("power_fault")
    await site.polls()
    raised = site.freezer().isoformat() + "+00:00"
    assert site.state("binary_sensor.north_power_failure") == STATE_ON
    assert site.state(SEVERITY) == "medium"
    assert site.state(STATUS) == "error"
    assert site.get(ALARMS).attributes["alarms"] == [
        {"alarm": "power_fault", "severity": "medium", "since": raised}
    ]

    north.raise_alarm("leakage_fault")
    await site.polls(2)
    assert site.state("binary_sensor.north_leak") == STATE_ON
    assert site.state(ALARMS) == "2"
    listed = site.get(ALARMS).attributes["alarms"]
    assert [row["alarm"] for row in listed] == ["leakage_fault", "power_fault"]
    assert listed[1]["since"] == raised
    assert site.state(SEVERITY) == "critical"
    assert site.state(PROBLEM) == STATE_ON

    north.clear_alarm("leakage_fault")
    north.clear_alarm("power_fault")
    await site.polls()
    assert site.state("binary_sensor.north_leak") == STATE_OFF
    assert site.state(ALARMS) == "0"
    assert site.state(SEVERITY) == "none"
    assert site.state(PROBLEM) == STATE_OFF
    assert site.state(STATUS) == "running"


async def test_another_alarm_in_the_place_of_one(
    site: Site, north: AntspaceSimulator
) -> None:
    """The count stays, the list does not."""
    north.raise_alarm("fan1_fault")
    await site.add(north)
    north.clear_alarm("fan1_fault")
    north.raise_alarm("fan2_fault")
    await site.polls()
    assert site.state(ALARMS) == "1"
    listed = site.get(ALARMS).attributes["alarms"]
    assert [row["alarm"] for row in listed] == ["fan2_fault"]


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_cold_coolant_is_an_alarm_and_no_fault(
    site: Site, north: AntspaceSimulator
) -> None:
    """Computed here: also at 0 °C, and the plant goes on running."""
    north.set_fields({"supply_liquid_temp": 0})
    await site.add(north)
    assert site.state("binary_sensor.north_supply_temperature_low") == STATE_ON
    assert site.state(STATUS) == "running"
    assert site.state(PROBLEM) == STATE_ON
    north.set_fields({"supply_liquid_temp": 20})
    await site.polls()
    assert site.state("binary_sensor.north_supply_temperature_low") == STATE_OFF


async def test_a_stopped_container(site: Site, south: AntspaceSimulator) -> None:
    """Off is a state of its own, and no problem."""
    south.set_fields({"second_pump1": False, "second_pump2": False})
    await site.add(south, "south")
    assert site.state("sensor.south_status") == "stopped"
    assert site.state("binary_sensor.south_problem") == STATE_OFF


async def test_the_device(
    site: Site, south: AntspaceSimulator, device_registry: dr.DeviceRegistry
) -> None:
    """One device with its model, its page one click away."""
    await site.add(south, "south")
    (device,) = dr.async_entries_for_config_entry(device_registry, "south")
    assert device.name == "South"
    assert (device.manufacturer, device.model) == ("Bitmain", "Antspace Immersion")
    assert device.configuration_url == south.url


async def test_pid_mode_is_shown_once(site: Site, north: AntspaceSimulator) -> None:
    """By its switch where there is one; what the user then hides or shows stays so."""
    registry, sensor = er.async_get(site.hass), "binary_sensor.north_pid_mode"

    def hidden_by() -> er.RegistryEntryHider | None:
        return registry.entities[sensor].hidden_by

    async def choose(*, controls: bool) -> None:
        options = {**entry.options, "controls": controls}
        site.hass.config_entries.async_update_entry(entry, options=options)
        await site.hass.config_entries.async_reload(entry.entry_id)
        await site.settle()

    entry = await site.add(north)
    assert hidden_by() is None
    await choose(controls=True)
    assert hidden_by() is er.RegistryEntryHider.INTEGRATION
    assert site.state(sensor) == site.state("switch.north_pid_mode") == "off"
    registry.async_update_entity(sensor, hidden_by=None)
    await choose(controls=True)
    assert hidden_by() is None
    await choose(controls=False)
    await choose(controls=True)
    assert hidden_by() is er.RegistryEntryHider.INTEGRATION
    registry.async_update_entity(sensor, hidden_by=er.RegistryEntryHider.USER)
    await choose(controls=False)
    assert hidden_by() is er.RegistryEntryHider.USER
