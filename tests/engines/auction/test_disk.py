"""Key files on disks and in places that a careful human would want to know of."""

import asyncio
from collections.abc import Coroutine
from functools import partial
import os
from pathlib import Path
import threading
from typing import Any, Self

import pytest

from custom_components.mining_farm.engines.auction import regular_file
from custom_components.mining_farm.engines.auction.chain import client
from custom_components.mining_farm.engines.auction.chain.client import ChainClient
from custom_components.mining_farm.engines.auction.errors import (
    RoutingError,
    WalletError,
    WorkersFileError,
)
from custom_components.mining_farm.engines.auction.file_replacing import replace_file
from custom_components.mining_farm.engines.auction.offer import workers_file
from custom_components.mining_farm.engines.auction.offer.workers_file import (
    WorkersSource,
    open_workers_file,
    read_workers_file,
)
from custom_components.mining_farm.engines.auction.proxy import routing
from custom_components.mining_farm.engines.auction.proxy.routing import (
    IhpRoute,
    check_routing_in_time,
)
from custom_components.mining_farm.engines.auction.publish import hotkey
from custom_components.mining_farm.engines.auction.publish.hotkey import (
    cautions_of,
    find_hotkeys,
    list_hotkeys,
    open_signer,
    signer,
)
from simulators.subtensor import SubtensorSimulator

from .fake_node import eventually
from .hotkeys import write
from .timeouts import Timeouts

LONG = 600.25
"""Seconds, which nothing else is given."""
WORKERS = """
[bittensor]
network = "finney"
netuid = 89
[wallet]
name = "miner"
hotkey_name = "default"
directory = "~"
[workers]
price_multiplier = "1"
hashrates = ["0.5"]
"""


class Patience:
    """Time for a disk that is over when a test says so, however slow the machine is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let no disk be too slow by itself."""
        self._timeouts = Timeouts(monkeypatch)
        for module in (hotkey, workers_file, routing, regular_file):
            monkeypatch.setattr(module, "DISK_WITHIN", LONG)

    async def lose[T](self, asked: Coroutine[Any, Any, T]) -> T:
        """Return what comes of something once its time is over."""
        task = asyncio.create_task(asked)
        while not task.done():
            await asyncio.wait([task], timeout=0.01)
            self._timeouts.expire(LONG)
        return await task


class DeadMount:
    """A disk that answers nothing until it is revived, or the test ends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let each read of a file hang."""
        self._answers = threading.Event()
        self._patience = Patience(monkeypatch)
        self.reads = 0
        for module in (hotkey, workers_file, routing):
            monkeypatch.setattr(module, "read_regular", self._read)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.set()

    async def give_up[T](self, asked: Coroutine[Any, Any, T]) -> T:
        """Return what comes of something once its time is over."""
        return await self._patience.lose(asked)

    def revive(self) -> None:
        """Answer what hangs, and what comes."""
        self._answers.set()

    def _read(self, path: Path, *_: object) -> bytes:
        self.reads += 1
        self._answers.wait()
        return path.read_bytes()


