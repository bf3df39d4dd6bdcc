"""Cooling as a thermostat: bounds, modes, and only what the plant has shown."""

import asyncio
import math
from typing import Any

import pytest

from homeassistant.components.climate import DOMAIN as CLIMATE_DOMAIN
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
from simulators.antspace import AntspaceSimulator

from .conftest import Site

CLIMATE = "climate.north"

pytestmark = pytest.mark.usefixtures("read_back")


async def act(site: Site, service: str, **data: Any) -> None:
    """Ask the climate entity for something and wait for its end."""
    await site.hass.services.async_call(
        CLIMATE_DOMAIN, service, {"entity_id": CLIMATE, **data}, blocking=True
    )


def writes(container: AntspaceSimulator) -> list[str]:
    """Return what was written on the wire, oldest first."""
    return [
        request.target.removeprefix("/cooler?operation=")
        for request in container.writes
    ]


async def test_what_the_thermostat_shows(site: Site, north: AntspaceSimulator) -> None:
    """The supply is what is held; the bounds and the step are the model's."""
    await site.add(north, controls=True)
    climate = site.get(CLIMATE)
    assert climate.state == "cool"
    assert climate.attributes["hvac_modes"] == ["off", "cool", "auto"]
    assert climate.attributes["hvac_action"] == "cooling"
    assert climate.attributes["current_temperature"] == 35.0
    assert climate.attributes["temperature"] == 35.0
    assert climate.attributes["min_temp"] == 20
    assert climate.attributes["max_temp"] == 45
    assert climate.attributes["target_temp_step"] == 0.5


async def test_immersion_shows_the_warmer_oil(
    site: Site, south: AntspaceSimulator
) -> None:
    """Of the two circuits the warmer one is shown, and the bounds are wider."""
    south.set_fields({"second_supply_temp1": 41.5, "second_supply_temp2": 43.25})
    await site.add(south, controls=True)
    climate = site.get(CLIMATE)
    assert climate.attributes["current_temperature"] == 43.2
    assert climate.attributes["max_temp"] == 48
    south.set_fields({"second_supply_temp2": None})
    await site.polls()
    assert site.get(CLIMATE).attributes["current_temperature"] == 41.5


async def test_the_users_own_bounds(site: Site, north: AntspaceSimulator) -> None:
    """Narrower bounds of the options hold for the dial and for what is refused."""
    await site.add(north, controls=True, set_point_lowest=30.0, set_point_highest=40.0)
    assert site.get(CLIMATE).attributes["min_temp"] == 30
    assert site.get(CLIMATE).attributes["max_temp"] == 40
    with pytest.raises(ServiceValidationError):
        await act(site, "set_temperature", temperature=40.5)
    assert writes(north) == []


async def test_without_controls_there_is_nothing_to_control(
    site: Site, north: AntspaceSimulator
) -> None:
    """Controls are off until the user allows them."""
    await site.add(north)
    for domain in ("climate", "switch", "button"):
        assert site.hass.states.async_entity_ids(domain) == []


async def test_a_target_is_held(site: Site, north: AntspaceSimulator) -> None:
    """A target is sent once and shown once the plant shows it."""
    await site.add(north, controls=True)
    await act(site, "set_temperature", temperature=32.5)
    assert writes(north) == ["setTemp&temp=32.5"]
    assert site.get(CLIMATE).attributes["temperature"] == 32.5


@pytest.mark.parametrize("celsius", [math.nan, math.inf, -math.inf, 19.5, 45.5])
@pytest.mark.parametrize("mode", [None, "off", "cool"])
async def test_no_bad_target_is_sent(
    site: Site, north: AntspaceSimulator, celsius: float, mode: str | None
) -> None:
    """What is refused is refused before anything else is done, a stop as well."""
    await site.add(north, controls=True)
    north.set_load(0)
    modes = {} if mode is None else {"hvac_mode": mode}
    with pytest.raises(ServiceValidationError):
        await act(site, "set_temperature", temperature=celsius, **modes)
    assert writes(north) == []
    assert site.get(CLIMATE).attributes["temperature"] == 35.0


