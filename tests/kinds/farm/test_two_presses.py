"""Two people press at the same moment, each over a websocket of his own."""

import asyncio
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from custom_components.mining_farm.common.record_file import RecordFile
from homeassistant.const import EVENT_CALL_SERVICE
from homeassistant.core import Event, callback
from tests.kinds.callers import Callers

from .site import Site

EVENTS = "event.site_events"
STOP: Any = {"entity_id": "binary_sensor.site_emergency_stop_in_force"}


def together(site: Site, actions: int) -> AbstractContextManager[object]:
    """Let the disk be busy until so many actions have been called."""
    left, all_called, write = actions, asyncio.Event(), RecordFile.async_write

    @callback
    def called(event: Event[Any]) -> None:
        nonlocal left
        left -= event.data["domain"] == "mining_farm"
        if not left:
            all_called.set()

    async def busy(file: RecordFile, record: dict[str, Any]) -> None:
        async with asyncio.timeout(120):
            await all_called.wait()
        # Whatever the last caller does before it waits has been done then.
        for _ in range(50):
            await asyncio.sleep(0)
        await write(file, record)

    site.hass.bus.async_listen(EVENT_CALL_SERVICE, called)
    return patch.object(RecordFile, "async_write", busy)


def events_of(site: Site) -> list[str | None]:
    """Return the list to which each event of the site is added."""
    seen: list[str | None] = []

    @callback
    def changed(event: Event[Any]) -> None:
        if event.data["entity_id"] == EVENTS:
            seen.append(event.data["new_state"].attributes.get("event_type"))

    site.hass.bus.async_listen("state_changed", changed)
    return seen


async def test_two_presses_at_once_are_one_stop(site: Site, callers: Callers) -> None:
    """The second joins: nothing is ordered twice, and who was first is kept."""
    machines = [site.add_machine(f"axe{n}", outlet=True) for n in range(4)]
    await site.add_farm()
    seen = events_of(site)
    sockets = [await callers.connect(who) for who in ("user", "administrator")]
    with together(site, 2):
        answers = await asyncio.gather(
            *(
                callers.ask(socket, "emergency_stop", confirm=True, **STOP)
                for socket in sockets
            )
        )
    await site.settle()
    await site.later(1)
    assert answers == ["done", "done"]
    assert [sorted(machine.log) for machine in machines] == [
        ["outlet down", "sleep down"]
    ] * 4
    assert [each for each in seen if each in ("emergency_stop", "joined")] == [
        "emergency_stop",
        "joined",
    ]
    assert site.farm.stop is not None
    holds = [hold for each in machines for hold in site.holds.of(each.name).holds]
    assert {(hold.since, hold.by) for hold in holds} == {
        (site.farm.stop.since, site.farm.stop.by)
    }


async def test_a_press_while_another_releases_stands(
    site: Site, callers: Callers
) -> None:
    """Who presses after the release was asked for wants it stopped."""
    axe = site.add_machine("axe")
    await site.add_farm()
    user = await callers.connect("user")
    administrator = await callers.connect("administrator")
    assert await callers.ask(user, "emergency_stop", confirm=True, **STOP) == "done"
    await site.settle()
    await site.later(1)
    called = asyncio.Event()
    site.hass.bus.async_listen(EVENT_CALL_SERVICE, callback(lambda _: called.set()))
    with together(site, 2):
        release = asyncio.create_task(
            callers.ask(administrator, "release_emergency_stop", **STOP)
        )
        async with asyncio.timeout(120):
            await called.wait()
        press = callers.ask(user, "emergency_stop", confirm=True, **STOP)
        assert set(await asyncio.gather(release, press)) == {"done"}
    await site.settle()
    await site.later(1)
    assert site.farm.stop is not None
    assert axe.asleep
