"""A miner at home is stopped by sensors of its own, without any container."""

from typing import Any

import pytest

from homeassistant.exceptions import ServiceValidationError
from tests.common.machinery import FakeMachine

from .site import Site

LEAK = "binary_sensor.leak"
PUMP = "sensor.pump_power"
RELEASE = {"entity_id": "button.site_stairs_release"}


async def release(site: Site) -> None:
    """Press the group's button."""
    await site.hass.services.async_call("button", "press", RELEASE, blocking=True)


def awake(machine: FakeMachine) -> bool:
    """Return whether a machine was not put to sleep."""
    return not machine.asleep


async def wait(site: Site, seconds: float) -> None:
    """Let time pass in steps of ten seconds."""
    for _ in range(round(seconds / 10)):
        await site.later(10)


@pytest.mark.parametrize("cause", ["leak", "smoke"])
async def test_a_sensor_stops_the_miner_beside_it(site: Site, cause: str) -> None:
    """Asleep and without power; back only by hand, once it is over for five minutes."""
    axe = site.add_machine("axe", outlet=True)
    site.hass.states.async_set(LEAK, "off")
    sensors = [{"entity_id": LEAK, "cause": cause}]
    group: dict[str, Any] = {"machines": ["axe"], "sensors": sensors}
    await site.add_farm(armed=True, groups={"stairs": group})
    site.hass.states.async_set(LEAK, "on")
    await site.settle()
    await site.later(2)
    assert (axe.asleep, axe.powered) == (True, False)
    assert site.state("sensor.site_stairs_cause") == cause
    with pytest.raises(ServiceValidationError):
        await release(site)
    site.hass.states.async_set(LEAK, "off")
    await wait(site, 1000)
    assert not axe.powered
    await release(site)
    await wait(site, 330)
    assert axe.powered


async def test_a_sensor_that_is_lost_neither_stops_nor_releases(site: Site) -> None:
    """An unavailable detector is no smoke, and no end of it."""
    axe = site.add_machine("axe")
    sensors = [{"entity_id": LEAK, "cause": "smoke"}]
    group: dict[str, Any] = {"machines": ["axe"], "sensors": sensors}
    await site.add_farm(armed=True, groups={"stairs": group})
    site.hass.states.async_set(LEAK, "unavailable")
    await wait(site, 300)
    assert awake(axe)
    site.hass.states.async_set(LEAK, "on")
    await wait(site, 20)
    assert not awake(axe)
    site.hass.states.async_set(LEAK, "unavailable")
    await wait(site, 20)
    with pytest.raises(ServiceValidationError):
        await release(site)


async def test_a_pump_without_watts_puts_to_sleep(site: Site) -> None:
    """Its sensor counts only while it reports."""
    axe = site.add_machine("axe")
    group: dict[str, Any] = {"machines": ["axe"], "pump": PUMP, "pump_watts": 30}
    unit = {"unit_of_measurement": "W"}
    site.hass.states.async_set(PUMP, "3", unit)
    await site.add_farm(groups={"stairs": group})
    await wait(site, 150)
    # What was read minutes ago and never since is no reading.
    await site.hass.services.async_call(
        "switch", "turn_on", {"entity_id": "switch.site_armed"}, blocking=True
    )
    await wait(site, 30)
    assert awake(axe)
    site.hass.states.async_set(PUMP, "55", unit)
    await wait(site, 30)
    assert awake(axe)
    site.hass.states.async_set(PUMP, "4", unit)
    await wait(site, 30)
    assert not awake(axe)
    assert site.state("sensor.site_stairs_cause") == "flow_lost"
