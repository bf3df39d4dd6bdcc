"""A whole epoch, played by programs: a chain, a miner that follows it, and one that bids."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import json
import os
from pathlib import Path
import signal
import sys
from typing import Any

import aiohttp
import pytest

from tests.harness import child

REPOSITORY = Path(__file__).parents[3]
ENGINE = REPOSITORY / "custom_components/mining_farm/engines/auction"
WITHIN = 150.0
"""Seconds: the solvers have 120."""

type Line = dict[str, Any]


class Program:
    """A process, and the lines of JSON that it prints."""

    def __init__(self, process: Process) -> None:
        """Begin to listen."""
        self.process = process
        self.lines: list[Line] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            if line.startswith(b"{"):
                self.lines.append(json.loads(line))

    async def until(self, wanted: Callable[[Line], bool]) -> Line:
        """Return the first line that is wanted, as soon as there is one."""
        async with asyncio.timeout(WITHIN):
            while (found := next(filter(wanted, self.lines), None)) is None:
                assert not self._reading.done(), self.lines
                await asyncio.sleep(0.02)
        return found

    async def end(self) -> None:
        """Stop it as an operator would."""
        self.process.send_signal(signal.SIGTERM)
        await self.process.wait()
        await self._reading


class ChainProgram:
    """The simulated chain, whose blocks are made by its control port."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        """Reach it there."""
        self._session = session
        self._url = f"{url}chains/subtensor"

    async def describe(self) -> Line:
        """Return its state."""
        async with self._session.get(self._url) as reply:
            state: Line = (await reply.json())["subtensor"]
        return state

    async def produce(self, blocks: int) -> None:
        """Make blocks."""
        async with self._session.post(f"{self._url}/produce?blocks={blocks}") as reply:
            assert reply.status == 200

    async def produce_until(self, block: int) -> None:
        """Make that block the head."""
        head = (await self.describe())["head"]["number"]
        await self.produce(block - head)

    async def during(self, process: Process) -> None:
        """Make the blocks that an extrinsic waits for, until a process has ended."""
        included = 0
        while process.returncode is None:
            state = await self.describe()
            if state["pool"]:
                await self.produce(1)
                included = state["head"]["number"] + 1
            elif state["finalised"]["number"] < included:
                await self.produce(1)
            await asyncio.sleep(0.02)


@asynccontextmanager
async def _chain(folder: Path) -> AsyncIterator[tuple[Program, ChainProgram]]:
    """Run the chain as a program that plays."""
    process = await asyncio.create_subprocess_exec(
        *child.command("simulators.subtensor", "--port", "0", "--control-port", "0"),
        *("--block-time", "1000000", "--play", "--wallets", str(folder)),
        **child.options(),
        cwd=REPOSITORY,
        stdout=PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(WITHIN):
        while b"curl " not in (line := await process.stdout.readline()):
            assert line
    url = line.decode().rpartition(" ")[2].strip()
    program = Program(process)
    async with aiohttp.ClientSession() as session:
        try:
            yield program, ChainProgram(session, url)
        finally:
            await program.end()
    assert process.returncode == 0


async def _miner(folder: Path, command: str, *arguments: str) -> Process:
    """Run a command of the miner where it is installed and nothing else of ours is."""
    installed = folder / "installed" / "auction_miner"
    if not installed.is_symlink():
        installed.parent.mkdir()
        installed.symlink_to(ENGINE)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "auction_miner.main", command),
        *("--config", str(folder / "wallets" / "workers.toml"), *arguments),
        stdout=PIPE,
        cwd="/",
        env={
            **os.environ,
            "PYTHONPATH": str(installed.parent),
            "APS_MINER_POOLS_CONFIG_PATH": str(folder / "wallets" / "pools.toml"),
            "APS_MINER_IHP_RELOAD_SENTINEL": str(folder / "wallets" / ".reload-ihp"),
        },
    )


@asynccontextmanager
async def _following(folder: Path) -> AsyncIterator[Program]:
    """Run the miner that follows the windows and sets the proxy."""
    program = Program(await _miner(folder, "run"))
    try:
        yield program
    finally:
        await program.end()


async def _publish(folder: Path, chain: ChainProgram) -> Line:
    """Publish what the workers file lists now."""
    ceilings = ("--price-ceiling", "1", "--worker-ceiling", "40")
    process = await _miner(folder, "publish", *ceilings)
    assert process.stdout is not None
    async with asyncio.timeout(WITHIN):
        _, out = await asyncio.gather(chain.during(process), process.stdout.read())
    assert process.returncode == 0, out
    report: Line = json.loads(out)
    return report


def _is(event: str, **values: object) -> Callable[[Line], bool]:
    return lambda line: {"event": event, **values}.items() <= line.items()


def _is_held(start: int) -> Callable[[Line], bool]:
    """Return whether a line has the last word about the window with that first block."""
    return lambda line: (
        line["event"] == "window"
        and line["window"]["start"] == start
        and line["certainty"] in {"confirmed", "estimate"}
    )


def _sizes(bids: list[Line]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for bid in bids:
        counts[bid["size"]] = counts.get(bid["size"], 0) + bid["workers"]
    return counts


@pytest.mark.usefixtures("socket_enabled")
async def test_an_epoch_by_hand(tmp_path: Path) -> None:
    """Each window: other workers are committed, the budget changes, the proxy follows."""
    async with (
        _chain(tmp_path / "wallets") as (played, chain),
        _following(tmp_path) as miner,
    ):
        reloads = (await miner.until(_is("routing")))["changed"]
        # Five blocks before a window.
        first = (await chain.describe())["head"]["number"] + 5
        await chain.produce_until(first)
        reloads += (await miner.until(_is("routing", window=first)))["changed"]
        indexes, outcomes = [], []
        for start in (0, 60, 120, 180, 240, 301):
            await chain.produce_until(first + start + 10)
            wanted = await played.until(_is("workers", block=first + start + 10))
            report = await _publish(tmp_path, chain)
            assert report["outcome"] == "published"
            length = 61 if start == 240 else 60
            await chain.produce_until(first + start + length)
            budget = await played.until(_is("budget", block=first + start + length - 1))
            result = await miner.until(_is_held(first + start + length))
            # All that stands on the chain takes part, at the budget of the last block.
            assert result["budget_ph"] == pytest.approx(budget["budget_ph"], rel=1e-3)
            own = _sizes([*result["won"], *result["lost"]])
            assert own == wanted["workers"]
            indexes.append(result["window"]["index"])
            won = sum(
                float(size) * count for size, count in _sizes(result["won"]).items()
            )
            outcomes.append(won)
            routed = await miner.until(_is("routing", window=first + start + length))
            # The next block shows that the proxy has loaded its file.
            await chain.produce(1)
            if routed["changed"]:
                reloads += 1
                proxied = await _reloaded(played, reloads)
                target = f"{won * 1000:.3f}".rstrip("0").rstrip(".")
                assert proxied["target_hashrate"] == f"{target}TH/s"
        assert indexes == [2, 3, 4, 5, 0, 1]
        assert len(set(outcomes)) > 2
        assert reloads > 2
        epoch = await played.until(_is("epoch"))
        assert epoch["succeeded"] == 6


async def _reloaded(played: Program, times: int) -> Line:
    """Return what the proxy has loaded at that time."""

    def is_it(line: Line) -> bool:
        reloads = [one for one in played.lines if one["event"] == "proxy"]
        return len(reloads) >= times and line is reloads[times - 1]

    return await played.until(is_it)
