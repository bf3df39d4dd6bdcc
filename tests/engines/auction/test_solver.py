"""The solver's process: what it answers, and that it is gone when its time is up."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.errors import SolverError
from custom_components.mining_farm.engines.auction.models import (
    FP,
    Bid,
    Certainty,
    Selection,
    SelectionProblem,
    SolverName,
    Winner,
)
from custom_components.mining_farm.engines.auction.solver import client as solver_module
from custom_components.mining_farm.engines.auction.solver.child import SolverChild
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
    if first.solver is not SolverName.CBC or first.certainty is not Certainty.CONFIRMED:
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
    """Where CBC does not run, a best answer and the bounds that ties leave are known."""
    found = await AuctionSolver(cbc_path=path)(CONTESTED)
    assert found.solver is SolverName.EXACT
    assert found.certainty is Certainty.ESTIMATE
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
    assert found.certainty is Certainty.PROVEN
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
    assert found.certainty is Certainty.ESTIMATE


async def test_a_cbc_that_breaks_off_leaves_nothing_running(
    folder: Path, stand_in: Path
) -> None:
    """What it started ends with the solver's process, and HiGHS estimates."""
    (stand_in.parent / "breaks_off").touch()
    found = await AuctionSolver(cbc_path=str(stand_in))(CONTESTED)
    assert found.solver is SolverName.HIGHS
    assert found.certainty is Certainty.ESTIMATE
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


async def test_a_process_that_is_killed_is_an_error(
    folder: Path, stand_in: Path
) -> None:
    """Whoever kills it, as the system does where memory is out: CBC goes with it."""
    (stand_in.parent / "probed").touch()
    task = asyncio.create_task(AuctionSolver(cbc_path=str(stand_in))(CONTESTED))
    while len(_pids(stand_in)) < 2:
        await asyncio.sleep(0.01)
    os.kill(os.getpgid(_pids(stand_in)[0]), signal.SIGKILL)
    with pytest.raises(SolverError, match="ended with exit status -9"):
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


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """Return a stand-in for the network's CBC, which waits until `go` exists.

    It takes all lots' first workers that its model file names as X0000000 to X0000002.
    """
    script = tmp_path / "network"
    script.write_text(
        f"""#!/bin/sh
if [ ! -e {tmp_path}/probed ]; then
    touch {tmp_path}/probed
    printf 'Optimal - objective value 1\\n 0 X0000000 1 0\\n' > knap.sol
    exit 0
fi
echo $$ >> {tmp_path}/runs
while [ ! -e {tmp_path}/go ]; do sleep 0.01; done
cp {tmp_path}/answer knap.sol
""",
        encoding="ascii",
    )
    script.chmod(0o755)
    return script


