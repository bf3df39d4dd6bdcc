"""Machines follow their holds: stopped by their levers, and started only when none is left."""

import asyncio
import json
from pathlib import Path
from unittest.mock import patch

import pytest

from custom_components.mining_farm.common.following import Phase, Told
from custom_components.mining_farm.common.members import ReceiptOutcome
from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.farm import HoldKind, Owner
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .machinery import House
from .test_holds import hold


async def test_a_machine_is_put_to_sleep_and_wakes_in_the_end(house: House) -> None:
    """One order each, the hold on disk before the first."""
    axe = house.add()
    await house.place("axe")
    assert axe.log == ["sleep down"]
    assert house.keeper.phase("axe") is Phase.DOWN
    await house.release()
    assert axe.log == ["sleep down", "sleep up"]
    assert house.keeper.phase("axe") is None
    assert house.told == [("axe", Told.STOPPED), ("axe", Told.STARTED)]


async def test_the_hold_is_on_disk_before_the_first_order(
    house: House, tmp_path: Path
) -> None:
    """With a disk that takes its time."""
    axe, writes = house.add(), []
    write = RecordFile.async_write

    async def slow(file: RecordFile, record: dict[str, object]) -> None:
        assert not axe.log
        await asyncio.sleep(0)
        await write(file, record)
        writes.append(record)

    with patch.object(RecordFile, "async_write", slow):
        await house.holds.async_place(["axe"], hold())
        assert writes
        assert not axe.log
    await house.settle()
    assert axe.log == ["sleep down"]
    stored = json.loads((tmp_path / ".storage/mining_farm.holds").read_text())
    assert stored["machines"]["axe"]["holds"][0]["owner"] == "interlock"


async def test_what_we_did_not_stop_we_do_not_start(house: House) -> None:
    """One that slept before sleeps on; one that nobody could see is left so."""
    house.add("sleeper", asleep=True)
    away = house.add("away", fresh=False)
    await house.place("sleeper", "away")
    await house.release()
    assert away.log == ["sleep down"]
    assert ("away", Told.UNCONFIRMED) in house.told
    assert not list(house.holds)


@pytest.mark.parametrize("first", [Owner.USER, Owner.INTERLOCK])
async def test_two_owners(house: House, first: Owner) -> None:
    """It wakes after the second has let go, whichever that is."""
    axe = house.add()
    for owner in (Owner.USER, Owner.INTERLOCK):
        await house.place("axe", owner=owner)
    assert axe.log == ["sleep down"]
    second = Owner.INTERLOCK if first is Owner.USER else Owner.USER
    await house.release(first)
    assert axe.log == ["sleep down"]
    await house.release(second)
    assert axe.log == ["sleep down", "sleep up"]


async def test_a_machine_that_ignores_sleep_loses_its_power_for_safety(
    house: House,
) -> None:
    """After the time in which sleep would have shown; and it gets it back."""
    axe = house.add(outlet=True, obeys=False)
    await house.place("axe")
    assert axe.log == ["sleep down"]
    await house.after(61)
    assert axe.log == ["sleep down", "outlet down"]
    assert house.keeper.phase("axe") is Phase.DOWN
    await house.release()
    assert axe.log == ["sleep down", "outlet down", "outlet up"]


async def test_sixty_four_outlets_are_switched_at_once(house: House) -> None:
    """The others follow as these answer, and each gets its order once."""
    answered = asyncio.Event()
    machines = [
        house.add(f"axe{n}", sleeps=False, outlet=True, blocked=answered)
        for n in range(100)
    ]
    await house.place(*(machine.name for machine in machines))
    assert sum(len(machine.log) for machine in machines) == 64
    answered.set()
    await house.settle()
    assert all(machine.log == ["outlet down"] for machine in machines)


async def test_a_machine_that_nothing_stops_is_listed(house: House) -> None:
    """Ordered once by each lever, told once, and not again."""
    axe = house.add(outlet=True, obeys=False, plug_obeys=False)
    await house.place("axe")
    for _ in range(10):
        await house.after(61)
        axe.polled()
        await house.settle()
    assert axe.log == ["sleep down", "outlet down"]
    assert house.keeper.phase("axe") is Phase.UNCONFIRMED
    assert house.told == [("axe", Told.UNCONFIRMED)]


async def test_comfort_never_cuts_in_place_of_sleep(house: House) -> None:
    """A curtailment that is not obeyed is listed, and no power is cut."""
    axe = house.add(outlet=True, obeys=False)
    await house.place("axe", owner=Owner.CURTAILMENT)
    await house.after(61)
    assert axe.log == ["sleep down"]
    assert house.keeper.phase("axe") is Phase.UNCONFIRMED


