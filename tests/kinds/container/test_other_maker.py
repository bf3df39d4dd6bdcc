"""A container of a second maker: what its plant lacks has no entity and no effect."""

from dataclasses import replace

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.containers import MAKERS, registry
from homeassistant.config_entries import SOURCE_USER
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from tests.engines.containers.other_maker import OTHER, OtherDriver

from .conftest import Site

CLIMATE = "climate.hall"


@pytest.fixture
async def unit(site: Site, monkeypatch: pytest.MonkeyPatch) -> OtherDriver:
    """Add such a container through the flow, with controls."""
    driver = OtherDriver()
    monkeypatch.setattr(
        registry, "MAKERS", (replace(OTHER, connect=driver.connect), *MAKERS)
    )
    flows = site.hass.config_entries.flow
    result = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    for answer in (
        {"next_step_id": "container"},
        {"host": "unit"},
        {"name": "Hall", "controls": True},
    ):
        result = await flows.async_configure(result["flow_id"], answer)
    await site.settle()
    assert result["data"] == {
        "kind": "container",
        "host": "unit",
        "port": 502,
        "model": "borealis_cdu",
    }
    return driver


async def test_its_device_names_its_maker(site: Site, unit: OtherDriver) -> None:
    """Manufacturer and model are of its table; it has no page of its own."""
    (device,) = dr.async_get(site.hass).devices
    assert (device.manufacturer, device.model) == ("Borealis", "Borealis CDU")
    assert device.configuration_url is None


async def test_it_shows_its_rows_and_offers_its_commands(
    site: Site, unit: OtherDriver
) -> None:
    """What it does not have is not there: no PID switch, no reset, no automatic mode."""
    registered = er.async_get(site.hass).entities.values()
    assert {entity.domain for entity in registered} == {
        "binary_sensor",
        "climate",
        "event",
        "sensor",
        "switch",
    }
    assert site.hass.states.async_entity_ids("switch") == ["switch.hall_cooling"]
    climate = site.get(CLIMATE)
    assert climate.attributes["hvac_modes"] == ["off", "cool"]
    assert climate.attributes["current_temperature"] == 27.5
    assert (climate.attributes["min_temp"], climate.attributes["max_temp"]) == (22, 40)
    assert site.state("binary_sensor.hall_leak") == "off"
    unit.leaks = True
    await site.polls()
    assert site.state("binary_sensor.hall_leak") == "on"
    assert site.state("sensor.hall_status") == "error"


@pytest.mark.usefixtures("read_back")
async def test_it_obeys_by_the_same_proofs(site: Site, unit: OtherDriver) -> None:
    """Starting and holding a target are sent once and seen."""
    for data in ({"hvac_mode": "cool"}, {"temperature": 25}):
        service = "set_hvac_mode" if "hvac_mode" in data else "set_temperature"
        await site.hass.services.async_call(
            "climate", service, {"entity_id": CLIMATE, **data}, blocking=True
        )
    assert unit.writes == ["start", "hold 25"]
    assert site.get(CLIMATE).attributes["temperature"] == 25


@pytest.mark.usefixtures("read_back")
@pytest.mark.parametrize(
    ("action", "data"), [("set_pid", {"enabled": True}), ("reset_cooling", {})]
)
async def test_an_action_that_it_lacks_is_refused(
    site: Site, unit: OtherDriver, action: str, data: dict[str, object]
) -> None:
    """The user reads why, and nothing is sent."""
    with pytest.raises(ServiceValidationError, match="Hall cannot do this: Borealis"):
        await site.hass.services.async_call(
            DOMAIN, action, {"entity_id": CLIMATE, **data}, blocking=True
        )
    assert unit.writes == []
