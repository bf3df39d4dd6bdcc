"""A critical alarm on the phone, in words, and nothing else."""

from homeassistant.core import CoreState, ServiceCall

from ..kinds.container.conftest import Site
from .conftest import Automate, devices

NORTH = "event.north_alarms"
SILENT = "binary_sensor.north_container_silent"


def said(messages: list[ServiceCall]) -> list[str]:
    """Return the messages in turn."""
    return [call.data["message"] for call in messages]


async def test_critical_alarms_are_told(site: Site, automate: Automate) -> None:
    """A message when raised and when over; none for one that is not critical."""
    container = await site.container(faithful=True)
    await site.add(container)
    messages = await automate(
        "container_critical_alarm", containers=devices(site.hass, NORTH)
    )
    container.raise_alarm("leakage_fault")
    container.raise_alarm("fan1_fault")
    await site.polls()
    assert said(messages) == ["North: leak (critical)."]
    assert messages[0].data["title"] == "North"
    assert messages[0].data["entity_id"] == ["notify.phone"]
    await site.polls(3)
    assert len(messages) == 1
    container.clear_alarm("leakage_fault")
    container.clear_alarm("fan1_fault")
    await site.polls()
    assert said(messages)[1:] == ["North: leak is over."]


async def test_an_alarm_from_before_the_start(site: Site, automate: Automate) -> None:
    """A leak that began while Home Assistant was off is reported once it has started."""
    site.hass.set_state(CoreState.not_running)
    container = await site.container(faithful=True)
    container.leak()
    await site.add(container)
    messages = await automate(
        "container_critical_alarm", containers=devices(site.hass, NORTH)
    )
    assert said(messages) == []
    await site.hass.async_start()
    await site.settle()
    assert said(messages) == ["North: leak (critical)."]


async def test_what_is_wanted_can_be_chosen(site: Site, automate: Automate) -> None:
    """Other severities, no end, and another action in place of a message."""
    container = await site.container(faithful=True)
    await site.add(container)
    texts: list[str] = []
    site.hass.bus.async_listen(
        "alarm_message", lambda event: texts.append(event.data["text"])
    )
    messages = await automate(
        "container_critical_alarm",
        containers=devices(site.hass, NORTH),
        receivers=[],
        severities=["high"],
        cleared=False,
        other_actions=[
            {
                "event": "alarm_message",
                "event_data": {"text": "{{ container }} {{ event }} {{ alarm }}"},
            }
        ],
    )
    for alarm in ("leakage_fault", "spray_pump_fault", "supply_liquid_temp_high"):
        container.raise_alarm(alarm)
    await site.polls()
    for alarm in ("leakage_fault", "spray_pump_fault", "supply_liquid_temp_high"):
        container.clear_alarm(alarm)
    await site.polls()
    assert said(messages) == []
    assert "North raised supply temperature high" in texts
    assert not [text for text in texts if "cleared" in text or "leak" in text]


async def test_silence_is_reported(site: Site, automate: Automate) -> None:
    """A container that does not answer is not one without alarms."""
    container = await site.container(faithful=True)
    await site.add(container)
    messages = await automate(
        "container_critical_alarm",
        containers=devices(site.hass, NORTH),
        silence=[SILENT],
    )
    await site.polls()
    container.refuse()
    await site.polls(5)
    assert said(messages) == ["North no longer answers. Whether it cools is unknown."]
