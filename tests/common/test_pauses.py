"""Pauses that protect machines: on disk before the order, over a kill, and never silently lost."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
import errno
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.mining_farm.common.pauses import (
    DATA_PAUSES,
    STOPPED,
    Pauses,
    async_load_pauses,
    async_pauses,
)
from custom_components.mining_farm.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store

MINUTE = timedelta(minutes=1)
type Kept = dict[str, Any]


async def killed(hass: HomeAssistant) -> Pauses:
    """Start again with what is on disk: nothing more of the old process is written."""
    hass.data.pop(DATA_PAUSES, None)
    await async_load_pauses(hass)
    return async_pauses(hass)


def rests(pauses: Pauses, of: str = "north") -> bool:
    """Return whether something was stopped less than a minute ago."""
    return bool(pauses.left(of, MINUTE, STOPPED))


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no store be written."""

    async def fail(_store: Store[Any], _data: Kept) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with patch.object(Store, "_async_write_data", fail):
        yield


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass."""
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


async def test_a_kill_after_the_order_left(
    hass: HomeAssistant, hass_storage: Kept
) -> None:
    """What may have been done counts as done, however soon the kill comes."""
    async with async_pauses(hass).async_ordering("north"):
        assert rests(await killed(hass))
    assert not rests(await killed(hass), "south")


async def test_an_order_that_was_refused_leaves_no_pause(
    hass: HomeAssistant, hass_storage: Kept, freezer: FrozenDateTimeFactory
) -> None:
    """Who was not stopped may start at once, also after a restart."""
    with pytest.raises(ValueError, match="refused"):
        async with async_pauses(hass).async_ordering("north"):
            raise ValueError("refused")
    assert not rests(async_pauses(hass))
    await later(hass, freezer, 2)
    assert not rests(await killed(hass))


async def test_hundreds_that_stop_together_share_their_writes(
    hass: HomeAssistant, hass_storage: Kept
) -> None:
    """None waits for more than the write under way and its own."""
    writes = 0
    write = Store._async_write_data  # noqa: SLF001

    async def count(store: Store[Any], data: Kept) -> None:
        nonlocal writes
        writes += 1
        await asyncio.sleep(0)
        await write(store, data)

    async def stop(of: str) -> None:
        async with async_pauses(hass).async_ordering(of):
            assert of in hass_storage["mining_farm.pauses"]["data"]["done"]

    with patch.object(Store, "_async_write_data", count):
        await asyncio.gather(*(stop(f"machine{n}") for n in range(840)))
    assert writes <= 3


async def test_a_full_disk_holds_up_no_order_and_is_said(
    hass: HomeAssistant,
    hass_storage: Kept,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    """It is written once there is room, without another stop."""
    pauses = async_pauses(hass)
    with full_disk():
        async with pauses.async_ordering("north"):
            pauses.note("north")
        issue = issue_registry.async_get_issue(DOMAIN, "pauses_not_stored")
        assert issue is not None
        assert issue.translation_placeholders is not None
        assert "No space left" in issue.translation_placeholders["detail"]
        await later(hass, freezer, 2)
        assert issue_registry.async_get_issue(DOMAIN, "pauses_not_stored") is not None
    await later(hass, freezer, 31)
    assert issue_registry.async_get_issue(DOMAIN, "pauses_not_stored") is None
    assert rests(await killed(hass))


async def test_a_record_that_cannot_be_read_is_said(
    hass: HomeAssistant, hass_storage: Kept, issue_registry: ir.IssueRegistry
) -> None:
    """Until a human has read it; everything rests as if it had just been stopped."""
    hass_storage["mining_farm.pauses"] = {
        "version": 1,
        "minor_version": 1,
        "key": "mining_farm.pauses",
        "data": {"done": 7},
    }
    assert rests(await killed(hass), "anything")
    issue = issue_registry.async_get_issue(DOMAIN, "pauses_lost")
    assert issue is not None
    assert issue.is_fixable
    assert issue.is_persistent


async def test_another_record_tells_of_a_cut(
    hass: HomeAssistant, hass_storage: Kept, freezer: FrozenDateTimeFactory
) -> None:
    """The later of two times counts; one in the future is of now; and it counts once."""
    pauses = async_pauses(hass)
    for of, ago, left in (("north", 50, 30), ("south", 20, 40), ("east", -50, 60)):
        pauses.note(of, ago=timedelta(seconds=30))
        pauses.learn(of, STOPPED, timedelta(seconds=ago))
        pauses.learn(of, STOPPED, timedelta(seconds=-9))
        rest = pauses.left(of, MINUTE, STOPPED)
        assert rest == timedelta(seconds=left)
