"""What the solver's process answers, and how it shares out the time that it has."""

from collections.abc import Mapping
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
from custom_components.mining_farm.engines.auction.solver.highs import Estimate
from custom_components.mining_farm.engines.auction.solver.optimum import prove
from custom_components.mining_farm.engines.auction.solver.process import answer

STARTED, LIMIT = 1_000.0, 120.0
OTHER_CBC = {"path": "/nowhere/cbc", "reference": False}
NETWORKS_CBC = {"path": "/nowhere/cbc", "reference": True}
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
        "cbc_path": None,
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
    answer(_request(), Path())
    assert [options["seconds"] for options in asked] == [for_cbc]
    assert estimates == [for_estimate]


def test_a_cbc_that_never_ends_makes_way_for_an_estimate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It costs its share of the time, not the window."""
    script = tmp_path / "cbc"
    script.write_text("#!/bin/sh\nexec sleep 600\n", encoding="ascii")
    script.chmod(0o755)
    _at(monkeypatch, 0.75 * LIMIT - 0.1)
    cbc = {"path": str(script), "reference": True}
    found = answer(_request(cbc=cbc), tmp_path)
    assert (found["solver"], found["estimate"]) == ("highs", True)
    assert sum(row[3] * float(row[1]) for row in found["winners"]) == pytest.approx(0.5)
    assert (found["own_least"], found["own_most"]) == (1, 2)


def test_the_networks_cbc_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer is the network's; it is asked with the seed of the window's block."""
    _at(monkeypatch, 0)
    asked = _cbc(monkeypatch, (3, 1))
    found = answer(_request(cbc=NETWORKS_CBC), Path())
    assert found == {
        "winners": [("a", "0.1", FP, 3), ("b", "0.2", FP, 1)],
        "solver": "cbc",
        "estimate": False,
        "own_least": None,
        "own_most": None,
        "cbc": NETWORKS_CBC,
    }
    assert asked == [{"seed": 0xABC + 1, "big_m": True, "seconds": 0.75 * LIMIT}]


def test_costs_count_from_a_block_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows that start before it take any of the best by hashrate."""
    _at(monkeypatch, 0)
    asked = _cbc(monkeypatch, (3, 1), (3, 1))
    for block in (7_405_571, 7_405_572):
        answer(_request(cbc=NETWORKS_CBC, start_block=block), Path())
    assert [options["big_m"] for options in asked] == [False, True]


def test_another_cbc_is_an_estimate_with_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its choice among ties may not be the network's: the proof adds the bounds."""
    _at(monkeypatch, 0)
    _cbc(monkeypatch, (3, 1))
    found = answer(_request(), Path())
    assert (found["solver"], found["estimate"]) == ("cbc", True)
    assert found["winners"] == [("a", "0.1", FP, 3), ("b", "0.2", FP, 1)]
    assert (found["own_least"], found["own_most"]) == (1, 2)


def test_another_cbc_answers_where_highs_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bounds are proven all the same; in a market too fine, they are unknown."""
    _at(monkeypatch, 0.95 * LIMIT)
    for proof, bounds in ((prove, (1, 2)), (lambda *_: None, (None, None))):
        monkeypatch.setattr(process, "prove", proof)
        _cbc(monkeypatch, (3, 1))
        found = answer(_request(), Path())
        assert (found["solver"], found["estimate"]) == ("cbc", True)
        assert (found["own_least"], found["own_most"]) == bounds


def test_highs_proves_the_bounds_of_a_market_too_fine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It takes longer, and says the same."""
    _at(monkeypatch, 0)
    monkeypatch.setattr(process, "prove", lambda *_: None)
    found = answer(_request(cbc=None), Path())
    assert (found["solver"], found["estimate"]) == ("highs", True)
    assert (found["own_least"], found["own_most"]) == (1, 2)


def test_no_solver_finds_winners(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither CBC nor an estimate: an error, not an empty list of winners."""
    _at(monkeypatch, 0.95 * LIMIT)
    _cbc(monkeypatch)
    with pytest.raises(SolverError, match="HiGHS found no winners"):
        answer(_request(), Path())


def test_where_all_fit_all_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is solved and nothing is uncertain, unless the network's CBC is there."""
    _at(monkeypatch, 0)
    asked = _cbc(monkeypatch)
    for cbc, solver in ((None, "highs"), (OTHER_CBC, "cbc")):
        found = answer(_request(cbc=cbc, budget_ph=0.7), Path())
        assert [row[3] for row in found["winners"]] == [3, 2]
        assert (found["solver"], found["estimate"]) == (solver, False)
        assert (found["own_least"], found["own_most"]) == (2, 2)
    assert not asked


def test_a_budget_that_buys_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bid wins, and that is certain."""
    found = answer(_request(cbc=None, budget_ph=0.0), Path())
    assert (found["winners"], found["estimate"]) == ([], False)
    assert (found["own_least"], found["own_most"]) == (0, 0)


def test_which_cbc_runs_is_found_out_when_it_is_not_known(tmp_path: Path) -> None:
    """The answer names it, so that the next problem need not try."""
    found = answer(
        _request(cbc="unknown", cbc_path="/bin/false", budget_ph=0.7), tmp_path
    )
    assert found["cbc"] is None


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep this process as it is: note what `main` asks of the system."""
    calls: list[str] = []
    monkeypatch.setattr(os, "nice", lambda by: calls.append(f"nice {by}"))
    monkeypatch.setattr(
        resource, "setrlimit", lambda _, limits: calls.append(f"cpu {limits[0]}")
    )
    monkeypatch.setattr(
        Path,
        "write_text",
        lambda path, text, **_: calls.append(f"{path} {text}"),
    )
    return calls


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(LIMIT, None), (0.0, "HiGHS found no winners within 0 s")],
)
def test_one_question_one_answer(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    child: list[str],
    seconds: float,
    expected: str | None,
) -> None:
    """JSON on both sides, an error in it too; whatever else runs here goes first."""
    _at(monkeypatch, 0)
    request = json.dumps(_request(cbc=None, seconds=seconds))
    monkeypatch.setattr(sys, "stdin", StringIO(request))
    process.main()
    document = json.loads(capsys.readouterr().out)
    assert document.get("error") == expected
    assert ("winners" in document) is (expected is None)
    assert child == [
        "nice 10",
        "/proc/self/oom_score_adj 1000",
        f"cpu {int(seconds) + 1}",
    ]
