"""The shift learns what happens to a farm, and smoke stops it."""

from homeassistant.core import ServiceCall

from ..kinds.farm.conftest import site as site  # noqa: PLC0414
from ..kinds.farm.site import Site
from .conftest import Automate

STOP = "binary_sensor.site_emergency_stop_in_force"
SMOKE = "binary_sensor.smoke"


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
