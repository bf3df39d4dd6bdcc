"""The disk is gone from any write on, then a restart: nothing is ordered twice or left off."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.engines.farm import HoldKind, Owner
from homeassistant.exceptions import HomeAssistantError

from .machinery import FakeMachine, House

MACHINES = 6


def failing(writes: int, *, after: bool) -> Callable[..., Any]:
    """Return a write of which the last fails, or all that follow it."""
    write, left = RecordFile.async_write, writes

    async def async_write(file: RecordFile, record: dict[str, Any]) -> None:
        nonlocal left
        left -= 1
        if left < 0 or (left == 0 and not after):
            raise OSError("gone")
        await write(file, record)

    return async_write


def machines_of(house: House) -> list[FakeMachine]:
    """Return machines by sleep, by outlet, and by both."""
    return [
        house.add(f"axe{n}", sleeps=n % 3 != 0, outlet=n % 3 != 1)
        for n in range(MACHINES)
    ]


async def restart(house: House, machines: list[FakeMachine]) -> None:
    """Start anew with what is on disk."""
    for machine in machines:
        machine.leave()
    await house.start()
    for machine in machines:
        machine.join()
    await house.settle()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("writes", range(1, 7))
async def test_a_disk_that_is_gone_in_the_middle_of_a_stop(
    house: House, writes: int, *, after: bool
) -> None:
    """Each machine gets each order once, and all start again by the release."""
    machines = machines_of(house)
    with patch.object(RecordFile, "async_write", failing(writes, after=after)):
        await house.place(
            *(machine.name for machine in machines),
            owner=Owner.EMERGENCY_STOP,
            kind=HoldKind.CUT,
        )
    await restart(house, machines)
    # Whoever pressed presses again where not even the intent was on disk.
    await house.place(
        *(machine.name for machine in machines),
        owner=Owner.EMERGENCY_STOP,
        kind=HoldKind.CUT,
    )
    for machine in machines:
        assert len(machine.log) == len(set(machine.log)), machine.log
        assert machine.asleep or not machine.powered
    await house.release(Owner.EMERGENCY_STOP)
    for machine in machines:
        machine.polled()
    await house.settle()
    await house.settle()
    assert not list(house.holds)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("writes", range(1, 7))
async def test_a_disk_that_is_gone_in_the_middle_of_a_release(
    house: House, writes: int, *, after: bool
) -> None:
    """Power that was taken is given back, by this start or by the next."""
    machines = machines_of(house)
    await house.place(*(machine.name for machine in machines))
    with (
        patch.object(RecordFile, "async_write", failing(writes, after=after)),
        suppress(HomeAssistantError),
    ):
        await house.release()
    await restart(house, machines)
    if house.holds.ruling("axe0") is not None:
        await house.release()
    for _ in range(4):
        for machine in machines:
            machine.polled()
        await house.after(31)
    assert all(machine.powered and not machine.asleep for machine in machines)
    assert not list(house.holds)