async def test_an_emergency_stop_takes_both_at_once(house: House) -> None:
    """Nothing is waited for in between; both come back, power first."""
    axe = house.add(outlet=True)
    axe.blocked = asyncio.Event()
    await house.place("axe", owner=Owner.EMERGENCY_STOP, kind=HoldKind.CUT)
    assert sorted(axe.log) == ["outlet down", "sleep down"]
    axe.blocked.set()
    await house.settle()
    assert house.keeper.phase("axe") is Phase.DOWN
    axe.log.clear()
    await house.release(Owner.EMERGENCY_STOP)
    axe.polled()
    await house.settle()
    assert axe.log == ["outlet up", "sleep up"]


async def test_a_machine_that_is_away_is_put_down_when_it_is_seen(house: House) -> None:
    """The order that could not leave is given once it can."""
    axe = house.add(fresh=False)
    await house.place("axe")
    axe.log.clear()
    axe.fresh = True
    await house.after(31)
    axe.polled()
    await house.settle()
    assert axe.log == ["sleep down"]
    await house.release()
    assert axe.log == ["sleep down", "sleep up"]


async def test_a_machine_that_wakes_by_itself(house: House) -> None:
    """It is put down once for each time it is seen awake, and that is told."""
    axe = house.add()
    await house.place("axe")
    for _ in range(3):
        axe.asleep = False
        axe.polled()
        axe.polled()
        await house.settle()
    assert axe.log == ["sleep down"] * 4
    assert house.told.count(("axe", Told.WOKE_BY_ITSELF)) == 3


async def test_a_user_who_wakes_a_machine_otherwise_ends_his_hold(house: House) -> None:
    """Its uptime ran on: nobody fights with him."""
    axe = house.add()
    await house.place("axe", owner=Owner.USER)
    await house.after(3600)
    axe.asleep = False
    axe.polled()
    await house.settle()
    assert axe.log == ["sleep down"]
    assert house.told[-1] == ("axe", Told.WOKEN)
    assert not list(house.holds)


async def test_a_machine_that_forgot_its_pause_is_put_down_once_more(
    house: House,
) -> None:
    """A blackout; the second time somebody wants it awake."""
    axe = house.add()
    await house.place("axe", owner=Owner.USER)
    await house.after(3600)
    axe.asleep, axe.uptime = False, 60.0
    axe.polled()
    await house.settle()
    assert axe.log == ["sleep down"] * 2
    await house.after(3600)
    axe.asleep = False
    axe.polled()
    await house.settle()
    assert axe.log == ["sleep down"] * 2
    assert not list(house.holds)


async def test_after_a_restart_the_sequence_goes_on(house: House) -> None:
    """What is down gets no order; what is not, one; and it wakes by the release."""
    done, left = house.add("done"), house.add("left", obeys=False)
    await house.place("done", "left")
    for machine in (done, left):
        machine.leave()
        machine.log.clear()
    await house.start()
    assert house.holds.ruling("left") is not None
    left.obeys = True
    for machine in (done, left):
        machine.join()
    await house.settle()
    assert (done.log, left.log) == ([], ["sleep down"])
    await house.release()
    await house.settle()
    assert (done.log, left.log) == (["sleep up"], ["sleep down", "sleep up"])


async def test_a_start_that_a_crash_cut_short_is_finished(house: House) -> None:
    """Power that we took is given back, also by the next start."""
    axe = house.add(sleeps=False, outlet=True)
    await house.place("axe")
    axe.leave()
    await house.release()
    assert axe.log == ["outlet down"]
    await house.start()
    axe.join()
    await house.settle()
    assert axe.log == ["outlet down", "outlet up"]
    assert not list(house.holds)


async def test_a_new_hold_stops_a_machine_that_is_being_started(house: House) -> None:
    """At once: nothing waits for the start to end."""
    axe = house.add()
    await house.place("axe")
    axe.blocked = asyncio.Event()
    await house.release()
    await house.place("axe", owner=Owner.EMERGENCY_STOP)
    assert axe.log == ["sleep down", "sleep up", "sleep down"]
    # The order that is under way still arrives.
    axe.blocked.set()
    axe.blocked = None
    axe.asleep = False
    axe.polled()
    await house.settle()
    assert axe.log == ["sleep down", "sleep up", "sleep down"]


async def test_a_new_hold_cuts_a_machine_whose_start_is_half_done(house: House) -> None:
    """Its power is back, and it was about to be woken: all its levers are used again."""
    axe = house.add(outlet=True)
    await house.place("axe", owner=Owner.EMERGENCY_STOP, kind=HoldKind.CUT)
    axe.blocked = powering = asyncio.Event()
    await house.release(Owner.EMERGENCY_STOP)
    assert axe.log[2:] == ["outlet up"]
    axe.blocked = asyncio.Event()
    powering.set()
    await house.settle()
    assert axe.log[2:] == ["outlet up", "sleep up"]
    await house.place("axe", kind=HoldKind.CUT)
    assert sorted(axe.log[4:]) == ["outlet down", "sleep down"]
    axe.blocked.set()
    await house.settle()
    assert house.keeper.phase("axe") is Phase.DOWN
    assert not axe.powered


