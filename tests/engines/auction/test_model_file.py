"""CBC's files without PuLP: byte for byte what PuLP writes, and read as PuLP reads."""

from itertools import chain, repeat
from operator import mul
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st
from pulp import LpBinary, LpMaximize, LpProblem, LpStatusOptimal, lpSum  # type: ignore[import-untyped]
from pulp.apis.coin_api import COIN_CMD, pulp_cbc_path  # type: ignore[import-untyped]
import pytest

from custom_components.mining_farm.engines.auction.errors import SolverError
from custom_components.mining_farm.engines.auction.models import FP, Bid
from custom_components.mining_farm.engines.auction.solver import cbc
from custom_components.mining_farm.engines.auction.solver.model_file import (
    read_solution,
    write_model,
)
from custom_components.mining_farm.engines.auction.window.selection import (
    Knapsack,
    pack,
)

BIDS = st.lists(
    st.builds(
        Bid,
        size=st.integers(50, 450).map(lambda size: f"0.{size:03}"),
        price_fp18=st.integers(1, FP),
        count=st.integers(1, 9),
    ),
    min_size=1,
    max_size=6,
)
KNAPSACKS = st.builds(
    lambda bids, budget: pack({"a": tuple(bids)}, budget),
    BIDS,
    st.floats(0.2, 900.0),
).filter(lambda knapsack: bool(knapsack.lots))


def _model(knapsack: Knapsack, *, big_m: bool) -> LpProblem:
    """Return the model as the original builds it with PuLP."""
    problem = LpProblem("auction_knap", LpMaximize)
    costs = list(
        chain.from_iterable(map(repeat, knapsack.costs, knapsack.counts, strict=True))
    )
    values = list(
        chain.from_iterable(map(repeat, knapsack.values, knapsack.counts, strict=True))
    )
    workers = [
        problem.add_variable(f"x_{number}", cat=LpBinary)
        for number in range(len(costs))
    ]
    problem += lpSum(map(mul, workers, costs, strict=True)) <= knapsack.capacity
    if big_m:
        margin = knapsack.capacity + 1
        values = [
            value * margin - cost for value, cost in zip(values, costs, strict=True)
        ]
    problem += lpSum(map(mul, workers, values, strict=True))
    return problem


@given(knapsack=KNAPSACKS, big_m=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_model_is_pulps(knapsack: Knapsack, big_m: bool, tmp_path: Path) -> None:
    """Digits, order and spaces: each may decide a tie."""
    file = tmp_path / "knap.mps"
    _model(knapsack, big_m=big_m).writeMPS(str(file), rename=1)
    assert write_model(knapsack, big_m=big_m) == file.read_text(encoding="ascii")


@given(
    knapsack=KNAPSACKS,
    first=st.sampled_from(
        (
            "Optimal - objective value 1.5",
            "Stopped on nodes - objective value 2",
            "Stopped on time (no integer solution - continuous used)",
            "Infeasible - objective value 0",
            "Integer infeasible - objective value 0",
            "Unbounded - objective value 0",
            "no such word is known",
        )
    ),
    wins=st.lists(st.sampled_from((0.0, 0.49, 0.9999999, 1.0)), max_size=54),
    stars=st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_solution_is_read_as_pulp_reads_it(
    knapsack: Knapsack, first: str, wins: list[float], stars: bool, tmp_path: Path
) -> None:
    """Lines that are missing are zero; what has no answer is an error."""
    count = sum(knapsack.counts)
    lines = [
        f"{'**' if stars else ''} {place:7} X{place:07} {value:>15} {0:>23}"
        for place, value in enumerate(wins[:count])
    ]
    text = "\n".join((first, *lines, "      0 C0000000 7 0", "", "odd")) + "\n"
    file = tmp_path / "knap.sol"
    file.write_text(text, encoding="ascii")
    problem = _model(knapsack, big_m=True)
    columns, names, rows, _ = problem.writeMPS(str(tmp_path / "knap.mps"), rename=1)
    status, chosen, *_ = COIN_CMD(path="cbc", msg=False).readsol_MPS(
        str(file), problem, columns, names, rows
    )
    if status != LpStatusOptimal:
        with pytest.raises(SolverError, match="no winners"):
            read_solution(text, knapsack)
        return
    taken, start = [], 0
    for lot in knapsack.counts:
        taken.append(
            sum(chosen[f"x_{number}"] >= 0.5 for number in range(start, start + lot))
        )
        start += lot
    assert read_solution(text, knapsack) == tuple(taken)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Optimal - objective value 1\n 0 X0000000 1\n",
        "Optimal -\n 0 X0000000 x 0\n",
    ],
)
def test_a_solution_that_breaks_off_is_an_error(text: str) -> None:
    """A file that is cut is no answer."""
    knapsack = pack({"a": (Bid(size="0.1", price_fp18=FP, count=2),)}, 0.1)
    with pytest.raises(SolverError):
        read_solution(text, knapsack)


def test_pulps_cbc_is_found_without_pulp(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where PuLP itself looks for it; without PuLP there is none."""
    found = cbc._bundled_cbc()  # noqa: SLF001 The path is not in any answer
    assert found is not None
    assert Path(found) == Path(pulp_cbc_path).resolve()
    monkeypatch.setattr(cbc, "find_spec", lambda _: None)
    assert cbc.find_cbc(None, tmp_path) is None
