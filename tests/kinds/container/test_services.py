"""Actions on containers: many at once, each by itself, every failure reported."""

import json
from typing import Any

import pytest
import voluptuous as vol

from custom_components.mining_farm.const import DOMAIN
from homeassistant.core import ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    label_registry as lr,
)
from simulators.antspace import AntspaceSimulator

from .conftest import NORTH, SOUTH, Site

BOTH = {"entity_id": ["sensor.north_status", "sensor.south_status"]}

pytestmark = pytest.mark.usefixtures("read_back")


async def act(site: Site, service: str, **data: Any) -> None:
    """Call an action and wait for its end."""
    await site.hass.services.async_call(DOMAIN, service, data, blocking=True)


async def snapshot(site: Site, **target: Any) -> ServiceResponse:
    """Return what the action returns for all containers it is aimed at."""
    return await site.hass.services.async_call(
        DOMAIN, "get_snapshot", target, blocking=True, return_response=True
    )


@pytest.fixture
async def both(site: Site, north: AntspaceSimulator, south: AntspaceSimulator) -> None:
    """Add both containers, with controls, while no miner hashes."""
    for container, name in ((north, NORTH), (south, SOUTH)):
        container.set_load(0)
        await site.add(container, name, controls=True)


@pytest.mark.parametrize("by", ["entity", "device", "area", "label"])
@pytest.mark.usefixtures("both")
async def test_many_at_once(
    site: Site, north: AntspaceSimulator, south: AntspaceSimulator, by: str
) -> None:
    """Each container gets one command, however it is aimed at and by how much of it."""
    devices = dr.async_get(site.hass)
    area = ar.async_get(site.hass).async_create("Yard")
    label = lr.async_get(site.hass).async_create("Cooled")
    ids = []
    for name in (NORTH, SOUTH):
        [device] = dr.async_entries_for_config_entry(devices, name)
        devices.async_update_device(device.id, area_id=area.id, labels={label.label_id})
        ids.append(device.id)
    targets: dict[str, dict[str, Any]] = {
        "entity": BOTH,
        "device": {"device_id": ids},
        "area": {"area_id": area.id},
        "label": {"label_id": label.label_id},
    }
    await act(site, "set_supply_temperature", temperature=33, **targets[by])
    for container in (north, south):
        assert [request.query[-1] for request in container.writes] == [("temp", "33")]


@pytest.mark.parametrize(
    ("call", "operation"),
    [
        ({"service": "set_supply_temperature", "temperature": 36.5}, "setTemp"),
        ({"service": "set_pid", "enabled": True}, "setTemp"),
        ({"service": "start_cooling"}, "open"),
        ({"service": "stop_cooling"}, "close"),
        ({"service": "reset_cooling"}, "reset"),
    ],
)
@pytest.mark.usefixtures("both")
async def test_each_action_is_one_write(
    site: Site,
    north: AntspaceSimulator,
    south: AntspaceSimulator,
    call: dict[str, Any],
    operation: str,
) -> None:
    """One request that writes, and only to the container that is meant."""
    await act(site, entity_id="sensor.north_status", **call)
    assert [request.operation for request in north.writes] == [operation]
    assert south.writes == []


@pytest.mark.usefixtures("both")
async def test_one_that_fails_stops_no_other(
    site: Site, north: AntspaceSimulator, south: AntspaceSimulator
) -> None:
    """The other one is done, and the one that failed is named."""
    north.refuse()
    with pytest.raises(HomeAssistantError) as raised:
        await act(site, "start_cooling", **BOTH)
    assert raised.value.translation_key == "container_unreachable"
    assert "North" in str(raised.value)
    assert [request.operation for request in south.writes] == ["open"]


@pytest.mark.usefixtures("both")
async def test_every_failure_is_reported(
    site: Site, north: AntspaceSimulator, south: AntspaceSimulator
) -> None:
    """Of several that fail each is named, with its own reason."""
    north.refuse()
    south.break_down(400, operations="open")
    with pytest.raises(HomeAssistantError) as raised:
        await act(site, "start_cooling", **BOTH)
    assert raised.value.translation_key == "several_failed"
    assert "North cannot be reached" in str(raised.value)
    assert "South refused" in str(raised.value)


@pytest.mark.usefixtures("both")
async def test_long_out_of_reach(site: Site, north: AntspaceSimulator) -> None:
    """An action reports that a container is away even where its entities are gone."""
    north.refuse()
    await site.polls(4)
    assert site.state("climate.north") == "unavailable"
    with pytest.raises(HomeAssistantError) as raised:
        await act(site, "stop_cooling", entity_id="sensor.north_status", force=True)
    assert raised.value.translation_key == "container_unreachable"
    with pytest.raises(ServiceValidationError) as raised:
        await act(site, "stop_cooling", entity_id="sensor.north_status")
    assert raised.value.translation_key == "container_miners_hashing"
    assert north.writes == []


