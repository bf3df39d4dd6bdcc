"""Machines draw less without being stopped, and are set to what they were before."""

import asyncio
from dataclasses import replace
import json
from pathlib import Path

import pytest

from custom_components.mining_farm.common.following import Phase, Told
from custom_components.mining_farm.common.members import ReceiptOutcome
from custom_components.mining_farm.engines.farm import (
    Hold,
    HoldKind,
    Levels,
    LeverKind,
    Owner,
)
from homeassistant.util import dt as dt_util

from .machinery import FakeMachine, House
from .test_meanwhile import slow_disk


def _limit(watts: float, source: str = "peak") -> Hold:
    """Return what lets a machine draw no more than so many W."""
    return Hold(
        owner=Owner.CURTAILMENT,
        source=source,
        kind=HoldKind.AT_MOST,
        watts=watts,
        reason=source,
        since=dt_util.utcnow(),
    )


async def limit(
    house: House, watts: float, source: str = "peak", name: str = "axe"
) -> None:
    """Let a machine draw no more than so many W."""
    await house.place(
        name,
        owner=Owner.CURTAILMENT,
        kind=HoldKind.AT_MOST,
        source=source,
        watts=watts,
    )


async def let_go(house: House, source: str = "peak") -> None:
    """Let it draw what it did."""
    await house.release(Owner.CURTAILMENT, source)


async def after_a_restart(house: House, axe: FakeMachine) -> None:
    """Start Home Assistant again beside a machine that runs on."""
    axe.leave()
    await house.start()
    axe.join()
    await house.settle()
    await house.after(61)


async def test_it_draws_less_and_then_what_it_did(house: House) -> None:
    """One order each; it is not stopped."""
    axe = house.add(target=2700.0)
    await limit(house, 1550)
    assert (axe.log, axe.target) == (["set 1500.0"], 1500)
    assert house.keeper.phase("axe") is Phase.LIMITED
    assert house.holds.ruling("axe") is None
    for _ in range(3):
        await house.after(61)
        axe.polled()
    await let_go(house)
    assert axe.log == ["set 1500.0", "set 2700.0"]
    assert house.keeper.phase("axe") is None
    assert not list(house.holds)
    assert house.told == [("axe", Told.LIMITED), ("axe", Told.SET_BACK)]


async def test_what_it_was_set_to_is_on_disk_before_the_order(
    house: House, tmp_path: Path
) -> None:
    """A crash in between costs nothing: after the start the order is given, then undone."""
    axe = house.add(target=2700.0)
    axe.blocked = asyncio.Event()
    await limit(house, 1500)
    assert (axe.log, axe.target) == (["set 1500.0"], 2700)
    # The hold was the first write, so this is the other copy.
    path = tmp_path / ".storage/mining_farm.holds.2"
    kept = json.loads(await asyncio.to_thread(path.read_text))
    assert kept["machines"]["axe"]["limited"] == {
        "before": 2700.0,
        "ordered": 1500.0,
        "seen_at": None,
        "came_from": 2700.0,
        "undone": False,
    }
    axe.blocked = None
    await after_a_restart(house, axe)
    assert axe.log == ["set 1500.0"] * 2
    assert house.keeper.phase("axe") is Phase.LIMITED
    await after_a_restart(house, axe)
    assert axe.log == ["set 1500.0"] * 2
    assert house.keeper.phase("axe") is Phase.LIMITED
    await let_go(house)
    assert axe.target == 2700


