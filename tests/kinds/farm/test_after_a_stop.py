"""What may happen once a cooling group has stopped: sleepers wake, leaks come again, Home Assistant restarts."""

import pytest

from custom_components.mining_farm.engines.farm import Phase

from .test_interlock import LEAK, Hall, hall

__all__ = ["hall"]


async def test_a_leak_while_the_machines_return_stops_all_again(hall: Hall) -> None:
    """Those that run already, and those that still wait for their turn."""
    await hall.calm(60, bits=LEAK)
    await hall.calm(20)
    assert await hall.site.farm.groups["north"].async_release("me") == ""
    await hall.calm(320)
    assert hall.asleep[:3] == [False] * 3
    await hall.read(bits=LEAK)
    await hall.read(bits=LEAK)
    await hall.site.settle()
    assert hall.asleep == [True, True, True, False]
    assert hall.phase in (Phase.STOPPING, Phase.COOLING_DOWN)
    await hall.calm(1200, bits=LEAK)
    assert hall.asleep == [True, True, True, False]


async def test_a_leak_while_cooling_is_proved_starts_nothing(hall: Hall) -> None:
    """The five minutes begin anew, by hand."""
    await hall.calm(60, bits=LEAK)
    await hall.calm(20)
    assert await hall.site.farm.groups["north"].async_release("me") == ""
    await hall.calm(280)
    await hall.read(bits=LEAK)
    await hall.read(bits=LEAK)
    await hall.calm(1200)
    assert hall.asleep == [True, True, True, False]
    assert [len(machine.log) for machine in hall.machines] == [1, 1, 1, 0]


@pytest.mark.parametrize("restarted", [False, True])
async def test_who_wakes_by_itself_is_put_down_each_time(
    hall: Hall, restarted: bool
) -> None:
    """Once for each time that it is seen awake, also after a restart of Home Assistant."""
    await hall.calm(60, bits=LEAK)
    site, axe = hall.site, hall.machines[0]
    if restarted:
        await site.hass.config_entries.async_unload("site")
        for machine in hall.machines:
            machine.leave()
        await site.start()
        for machine in hall.machines:
            machine.join()
        await site.load()
        await hall.calm(30)
    assert axe.log == ["sleep down"]
    for times in (2, 3):
        axe.asleep = False
        axe.polled()
        await hall.calm(60)
        assert axe.asleep
        assert axe.log == ["sleep down"] * times
    woken = site.get("event.site_events")
    assert woken.state != "unknown"


@pytest.mark.parametrize(
    ("seconds", "blind", "asleep"),
    [(29, False, False), (31, True, False), (119, True, False), (121, True, True)],
)
async def test_a_container_that_is_silent(
    hall: Hall, seconds: int, blind: bool, asleep: bool
) -> None:
    """By the seconds: as it was, then told, then stopped."""
    await hall.read(0)
    for _ in range(seconds):
        await hall.site.later(1)
    assert (hall.phase is not Phase.WATCHING) is blind
    assert hall.asleep[:3] == [asleep] * 3


async def test_a_bit_that_comes_and_goes_orders_nothing(hall: Hall) -> None:
    """However often, as long as it is gone at the second reading."""
    for _ in range(20):
        await hall.read(2, bits=LEAK)
        await hall.read(2)
    assert hall.asleep == [False] * 4
    assert not any(hall.site.holds)
