"""Rest times between orders: they outlive the process, its clock and a damaged file."""

import asyncio
from dataclasses import dataclass, replace
import json
from pathlib import Path
import stat

import pytest

from apps.site_collector.engine import (
    Capabilities,
    Command,
    ControlError,
    MinerProfile,
    Wear,
)
from apps.site_collector.inventory import Shard
from apps.site_collector.machine import Machine
from apps.site_collector.rests import LEAST_REST_S, LEAST_S, Rests

from .stand_ins import Miner, machine

PAUSE, RESUME, LEVEL = Command.PAUSE, Command.RESUME, Command.LEVEL


@dataclass
class Clocks:
    """What a process measures by, and what is left when it has ended."""

    monotonic: float = 5000.0
    wall: float = 1_900_000_000.0

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.monotonic += seconds
        self.wall += seconds


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """Return the clocks of the machine."""
    made = Clocks()
    monkeypatch.setattr("apps.site_collector.rests.WALL", lambda: made.wall)
    return made


@pytest.fixture
def miner() -> Machine:
    """Return a machine whose level is changed by a restart."""
    stand_in = Miner()
    wear = Capabilities(wear={LEVEL: Wear.RESTARTS})
    profile = MinerProfile(capabilities=wear)
    stand_in.known = replace(stand_in.known, profile=profile)
    return machine(0, stand_in)


def life(folder: Path, clocks: Clocks, shard: Shard | None = None) -> Rests:
    """Return the rest times of a process that begins now, by a clock of its own."""
    started = clocks.monotonic
    rests = Rests(folder, shard or Shard(), lambda: clocks.monotonic - started + 7.0)
    rests.load()
    return rests


def settled(folder: Path, clocks: Clocks) -> Rests:
    """Return those of a process that knows its machines for long."""
    life(folder, clocks)
    clocks.advance(LEAST_S[Wear.RESTARTS])
    return life(folder, clocks)


def is_refused(rests: Rests, miner: Machine, command: Command) -> bool:
    """Return whether a machine has to rest before an order."""
    failure: str | None = None
    try:
        rests.require(miner, command)
    except ControlError as err:
        failure = err.failure
    assert failure in (None, "too_soon")
    return failure is not None


async def test_a_rest_outlives_the_process(
    tmp_path: Path, clocks: Clocks, miner: Machine
) -> None:
    """To the second, and not longer; a pause is never refused."""
    rests = settled(tmp_path, clocks)
    rests.begin(miner, PAUSE)
    rests.begin(miner, LEVEL)
    await rests.async_save()
    clocks.advance(LEAST_REST_S - 1)
    later = life(tmp_path, clocks)
    assert is_refused(later, miner, RESUME)
    assert is_refused(later, miner, LEVEL)
    assert not is_refused(later, miner, PAUSE)
    assert not is_refused(later, machine(1, Miner()), RESUME)
    clocks.advance(1)
    assert not is_refused(later, miner, RESUME)
    await later.async_save()
    last = life(tmp_path, clocks)
    assert not is_refused(last, miner, RESUME)
    assert is_refused(last, miner, LEVEL)
    clocks.advance(LEAST_S[Wear.RESTARTS] - LEAST_REST_S)
    assert not is_refused(last, miner, LEVEL)


async def test_what_was_not_done_is_no_reason_to_rest(
    tmp_path: Path, clocks: Clocks, miner: Machine
) -> None:
    """What was done before counts again."""
    rests = settled(tmp_path, clocks)
    rests.begin(miner, PAUSE)()
    assert not is_refused(rests, miner, RESUME)
    rests.begin(miner, PAUSE)
    clocks.advance(LEAST_REST_S - 1)
    take_back = rests.begin(miner, PAUSE)
    take_back()
    assert is_refused(rests, miner, RESUME)
    clocks.advance(1)
    assert not is_refused(rests, miner, RESUME)


async def test_a_clock_that_was_put_back_shortens_no_rest(
    tmp_path: Path, clocks: Clocks, miner: Machine
) -> None:
    """A moment that is still to come is taken as now."""
    rests = settled(tmp_path, clocks)
    rests.begin(miner, PAUSE)
    await rests.async_save()
    clocks.wall -= 86_400
    later = life(tmp_path, clocks)
    clocks.advance(LEAST_REST_S - 1)
    assert is_refused(later, miner, RESUME)
    clocks.advance(1)
    assert not is_refused(later, miner, RESUME)


