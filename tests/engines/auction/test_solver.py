"""The solver's process: what it answers, and that it is gone when its time is up."""

import asyncio
from collections.abc import Iterator
import json
import os
from pathlib import Path
import subprocess
import sys
import tempfile
import time

import pytest

from custom_components.mining_farm.engines.auction.errors import SolverError
from custom_components.mining_farm.engines.auction.models import (
    FP,
    Bid,
    SelectionProblem,
    SolverName,
    Winner,
)
from custom_components.mining_farm.engines.auction.solver import client as solver_module
from custom_components.mining_farm.engines.auction.solver.client import AuctionSolver

from .timeouts import Timeouts

ENGINES = Path(solver_module.__file__).parents[2]
CONTESTED = SelectionProblem(
    bids={
        "a": (Bid(size="0.1", price_fp18=FP, count=3),),
        "b": (Bid(size="0.2", price_fp18=FP, count=2),),
    },
    budget_ph=0.5,
    start_block=8_000_000,
    block_hash="0xabc",
    own_hotkey="b",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the folder in which all that is temporary is made; it has to end empty."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield temporary
    assert not list(temporary.iterdir())


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """Return a CBC that answers the probe, then hangs with a child of its own."""
    script = tmp_path / "cbc"
    pids = tmp_path / "pids"
    script.write_text(
        f"""#!/bin/sh
if [ ! -e {tmp_path}/probed ]; then
    touch {tmp_path}/probed
    printf 'Optimal - objective value 1\\n 0 X0000000 1 0\\n' > knap.sol
    exit 0
fi
echo $$ >> {pids}
sleep 600 &
echo $! >> {pids}
[ -e {tmp_path}/breaks_off ] || wait
""",
        encoding="ascii",
    )
    script.chmod(0o755)
    return script


async def test_detects_once(folder: Path) -> None:
    """The network's CBC is tried once; its answer is no estimate."""
    solver = AuctionSolver()
    first = await solver(CONTESTED)
    if first.solver is not SolverName.CBC or first.estimate:
        pytest.skip("the network's CBC does not run here")
    second = await solver(CONTESTED)
    winner = Winner(hotkey="b", size="0.2", price_fp18=FP)
    assert first.winners == second.winners
    assert first.winners == (
        Winner(hotkey="a", size="0.1", price_fp18=FP),
        winner,
        winner,
    )
    assert (first.own_least, first.own_most) == (None, None)


@pytest.mark.parametrize("path", ["/bin/false", "/bin/true", "/nowhere/cbc", "/etc"])
async def test_without_cbc(folder: Path, path: str) -> None:
    """Where CBC does not run, HiGHS estimates and gives the bounds that ties leave."""
    found = await AuctionSolver(cbc_path=path)(CONTESTED)
    assert found.solver is SolverName.HIGHS
    assert found.estimate
    assert (found.own_least, found.own_most) == (1, 2)
    assert sum(float(winner.size) for winner in found.winners) == pytest.approx(0.5)


async def test_uncontested_is_certain() -> None:
    """Where all fit, all win, whichever solver there is."""
    problem = SelectionProblem(
        bids=CONTESTED.bids,
        budget_ph=0.7,
        start_block=8_000_000,
        block_hash="0xabc",
        own_hotkey="b",
    )
    found = await AuctionSolver(cbc_path="/nowhere/cbc")(problem)
    assert len(found.winners) == 5
    assert not found.estimate
    assert (found.own_least, found.own_most) == (2, 2)


async def test_cbc_that_stops_answering(folder: Path, tmp_path: Path) -> None:
    """A CBC that writes no answer is not believed its answer to the problem before."""
    script = tmp_path / "cbc"
    script.write_text(
        f"""#!/bin/sh
if [ ! -e {tmp_path}/probed ]; then
    touch {tmp_path}/probed
    printf 'Optimal - objective value 1\\n 0 X0000000 1 0\\n' > knap.sol
fi
""",
        encoding="ascii",
    )
    script.chmod(0o755)
    found = await AuctionSolver(cbc_path=str(script))(CONTESTED)
    assert found.solver is SolverName.HIGHS
    assert found.estimate


async def test_a_cbc_that_breaks_off_leaves_nothing_running(
    folder: Path, stand_in: Path
) -> None:
    """What it started ends with the solver's process, and HiGHS estimates."""
    (stand_in.parent / "breaks_off").touch()
    found = await AuctionSolver(cbc_path=str(stand_in))(CONTESTED)
    assert found.solver is SolverName.HIGHS
    assert found.estimate
    assert _all_gone(stand_in)


async def test_killed_at_the_limit(
    folder: Path, stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the limit the process, CBC and what that started are gone, and their files."""
    (stand_in.parent / "probed").touch()
    timeouts = Timeouts(monkeypatch)
    task = asyncio.create_task(AuctionSolver(cbc_path=str(stand_in))(CONTESTED))
    while len(_pids(stand_in)) < 2:
        await asyncio.sleep(0.01)
    timeouts.expire(120.0)
    with pytest.raises(SolverError, match="within 120 s"):
        await task
    assert _all_gone(stand_in)


async def test_killed_when_cancelled(folder: Path, stand_in: Path) -> None:
    """Who gives up waiting leaves nothing running either."""
    (stand_in.parent / "probed").touch()
    task = asyncio.create_task(AuctionSolver(cbc_path=str(stand_in))(CONTESTED))
    while len(_pids(stand_in)) < 2:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _all_gone(stand_in)


async def test_a_crash_is_an_error_with_its_last_line(folder: Path) -> None:
    """A process that dies says why in its last line."""
    odd = SelectionProblem(
        bids=CONTESTED.bids, budget_ph=float("inf"), start_block=1, block_hash=""
    )
    with pytest.raises(SolverError, match="ValueError: cannot convert float NaN"):
        await AuctionSolver()(odd)


async def test_no_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error as any other failure of the solver."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(SolverError, match="no folder to solve in"):
        await AuctionSolver()(CONTESTED)


async def test_loop_goes_on(folder: Path, stand_in: Path) -> None:
    """The caller's loop never waits for the solver."""
    (stand_in.parent / "probed").touch()
    task = asyncio.create_task(AuctionSolver(cbc_path=str(stand_in))(CONTESTED))
    while len(_pids(stand_in)) < 2:
        await asyncio.sleep(0.01)
    # From here on CBC hangs: a loop that waited for it would get no turn.
    for _ in range(100):
        await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])