async def test_a_target_in_fahrenheit_is_the_nearest_there_is(
    site: Site, north: AntspaceSimulator
) -> None:
    """Whole degrees of another unit need not be steps of ours."""
    site.hass.config.units = US_CUSTOMARY_SYSTEM
    await site.add(north, controls=True)
    await act(site, "set_temperature", temperature=94)
    assert writes(north) == ["setTemp&temp=34.5"]
    with pytest.raises(ServiceValidationError):
        await act(site, "set_temperature", temperature=math.nan)


@pytest.mark.parametrize(
    ("celsius", "sent"), [(35.00000381, "35"), (36.11111, "36"), (30.3, "30.5")]
)
async def test_a_target_between_two_steps_is_the_nearest_there_is(
    site: Site, north: AntspaceSimulator, celsius: float, sent: str
) -> None:
    """Assistants convert units by themselves, whatever the unit of the house."""
    await site.add(north, controls=True)
    await act(site, "set_temperature", temperature=celsius)
    assert writes(north) == [f"setTemp&temp={sent}"]


async def test_nothing_is_shown_before_the_plant_shows_it(
    site: Site, north: AntspaceSimulator
) -> None:
    """Between a command and its effect the old target is the true one, polls or not."""
    await site.add(north, controls=True)
    north.delay(2.0, "setTemp")
    north.ack_without_effect("setTemp")
    asked = site.hass.async_create_task(act(site, "set_temperature", temperature=30))
    while not north.writes:
        await asyncio.sleep(0)
    assert site.get(CLIMATE).attributes["temperature"] == 35.0
    site.clock.advance(2.0)
    with pytest.raises(HomeAssistantError) as raised:
        await asked
    assert raised.value.translation_key == "container_unconfirmed"
    await site.settle()
    assert site.get(CLIMATE).attributes["temperature"] == 35.0
    assert writes(north) == ["setTemp&temp=30"]


async def test_modes(site: Site, north: AntspaceSimulator) -> None:
    """Off stops, auto lets the controller choose, cool goes back to the last target."""
    await site.add(north, controls=True)
    await act(site, "set_hvac_mode", hvac_mode="auto")
    assert writes(north) == ["open", "setTemp&temp=pid"]
    assert site.state(CLIMATE) == "auto"
    assert site.get(CLIMATE).attributes["temperature"] == 38.0
    await act(site, "set_hvac_mode", hvac_mode="cool")
    assert writes(north)[2:] == ["open", "setTemp&temp=35"]
    assert site.state(CLIMATE) == "cool"
    north.set_load(0)
    await act(site, "set_hvac_mode", hvac_mode="off")
    assert writes(north)[4:] == ["close"]
    assert site.state(CLIMATE) == "off"
    assert site.get(CLIMATE).attributes["hvac_action"] == "off"
    await site.after(60)
    await act(site, "turn_on")
    assert writes(north)[5:] == ["open"]
    assert site.state(CLIMATE) == "cool"
    await act(site, "turn_off")
    await site.after(60)
    await act(site, "set_hvac_mode", hvac_mode="auto")
    assert writes(north)[6:] == ["close", "open", "setTemp&temp=pid"]
    assert site.state(CLIMATE) == "auto"


async def test_a_target_with_a_mode(site: Site, north: AntspaceSimulator) -> None:
    """A target can come with a start, and neither with automatic mode nor with a stop."""
    await site.add(north, controls=True)
    north.set_load(0)
    await act(site, "set_temperature", temperature=32, hvac_mode="cool")
    assert writes(north) == ["open", "setTemp&temp=32"]
    for mode in ("auto", "off"):
        with pytest.raises(ServiceValidationError) as raised:
            await act(site, "set_temperature", temperature=33, hvac_mode=mode)
        assert raised.value.translation_key == f"container_{mode}_has_no_target"
    assert site.state(CLIMATE) == "cool"
    assert len(north.writes) == 2


async def test_moves_of_a_slider_that_queue_up_are_one_move(
    site: Site, north: AntspaceSimulator
) -> None:
    """While one target is being confirmed only the last of those that follow is sent."""
    await site.add(north, controls=True)
    await asyncio.gather(
        *(
            act(site, "set_temperature", temperature=celsius)
            for celsius in (30, 31, 32, 33)
        )
    )
    assert writes(north) == ["setTemp&temp=30", "setTemp&temp=33"]
    assert site.get(CLIMATE).attributes["temperature"] == 33