def test_a_fifo_in_place_of_a_key_is_refused_at_once(tmp_path: Path) -> None:
    """Opening one waits for a writer, which may never come; a human learns of it."""
    path = write(tmp_path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(WalletError, match="is no regular file"):
        signer(path)
    (found,) = find_hotkeys(tmp_path)
    assert "is no regular file" in (found.problem or "")


def test_other_files_that_are_fifos_are_refused_at_once(tmp_path: Path) -> None:
    """The workers file, and whatever is replaced."""
    path = tmp_path / "config.toml"
    os.mkfifo(path)
    with pytest.raises(WorkersFileError, match="no regular file"):
        read_workers_file(path)
    with pytest.raises(OSError, match="no regular file"):
        replace_file(path, b"new", old=b"old")


async def test_a_key_on_a_dead_mount_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening and listing raise within seconds; the loop goes on meanwhile."""
    path = write(tmp_path)
    with DeadMount(monkeypatch) as mount:
        with pytest.raises(WalletError, match="did not answer within"):
            await mount.give_up(open_signer(path))
        with pytest.raises(WalletError, match="did not answer within"):
            await mount.give_up(list_hotkeys(tmp_path))


async def test_a_workers_file_on_a_dead_mount_is_a_problem_that_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is published meanwhile, and a disk that hangs is not asked over and over."""
    path = tmp_path / "config.toml"
    path.write_text(WORKERS, encoding="utf-8")
    source = WorkersSource(path)
    known = (await source.read_in_time()).in_force
    assert known is not None
    with DeadMount(monkeypatch) as mount:
        with pytest.raises(WorkersFileError, match="did not answer within"):
            await mount.give_up(open_workers_file(path))
        for _ in range(3):
            reading = await mount.give_up(source.read_in_time())
            assert "did not answer within" in str(reading.problem)
            assert reading.in_force is known
        await eventually(lambda: mount.reads == 2)
        mount.revive()
        assert (await source.read_in_time()).problem is None


async def test_a_proxys_file_on_a_dead_mount_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dialog that names it goes on."""
    route = IhpRoute(pools=tmp_path / "pools.toml", sentinel=tmp_path / ".reload")
    with (
        DeadMount(monkeypatch) as mount,
        pytest.raises(RoutingError, match="did not answer within"),
    ):
        await mount.give_up(check_routing_in_time(route))


async def test_what_hangs_on_a_disk_is_waited_for_and_not_done_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was asked for long ago is never written over what is newer."""
    patience = Patience(monkeypatch)
    answers, done = threading.Event(), list[str]()
    disk = regular_file.Disk()

    def work(name: str) -> None:
        answers.wait()
        done.append(name)
        raise OSError(name)

    for name in ("first", "second", "third"):
        with pytest.raises(TimeoutError):
            await patience.lose(disk.run(partial(work, name)))
    answers.set()
    with pytest.raises(OSError, match="last"):
        await disk.run(partial(work, "last"))
    assert done == ["first", "last"]


@pytest.mark.usefixtures("socket_enabled")
async def test_a_signature_on_a_dead_mount_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keeps the chain's deadlines does not wait for a disk, and nothing is sent."""
    # The deadline is kept in another thread; a dead disk misses any.
    monkeypatch.setattr(client, "SIGN_WITHIN", 0.01)
    key = signer(write(tmp_path))
    async with (
        SubtensorSimulator(block_time=None) as simulator,
        ChainClient(simulator.urls, netuid=89) as chain,
    ):
        with (
            DeadMount(monkeypatch),
            pytest.raises(WalletError, match="did not answer within"),
        ):
            await chain.publish(b"2;b;", key)
        assert (await chain.head()).number == simulator.chain.head.number
        assert simulator.chain.counts.accepted == 0


async def test_a_late_answer_of_a_disk_reaches_a_closed_loop_without_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The thread is left behind; what it returns is of no use any more."""
    patience = Patience(monkeypatch)
    answers, left = threading.Event(), threading.Event()

    def work() -> None:
        answers.wait()
        left.set()

    with pytest.raises(TimeoutError):
        await patience.lose(regular_file.run_within(LONG, work))
    answers.set()
    await asyncio.to_thread(left.wait)


@pytest.mark.parametrize(
    ("mode", "cautions"),
    [
        (0o600, []),
        (0o400, []),
        (0o644, ["may read it (mode 0644)"]),
        (0o640, ["may read it (mode 0640)"]),
        (0o666, ["may read and write it (mode 0666)"]),
    ],
)
async def test_a_key_that_others_may_read_is_pointed_out(
    tmp_path: Path, mode: int, cautions: list[str]
) -> None:
    """With what to do; it can sign all the same."""
    path = write(tmp_path)
    path.chmod(mode)
    (found,) = find_hotkeys(tmp_path)
    assert found.usable
    for text, words in zip(found.cautions, cautions, strict=True):
        assert words in text
    assert await cautions_of(path) == found.cautions
    assert all("chmod 600" in text for text in found.cautions)


async def test_a_key_that_is_a_link_is_pointed_out(tmp_path: Path) -> None:
    """What it leads to may be changed by somebody else; a broken one is named, too."""
    path = write(tmp_path / "real")
    path.chmod(0o600)
    link = tmp_path / "wallets" / "miner" / "hotkeys" / "default"
    link.parent.mkdir(parents=True)
    link.symlink_to(path)
    (found,) = find_hotkeys(tmp_path / "wallets")
    assert found.usable
    assert found.cautions == (f"it is a link to {path}",)
    path.unlink()
    assert await cautions_of(link) == (f"it is a link to {path}",)
    (found,) = find_hotkeys(tmp_path / "wallets")
    assert "does not exist" in (found.problem or "")


async def test_a_silent_disk_is_cautioned_about_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is known of the file then, and the refusal to sign says more."""
    release = threading.Event()
    monkeypatch.setattr(hotkey, "find_cautions", lambda _: release.wait())
    patience = Patience(monkeypatch)
    assert await patience.lose(cautions_of(tmp_path)) == ()
    release.set()