@pytest.fixture
def answered(network: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the stand-in pass for the network's own CBC; return what was answered."""
    ask = SolverChild.ask
    answers: list[str] = []

    async def noting(child: SolverChild, request: dict[str, Any]) -> dict[str, Any]:
        if request["ask"] == "find":
            return {"cbc": {"command": [str(network)], "reference": True}}
        answer = await ask(child, request)
        answers.append(request["ask"])
        return answer

    monkeypatch.setattr(SolverChild, "ask", noting)
    (network.parent / "probed").touch()
    _let_answer(network, b_wins=2)
    return answers


async def _until_chosen(answered: list[str]) -> None:
    await _until_answered(answered, "choose", 1)


async def _until_proven(answered: list[str], proofs: int) -> None:
    await _until_answered(answered, "prove", proofs)


async def _until_answered(answered: list[str], what: str, times: int) -> None:
    while answered.count(what) < times:
        await asyncio.sleep(0.01)
    for _ in range(100):  # Steps of the loop, until whoever asked has kept the answer
        await asyncio.sleep(0)


def _let_answer(network: Path, *, b_wins: int) -> None:
    """Let it take so many workers of b, and of a what fits beside them."""
    a_wins = {2: 1, 1: 3}[b_wins]
    columns = [*range(a_wins), *range(3, 3 + b_wins)]
    lines = [f"{number} X{number:07} 1 0" for number in columns]
    text = "\n".join(["Optimal - objective value 1", *lines])
    (network.parent / "answer").write_text(f"{text}\n", encoding="ascii")


def _go(network: Path) -> None:
    (network.parent / "go").touch()


def _wait_until_niced(network: Path) -> None:
    niceness = '"$(cut -d " " -f 19 /proc/$$/stat)"'
    wait = f"while [ {niceness} -le {os.nice(0)} ]; do :; done"
    network.write_text(network.read_text().replace("echo $$", f"{wait}\necho $$"))


def _runs(network: Path) -> int:
    return len(_run_pids(network))


def _run_pids(network: Path) -> list[int]:
    path = network.parent / "runs"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


async def _until_it_runs(network: Path, runs: int) -> None:
    while _runs(network) < runs:
        await asyncio.sleep(0.01)


DECIDED = replace(
    CONTESTED,
    bids={
        "a": (Bid(size="0.1", price_fp18=FP, count=3),),
        "b": (Bid(size="0.2", price_fp18=9 * FP // 10, count=2),),
    },
)
"""As CONTESTED, and only one answer is the best."""


@pytest.mark.parametrize(
    ("problem", "certainty"),
    [(CONTESTED, Certainty.PROVISIONAL), (DECIDED, Certainty.PROVEN)],
)
async def test_what_is_known_is_said_while_the_network_decides(
    folder: Path,
    answered: list[str],
    network: Path,
    problem: SelectionProblem,
    certainty: Certainty,
) -> None:
    """A best answer, once, and whether it is the only one; then the network's word."""
    said: list[Selection] = []
    task = asyncio.create_task(AuctionSolver()(problem, said.append))
    while not said:
        await asyncio.sleep(0.01)
    assert not task.done()
    [early] = said
    assert (early.certainty, early.solver) == (certainty, SolverName.EXACT)
    _go(network)
    found = await task
    assert (found.certainty, found.solver) == (Certainty.CONFIRMED, SolverName.CBC)
    assert len(said) == 1


async def test_a_window_that_was_prepared_is_answered_at_once(
    folder: Path, answered: list[str], network: Path
) -> None:
    """By what the network's solver took with another seed, before it is asked again."""
    _go(network)
    _let_answer(network, b_wins=1)
    solver = AuctionSolver()
    standing_by = asyncio.create_task(solver.stand_by(CONTESTED))
    await _until_chosen(answered)
    (network.parent / "go").unlink()
    said: list[Selection] = []
    task = asyncio.create_task(
        solver(replace(CONTESTED, block_hash="0xdef"), said.append)
    )
    # Nothing is asked before: no time passes.
    await asyncio.sleep(0)
    [early] = said
    assert (early.certainty, early.solver) == (Certainty.PROVISIONAL, SolverName.CBC)
    assert [winner.hotkey for winner in early.winners] == ["a", "a", "a", "b"]
    await _until_it_runs(network, 2)
    _let_answer(network, b_wins=2)
    _go(network)
    found = await task
    assert [winner.hotkey for winner in found.winners] == ["a", "b", "b"]
    standing_by.cancel()
    with suppress(asyncio.CancelledError):
        await standing_by
    # With nobody standing by, nothing is left: the folder is empty.


async def test_what_was_prepared_says_nothing_of_another_market(
    folder: Path, answered: list[str], network: Path
) -> None:
    """A bid more, and the answer is worked out anew."""
    _go(network)
    solver = AuctionSolver()
    standing_by = asyncio.create_task(solver.stand_by(CONTESTED))
    await _until_chosen(answered)
    said: list[Selection] = []
    await solver(replace(CONTESTED, budget_ph=0.4), said.append)
    assert all(early.solver is SolverName.EXACT for early in said)
    standing_by.cancel()
    with suppress(asyncio.CancelledError):
        await standing_by


async def test_a_preparation_that_takes_long_gives_way(
    folder: Path, answered: list[str], network: Path
) -> None:
    """The window does not wait for the end of what only prepared it."""
    solver = AuctionSolver()
    standing_by = asyncio.create_task(solver.stand_by(CONTESTED))
    await _until_it_runs(network, 1)
    task = asyncio.create_task(
        solver(replace(CONTESTED, block_hash="0xdef"), lambda _: None)
    )
    await _until_it_runs(network, 2)
    _go(network)
    found = await task
    assert found.certainty is Certainty.CONFIRMED
    standing_by.cancel()
    with suppress(asyncio.CancelledError):
        await standing_by


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[SolverChild]:
    """Return the processes that are started."""
    start = SolverChild.start
    children: list[SolverChild] = []

    async def noting() -> SolverChild:
        children.append(child := await start())
        return child

    monkeypatch.setattr(SolverChild, "start", noting)
    return children


@asynccontextmanager
async def _standing_by(
    solver: AuctionSolver, *problems: SelectionProblem
) -> AsyncIterator[None]:
    """Stand by for these, one after the other."""
    tasks = []
    for problem in problems:
        tasks.append(asyncio.create_task(solver.stand_by(problem)))
        await asyncio.sleep(0)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_a_bid_that_changes_in_the_last_block_is_proven_by_the_warm_process(
    folder: Path, answered: list[str], network: Path, started: list[SolverChild]
) -> None:
    """The network's solver is ended, which is at what is no longer asked; nothing else."""
    solver = AuctionSolver()
    async with _standing_by(solver, CONTESTED):
        await _until_it_runs(network, 1)
        said: list[Selection] = []
        task = asyncio.create_task(solver(DECIDED, said.append))
        while not said:
            await asyncio.sleep(0.01)
        assert [early.certainty for early in said] == [Certainty.PROVEN]
        await _until_it_runs(network, 2)
        while _is_running(_run_pids(network)[0]):
            await asyncio.sleep(0.01)
        _go(network)
        assert (await task).certainty is Certainty.CONFIRMED
    assert len(started) == 1


async def test_a_later_look_keeps_the_process_and_replaces_what_is_solved(
    folder: Path, answered: list[str], network: Path, started: list[SolverChild]
) -> None:
    """One other market of the same window ends the former one's run alone."""
    solver = AuctionSolver()
    async with _standing_by(solver, CONTESTED):
        await _until_it_runs(network, 1)
        async with _standing_by(solver, DECIDED):
            await _until_it_runs(network, 2)
            while _is_running(_run_pids(network)[0]):
                await asyncio.sleep(0.01)
            _go(network)
            await _until_chosen(answered)
            said: list[Selection] = []
            task = asyncio.create_task(
                solver(replace(DECIDED, block_hash="0xdef"), said.append)
            )
            await asyncio.sleep(0)
            assert [early.solver for early in said] == [SolverName.CBC]
            await task
    assert len(started) == 1


async def test_a_later_look_at_the_same_market_solves_nothing(
    folder: Path, answered: list[str], network: Path
) -> None:
    """The network's solver runs once for both, also for another head's hash."""
    solver = AuctionSolver()
    later = replace(CONTESTED, block_hash="0xdef")
    async with _standing_by(solver, CONTESTED):
        await _until_it_runs(network, 1)
        async with _standing_by(solver, later):
            await _until_proven(answered, 1)
            _go(network)
            await _until_chosen(answered)
            async with _standing_by(solver, replace(later, own_hotkey="a")):
                await _until_proven(answered, 2)
    assert _runs(network) == 1
    assert answered.count("prove") == 2


async def test_a_later_look_solves_what_has_failed(
    folder: Path,
    answered: list[str],
    network: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where the process was killed for its memory: the window is prepared after all."""
    _go(network)
    ask = SolverChild.ask
    failures = 1

    async def failing(child: SolverChild, request: dict[str, Any]) -> dict[str, Any]:
        nonlocal failures
        if request["ask"] == "prove" and failures:
            failures -= 1
            raise SolverError("killed")
        return await ask(child, request)

    monkeypatch.setattr(SolverChild, "ask", failing)
    solver = AuctionSolver()
    async with _standing_by(solver, CONTESTED):
        while failures:
            await asyncio.sleep(0.01)
        for _ in range(20):  # Steps of the loop, until it has failed
            await asyncio.sleep(0)
        assert not _runs(network)
        async with _standing_by(solver, CONTESTED):
            await _until_chosen(answered)
    assert _runs(network) == 1


async def test_a_proof_under_way_is_waited_for(
    folder: Path,
    network: Path,
    answered: list[str],
    started: list[SolverChild],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is not begun again when the window begins, whoever asked for it."""
    ask = SolverChild.ask
    asked: list[str] = []
    may_answer = asyncio.Event()

    async def slow(child: SolverChild, request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request["ask"])
        if request["ask"] == "prove":
            await may_answer.wait()
        return await ask(child, request)

    monkeypatch.setattr(SolverChild, "ask", slow)
    _go(network)
    solver = AuctionSolver()
    said: list[Selection] = []
    async with _standing_by(solver, DECIDED):
        while "prove" not in asked:
            await asyncio.sleep(0.01)
        task = asyncio.create_task(
            solver(replace(DECIDED, block_hash="0xdef"), said.append)
        )
        while "choose" not in asked:
            await asyncio.sleep(0.01)
        may_answer.set()
        await task
    assert [early.certainty for early in said] == [Certainty.PROVEN]
    assert asked.count("prove") == 1
    assert asked.count("find") == 1
    assert len(started) == 1


async def test_many_wallets_are_answered_at_once(
    folder: Path, answered: list[str], network: Path
) -> None:
    """What was proven for the first of them is still known."""
    _go(network)
    solver = AuctionSolver()
    wallets = [replace(CONTESTED, own_hotkey=str(number)) for number in range(20)]
    async with _standing_by(solver, *wallets):
        await _until_proven(answered, len(wallets))
        await _until_chosen(answered)
        said: list[Selection] = []
        tasks = [
            asyncio.create_task(
                solver(replace(wallet, block_hash="0xdef"), said.append)
            )
            for wallet in wallets
        ]
        await asyncio.sleep(0)
        assert len(said) == len(wallets)
        await asyncio.gather(*tasks)
    assert _runs(network) == 2


async def test_who_is_left_alone_keeps_its_proof(
    folder: Path, answered: list[str], network: Path, started: list[SolverChild]
) -> None:
    """One of two that wait for the same proof gives up; the other has it."""
    solver = AuctionSolver()
    said: list[Selection] = []
    first = asyncio.create_task(solver(DECIDED, lambda _: None))
    second = asyncio.create_task(solver(DECIDED, said.append))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    _go(network)
    assert (await second).certainty is Certainty.CONFIRMED
    assert [early.certainty for early in said] == [Certainty.PROVEN]
    assert len(started) == 1


async def test_the_networks_solver_lets_others_go_first(
    folder: Path, answered: list[str], network: Path
) -> None:
    """It is niced as soon as it runs: until then, this one does not answer."""
    _go(network)
    _wait_until_niced(network)
    assert (await AuctionSolver()(CONTESTED)).certainty is Certainty.CONFIRMED


async def test_wallets_of_one_window_share_its_choice(
    folder: Path, answered: list[str], network: Path
) -> None:
    """Each has its own proof; the network's solver runs once."""
    solver = AuctionSolver()
    said: dict[str, Selection] = {}
    tasks = [
        asyncio.create_task(
            solver(replace(CONTESTED, own_hotkey=own), partial(said.__setitem__, own))
        )
        for own in ("a", "b")
    ]
    while len(said) < 2:
        await asyncio.sleep(0.01)
    _go(network)
    first, second = await asyncio.gather(*tasks)
    assert first.winners == second.winners
    assert _runs(network) == 1
    assert (said["a"].own_least, said["a"].own_most) == (1, 3)
    assert (said["b"].own_least, said["b"].own_most) == (1, 2)


def test_child_knows_no_home_assistant(tmp_path: Path) -> None:
    """The process answers without importing Home Assistant; an estimate goes behind it."""
    request = {
        "bids": [["a", [["0.1", FP, 2]]]],
        "budget_ph": 0.1,
        "start_block": 1,
        "block_hash": "",
        "own_hotkey": None,
        "started": time.monotonic(),
        "seconds": 30,
        "cbc": None,
        "proven": False,
        "ask": "choose",
        "id": 0,
    }
    code = (
        "import json, os, sys, threading\n"
        "from auction.solver import process\n"
        "nice = []\n"
        "def noted(name):\n"
        "    work = getattr(process, name)\n"
        "    def noting(*args):\n"
        "        who = threading.get_native_id()\n"
        "        nice.append(os.getpriority(os.PRIO_PROCESS, who))\n"
        "        return work(*args)\n"
        "    setattr(process, name, noting)\n"
        "noted('answer_choose')\n"
        "noted('estimate')\n"
        "process.main()\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "print(json.dumps([sorted(names), nice]))\n"
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
    # What holds the interpreter's lock is as fast as those that wait for it.
    assert names[1] == [os.nice(0), min(os.nice(0) + 10, 19)]
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
        if not any(_is_running(pid) for pid in pids):
            return True
        time.sleep(0.01)
    return False


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