async def test_a_refused_target_takes_the_place_of_none(
    site: Site, north: AntspaceSimulator
) -> None:
    """A last move that is out of bounds leaves the one before it."""
    await site.add(north, controls=True)
    outcomes = await asyncio.gather(
        *(
            act(site, "set_temperature", temperature=celsius)
            for celsius in (30, 31, 46)
        ),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [
        type(None),
        type(None),
        ServiceValidationError,
    ]
    assert writes(north) == ["setTemp&temp=30", "setTemp&temp=31"]


@pytest.mark.parametrize("mode", ["heat", "dry", "fan_only"])
async def test_a_mode_that_does_not_exist_is_refused(
    site: Site, north: AntspaceSimulator, mode: str
) -> None:
    """Also where it comes with a target, which is not sent either."""
    await site.add(north, controls=True)
    for action, target in (
        ("set_temperature", {"temperature": 31}),
        ("set_hvac_mode", {}),
    ):
        with pytest.raises(ServiceValidationError) as raised:
            await act(site, action, hvac_mode=mode, **target)
        assert raised.value.translation_key == "not_valid_hvac_mode"
    assert north.writes == []


async def test_a_pump_that_runs_on_is_shown_and_can_be_started_again(
    site: Site,
) -> None:
    """HK3's pump may run on after a stop: running is shown, and a start is sent."""
    north = await site.container(faithful=True)
    north.set_fields({"minerInfo": {"miner_num": 0, "total_hashrate": 0}})
    await site.add(north, controls=True)
    await act(site, "turn_off")
    assert writes(north) == ["close"]
    assert site.state(CLIMATE) == "cool"
    assert site.state("switch.north_cooling") == "on"
    await site.after(60)
    await act(site, "set_hvac_mode", hvac_mode="cool")
    assert writes(north) == ["close", "open"]


@pytest.mark.parametrize(
    ("action", "data", "sent"),
    [
        ("set_hvac_mode", {"hvac_mode": "cool"}, ["open", "setTemp&temp=35"]),
        (
            "set_temperature",
            {"hvac_mode": "cool", "temperature": 33},
            ["open", "setTemp&temp=33"],
        ),
    ],
)
async def test_a_stop_in_automatic_mode_is_ended_by_another_mode(
    site: Site, action: str, data: dict[str, Any], sent: list[str]
) -> None:
    """HK3's pump shows nothing of a stop: whoever asks for cooling gets it started."""
    north = await site.container(faithful=True)
    north.set_fields({"minerInfo": {"miner_num": 0, "total_hashrate": 0}})
    await site.add(north, controls=True)
    await act(site, "set_hvac_mode", hvac_mode="auto")
    await act(site, "turn_off")
    assert site.state(CLIMATE) == "auto"
    await site.after(60)
    before = len(north.writes)
    await act(site, action, **data)
    assert writes(north)[before:] == sent
    assert site.state(CLIMATE) == "cool"


async def test_no_way_out_of_automatic_mode_is_known_before_anything_is_done(
    site: Site, north: AntspaceSimulator
) -> None:
    """An error that says that nothing was sent is right."""
    north.set_fields({"pid_mode": True, "supply_liquid_set_temp": 38})
    await site.add(north, controls=True)
    with pytest.raises(ServiceValidationError) as raised:
        await act(site, "set_hvac_mode", hvac_mode="cool")
    assert raised.value.translation_key == "container_out_of_bounds"
    assert writes(north) == []


async def test_an_unknown_mode_is_unknown(site: Site, north: AntspaceSimulator) -> None:
    """A plant that does not report PID or its pump has no mode that is known."""
    north.remove_fields(["pid_mode"])
    await site.add(north, controls=True)
    assert site.state(CLIMATE) == "unknown"
    north.release_fields()
    north.remove_fields(["circulating_pump"])
    await site.polls()
    assert site.state(CLIMATE) == "unknown"
    assert "hvac_action" not in site.get(CLIMATE).attributes