@pytest.mark.parametrize("under_way", [True, False], ids=["under way", "sent"])
@pytest.mark.parametrize(
    ("outlet", "kind", "stopped_by"),
    [
        (False, HoldKind.ASLEEP, "sleep down"),
        (True, HoldKind.ASLEEP, "outlet down"),
        (True, HoldKind.CUT, "outlet down"),
    ],
)
async def test_a_reading_from_before_a_start_stops_nothing(
    house: House, outlet: bool, kind: HoldKind, stopped_by: str, under_way: bool
) -> None:
    """A machine is ordered down at once that was ordered to start, whatever is shown."""
    axe = house.add(sleeps=not outlet, outlet=outlet)
    await house.place("axe", kind=kind)
    axe.frozen = True
    if under_way:
        axe.blocked = asyncio.Event()
    await house.release()
    assert axe.log[1:] == [stopped_by.replace("down", "up")]
    await house.place("axe", owner=Owner.EMERGENCY_STOP, kind=kind)
    assert axe.log[2:] == [stopped_by]
    if axe.blocked is not None:
        assert house.keeper.phase("axe") is Phase.ORDERED
        axe.blocked.set()
    axe.frozen = False
    axe.polled()
    await house.settle()
    assert house.keeper.phase("axe") is Phase.DOWN
    # Once, and what ran comes back.
    await house.release(Owner.EMERGENCY_STOP)
    assert axe.log[2:] == [stopped_by, stopped_by.replace("down", "up")]


async def test_a_start_that_was_never_seen_is_forgotten(house: House) -> None:
    """Of one that is still shown stopped a minute later, it is believed."""
    axe = house.add()
    await house.place("axe")
    axe.frozen = True
    await house.release()
    await house.after(61)
    await house.place("axe")
    assert axe.log == ["sleep down", "sleep up"]
    assert house.keeper.phase("axe") is Phase.DOWN


async def test_power_is_given_back_whatever_an_old_reading_says(house: House) -> None:
    """One that was under way when the outlet went off shows it on."""
    axe = house.add(sleeps=False, outlet=True)
    await house.place("axe")
    axe.stale_on = True
    axe.polled()
    await house.release()
    assert axe.log == ["outlet down", "outlet up"]
    assert axe.powered


async def test_after_a_start_a_first_reading_is_waited_for(house: House) -> None:
    """What ran is known then, and starts again by the release."""
    axe = house.add(sleeps=False, outlet=True)
    axe.leave()
    await house.place("axe")
    await house.start()
    axe.read = False
    axe.join()
    await house.settle()
    assert axe.log == []
    axe.read = True
    axe.polled()
    await house.settle()
    assert axe.log == ["outlet down"]
    await house.release()
    assert axe.powered


async def test_the_first_reading_is_not_waited_for_without_an_end(house: House) -> None:
    """For safety a machine is ordered then that nobody can see."""
    axe = house.add(sleeps=False, outlet=True)
    axe.leave()
    await house.place("axe")
    await house.start()
    axe.read = False
    axe.join()
    await house.after(61)
    assert axe.log == ["outlet down"]


async def test_a_stop_soon_after_a_start_waits_five_seconds_for_a_reading(
    house: House,
) -> None:
    """It is no order of before the start that may have been carried out already."""
    axe = house.add(sleeps=False, outlet=True, read=False)
    await house.after(1)
    await house.place("axe", owner=Owner.EMERGENCY_STOP, kind=HoldKind.CUT)
    assert axe.log == []
    await house.after(6)
    assert axe.log == ["outlet down"]


async def test_a_machine_that_sleeps_and_falls_silent_is_left_so(house: House) -> None:
    """It was seen to stop: no lever is moved, and above all its power is not cut."""
    axe = house.add(outlet=True)
    await house.place("axe")
    axe.fresh = False
    axe.polled()
    await house.after(31)
    axe.polled()
    await house.settle()
    assert axe.log == ["sleep down"]
    assert house.keeper.phase("axe") is Phase.DOWN


async def test_starts_keep_the_pace_of_the_gate(house: House) -> None:
    """One after the other, as far apart as the feed needs."""
    machines = [house.add(f"axe{n}") for n in range(5)]
    await house.place(*(machine.name for machine in machines))
    began = house.freezer()
    await house.release()
    for _ in range(5):
        await house.settle()
    assert all(machine.log[-1] == "sleep up" for machine in machines)
    assert (house.freezer() - began).total_seconds() >= 80


