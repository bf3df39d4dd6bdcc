"""What comes while an order is written down, waits for its turn or is under way."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from unittest.mock import patch

import pytest

from custom_components.mining_farm.common import stopping
from custom_components.mining_farm.common.following import Phase, Told
from custom_components.mining_farm.common.holds_of_users import (
    UnconfirmedError,
    async_user_starts,
    async_user_stops,
)
from custom_components.mining_farm.common.members import Receipt, ReceiptOutcome
from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.engines.farm import HoldKind, Owner
from homeassistant.exceptions import HomeAssistantError

from .machinery import FakeMachine, House
from .test_holds import hold


@contextmanager
def slow_disk(takes: int = 0) -> Iterator[asyncio.Event]:
    """Let the disk take so many writes, and nothing more until the event is set."""
    may, write, left = asyncio.Event(), RecordFile.async_write, takes

    async def slow(file: RecordFile, record: dict[str, object]) -> None:
        nonlocal left
        if not left:
            await may.wait()
        left = max(0, left - 1)
        await write(file, record)

    with patch.object(RecordFile, "async_write", slow):
        yield may


async def _steps() -> None:
    """Let go on what waits for no disk."""
    for _ in range(20):
        await asyncio.sleep(0)


async def _stops_by_switch(house: House, axe: FakeMachine) -> None:
    async with async_user_stops(house.hass, axe.name):
        axe.asleep = True
        axe.polled()


async def test_a_stop_while_a_start_is_written_down_is_undone_in_the_end(
    house: House,
) -> None:
    """The machine was just started, and is ours to start once more."""
    axe = house.add()
    await house.place("axe")
    axe.blocked = waking = asyncio.Event()
    await house.release()
    axe.blocked = None
    with slow_disk() as may:
        again = house.hass.async_create_task(house.holds.async_place(["axe"], hold()))
        await _steps()
        # Its start ends now, and waits for the disk behind the hold.
        waking.set()
        await _steps()
        may.set()
        await again
    await house.settle()
    assert axe.asleep
    await house.release()
    assert not axe.asleep


async def test_a_release_while_levers_are_noted_orders_nothing(house: House) -> None:
    """Nothing is told of it, either."""
    axe = house.add(outlet=True)
    with slow_disk(takes=1) as may:
        await house.holds.async_place(["axe"], hold())
        # The levers are noted now.
        await _steps()
        release = house.hass.async_create_task(
            house.holds.async_release(Owner.INTERLOCK, "north")
        )
        await _steps()
        may.set()
        await release
        await house.settle()
    assert not axe.log
    assert not house.told
    assert not list(house.holds)


async def test_an_outlet_that_is_seen_while_it_waits_is_given_back(
    house: House,
) -> None:
    """Nobody knew whether it was on as the stop began."""
    with patch.object(stopping, "SWITCHED_AT_ONCE", 1):
        await house.start()
    await house.after(61)
    first = house.add("first", sleeps=False, outlet=True)
    axe = house.add(sleeps=False, outlet=True, read=False)
    first.blocked = asyncio.Event()
    await house.place("first", kind=HoldKind.CUT)
    await house.place("axe", kind=HoldKind.CUT)
    assert not axe.log
    axe.read = True
    axe.polled()
    first.blocked.set()
    await house.settle()
    assert axe.log == ["outlet down"]
    await house.release()
    assert axe.log == ["outlet down", "outlet up"]


@pytest.mark.parametrize("milder", [True, False], ids=["asleep", "free"])
async def test_a_cut_that_is_not_wanted_any_more_is_not_sent(
    house: House, milder: bool
) -> None:
    """An emergency stop ends while outlets wait for others; sleep may be left of it."""
    with patch.object(stopping, "SWITCHED_AT_ONCE", 1):
        await house.start()
    first = house.add("first", sleeps=False, outlet=True)
    axe = house.add(outlet=True)
    first.blocked = asyncio.Event()
    if milder:
        await house.place("axe", kind=HoldKind.ASLEEP)
    await house.place("first", "axe", owner=Owner.EMERGENCY_STOP, kind=HoldKind.CUT)
    await house.release(Owner.EMERGENCY_STOP)
    first.blocked.set()
    await house.settle()
    assert axe.powered
    assert "outlet down" not in axe.log
    assert axe.asleep is milder


@pytest.mark.parametrize("outcome", [ReceiptOutcome.NOT_SENT, ReceiptOutcome.REFUSED])
async def test_what_was_not_done_is_not_given_back(
    house: House, outcome: ReceiptOutcome
) -> None:
    """Somebody else takes its power meanwhile, and keeps it."""
    axe = house.add(sleeps=False, outlet=True, plug_obeys=False)
    axe.outcome = outcome
    await house.place("axe")
    assert axe.log == ["outlet down"]
    axe.powered = False
    axe.polled()
    await house.settle()
    assert house.keeper.phase("axe") is Phase.DOWN
    await house.release()
    assert axe.log == ["outlet down"]
    assert not list(house.holds)


async def test_a_miner_that_refused_to_sleep_is_not_woken(house: House) -> None:
    """Somebody has put it to sleep by its own page."""
    axe = house.add(obeys=False, outcome=ReceiptOutcome.REFUSED)
    await house.place("axe")
    assert house.keeper.phase("axe") is Phase.UNCONFIRMED
    axe.asleep = True
    axe.polled()
    await house.settle()
    assert house.keeper.phase("axe") is Phase.DOWN
    await house.release()
    assert axe.log == ["sleep down"]
    assert axe.asleep


async def test_a_sleep_that_was_not_sent_for_want_of_power_is_not_ended(
    house: House,
) -> None:
    """Somebody had put it to sleep, and its outlet went off first: nobody can see that."""
    axe = house.add(outlet=True)
    axe.blocked = asyncio.Event()
    await house.place("axe", kind=HoldKind.CUT)
    axe.asleep, axe.powered = True, False
    axe.blocked.set()
    await house.settle()
    assert house.keeper.phase("axe") is Phase.DOWN
    await house.release()
    assert axe.log == ["sleep down", "outlet down", "outlet up"]
    assert axe.asleep
    assert not list(house.holds)


async def test_what_may_have_been_sent_is_given_back(house: House) -> None:
    """A lever fails in the middle: its order may have left."""
    axe = house.add(sleeps=False, outlet=True)

    async def fail(*_args: object, **_kwargs: object) -> Receipt:
        axe.powered = False
        raise RuntimeError

    with patch.object(FakeMachine, "_order", fail):
        await house.place("axe")
    axe.polled()
    await house.settle()
    await house.release()
    assert axe.log == ["outlet up"]
    assert axe.powered


@pytest.mark.parametrize("under_way", [True, False], ids=["under way", "sent"])
async def test_a_stricter_hold_does_not_wait_for_a_milder_one(
    house: House, under_way: bool
) -> None:
    """A miner may take minutes to sleep; an emergency stop cuts its power at once."""
    axe = house.add(outlet=True, obeys=False, outcome=ReceiptOutcome.SENT)
    if under_way:
        axe.blocked = asyncio.Event()
    await house.place("axe")
    assert axe.log == ["sleep down"]
    await house.place("axe", owner=Owner.EMERGENCY_STOP, kind=HoldKind.CUT)
    assert axe.log == ["sleep down", "outlet down"]
    if axe.blocked is not None:
        axe.blocked.set()
        await house.settle()
    assert house.keeper.phase("axe") is Phase.DOWN
    assert ("axe", Told.UNCONFIRMED) not in house.told
    await house.release(Owner.EMERGENCY_STOP)
    await house.release()
    assert axe.log[2:] == ["outlet up"]


async def test_a_users_stop_after_a_start_is_not_ordered_again(house: House) -> None:
    """The start was never seen: what is shown now is of the user's stop."""
    axe = house.add()
    await house.place("axe")
    axe.frozen = True
    await house.release()
    assert axe.log == ["sleep down", "sleep up"]
    await _stops_by_switch(house, axe)
    await house.settle()
    assert axe.log == ["sleep down", "sleep up"]
    assert house.keeper.phase("axe") is Phase.DOWN