async def test_a_release_that_a_crash_cut_short_is_finished(house: House) -> None:
    """The machine cannot be reached when it is let go: it is set back once it can."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    axe.fresh = False
    axe.polled()
    await let_go(house)
    await after_a_restart(house, axe)
    assert axe.log == ["set 1500.0"]
    axe.fresh = True
    axe.polled()
    await house.settle()
    assert axe.log == ["set 1500.0", "set 2700.0"]
    assert not list(house.holds)


async def test_of_two_limits_the_smaller_rules(house: House) -> None:
    """When it goes, the machine is set to what the other leaves; then to what it had."""
    axe = house.add(target=2700.0)
    await limit(house, 2000, "peak")
    await limit(house, 1500, "night")
    await limit(house, 2500, "day")
    assert axe.log == ["set 2000.0", "set 1500.0"]
    await let_go(house, "night")
    assert axe.target == 2000
    await let_go(house, "peak")
    assert axe.target == 2500
    await let_go(house, "day")
    assert axe.target == 2700


async def test_what_draws_no_more_already_is_left_as_it_is(house: House) -> None:
    """Nothing is ordered, and nothing is set back."""
    axe = house.add(target=1200.0)
    await limit(house, 1500)
    assert house.keeper.phase("axe") is Phase.LIMITED
    await let_go(house)
    assert axe.log == []


async def test_levels_of_known_watts(house: House) -> None:
    """The highest that is not above; the name of before comes back."""
    levels = Levels(by_name={"low": 1200.0, "mid": 2000.0, "high": 2800.0})
    axe = house.add(target="high", reach=levels)
    await limit(house, 2100)
    assert axe.target == "mid"
    await let_go(house)
    assert axe.log == ["set mid", "set high"]


@pytest.mark.parametrize("target", [None, 2700.0, 5000.0])
async def test_what_cannot_be_lowered_so_far_is_said(
    house: House, target: float | None
) -> None:
    """It takes no target, not so low a one, or could not be set back: nothing is sent."""
    axe = house.add(target=target)
    await limit(house, 900 if target == 2700 else 1500)
    axe.polled()
    await house.settle()
    assert axe.log == []
    expected = Phase.WAITING if target is None else Phase.UNCONFIRMED
    assert house.keeper.phase("axe") is expected
    assert house.told == ([] if target is None else [("axe", Told.NOT_LIMITED)])


async def test_an_order_that_is_not_obeyed_is_given_once(house: House) -> None:
    """And said; what it was set to stays."""
    axe = house.add(target=2700.0, takes=False, outcome=ReceiptOutcome.SENT)
    await limit(house, 1500)
    assert house.keeper.phase("axe") is Phase.ORDERED
    for _ in range(10):
        await house.after(61)
        axe.polled()
        await house.settle()
    assert axe.log == ["set 1500.0"]
    assert house.keeper.phase("axe") is Phase.UNCONFIRMED
    assert house.told == [("axe", Told.NOT_LIMITED)]
    # It may only have been shown as it was: the order changes nothing then.
    await let_go(house)
    assert axe.log == ["set 1500.0", "set 2700.0"]
    assert not list(house.holds)


async def test_a_reading_that_is_slow_is_waited_for(house: House) -> None:
    """What the miner has confirmed is shown later: nobody has changed it meanwhile.

    For a minute it is believed; then it is told, and still not ordered again.
    """
    axe = house.add(target=2700.0, takes=False)
    await limit(house, 1500)
    await house.after(30)
    axe.polled()
    assert house.keeper.phase("axe") is Phase.LIMITED
    for _ in range(5):
        await house.after(61)
        axe.polled()
    assert house.keeper.phase("axe") is Phase.UNCONFIRMED
    assert house.told == [("axe", Told.LIMITED), ("axe", Told.NOT_LIMITED)]
    axe.target = 1500.0
    axe.polled()
    await house.settle()
    assert house.keeper.phase("axe") is Phase.LIMITED
    axe.takes = True
    await let_go(house)
    assert axe.log == ["set 1500.0", "set 2700.0"]


async def test_a_machine_that_has_to_rest_is_lowered_later(house: House) -> None:
    """Wear holds comfort back, and is named; it comes once it may."""
    axe = house.add(target=2700.0, rested=False)
    await limit(house, 1500)
    assert house.keeper.reasons("axe") == {LeverKind.SLEEP: "too_soon"}
    axe.polled()
    await house.settle()
    assert axe.log == ["set 1500.0"]
    axe.rested = True
    await house.after(31)
    assert (axe.log, axe.target) == (["set 1500.0"] * 2, 1500)
    assert house.keeper.phase("axe") is Phase.LIMITED


async def test_a_machine_rests_before_it_is_set_back(house: House) -> None:
    """A short limit wears it no more than a long one, and that is nothing to report."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    axe.rested = False
    await let_go(house)
    for _ in range(5):
        await house.after(31)
        axe.polled()
        await house.settle()
    assert axe.log == ["set 1500.0"]
    axe.rested = True
    await house.after(31)
    assert axe.log == ["set 1500.0", "set 2700.0"]
    assert house.told == [("axe", Told.LIMITED), ("axe", Told.SET_BACK)]
    assert not list(house.holds)


