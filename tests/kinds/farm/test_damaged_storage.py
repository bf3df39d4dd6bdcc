"""Whatever becomes of a farm's records on disk: nothing that is kept down is started."""

from collections.abc import Callable, Iterator
import errno
import json
import os
from pathlib import Path
from unittest.mock import patch

import pytest

from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir
from tests.common.machinery import FakeMachine

from .site import Site

type Damage = Callable[[bytes], bytes]
LOST = {
    "holds": "holds_lost",
    "farm.site": "farm_record_site",
    "farm_curtailments.site": "farm_curtailments_site",
}
"""Records of a farm that is stopped, and the issue of each that cannot be read."""


def cut_short(part: float) -> Damage:
    """Leave so much of a file."""
    return lambda whole: whole[: int(len(whole) * part)]


def with_version(version: object) -> Damage:
    """Let a file be of another version."""
    return lambda whole: json.dumps({**json.loads(whole), "version": version}).encode()


def without(*path: str) -> Damage:
    """Leave out a part."""

    def damage(whole: bytes) -> bytes:
        record = part = json.loads(whole)
        for key in path[:-1]:
            part = part[key]
        del part[path[-1]]
        return json.dumps(record).encode()

    return damage


DAMAGES: dict[str, Damage] = {
    "empty": lambda _: b"",
    "zeros": lambda whole: bytes(len(whole)),
    **{f"cut short at {part}": cut_short(part) for part in (0.01, 0.3, 0.7, 0.99)},
    "one byte of another": lambda whole: whole[:40] + b"\xff" + whole[41:],
    "a list": lambda _: b"[]",
    "null": lambda _: b"null",
    "a number": lambda _: b"7",
    "an empty record": lambda _: b"{}",
    "brackets without end": lambda _: b"[" * 100_000,
    "of tomorrow": with_version(2),
    "of no version": with_version("1"),
}
UNLIKE: dict[str, Damage] = {
    "holds": without("machines", "axe", "holds"),
    "farm.site": without("groups"),
    "farm_curtailments.site": without("in_force"),
}
"""A part of each that is missing."""


def copies(folder: Path, name: str) -> list[Path]:
    """Return both copies of a record."""
    stem = folder / ".storage" / f"mining_farm.{name}"
    return [stem, stem.with_name(f"{stem.name}.2")]


async def stopped(site: Site) -> FakeMachine:
    """Return a machine that is stopped by hand and curtailed."""
    axe = site.add_machine("axe")
    await site.add_farm(armed=True, groups={"north": {"machines": ["axe"]}})
    await site.call("curtail", confirm=True, name="peak")
    # Into both copies of each record.
    await site.call("curtail", confirm=True, name="evening")
    await site.call("emergency_stop", confirm=True, asleep_only=True)
    await site.hass.services.async_call(
        "button",
        "press",
        {"entity_id": "button.site_north_emergency_stop"},
        blocking=True,
    )
    await site.later(1)
    assert axe.asleep
    return axe


def damage_of(record: str) -> Iterator[tuple[str, Damage]]:
    """Yield each damage to a record."""
    yield from DAMAGES.items()
    yield "a part is missing", UNLIKE[record]


async def again(site: Site, *machines: FakeMachine) -> None:
    """Start Home Assistant once more with what is on disk, and let ten minutes pass."""
    for each in machines:
        each.leave()
        each.log.clear()
    await site.start()
    for each in machines:
        each.join()
    await site.load()
    for _ in range(10):
        for each in machines:
            each.polled()
        await site.later(60)
    assert site.entry is not None
    assert site.entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("record", LOST)
async def test_both_copies_are_damaged(
    site: Site, tmp_path: Path, issue_registry: ir.IssueRegistry, record: str
) -> None:
    """It stays down, a human is told, and a copy of what could not be read is kept."""
    axe = await stopped(site)
    await site.hass.config_entries.async_unload("site")
    whole = {
        path: path.read_bytes()
        for name in LOST
        for path in copies(tmp_path, name)
        if path.exists()
    }
    assert {path.exists() for path in copies(tmp_path, record)} == {True}
    for what, damage in damage_of(record):
        for path, content in whole.items():
            path.write_bytes(
                damage(content) if path in copies(tmp_path, record) else content
            )
        await again(site, axe)
        assert axe.asleep, what
        assert axe.log == [], what
        issue = issue_registry.async_get_issue(DOMAIN, LOST[record])
        assert issue is not None, what
        kept = list((tmp_path / ".storage").glob(f"mining_farm.{record}*.corrupt-*"))
        assert kept, what
        for path in kept:
            path.unlink()
        await site.hass.config_entries.async_unload("site")
        issue_registry.async_delete(DOMAIN, LOST[record])


@pytest.mark.parametrize("copy", [0, 1])
@pytest.mark.parametrize("record", LOST)
async def test_one_copy_is_damaged(
    site: Site, tmp_path: Path, issue_registry: ir.IssueRegistry, record: str, copy: int
) -> None:
    """The other one is read, and all stays as it was."""
    axe = await stopped(site)
    await site.hass.config_entries.async_unload("site")
    path = copies(tmp_path, record)[copy]
    whole = path.read_bytes()
    for what in ("empty", "cut short at 0.7", "null"):
        path.write_bytes(DAMAGES[what](whole))
        await again(site, axe)
        assert axe.asleep
        assert axe.log == []
        assert issue_registry.async_get_issue(DOMAIN, LOST[record]) is None
        assert site.state("binary_sensor.site_emergency_stop_in_force") == "on"
        await site.hass.config_entries.async_unload("site")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
async def test_a_disk_that_takes_nothing(
    site: Site, issue_registry: ir.IssueRegistry, code: int
) -> None:
    """What is down stays down over a start, and what is stopped then is stopped."""
    axe = await stopped(site)
    late = site.add_machine("late")
    await site.hass.config_entries.async_unload("site")
    failure = OSError(code, os.strerror(code))
    with patch.object(RecordFile, "_write", side_effect=failure):
        await again(site, axe, late)
        assert axe.asleep
        assert axe.log == []
        assert late.asleep
        issue = issue_registry.async_get_issue(DOMAIN, "holds_not_stored")
        assert issue is not None
        assert issue.translation_placeholders is not None
        assert os.strerror(code) in issue.translation_placeholders["detail"]
    await site.later(31)
    assert issue_registry.async_get_issue(DOMAIN, "holds_not_stored") is None


@pytest.mark.parametrize("record", LOST)
async def test_a_record_that_the_disk_does_not_give(
    site: Site, tmp_path: Path, issue_registry: ir.IssueRegistry, record: str
) -> None:
    """An error of the disk is no empty record."""
    axe = await stopped(site)
    await site.hass.config_entries.async_unload("site")
    read = RecordFile._read  # noqa: SLF001
    broken = copies(tmp_path, record)

    def fail(file: RecordFile) -> object:
        if file._path in broken:  # noqa: SLF001
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(file)

    with patch.object(RecordFile, "_read", fail):
        await again(site, axe)
    assert axe.asleep
    assert axe.log == []
    assert issue_registry.async_get_issue(DOMAIN, LOST[record]) is not None