async def test_the_pace_is_kept_over_a_restart(house: House) -> None:
    """What was started right before a kill has drawn its surge all the same."""
    machines = [house.add(f"axe{n}") for n in range(2)]
    for each in machines:
        await house.place(each.name, source=each.name)
    await house.release(source="axe0")
    began = house.freezer()
    assert [each.asleep for each in machines] == [False, True]
    await house.start()
    for each in machines:
        each.join()
    await house.release(source="axe1")
    assert [each.asleep for each in machines] == [False, False]
    assert (house.freezer() - began).total_seconds() >= 20


async def test_a_plug_that_is_away_gets_its_order_when_it_is_back(house: House) -> None:
    """Power that we took is owed, whatever that takes; it is told once."""
    axe = house.add(sleeps=False, outlet=True)
    await house.place("axe")
    axe.outcome, axe.plug_obeys = ReceiptOutcome.NOT_SENT, False
    await house.release()
    for _ in range(3):
        await house.after(31)
    assert house.told.count(("axe", Told.NOT_STARTED)) == 1
    axe.outcome, axe.plug_obeys = ReceiptOutcome.CONFIRMED, True
    await house.after(31)
    assert axe.powered


async def test_a_hold_that_cannot_be_stored(
    house: House, issue_registry: ir.IssueRegistry
) -> None:
    """Of comfort it is refused; for safety it is in force all the same, said, and retried."""
    axe = house.add()
    with patch.object(RecordFile, "async_write", side_effect=OSError("full")):
        with pytest.raises(HomeAssistantError):
            await house.place("axe", owner=Owner.CURTAILMENT)
        assert not axe.log
        await house.place("axe")
        assert axe.log == ["sleep down"]
        issue = issue_registry.async_get_issue(DOMAIN, "holds_not_stored")
        assert issue is not None
        assert issue.translation_placeholders == {"detail": "full"}
        await house.after(31)
        assert issue_registry.async_get_issue(DOMAIN, "holds_not_stored") is not None
    await house.after(31)
    assert issue_registry.async_get_issue(DOMAIN, "holds_not_stored") is None
    axe.leave()
    await house.start()
    assert house.holds.ruling("axe") is not None


async def test_both_copies_unreadable_start_nothing(
    house: House, tmp_path: Path
) -> None:
    """What is down stays down until a human says so."""
    axe = house.add()
    await house.place("axe")
    axe.leave()
    for name in ("holds", "holds.2"):
        (tmp_path / f".storage/mining_farm.{name}").write_text("{")
    await house.start()
    axe.join()
    await house.settle()
    assert house.holds.lost
    assert axe.log == ["sleep down"]
    # A restart in between makes nothing good.
    await house.holds.async_place(["other"], hold())
    await house.start()
    assert house.holds.lost


async def test_holds_of_long_ago_ask_a_human(house: House) -> None:
    """A restored backup may say what nobody wants any more."""
    axe = house.add()
    await house.place("axe")
    axe.leave()
    axe.asleep = False
    await house.end()
    house.freezer.tick(25 * 3600)
    await house.settle()
    await house.start()
    axe.join()
    await house.settle()
    assert axe.log == ["sleep down"]
    assert house.holds.doubted == {"axe"}


async def test_doubts_outlast_a_restart(house: House) -> None:
    """Whether old holds are true is asked until a human, or the machine, has said it."""
    axe = house.add()
    await house.place("axe")
    axe.leave()
    await house.end()
    house.freezer.tick(25 * 3600)
    await house.start()
    # It comes back late: what is stored is no longer of yesterday then.
    await house.after(3601)
    await house.start()
    axe.asleep = False
    axe.join()
    await house.settle()
    assert axe.log == ["sleep down"]
    assert house.holds.doubted == {"axe"}
    axe.asleep = True
    axe.polled()
    await house.settle()
    axe.leave()
    await house.start()
    assert house.holds.doubted == set()


async def test_a_doubted_machine_is_stopped_by_who_says_so_now(house: House) -> None:
    """Only what was said long ago is doubted."""
    axe = house.add()
    await house.place("axe")
    axe.leave()
    await house.end()
    house.freezer.tick(25 * 3600)
    await house.start()
    axe.asleep = False
    axe.join()
    await house.place("axe")
    assert axe.log == ["sleep down"]
    await house.place("axe", owner=Owner.EMERGENCY_STOP)
    assert axe.log == ["sleep down"] * 2
    assert house.holds.doubted == set()


async def test_the_rig_of_a_miner_is_the_same_machine(house: House) -> None:
    """Whichever of the two is loaded first."""
    axe = house.add(outlet=True)
    axe.leave()
    axe.removers.clear()
    axe.join()
    await house.place("axe", kind=HoldKind.CUT, owner=Owner.EMERGENCY_STOP)
    assert sorted(axe.log) == ["outlet down", "sleep down"]
