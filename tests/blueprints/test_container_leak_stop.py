"""A leak turns off what was chosen, and nothing turns it on again."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from ..kinds.container.conftest import Site
from .conftest import Automate

LEAK = "binary_sensor.north_leak"
PUMPS = ["switch.refill", "switch.feed"]


async def add_switches(hass: HomeAssistant) -> None:
    """Add two switches that are on."""
    helpers = {"refill": {"initial": True}, "feed": {"initial": True}}
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": helpers}
    )
    switches = [
        {
            "name": name,
            "default_entity_id": f"switch.{name}",
            "state": f"{{{{ is_state('input_boolean.{name}', 'on') }}}}",
            "turn_on": {
                "action": "input_boolean.turn_on",
                "target": {"entity_id": f"input_boolean.{name}"},
            },
            "turn_off": {
                "action": "input_boolean.turn_off",
                "target": {"entity_id": f"input_boolean.{name}"},
            },
        }
        for name in helpers
    ]
    assert await async_setup_component(
        hass, "template", {"template": [{"switch": switches}]}
    )
    await hass.async_block_till_done()


async def wait_for_the_last(site: Site) -> None:
    """Let the time pass that the automation waits once the other switches are off."""
    while not all(site.hass.states.is_state(pump, "off") for pump in PUMPS):
        await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    site.freezer.tick(11)


async def test_a_leak_stops_the_switches_for_good(
    site: Site, automate: Automate
) -> None:
    """Off with the leak, off after it; on again only by hand."""
    await add_switches(site.hass)
    container = await site.container(faithful=True)
    await site.add(container)
    messages = await automate("container_leak_stop", leaks=[LEAK], switches=PUMPS)
    await site.polls(2)
    assert [site.state(pump) for pump in PUMPS] == ["on", "on"]
    container.leak()
    await site.polls()
    assert [site.state(pump) for pump in PUMPS] == ["off", "off"]
    assert [call.data["message"] for call in messages] == [
        "Liquid leaks: North. What you chose is off, and stays off until you turn it on."
    ]
    container.clear_alarm("leakage_fault")
    await site.polls(5)
    assert site.state(LEAK) == "off"
    assert [site.state(pump) for pump in PUMPS] == ["off", "off"]
    await site.hass.services.async_call(
        "switch", "turn_on", {"entity_id": PUMPS[0]}, blocking=True
    )
    await site.polls(2)
    assert [site.state(pump) for pump in PUMPS] == ["on", "off"]
    assert len(messages) == 1


async def test_a_switch_that_does_not_obey_is_named(
    site: Site, automate: Automate
) -> None:
    """The others are off, and the message says which one is not."""
    await add_switches(site.hass)
    site.hass.states.async_set(
        "switch.broken", "unavailable", {"friendly_name": "Broken"}
    )
    container = await site.container(faithful=True)
    await site.add(container)
    messages = await automate(
        "container_leak_stop", leaks=[LEAK], switches=[*PUMPS, "switch.broken"]
    )
    container.leak()
    waiting = asyncio.create_task(wait_for_the_last(site))
    await site.polls()
    await waiting
    assert [site.state(pump) for pump in PUMPS] == ["off", "off"]
    assert [call.data["message"] for call in messages] == [
        "Liquid leaks: North. Not off: Broken."
    ]


async def test_a_leak_that_began_before_the_start(
    site: Site, automate: Automate
) -> None:
    """It is on when first heard of; silence by itself stops nothing."""
    await add_switches(site.hass)
    container = await site.container(faithful=True)
    container.leak()
    container.refuse()
    await site.add(container)
    await automate("container_leak_stop", leaks=[LEAK], switches=PUMPS)
    await site.polls(5)
    assert site.state(LEAK) == "unavailable"
    assert [site.state(pump) for pump in PUMPS] == ["on", "on"]
    container.restore()
    await site.polls()
    assert site.state(LEAK) == "on"
    assert [site.state(pump) for pump in PUMPS] == ["off", "off"]
