"""What the solver's process answers, and how it shares out the time that it has."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
import json
import os
from pathlib import Path
import resource
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.errors import SolverError
from custom_components.mining_farm.engines.auction.models import FP
from custom_components.mining_farm.engines.auction.solver import process
from custom_components.mining_farm.engines.auction.solver.cbc import BreakOff
from custom_components.mining_farm.engines.auction.solver.highs import Estimate
from custom_components.mining_farm.engines.auction.solver.process import (
    answer_choose,
    answer_find,
    answer_prove,
)

STARTED, LIMIT = 1_000.0, 120.0
OTHER_CBC = {"command": ["/nowhere/cbc"], "reference": False}
NETWORKS_CBC = {"command": ["/nowhere/cbc"], "reference": True}
TIED = [["a", [["0.1", FP, 3]]], ["b", [["0.2", FP, 2]]]]
"""0.5 PH/s of it can be bought as 0.1 + 0.2 + 0.2 or as 3 x 0.1 + 0.2."""


def _request(**changes: Any) -> dict[str, Any]:
    return {
        "bids": TIED,
        "budget_ph": 0.5,
        "start_block": 8_000_000,
        "block_hash": "0xabc",
        "own_hotkey": "b",
        "started": STARTED,
        "seconds": LIMIT,
        "cbc": OTHER_CBC,
        "proven": False,
        **changes,
    }


def _at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let so many seconds have passed since the problem was asked."""
    clock = SimpleNamespace(monotonic=lambda: STARTED + seconds)
    monkeypatch.setattr(process, "time", clock)


def _cbc(
    monkeypatch: pytest.MonkeyPatch, *answers: tuple[int, ...]
) -> list[Mapping[str, Any]]:
    """Let CBC give these answers, then none; return with what it is asked."""
    asked: list[Mapping[str, Any]] = []
    remaining = list(answers)

    def choose(*args: object, **options: Any) -> tuple[int, ...]:
        options.pop("break_off")
        asked.append(options)
        if not remaining:
            raise SolverError("CBC found no winners")
        return remaining.pop(0)

    monkeypatch.setattr(process, "choose", choose)
    return asked


@pytest.mark.parametrize(
    ("passed", "for_cbc", "for_estimate"), [(0, 90, 114), (30, 60, 84), (80, 10, 34)]
)
def test_the_shares_count_from_the_question(
    monkeypatch: pytest.MonkeyPatch, passed: float, for_cbc: float, for_estimate: float
) -> None:
    """Also where the process was slow to start: CBC has 75 %, an estimate 95 %."""
    _at(monkeypatch, passed)
    asked = _cbc(monkeypatch)
    estimates = []

    def estimate(knapsack: object, own: object, seconds: float) -> Estimate:
        estimates.append(seconds)
        return Estimate(taken=(1, 2))

    monkeypatch.setattr(process, "estimate", estimate)
    answer_choose(_request())
    assert [options["seconds"] for options in asked] == [for_cbc]
    assert estimates == [for_estimate]


def test_a_cbc_that_never_ends_makes_way_for_an_estimate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It costs its share of the time, not the window."""
    script = tmp_path / "cbc"
    script.write_text("#!/bin/sh\nexec sleep 600\n", encoding="ascii")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    _at(monkeypatch, 0.75 * LIMIT - 0.1)
    found = answer_choose(_request(cbc={"command": [str(script)], "reference": True}))
    assert found["solver"] == "highs"
    assert sum(row[3] * float(row[1]) for row in found["winners"]) == pytest.approx(0.5)
    assert (found["own_least"], found["own_most"]) == (1, 2)


def test_a_choice_that_is_broken_off_is_not_estimated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither one that has not begun nor one that CBC is at, whose files are gone."""
    script = tmp_path / "cbc"
    script.write_text("#!/bin/sh\necho > ../begun; exec sleep 600\n", encoding="ascii")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    _at(monkeypatch, 0)
    monkeypatch.setattr(process, "estimate", lambda *_: pytest.fail("estimated"))
    request = _request(cbc={"command": [str(script)], "reference": True})
    before = BreakOff()
    before.order()
    with pytest.raises(SolverError, match="nobody asks"):
        answer_choose(request, before)
    (tmp_path / "begun").unlink(missing_ok=True)
    during = BreakOff()
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(answer_choose, request, during)
        while not (tmp_path / "begun").exists():
            pass
        during.order()
        with pytest.raises(SolverError, match="nobody asks"):
            answer.result()
    assert {path.name for path in tmp_path.iterdir()} == {"cbc", "begun"}


