"""One message for each cause, in words."""

from homeassistant.core import ServiceCall

from ..kinds.rig.watching import Farm
from .conftest import Automate, devices

RESTARTED = "rig1 was restarted, because the pool saw no share for too long."
GAVE_UP = (
    "rig1 does not come back: 3 restarts did not help, and it is left alone until you"
    " look after it. Repairs shows what you can do."
)
NOT_HELPED = (
    "rig1 was restarted and has not worked since. It may be switched off at its own"
    " switch, or mine elsewhere. Repairs asks whether to restart it again."
)
REHEARSED = (
    "rig1 would have been restarted, because the pool saw no share for too long."
    " It only rehearses."
)
EVENTS = [f"event.rig{number}_restarts" for number in (1, 2, 3, 4)]


def said(messages: list[ServiceCall]) -> list[str]:
    """Return the messages in turn."""
    return [call.data["message"] for call in messages]


async def test_restarts_and_giving_up(farm: Farm, automate: Automate) -> None:
    """Each restart is told, and in the end that somebody has to look after the rig."""
    await farm.add("rig1", options={"repeat_on_silence": True})
    messages = await automate("rig_notify", rigs=devices(farm.hass, *EVENTS[:1]))
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(120)
    assert said(messages) == [
        RESTARTED,
        f"{RESTARTED} It was restart 2 in a row.",
        f"{RESTARTED} It was restart 3 in a row.",
        GAVE_UP,
    ]
    assert messages[0].data["entity_id"] == ["notify.phone"]
    assert messages[0].data["title"] == "rig1"


async def test_a_restart_that_did_not_help(farm: Farm, automate: Automate) -> None:
    """Silence alone gives one restart; then a human is asked."""
    await farm.add("rig1")
    messages = await automate("rig_notify", rigs=devices(farm.hass, *EVENTS[:1]))
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(120)
    assert said(messages) == [RESTARTED, NOT_HELPED]


async def test_the_users_own_restart_is_not_told(
    farm: Farm, automate: Automate
) -> None:
    """He knows."""
    outlet = await farm.add("rig1")
    messages = await automate("rig_notify", rigs=devices(farm.hass, *EVENTS[:1]))
    await farm.hass.services.async_call(
        "button", "press", {"entity_id": "button.rig1_power_cycle"}, blocking=True
    )
    await farm.after(1)
    assert outlet.log == ["off", "on"]
    assert said(messages) == []


async def test_a_pool_outage_is_one_message(farm: Farm, automate: Automate) -> None:
    """It names the rigs that are held."""
    for number in (1, 2, 3, 4):
        await farm.add(f"rig{number}")
    messages = await automate("rig_notify", rigs=devices(farm.hass, *EVENTS))
    await farm.after(10)
    farm.alive.clear()
    await farm.after(120)
    assert said(messages) == [
        "The pool of rig1, rig2, rig3, rig4 seems to be out. Nothing is restarted."
    ]


async def test_a_dead_plug_is_one_message(farm: Farm, automate: Automate) -> None:
    """Told when it falls silent, not at every attempt; and anew the next night."""
    outlet = await farm.add("rig1")
    messages = await automate(
        "rig_notify", rigs=devices(farm.hass, *EVENTS[:1]), quiet_hours=2
    )
    await farm.after(5)
    for nights in (1, 2):
        outlet.reachable = False
        await farm.after(40)
        outlet.reachable = True
        await farm.after(20)
        outlet.reachable = False
        await farm.after(40)
        outlet.reachable = True
        dead_plug = (
            "The plug of rig1 cannot be reached, so the rig cannot be restarted."
        )
        assert said(messages) == [dead_plug] * nights
        await farm.after(150)


async def test_what_is_not_wanted_is_not_told(farm: Farm, automate: Automate) -> None:
    """Events can be chosen; another action can be run beside the message."""
    await farm.add("rig1")
    told: list[str] = []
    farm.hass.bus.async_listen("told", lambda event: told.append(event.data["text"]))
    messages = await automate(
        "rig_notify",
        rigs=devices(farm.hass, *EVENTS[:1]),
        receivers=[],
        events=["recovered"],
        other_actions=[
            {"event": "told", "event_data": {"text": "{{ event }}: {{ message }}"}}
        ],
    )
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(12)
    assert told == []
    farm.alive.add("rig1")
    await farm.after(10)
    assert told == ["recovered: rig1 works again."]
    assert said(messages) == []


async def test_a_rehearsal(farm: Farm, automate: Automate) -> None:
    """Told where it is wanted, and not at every check."""
    await farm.add("rig1", armed=False)
    messages = await automate(
        "rig_notify", rigs=devices(farm.hass, *EVENTS[:1]), events=["would_restart"]
    )
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(120)
    assert said(messages) == [REHEARSED]