def test_child_knows_no_home_assistant(tmp_path: Path) -> None:
    """The process answers without importing Home Assistant, and goes behind it."""
    request = {
        "bids": [["a", [["0.1", FP, 2]]]],
        "budget_ph": 0.1,
        "start_block": 1,
        "block_hash": "",
        "own_hotkey": None,
        "started": time.monotonic(),
        "seconds": 30,
        "cbc": None,
        "cbc_path": None,
    }
    code = (
        "import json, os, sys\n"
        "from auction.solver import process\n"
        "process.main()\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "print()\n"
        "print(json.dumps([sorted(names), os.nice(0)]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        input=json.dumps(request),
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ENGINES)},
        text=True,
        timeout=60,
    )
    answer, names = (json.loads(line) for line in done.stdout.splitlines())
    assert answer["winners"] == [["a", "0.1", FP, 1]]
    assert names[1] > os.nice(0)
    assert "auction" in names[0]
    assert not {"homeassistant", "custom_components", "voluptuous"} & set(names[0])


def _pids(stand_in: Path) -> list[int]:
    path = stand_in.parent / "pids"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def _all_gone(stand_in: Path) -> bool:
    """Return whether what the stand-in wrote down has ended; waits a little for it."""
    pids = _pids(stand_in)
    assert len(pids) == 2
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if not any(_runs(pid) for pid in pids):
            return True
        time.sleep(0.01)
    return False


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