def test_the_networks_cbc_is_asked_with_the_seed_of_the_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its winners are passed on as they are."""
    _at(monkeypatch, 0)
    asked = _cbc(monkeypatch, (3, 1))
    assert answer_choose(_request(cbc=NETWORKS_CBC)) == {
        "winners": [("a", "0.1", FP, 3), ("b", "0.2", FP, 1)],
        "solver": "cbc",
        "own_least": None,
        "own_most": None,
    }
    assert asked == [{"seed": 0xABC + 1, "big_m": True, "seconds": 0.75 * LIMIT}]


def test_costs_count_from_a_block_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows that start before it take any of the best by hashrate."""
    _at(monkeypatch, 0)
    asked = _cbc(monkeypatch, (3, 1), (3, 1))
    for block in (7_405_571, 7_405_572):
        answer_choose(_request(cbc=NETWORKS_CBC, start_block=block))
    assert [options["big_m"] for options in asked] == [False, True]


def test_a_proof_lists_a_best_answer_and_what_all_have_in_common() -> None:
    """Ties leave one or two of the own workers; a cheaper one leaves no choice."""
    proof = answer_prove(_request())["proof"]
    assert (proof["own_least"], proof["own_most"]) == (1, 2)
    assert not proof["own_proven"]
    assert sum(row[3] * float(row[1]) for row in proof["winners"]) == pytest.approx(0.5)
    cheaper = [TIED[0], ["b", [["0.2", 9 * FP // 10, 2]]]]
    assert answer_prove(_request(bids=cheaper))["proof"] == {
        "winners": [("b", "0.2", 9 * FP // 10, 2), ("a", "0.1", FP, 1)],
        "own_proven": True,
        "own_least": 2,
        "own_most": 2,
    }


def test_a_market_too_fine_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS takes longer over its bounds, and says the same."""
    monkeypatch.setattr(process, "prove", lambda *_: None)
    assert answer_prove(_request()) == {"proof": None}
    _at(monkeypatch, 0)
    found = answer_choose(_request(cbc=None))
    assert (found["own_least"], found["own_most"]) == (1, 2)


def test_no_solver_finds_winners(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither CBC nor an estimate: an error, not an empty list of winners."""
    _at(monkeypatch, 0.95 * LIMIT)
    _cbc(monkeypatch)
    with pytest.raises(SolverError, match="HiGHS found no winners"):
        answer_choose(_request())


def test_where_all_fit_all_win() -> None:
    """Nothing has to be solved, and nothing is uncertain."""
    proof = answer_prove(_request(budget_ph=0.7))["proof"]
    assert [row[3] for row in proof["winners"]] == [3, 2]
    assert proof["own_proven"]
    assert (proof["own_least"], proof["own_most"]) == (2, 2)


def test_a_budget_that_buys_nothing() -> None:
    """No bid wins, and that is proven."""
    proof = answer_prove(_request(budget_ph=0.0))["proof"]
    assert (proof["winners"], proof["own_proven"]) == ([], True)
    assert (proof["own_least"], proof["own_most"]) == (0, 0)


def test_which_cbc_runs_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that is none is none."""
    monkeypatch.chdir(tmp_path)
    assert answer_find({"cbc_path": "/bin/false", "glibc": None}) == {"cbc": None}


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep this process as it is: note what `main` asks of the system."""
    calls: list[str] = []
    monkeypatch.setattr(os, "setpriority", lambda _, __, by: calls.append(f"nice {by}"))
    monkeypatch.setattr(os, "times", lambda: (3.0, 4.0))
    monkeypatch.setattr(
        resource, "setrlimit", lambda _, limits: calls.append(f"cpu {limits[0]}")
    )
    monkeypatch.setattr(
        Path,
        "write_text",
        lambda path, text, **_: calls.append(f"{path} {text}"),
    )
    return calls


def test_each_question_has_its_answer(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    child: list[str],
    tmp_path: Path,
) -> None:
    """JSON on both sides, errors in it too; whatever else runs here goes first."""
    _at(monkeypatch, 0)
    monkeypatch.chdir(tmp_path)
    requests = [
        _request(ask="choose", id=1, cbc=None),
        _request(ask="choose", id=2, cbc=None, seconds=0.0),
        _request(ask="prove", id=3, budget_ph=float("inf")),
        _request(ask="prove", id=4),
        {"ask": "break_off", "of": 5},
        _request(ask="find", id=6, cbc_path="/bin/false", glibc=None),
    ]
    monkeypatch.setattr(sys, "stdin", StringIO("\n".join(map(json.dumps, requests))))
    process.main()
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    answers = {answer["id"]: answer for answer in lines}
    assert len(answers[1]["winners"]) == 2
    assert answers[2]["error"] == "HiGHS found no winners within 0 s"
    assert answers[3]["error"].startswith("the solver failed: ")
    assert answers[4]["proof"]["own_least"] == 1
    # Nothing is broken off that has its answer, or was never asked.
    assert answers[6] == {"id": 6, "cbc": None}
    assert child[0] == "/proc/self/oom_score_adj 1000"
    # From the 7 s on that it has used.
    limits = [call for call in child if call.startswith("cpu")]
    assert limits == ["cpu 128", "cpu 8", "cpu 128", "cpu 128", "cpu 128"]
    # Both estimates and the trial of CBC, and nothing else: proofs are waited for.
    assert child.count(f"nice {os.nice(0) + 10}") == 3