async def test_a_users_stop_that_is_not_seen_is_told(house: House) -> None:
    """It was ordered by its user, and is not ordered once more."""
    axe = house.add(outlet=True)
    async with async_user_stops(house.hass, "axe"):
        pass
    await house.settle()
    assert not house.told
    await house.after(61)
    assert not axe.log
    assert house.told == [("axe", Told.UNCONFIRMED)]
    # Safety does not ask who ordered it.
    await house.place("axe")
    assert axe.log == ["outlet down"]


async def test_an_emergency_stop_right_after_a_users_start_orders(house: House) -> None:
    """What is shown may be from before that."""
    axe = house.add()
    await _stops_by_switch(house, axe)
    await house.settle()
    axe.frozen = True
    async with async_user_starts(house.hass, "axe", "Axe"):
        axe.asleep = False
    await house.place("axe", owner=Owner.EMERGENCY_STOP)
    assert axe.log == ["sleep down"]


async def test_a_machine_that_its_user_starts_in_between_is_not_started_again(
    house: House,
) -> None:
    """It waits at the gate, and its user does not."""
    axe = house.add()
    await house.place("axe")
    turn = asyncio.Event()

    async def wait(_seconds: float) -> None:
        await turn.wait()

    async with async_power_ups(house.hass).house.async_pass():
        pass
    async_power_ups(house.hass).sleep = wait
    await house.release()
    assert axe.log == ["sleep down"]
    async with async_user_starts(house.hass, "axe", "Axe"):
        axe.asleep = False
        axe.polled()
    house.freezer.tick(60)
    turn.set()
    await house.settle()
    assert axe.log == ["sleep down"]
    assert not list(house.holds)


