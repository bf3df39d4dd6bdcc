"""A Home Assistant that is killed leaves nothing running: neither solver nor chain."""

import asyncio
import os
from pathlib import Path
import signal
import subprocess
import sys
import time

import pytest

from .fake_node import eventually, nodes

ENGINES = Path(__file__).parents[3] / "custom_components" / "mining_farm" / "engines"
PARENT = """
import asyncio, sys
from auction.chain.client import ChainClient
from auction.models import FP, Bid, SelectionProblem
from auction.solver.client import AuctionSolver

async def main():
    async with ChainClient([sys.argv[1]], netuid=89) as chain:
        await chain.head()
        await AuctionSolver(cbc_path=sys.argv[2])(
            SelectionProblem(
                bids={"a": (Bid(size="0.1", price_fp18=FP, count=9),)},
                budget_ph=0.5,
                start_block=8_000_000,
                block_hash="0xabc",
            )
        )

asyncio.run(main())
"""

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_solver_and_chain_end_with_a_parent_that_is_killed(
    tmp_path: Path,
) -> None:
    """Whatever they do just then: CBC would go on for a minute and a half."""
    noted = tmp_path / "pids"
    cbc = tmp_path / "cbc"
    cbc.write_text(
        f"#!/bin/sh\nsleep 600 &\necho $$ $! > {noted}.new\n"
        f"mv {noted}.new {noted}\nwait\n",
        encoding="ascii",
    )
    cbc.chmod(0o755)
    async with nodes(100) as [node]:
        parent = subprocess.Popen(  # noqa: ASYNC220 It is killed, not waited for
            [sys.executable, "-P", "-c", PARENT, node.url, str(cbc)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ENGINES), "TMPDIR": str(tmp_path)},
        )
        try:
            await eventually(noted.exists)
            running = {*map(int, noted.read_text().split()), *_children(parent.pid)}
            # CBC, what it started, the solver's process and the chain's.
            assert len(running) == 4
        finally:
            parent.kill()
            parent.wait()
        until = time.monotonic() + 60
        while any(map(_runs, running)) and time.monotonic() < until:
            await asyncio.sleep(0.01)
        left = [pid for pid in running if _runs(pid)]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert not left
        assert not _solver_folders(tmp_path)


def _solver_folders(folder: Path) -> list[Path]:
    return list(folder.glob("mining_farm_auction_*"))


def _children(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (stat := _stat(int(folder.name))):
            found += [int(folder.name)] if int(stat[1]) == parent else []
    return found


def _runs(pid: int) -> bool:
    stat = _stat(pid)
    return bool(stat) and stat[0] != "Z"


def _stat(pid: int) -> list[str]:
    """Return a process' state, parent and so on; empty: it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError, ProcessLookupError:
        return []