async def test_somebody_sets_it_otherwise(house: House) -> None:
    """That ends the limit of this machine, and nothing is set back."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    axe.target = 2200.0
    axe.polled()
    await house.settle()
    assert house.told[-1] == ("axe", Told.CHANGED_BY_HAND)
    assert not list(house.holds)
    assert axe.log == ["set 1500.0"]


async def test_a_machine_that_forgot_its_limit_gets_it_again(house: House) -> None:
    """It restarted: once for each time it is seen."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    for times in (2, 3):
        await house.after(600)
        axe.target, axe.uptime = 2700.0, 60.0
        axe.polled()
        await house.settle()
        assert axe.log == ["set 1500.0"] * times
    assert house.keeper.phase("axe") is Phase.LIMITED


async def test_somebody_changed_it_while_it_was_to_be_set_back(house: House) -> None:
    """What he set stays."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    axe.fresh = False
    axe.polled()
    await let_go(house)
    axe.fresh, axe.target = True, 2000.0
    axe.polled()
    await house.settle()
    assert axe.log == ["set 1500.0"]
    assert not list(house.holds)


async def test_safety_comes_at_once_and_the_limit_after_it(house: House) -> None:
    """A stop does not wait for an order that is under way; what stays is what is set."""
    axe = house.add(target=2700.0, takes=False)
    await limit(house, 1500)
    await house.place("axe")
    assert axe.log == ["set 1500.0", "sleep down"]
    axe.takes = True
    await house.release()
    # Asleep it takes the limit, so that it does not draw more when it wakes.
    assert axe.log == ["set 1500.0", "sleep down", "set 1500.0", "sleep up"]
    axe.polled()
    await house.settle()
    assert house.keeper.phase("axe") is Phase.LIMITED
    await let_go(house)
    assert axe.target == 2700
    assert not list(house.holds)


async def test_a_limit_that_comes_while_it_sleeps_sends_nothing(house: House) -> None:
    """Until what is stricter goes; and when the limit goes first, it is as before."""
    axe = house.add(target=2700.0)
    await house.place("axe", owner=Owner.USER, source="axe")
    await limit(house, 1500)
    assert axe.log == ["sleep down"]
    await let_go(house)
    await house.release(Owner.USER, "axe")
    assert axe.log == ["sleep down", "sleep up"]


async def test_a_restore_that_is_refused_is_tried_again(house: House) -> None:
    """What was taken is given back, however long that takes."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    axe.outcome, axe.takes = ReceiptOutcome.REFUSED, False
    await let_go(house)
    assert house.keeper.phase("axe") is Phase.NOT_SET_BACK
    axe.outcome, axe.takes = ReceiptOutcome.CONFIRMED, True
    await house.after(31)
    assert axe.target == 2700
    assert not list(house.holds)


@pytest.mark.parametrize("outcome", [ReceiptOutcome.CONFIRMED, ReceiptOutcome.SENT])
async def test_a_restore_that_is_not_obeyed_is_listed(
    house: House, outcome: ReceiptOutcome
) -> None:
    """It is ordered once; whoever sets the machine by hand ends it."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    axe.polled()
    await house.settle()
    axe.outcome, axe.takes = outcome, False
    await let_go(house)
    assert house.keeper.phase("axe") is not Phase.NOT_SET_BACK
    for _ in range(6):
        await house.after(61)
        axe.polled()
        await house.settle()
    assert house.keeper.phase("axe") is Phase.NOT_SET_BACK
    assert axe.log == ["set 1500.0", "set 2700.0"]
    assert house.told == [("axe", Told.LIMITED), ("axe", Told.NOT_SET_BACK)]
    axe.target = 2700.0
    axe.polled()
    await house.settle()
    assert house.told[2:] == [("axe", Told.SET_BACK)]
    assert not list(house.holds)


async def test_a_restore_that_is_obeyed_late_is_nobody_elses(house: House) -> None:
    """A new limit comes before the machine has done what was ordered last."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    axe.polled()
    await house.settle()
    axe.takes = False
    await let_go(house)
    axe.takes = True
    await limit(house, 1500, "more")
    assert axe.log == ["set 1500.0", "set 2700.0"]
    axe.target = 2400.0
    axe.polled()
    await house.settle()
    assert axe.log[2:] == ["set 1500.0"]
    assert Told.CHANGED_BY_HAND not in [told for _, told in house.told]
    await let_go(house, "more")
    assert axe.target == 2400


