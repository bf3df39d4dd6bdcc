"""The shift learns what happens to a farm, and smoke stops it."""

from datetime import timedelta
from typing import Any

from custom_components.mining_farm.kinds.farm.event import EVENTS
from homeassistant.core import ServiceCall
from homeassistant.util import dt as dt_util
from tests.kinds.callers import Callers
from tests.kinds.conftest import callers as callers  # noqa: PLC0414

from ..kinds.farm.conftest import site as site  # noqa: PLC0414
from ..kinds.farm.site import Site
from ..kinds.farm.test_interlock import LEAK, Hall, hall
from .conftest import Automate

__all__ = ["hall"]
STOP = "binary_sensor.site_emergency_stop_in_force"
SMOKE = "binary_sensor.smoke"
NOT_SEEN = "was NOT seen to act: stop the machines by hand"


def said(messages: list[ServiceCall]) -> list[str]:
    """Return the messages in turn."""
    return [call.data["message"] for call in messages]


async def test_the_shift_is_told(site: Site, automate: Automate) -> None:
    """Who or what stopped it, what did not follow, and when it is over."""
    site.add_machine("axe")
    site.add_machine("deaf", obeys=False)
    await site.add_farm()
    messages = await automate("farm_notify", farms=["event.site_events"])
    await site.call("emergency_stop", confirm=True)
    await site.later(61)
    await site.later(1)
    await site.call("release_emergency_stop")
    await site.later(1)
    assert said(messages) == [
        "Emergency stop of Site.",
        "deaf was not seen to stop. Go and look.",
        "Site was released.",
    ]
    assert messages[0].data["title"] == "Site"


async def test_a_curtailment_is_told_where_wanted(
    site: Site, automate: Automate
) -> None:
    """By its name."""
    site.add_machine("axe")
    await site.add_farm()
    messages = await automate(
        "farm_notify",
        farms=["event.site_events"],
        events=["curtailed", "curtailment_ended"],
    )
    await site.call("curtail", confirm=True, name="peak")
    await site.call("release_curtailment")
    assert said(messages) == [
        "1 machines of Site sleep or draw less for peak.",
        "Site draws as much as before: peak ended.",
    ]


async def test_smoke_stops_everything(site: Site, automate: Automate) -> None:
    """Once it lasts; its end starts nothing."""
    axe = site.add_machine("axe", outlet=True)
    await site.add_farm()
    site.hass.states.async_set(SMOKE, "off", {"friendly_name": "Hall"})
    messages = await automate("farm_smoke_stop", detectors=[SMOKE], farm=STOP)
    site.hass.states.async_set(SMOKE, "on", {"friendly_name": "Hall"})
    await site.later(2)
    site.hass.states.async_set(SMOKE, "off", {"friendly_name": "Hall"})
    await site.later(6)
    assert site.state(STOP) == "off"
    site.hass.states.async_set(SMOKE, "on", {"friendly_name": "Hall"})
    await site.later(6)
    await site.later(1)
    assert site.state(STOP) == "on"
    assert (axe.asleep, axe.powered) == (True, False)
    site.hass.states.async_set(SMOKE, "off", {"friendly_name": "Hall"})
    await site.later(60)
    assert site.state(STOP) == "on"
    assert said(messages) == ["Hall reports smoke. The emergency stop was pressed."]


async def test_smoke_that_stops_nothing_is_said(site: Site, automate: Automate) -> None:
    """Nobody is told that everything was stopped while the farm is not loaded."""
    axe = site.add_machine("axe", outlet=True)
    await site.add_farm()
    await site.hass.config_entries.async_unload("site")
    site.hass.states.async_set(SMOKE, "off", {"friendly_name": "Hall"})
    messages = await automate("farm_smoke_stop", detectors=[SMOKE], farm=STOP)
    site.hass.states.async_set(SMOKE, "on", {"friendly_name": "Hall"})
    await site.later(6)
    await site.later(11)
    assert axe.powered
    assert said(messages) == [f"Hall reports smoke. The emergency stop {NOT_SEEN}."]


async def test_the_whole_story_of_a_leak(
    hall: Hall, automate: Automate, callers: Callers
) -> None:
    """Each step in its own words, with who and why; a bypass and its end beside it."""
    site = hall.site
    wanted = [*(EVENTS.event_types or ())]
    messages = await automate("farm_notify", farms=["event.site_events"], events=wanted)

    async def press(action: str, **data: Any) -> None:
        target = "binary_sensor.site_north_latched"
        await callers.call("administrator", action, entity_id=target, **data)
        await site.settle()

    hall.machines[1].obeys = False
    await hall.calm(90, bits=LEAK)
    await press("release_interlock")
    hall.machines[1].obeys = True
    await hall.calm(60)
    await press("release_interlock")
    await hall.calm(400)
    until = dt_util.utcnow() + timedelta(seconds=60)
    await press("bypass_interlock", until=until.isoformat())
    await hall.calm(80)
    await press("bypass_interlock")
    assert said(messages) == [
        "North: leak:north:leakage fault.",
        "The machines of North are stopped: leak:north:leakage fault.",
        "axe1 was not seen to stop. Go and look.",
        "Not all machines of North were seen to stop. Go and look.",
        "The release of North by Mock User was refused: leak.",
        "North was released by Mock User.",
        "The cooling of North is proved, its machines start.",
        "The machines of North run again.",
        f"The interlock of North stops nothing until {until.isoformat()} by Mock User.",
        "The interlock of North acts again: its bypass has ended.",
        "The interlock of North acts again by Mock User.",
    ]


async def test_each_event_has_its_own_words(site: Site, automate: Automate) -> None:
    """None of them falls to the last of all, and none names nobody."""
    await site.add_farm()
    wanted = [*(EVENTS.event_types or ())]
    messages = await automate("farm_notify", farms=["event.site_events"], events=wanted)
    for event in wanted:
        site.farm.publish(event, by="Ann", name="peak", machines=3, until="noon")
        await site.settle()
    texts = said(messages)
    assert len(set(texts)) == len(wanted)
    assert not any("None" in each for each in texts)
    ended = [each for each in texts if "draws as much as before" in each]
    assert ended == ["Site draws as much as before: peak ended by Ann."]