async def test_a_users_start_that_fails_brings_back_no_hold_of_others(
    house: House,
) -> None:
    """A limit was released while the miner was being woken."""
    house.add()
    await house.place("axe", owner=Owner.ALLOCATION, kind=HoldKind.AT_MOST, watts=900)
    await house.place("axe", owner=Owner.USER, source="axe")
    with suppress(HomeAssistantError):
        async with async_user_starts(house.hass, "axe", "Axe"):
            await house.holds.async_release(Owner.ALLOCATION, "north")
            raise HomeAssistantError("it did not wake")
    assert [each.owner for each in house.holds.of("axe").holds] == [Owner.USER]


async def test_a_users_start_that_is_seen_late_is_not_undone(house: House) -> None:
    """Its order has left; the miner needed longer than that was waited for."""
    axe = house.add()
    await _stops_by_switch(house, axe)
    await house.settle()
    with suppress(UnconfirmedError):
        async with async_user_starts(house.hass, "axe", "Axe"):
            raise UnconfirmedError("it was not seen to wake")
    for _ in range(3):
        await house.after(61)
        axe.polled()
        await house.settle()
    axe.asleep, axe.uptime = False, 5.0
    axe.polled()
    await house.settle()
    assert not axe.log
    assert not axe.asleep
    assert not list(house.holds)


async def test_a_machine_without_an_outlet_that_sleeps_and_falls_silent_is_left_so(
    house: House,
) -> None:
    """Also where its power was to be cut, and after a restart."""
    axe = house.add()
    await house.place("axe", kind=HoldKind.CUT)
    axe.fresh = False
    await house.start()
    axe.leave()
    axe.join()
    await house.after(61)
    axe.polled()
    await house.settle()
    assert axe.log == ["sleep down"]


@pytest.mark.parametrize("outcome", [ReceiptOutcome.NOT_SENT, ReceiptOutcome.REFUSED])
async def test_a_start_that_was_not_done_does_not_count(
    house: House, outcome: ReceiptOutcome
) -> None:
    """A machine that sleeps on is not ordered to sleep by the next stop."""
    axe = house.add()
    await house.place("axe")
    axe.obeys, axe.outcome = False, outcome
    await house.release()
    assert axe.log == ["sleep down", "sleep up"]
    await house.place("axe")
    assert axe.log == ["sleep down", "sleep up"]
    assert house.keeper.phase("axe") is Phase.DOWN


async def test_a_stop_that_is_refused_right_after_a_start_is_no_stop(
    house: House,
) -> None:
    """What is shown may be from before the start: the machine is taken for running."""
    axe = house.add()
    await house.place("axe")
    axe.frozen = True
    await house.release()
    axe.obeys, axe.outcome = False, ReceiptOutcome.REFUSED
    house.told.clear()
    await house.place("axe")
    assert axe.log == ["sleep down", "sleep up", "sleep down"]
    assert house.keeper.phase("axe") is Phase.UNCONFIRMED
    axe.frozen = False
    axe.polled()
    await house.settle()
    assert axe.log == ["sleep down", "sleep up", "sleep down"]
    assert house.told == [("axe", Told.UNCONFIRMED)]


async def _is_down_before_its_turn(house: House, axe: FakeMachine, **now: bool) -> None:
    """Hold a machine that runs, and that is down before it is ordered to be."""
    with slow_disk(takes=1) as may:
        await house.holds.async_place(["axe"], hold())
        await _steps()
        for name, value in now.items():
            setattr(axe, name, value)
        axe.polled()
        may.set()
        await house.settle()
    assert not axe.log
    assert house.keeper.phase("axe") is Phase.DOWN


async def test_what_went_off_before_its_turn_is_given_back(house: House) -> None:
    """It ran as the stop began; a rig's restart was just cutting its power."""
    axe = house.add(sleeps=False, outlet=True)
    await _is_down_before_its_turn(house, axe, powered=False)
    await house.release()
    assert axe.log == ["outlet up"]


async def test_what_was_put_to_sleep_before_its_turn_is_not_woken(house: House) -> None:
    """It ran as the stop began; then somebody paused it by its own page."""
    axe = house.add()
    await _is_down_before_its_turn(house, axe, asleep=True)
    await house.release()
    assert not axe.log
    assert axe.asleep
    assert not list(house.holds)