async def _is_left_to_who_sets_it(house: House, axe: FakeMachine) -> None:
    """Let somebody set a machine by hand that is lowered."""
    sent = list(axe.log)
    axe.target = 2200.0
    axe.polled()
    await house.settle()
    assert axe.log == sent
    assert house.told[-1] == ("axe", Told.CHANGED_BY_HAND)
    assert not list(house.holds)


@pytest.mark.parametrize("outcome", [ReceiptOutcome.NOT_SENT, ReceiptOutcome.REFUSED])
async def test_a_restore_that_was_refused_takes_no_hand_for_its_own(
    house: House, outcome: ReceiptOutcome
) -> None:
    """Under a new limit, whoever sets the machine otherwise is left to do so."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    axe.polled()
    await house.settle()
    axe.outcome, axe.takes = outcome, False
    await let_go(house)
    assert axe.log == ["set 1500.0", "set 2700.0"]
    axe.outcome, axe.takes = ReceiptOutcome.CONFIRMED, True
    await limit(house, 1500, "more")
    await _is_left_to_who_sets_it(house, axe)


async def test_a_refusal_does_not_undo_an_order_of_before(house: House) -> None:
    """A crash came after the first one: it may be obeyed late, and that is no hand."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    axe.polled()
    await house.settle()
    axe.outcome, axe.takes = ReceiptOutcome.SENT, False
    await let_go(house)
    axe.outcome = ReceiptOutcome.REFUSED
    await after_a_restart(house, axe)
    assert house.keeper.phase("axe") is Phase.NOT_SET_BACK
    axe.log.clear()
    axe.outcome, axe.takes = ReceiptOutcome.CONFIRMED, True
    await limit(house, 1500, "more")
    axe.target = 2700.0
    axe.polled()
    # What was refused a moment ago is not ordered at once.
    await house.after(31)
    assert axe.log == ["set 1500.0"]


@pytest.mark.parametrize("stops", [True, False], ids=["a stop", "a limit"])
async def test_what_comes_before_a_restore_is_ordered_leaves_no_trace_of_it(
    house: House, stops: bool
) -> None:
    """It was being written down that the machine is about to be set back."""
    axe = house.add(target=2700.0)
    await limit(house, 1500)
    axe.polled()
    await house.settle()
    hold = _limit(1500.0, "more")
    stop = replace(hold, owner=Owner.EMERGENCY_STOP, kind=HoldKind.ASLEEP, watts=None)
    placings: list[asyncio.Task[None]] = []

    def released(_machines: tuple[str, ...]) -> None:
        if not placings:
            placing = house.holds.async_place(["axe"], stop if stops else hold)
            placings.append(house.hass.async_create_task(placing))

    house.holds.listen(released)
    with slow_disk(takes=1) as may:
        await house.holds.async_release(Owner.CURTAILMENT, "peak")
        for _ in range(20):
            await asyncio.sleep(0)
        may.set()
        await house.settle()
    if stops:
        await limit(house, 1500, "more")
        await house.release(Owner.EMERGENCY_STOP, "more")
        assert axe.log == ["set 1500.0", "sleep down", "sleep up"]
    else:
        assert axe.log == ["set 1500.0"]
    axe.polled()
    await house.settle()
    await _is_left_to_who_sets_it(house, axe)