async def test_while_it_runs_no_clock_on_the_wall_counts(
    tmp_path: Path, clocks: Clocks, miner: Machine
) -> None:
    """It may jump a year."""
    rests = settled(tmp_path, clocks)
    rests.begin(miner, PAUSE)
    clocks.wall += 365 * 86_400
    assert is_refused(rests, miner, RESUME)
    await rests.async_save()
    assert is_refused(life(tmp_path, clocks), miner, RESUME)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"version": 1, "lost": null, "done": {}}',
        b'{"version": 2, "lost": null, "done": {}}',
        b'{"version": 2, "collectors": 1, "lost": null, "done": {"a": {"explode": 1}}}',
        b'{"version": 2, "collectors": 1, "lost": null, "done": {"a": {"pause": "x"}}}',
        b'{"version": 2, "collectors": 1, "lost": null, "done": {"a": 1}}',
        b"[" * 100_000,
    ],
)
async def test_a_file_that_cannot_be_read_is_set_aside(
    tmp_path: Path,
    clocks: Clocks,
    miner: Machine,
    content: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every miner rests then, also where the process ends again meanwhile."""
    (tmp_path / "rests-0.json").write_bytes(content)
    rests = life(tmp_path, clocks)
    assert (tmp_path / "rests-0.unreadable").read_bytes() == content
    assert caplog.text.count("rests-0.unreadable") == 1
    assert is_refused(rests, miner, RESUME)
    assert is_refused(rests, machine(1, Miner()), RESUME)
    clocks.advance(LEAST_REST_S - 1)
    later = life(tmp_path, clocks)
    assert is_refused(later, miner, RESUME)
    assert is_refused(later, miner, LEVEL)
    clocks.advance(1)
    assert not is_refused(later, miner, RESUME)
    clocks.advance(LEAST_S[Wear.RESTARTS])
    assert not is_refused(later, miner, LEVEL)
    await later.async_save()
    record = json.loads((tmp_path / "rests-0.json").read_text())
    assert record == {"version": 2, "collectors": 1, "lost": None, "done": {}}


@pytest.mark.parametrize(
    "shards",
    [
        pytest.param((Shard(), Shard(count=2)), id="more"),
        pytest.param((Shard(count=3), Shard(count=2)), id="fewer"),
        pytest.param((None, Shard(number=1, count=2)), id="new"),
    ],
)
async def test_whose_machines_were_others_lets_all_of_them_rest(
    tmp_path: Path,
    clocks: Clocks,
    miner: Machine,
    shards: tuple[Shard | None, Shard],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Another collector may have paused them a moment ago; a restart shortens nothing."""
    before, after = shards
    if before is not None:
        life(tmp_path, clocks, before)
        clocks.advance(LEAST_S[Wear.RESTARTS])
        assert not is_refused(life(tmp_path, clocks, before), miner, RESUME)
    caplog.clear()
    life(tmp_path, clocks, after)
    assert "every miner rests" in caplog.text
    caplog.clear()
    clocks.advance(LEAST_REST_S - 1)
    later = life(tmp_path, clocks, after)
    assert caplog.text == ""
    assert not is_refused(later, miner, PAUSE)
    assert is_refused(later, miner, RESUME)
    assert is_refused(later, miner, LEVEL)
    clocks.advance(1)
    assert not is_refused(later, miner, RESUME)
    assert is_refused(later, miner, LEVEL)
    clocks.advance(LEAST_S[Wear.RESTARTS] - LEAST_REST_S)
    assert not is_refused(later, miner, LEVEL)


async def test_a_machine_rests_by_each_of_its_names(
    tmp_path: Path, clocks: Clocks, miner: Machine
) -> None:
    """Its hardware may be learned later, and its address may become another one."""
    rests = settled(tmp_path, clocks)
    rests.begin(miner, PAUSE)
    await rests.async_save()
    miner.ident = "020000000001"
    assert is_refused(rests, miner, RESUME)
    rests.begin(miner, PAUSE)
    await rests.async_save()
    later = life(tmp_path, clocks)
    moved = machine(1, Miner())
    assert not is_refused(later, moved, RESUME)
    moved.ident = miner.ident
    assert is_refused(later, moved, RESUME)


async def test_the_file_is_the_owners_and_stays_small(
    tmp_path: Path, clocks: Clocks, miner: Machine
) -> None:
    """Also where an earlier process left half a file behind; what is over is forgotten."""
    left = tmp_path / "rests-0.new"
    left.write_text("half")
    left.chmod(0o666)
    rests = settled(tmp_path, clocks)
    for number in range(1, 100):
        rests.begin(machine(number, Miner()), LEVEL)
    clocks.advance(LEAST_S[Wear.RESTARTS])
    rests.begin(miner, LEVEL)
    await asyncio.gather(rests.async_save(), rests.async_save())
    path = tmp_path / "rests-0.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*json.loads(path.read_text())["done"]] == [miner.ident]
    assert not left.exists()


async def test_a_full_disk_ends_no_rest(
    tmp_path: Path, clocks: Clocks, miner: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    """It is written down, and kept for as long as the process lives."""
    (tmp_path / "folder").symlink_to("/dev/full/never")
    rests = life(tmp_path / "folder", clocks)
    clocks.advance(LEAST_REST_S)
    assert not is_refused(rests, miner, RESUME)
    rests.begin(miner, PAUSE)
    await rests.async_save()
    assert "cannot be written" in caplog.text
    assert is_refused(rests, miner, RESUME)
