"""Finds the winners of a window in a process of its own, which never outlives its time."""

import asyncio
from asyncio.subprocess import PIPE, Process
import contextlib
import json
import os
from pathlib import Path
import shutil
import signal
import sys
from tempfile import mkdtemp
import time
from typing import Any

from ..errors import SolverError
from ..models import Selection, SelectionProblem, SolverName, Winner
from ..turns import Turns

_PACKAGE = Path(__file__).parents[1]


class AuctionSolver:
    """CBC as the validators run it where it runs, HiGHS elsewhere.

    The first problem finds out which: trying costs one more run of CBC, once.
    """

    def __init__(self, *, limit: float = 120.0, cbc_path: str | None = None) -> None:
        """Take how many s a problem may take, and CBC if not the one that PuLP ships."""
        self._limit = limit
        self._cbc_path = cbc_path
        self._cbc: dict[str, Any] | str | None = "unknown"
        self._turns: Turns[Selection] = Turns()

    async def __call__(self, problem: SelectionProblem) -> Selection:
        """Return the winners; SolverError where none were found in time.

        One process runs at a time; who asks for the same meanwhile shares the answer.
        """
        what = (
            problem.block_hash,
            problem.start_block,
            problem.own_hotkey,
            problem.budget_ph,
            tuple(problem.bids.items()),
        )
        return await self._turns.take(what, lambda: self._solve(problem))

    async def _solve(self, problem: SelectionProblem) -> Selection:
        started = time.monotonic()
        request = self._request(problem, started)
        document = await self._ask(json.dumps(request).encode())
        if "error" in document:
            raise SolverError(document["error"])
        self._cbc = document["cbc"]
        winners: list[Winner] = []
        for hotkey, size, price_fp18, count in document["winners"]:
            winner = Winner(hotkey=hotkey, size=size, price_fp18=price_fp18)
            winners += [winner] * count
        return Selection(
            winners=tuple(winners),
            solver=SolverName(document["solver"]),
            estimate=document["estimate"],
            own_least=document["own_least"],
            own_most=document["own_most"],
            seconds=time.monotonic() - started,
        )

    def _request(self, problem: SelectionProblem, started: float) -> dict[str, Any]:
        return {
            "bids": [
                (hotkey, [(bid.size, bid.price_fp18, bid.count) for bid in bids])
                for hotkey, bids in problem.bids.items()
            ],
            "budget_ph": problem.budget_ph,
            "start_block": problem.start_block,
            "block_hash": problem.block_hash,
            "own_hotkey": problem.own_hotkey,
            # The monotonic clock is the machine's: the process shares out what is left
            # of our limit, however long it took to start.
            "started": started,
            "seconds": self._limit,
            "cbc": self._cbc,
            "cbc_path": self._cbc_path,
        }

    async def _ask(self, request: bytes) -> dict[str, Any]:
        try:
            folder = await asyncio.to_thread(mkdtemp, prefix="mining_farm_auction_")
        except OSError as err:
            raise SolverError(f"there is no folder to solve in: {err}") from err
        try:
            async with asyncio.timeout(self._limit):
                output, errors, status = await _run(request, folder)
        except TimeoutError as err:
            raise SolverError(f"no winners found within {self._limit:.0f} s") from err
        except OSError as err:
            raise SolverError(f"the solver could not be started: {err}") from err
        finally:
            removal = asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            await asyncio.shield(asyncio.ensure_future(removal))
        if status:
            last = errors.decode(errors="replace").strip().rpartition("\n")[2]
            raise SolverError(f"the solver ended with exit status {status}: {last}")
        document: dict[str, Any] = json.loads(output)
        return document


async def _run(request: bytes, folder: str) -> tuple[bytes, bytes, int | None]:
    """Return what the process printed, and its exit status; leave nothing running."""
    # Home Assistant puts packages on its path that a new Python would not find.
    path = os.pathsep.join([*filter(None, sys.path), str(_PACKAGE.parent)])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        # CBC's files are in the working directory: nothing is to be imported from
        # there.
        "-P",
        "-m",
        f"{_PACKAGE.name}.solver.process",
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        # A group of its own, so that CBC ends with it.
        start_new_session=True,
    )
    try:
        output, errors = await _converse(process, request)
    finally:
        await _end(process)
    return output, errors, process.returncode


async def _converse(process: Process, request: bytes) -> tuple[bytes, bytes]:
    """Ask, and return all that is printed; its stdin is open for as long as we live."""
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    assert stdin and stdout and stderr  # noqa: PT018, S101 All three are pipes
    with contextlib.suppress(ConnectionError):
        stdin.write(request + b"\n")
        await stdin.drain()
    output, errors = await asyncio.gather(stdout.read(), stderr.read())
    await process.wait()
    return output, errors


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