@pytest.mark.parametrize("watts", [2000.0, None])
async def test_a_limit_that_changes_before_its_order_is_not_ordered(
    house: House, watts: float | None
) -> None:
    """What the machine was set to was being written down; what rules now is ordered."""
    axe = house.add(target=2700.0)
    with slow_disk(takes=1) as may:
        await house.holds.async_place(["axe"], _limit(1500.0))
        # What it was set to is noted now.
        for _ in range(20):
            await asyncio.sleep(0)
        if watts is None:
            change = house.holds.async_release(Owner.CURTAILMENT, "peak")
        else:
            change = house.holds.async_place(["axe"], _limit(watts))
        changing = house.hass.async_create_task(change)
        for _ in range(20):
            await asyncio.sleep(0)
        may.set()
        await changing
        await house.settle()
    assert axe.log == ([] if watts is None else ["set 2000.0"])
    await let_go(house)
    assert axe.target == 2700
    assert not list(house.holds)


@pytest.mark.parametrize("outcome", [ReceiptOutcome.NOT_SENT, ReceiptOutcome.REFUSED])
async def test_what_was_not_lowered_is_not_set_back(
    house: House, outcome: ReceiptOutcome
) -> None:
    """Its order did not leave, or the machine has refused it."""
    axe = house.add(target=2700.0, takes=False, outcome=outcome)
    await limit(house, 1500)
    assert house.keeper.phase("axe") is Phase.UNCONFIRMED
    await let_go(house)
    assert axe.log == ["set 1500.0"]
    assert house.told == [("axe", Told.NOT_LIMITED)]
    assert not list(house.holds)


async def test_a_step_that_was_not_sent_is_none(house: House) -> None:
    """It is set back from where it is, to what it was at first."""
    axe = house.add(target=2700.0)
    await limit(house, 2000)
    axe.takes, axe.outcome = False, ReceiptOutcome.NOT_SENT
    await limit(house, 1500, "more")
    assert (axe.log, axe.target) == (["set 2000.0", "set 1500.0"], 2000)
    axe.takes, axe.outcome = True, ReceiptOutcome.CONFIRMED
    await let_go(house, "more")
    assert house.keeper.phase("axe") is Phase.LIMITED
    await let_go(house)
    assert axe.log[2:] == ["set 2700.0"]


async def test_a_step_that_was_never_seen_is_set_back_from_the_one_before(
    house: House,
) -> None:
    """Nobody else has set it: it is lowered by us, only not so far."""
    axe = house.add(target=2700.0)
    await limit(house, 2000)
    axe.polled()
    await house.settle()
    axe.takes, axe.outcome = False, ReceiptOutcome.SENT
    await limit(house, 1500)
    assert axe.target == 2000
    await after_a_restart(house, axe)
    axe.takes, axe.outcome = True, ReceiptOutcome.CONFIRMED
    await let_go(house)
    assert axe.target == 2700
    assert not list(house.holds)


async def test_a_refusal_is_listed_again_after_an_absence(house: House) -> None:
    """It is not ordered again for that."""
    axe = house.add(target=2700.0, takes=False, outcome=ReceiptOutcome.REFUSED)
    await limit(house, 1500)
    axe.fresh = False
    axe.polled()
    await house.settle()
    assert house.keeper.phase("axe") is Phase.WAITING
    axe.fresh = True
    axe.polled()
    await house.settle()
    assert house.keeper.phase("axe") is Phase.UNCONFIRMED
    assert axe.log == ["set 1500.0"]


async def test_a_stop_before_the_order_leaves_nothing_to_set_back(house: House) -> None:
    """The setting was being written down as the stop came."""
    axe = house.add(target=2700.0)
    hold = _limit(1500.0)
    stop = replace(hold, owner=Owner.EMERGENCY_STOP, kind=HoldKind.ASLEEP, watts=None)
    stops: list[asyncio.Task[None]] = []

    def held(_machines: tuple[str, ...]) -> None:
        if not stops:
            placing = house.holds.async_place(["axe"], stop)
            stops.append(house.hass.async_create_task(placing))

    house.holds.listen(held)
    with slow_disk(takes=1) as may:
        await house.holds.async_place(["axe"], hold)
        for _ in range(20):
            await asyncio.sleep(0)
        may.set()
        await house.settle()
    assert axe.log == ["sleep down"]
    await let_go(house)
    await house.release(Owner.EMERGENCY_STOP, "peak")
    assert axe.log == ["sleep down", "sleep up"]
    assert not list(house.holds)
