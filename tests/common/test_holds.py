"""The record of holds: what is stored together, left to the user, forgotten."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from unittest.mock import patch

from custom_components.mining_farm.common.holds_of_users import async_user_starts
from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.engines.farm import Hold, HoldKind, Owner, Record
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .machinery import House


def hold(owner: Owner = Owner.INTERLOCK, source: str = "north") -> Hold:
    """Return a hold of now."""
    return Hold(
        owner=owner,
        source=source,
        kind=HoldKind.ASLEEP,
        reason="leak",
        since=dt_util.utcnow(),
    )


async def test_210_machines_are_one_write(house: House) -> None:
    """And what their levers note in the same moment is another one."""
    machines = [house.add(f"axe{n}") for n in range(210)]
    writes, write = [], RecordFile.async_write

    async def counted(file: RecordFile, record: dict[str, object]) -> None:
        writes.append(record)
        await write(file, record)

    with patch.object(RecordFile, "async_write", counted):
        await house.place(*(machine.name for machine in machines))
        await house.settle()
    assert all(machine.log == ["sleep down"] for machine in machines)
    assert len(writes) < 20


async def test_a_change_of_one_machine_describes_no_other_anew(house: House) -> None:
    """All are in each write; what has not changed is written as it was."""
    machines = [house.add(f"axe{n}") for n in range(40)]
    described, as_dict = [], Record.as_dict

    def counted(record: Record) -> dict[str, Any]:
        described.append(record)
        return as_dict(record)

    with patch.object(Record, "as_dict", counted):
        for machine in machines:
            await house.place(machine.name)
    # Held, moved by a lever, and seen down.
    assert len(described) <= 3 * len(machines)
    await house.start()
    assert sorted(house.holds) == sorted(machine.name for machine in machines)


async def test_a_farm_that_goes_leaves_its_holds_to_the_user(house: House) -> None:
    """They keep the machines down, and the user may let them go."""
    house.add()
    await house.place("axe")
    assert await house.holds.async_hand_over(Owner.INTERLOCK, "north") == {"axe"}
    ruling = house.holds.ruling("axe")
    assert ruling is not None
    assert (ruling.owner, ruling.reason) == (Owner.USER, "leak")


async def test_what_was_left_to_the_user_ends_with_his_start(house: House) -> None:
    """By the switch of the machine, also where two owners have left it to him."""
    axe = house.add()
    await house.place("axe", owner=Owner.EMERGENCY_STOP, kind=HoldKind.CUT)
    await house.place("axe")
    await house.holds.async_hand_over(Owner.EMERGENCY_STOP, "north")
    await house.holds.async_hand_over(Owner.INTERLOCK, "north")
    ruling = house.holds.ruling("axe")
    assert ruling is not None
    assert (ruling.owner, ruling.kind) == (Owner.USER, HoldKind.CUT)
    with suppress(HomeAssistantError):
        async with async_user_starts(house.hass, "axe", "Axe"):
            raise HomeAssistantError("it did not wake")
    assert house.holds.ruling("axe") == ruling
    async with async_user_starts(house.hass, "axe", "Axe"):
        axe.asleep = False
    await house.settle()
    assert axe.log == ["sleep down"]
    assert not list(house.holds)


async def test_a_machine_that_gets_another_id_keeps_its_holds(house: House) -> None:
    """As a rig whose miner's entry was removed."""
    await house.holds.async_place(["axe"], hold())
    await house.holds.async_rename("axe", "axe-rig")
    assert house.holds.ruling("axe") is None
    assert house.holds.ruling("axe-rig") is not None


async def test_a_removed_machine_is_forgotten(house: House) -> None:
    """Nothing of it is left."""
    await house.holds.async_place(["axe"], hold())
    await house.holds.async_forget("axe")
    assert not list(house.holds)


async def _while_the_disk_is_slow(
    house: House, *changes: Callable[[], Coroutine[Any, Any, object]]
) -> None:
    """Ask for changes one after the other, each before the one before is on disk."""
    may, write = asyncio.Event(), RecordFile.async_write

    async def slow(file: RecordFile, record: dict[str, object]) -> None:
        await may.wait()
        await write(file, record)

    with patch.object(RecordFile, "async_write", slow):
        asked: list[asyncio.Task[object]] = []
        for change in changes:
            asked.append(house.hass.async_create_task(change()))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        may.set()
        await asyncio.gather(*asked)
    await house.settle()


async def test_a_release_takes_back_a_hold_that_is_not_on_disk_yet(
    house: House,
) -> None:
    """Whoever came last is obeyed."""
    house.add()
    await _while_the_disk_is_slow(
        house,
        lambda: house.holds.async_place(["axe"], hold()),
        lambda: house.holds.async_release(Owner.INTERLOCK, "north"),
    )
    assert not list(house.holds)


async def test_what_goes_to_the_user_is_also_what_is_not_on_disk_yet(
    house: House,
) -> None:
    """A farm is removed right after its stop."""
    house.add()
    await _while_the_disk_is_slow(
        house,
        lambda: house.holds.async_place(["axe"], hold()),
        lambda: house.holds.async_hand_over(Owner.INTERLOCK, "north"),
    )
    ruling = house.holds.ruling("axe")
    assert ruling is not None
    assert ruling.owner is Owner.USER


async def test_a_hold_that_cannot_be_stored_outlasts_the_next_change(
    house: House,
) -> None:
    """Another change waits for the disk when the first one fails, and is stored."""
    house.add()
    house.add("bee")
    fails, write, writes = asyncio.Event(), RecordFile.async_write, 0

    async def once_full(file: RecordFile, record: dict[str, object]) -> None:
        nonlocal writes
        writes += 1
        if writes == 1:
            await fails.wait()
            raise OSError("full")
        await write(file, record)

    with patch.object(RecordFile, "async_write", once_full):
        first = house.hass.async_create_task(house.holds.async_place(["axe"], hold()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        second = house.hass.async_create_task(house.holds.async_place(["bee"], hold()))
        await asyncio.sleep(0)
        fails.set()
        await asyncio.gather(first, second)
        await house.settle()
    assert house.holds.ruling("axe") is not None
    assert house.holds.ruling("bee") is not None
    await house.start()
    assert house.holds.ruling("axe") is not None