async def test_a_forced_stop(site: Site, north: AntspaceSimulator) -> None:
    """Only who says so stops the cooling of miners that hash."""
    await site.add(north, controls=True)
    aimed = {"entity_id": "sensor.north_status"}
    with pytest.raises(ServiceValidationError) as raised:
        await act(site, "stop_cooling", **aimed)
    assert raised.value.translation_key == "container_miners_hashing"
    assert north.writes == []
    await act(site, "stop_cooling", force=True, **aimed)
    assert [request.operation for request in north.writes] == ["close"]
    assert site.state("switch.north_cooling") == "off"


@pytest.mark.parametrize(
    "temperature", ["NaN", "inf", "-inf", "-5", 1000, 19.5, 45.5, 30.25, True]
)
async def test_no_bad_target_is_sent(
    site: Site, north: AntspaceSimulator, temperature: Any
) -> None:
    """Numbers that are none, out of bounds or off the step are refused."""
    await site.add(north, controls=True)
    with pytest.raises(ServiceValidationError) as raised:
        await act(
            site,
            "set_supply_temperature",
            entity_id="sensor.north_status",
            temperature=temperature,
        )
    assert raised.value.translation_key == "container_out_of_bounds"
    assert north.writes == []


@pytest.mark.parametrize("temperature", ["warm", "", None, [30], "pid", "30,5"])
async def test_text_is_no_target(
    site: Site, north: AntspaceSimulator, temperature: Any
) -> None:
    """What is no number does not get past the action's schema."""
    await site.add(north, controls=True)
    with pytest.raises(vol.Invalid):
        await act(
            site,
            "set_supply_temperature",
            entity_id="sensor.north_status",
            temperature=temperature,
        )
    assert north.writes == []


@pytest.mark.parametrize(
    ("service", "data"),
    [
        ("set_supply_temperature", {"temperature": 30}),
        ("set_pid", {"enabled": False}),
        ("start_cooling", {}),
        ("stop_cooling", {"force": True}),
        ("reset_cooling", {}),
    ],
)
async def test_nothing_without_controls(
    site: Site, north: AntspaceSimulator, service: str, data: dict[str, Any]
) -> None:
    """A container that is only watched gets no command."""
    await site.add(north)
    with pytest.raises(ServiceValidationError) as raised:
        await act(site, service, entity_id="sensor.north_status", **data)
    assert raised.value.translation_key == "container_controls_off"
    assert north.writes == []


async def test_aimed_at_no_container(site: Site, north: AntspaceSimulator) -> None:
    """An action that is aimed at nothing says so."""
    await site.add(north, controls=True)
    with pytest.raises(ServiceValidationError) as raised:
        await act(site, "start_cooling", entity_id="sensor.elsewhere")
    assert raised.value.translation_key == "container_none_targeted"


async def test_the_whole_snapshot(site: Site, north: AntspaceSimulator) -> None:
    """All that is known, typed, as JSON; also of a container that is only watched."""
    north.raise_alarm("fan1_fault")
    await site.add(north)
    response = await snapshot(site, entity_id="sensor.north_status")
    assert response is not None
    shown: Any = json.loads(json.dumps(response))[NORTH]
    assert shown["name"] == "North"
    assert shown["model"] == "hk3"
    assert shown["status"] == "error"
    assert shown["manual_set_point"] == 35.0
    assert shown["plant"]["values"]["supply_liquid_temp"] == 35.0
    assert shown["plant"]["flags"]["pid_mode"] is False
    assert shown["plant"]["alarm_states"]["leakage_fault"] is False
    assert [alarm["key"] for alarm in shown["alarms"]] == ["fan1_fault"]
    assert shown["alarms"][0]["severity"] == "high"
    assert len(shown["miners"]["miners"]) == shown["miners"]["miners_known"]


async def test_a_snapshot_of_silence(site: Site, north: AntspaceSimulator) -> None:
    """Nothing has to be reached for it, and no old value is returned as if it were new."""
    await site.add(north, controls=True)
    north.refuse()
    response = await snapshot(site, entity_id="sensor.north_status")
    assert response is not None
    shown: Any = response[NORTH]
    assert shown["plant"]["values"]["supply_liquid_temp"] == 35.0
    await site.polls(4)
    response = await snapshot(site, entity_id="sensor.north_status")
    assert response is not None
    shown = response[NORTH]
    assert shown["status"] == "offline"
    assert shown["plant"] is shown["miners"] is shown["alarms"] is None
    assert shown["last_seen"] is not None
