"""CBC against the reference's winners, HiGHS against proven optima, both against force."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.errors import SolverError
from custom_components.mining_farm.engines.auction.models import FP, Bid
from custom_components.mining_farm.engines.auction.solver import cbc as solver
from custom_components.mining_farm.engines.auction.solver.cbc import (
    CBC,
    choose,
    find_cbc,
    seed_from_hash,
)
from custom_components.mining_farm.engines.auction.solver.highs import estimate
from custom_components.mining_farm.engines.auction.window.selection import (
    Knapsack,
    dot,
    list_winners,
    pack,
)
from tests.reference import twin, vectors

from .test_selection import read_bids

SLOW_FOR_CBC = (4, 6, 35, 39, 59, 68, 99, 100, 116, 158, 164, 174, 216, 236)
"""Ties that run CBC into its 100,000 nodes: some 10 s each. Two like them are not here."""
SLOW_FOR_HIGHS = (39, 87, 111, 119, 192, 216, 222)


def _set_apart(cases: list[Any], slow: Sequence[int]) -> list[Any]:
    """Return the cases, the slow ones marked."""
    names = {f"ilp-{number:04d}" for number in slow}
    marks = pytest.mark.golden_slow
    return [
        pytest.param(*case.values, id=case.id, marks=[*case.marks, marks])
        if case.id in names
        else case
        for case in cases
    ]


@pytest.fixture(scope="module")
def cbc(tmp_path_factory: pytest.TempPathFactory) -> CBC:
    """Return the network's CBC; only that one has to give the reference's winners."""
    found = find_cbc(None, tmp_path_factory.mktemp("probe"))
    if found is None or not found.reference:
        pytest.skip("the network's CBC does not run here")
    return found


@twin("test_a_seed_from_the_last_digits")
@pytest.mark.parametrize("case", vectors("auction", "cbc_seed_from_hash.json"))
def test_seed(case: dict[str, Any]) -> None:
    """A block's hash gives the reference's seed."""
    assert seed_from_hash(case["input"]) == case["expected"]


@twin("test_winners_by_hand", "test_solvers_agree")
@pytest.mark.parametrize(
    "case",
    _set_apart(
        [*vectors("auction", "ilp_edge.json"), *vectors("auction", "ilp.json")],
        SLOW_FOR_CBC,
    ),
)
def test_winners(case: dict[str, Any], cbc: CBC, tmp_path: Path) -> None:
    """CBC gives the reference's winners in the reference's order, ties and all."""
    asked = case["input"]
    knapsack = pack(read_bids(asked["bids"]), asked["budget_ph"])
    taken: Sequence[int] = ()
    if knapsack.lots:
        taken = choose(
            knapsack,
            cbc,
            tmp_path,
            seed=asked["cbc_seed"],
            big_m=asked["use_big_m"],
            seconds=110,
        )
    assert _one_by_one(list_winners(knapsack, taken)) == _one_by_one(
        case["expected"]["winners"]
    )


@twin("test_estimate_against_force")
@pytest.mark.parametrize(
    "case", _set_apart(vectors("auction", "ilp.json"), SLOW_FOR_HIGHS)
)
def test_estimate(case: dict[str, Any]) -> None:
    """HiGHS finds the proven optimum, and bounds on both sides of its answer."""
    asked, exact = case["input"], case["expected"]["exact"]
    knapsack = pack(read_bids(asked["bids"]), asked["budget_ph"])
    own = next(iter(asked["bids"]), None)
    if not knapsack.lots:
        return
    found = estimate(knapsack, own, 100)
    assert knapsack.value_of(found.taken) == exact["value"]
    assert knapsack.cost_of(found.taken) == exact["min_cost"]
    wins = knapsack.own_of(found.taken, own)
    assert found.own_least is not None
    assert found.own_most is not None
    assert wins is not None
    assert found.own_least <= wins <= found.own_most
    if exact["unique_value_and_cost"]:
        assert found.own_least == found.own_most


@pytest.mark.parametrize(
    ("block_hash", "seed"),
    [
        ("0x" + "0" * 62 + "2a", 43),
        ("2a", 43),
        ("0xab" + "0" * 15 + "5", 6),
        # 2^31 is 1 modulo 2^31 - 1, so 2^64 is 4, and 2^64 - 1 is 3.
        (" 0xffffffffffffffff\n", 4),
        ("0x7fffffff", 1),
        ("0x" + "0" * 64, 1),
        ("", 1),
        ("0xno hash", 1),
    ],
)
def test_a_seed_from_the_last_digits(block_hash: str, seed: int) -> None:
    """The last 64 bits modulo 2^31 - 1, plus one; 1 where there is no number."""
    assert seed_from_hash(block_hash) == seed


def _market(**offered: tuple[str, int, int]) -> dict[str, tuple[Bid, ...]]:
    """Return bids of (size, price in hundredths, count), one for each hotkey."""
    return {
        hotkey: (Bid(size=size, price_fp18=price * FP // 100, count=count),)
        for hotkey, (size, price, count) in offered.items()
    }


@pytest.mark.parametrize(
    ("bids", "budget_ph", "winners"),
    [
        # 0.3 + 0.2 is all of the budget; 0.45 and 0.2 + 0.2 are less.
        (
            _market(a=("0.3", 100, 1), b=("0.2", 100, 2), c=("0.45", 100, 1)),
            0.5,
            [("b", "0.2", 100, 1), ("a", "0.3", 100, 1)],
        ),
        # As much hashrate either way: the cheaper ones.
        (
            _market(a=("0.2", 100, 2), b=("0.2", 90, 2)),
            0.4,
            [("b", "0.2", 90, 2)],
        ),
        # 0.2 + 0.25 of the budget buy 0.4 + 0.25; 0.4 + 0.3 would cost 0.5.
        (
            _market(a=("0.4", 50, 1), b=("0.3", 100, 1), c=("0.25", 100, 1)),
            0.45,
            [("a", "0.4", 50, 1), ("c", "0.25", 100, 1)],
        ),
        (_market(a=("0.4", 100, 3)), 0.39, []),
    ],
)
def test_winners_by_hand(
    bids: dict[str, tuple[Bid, ...]],
    budget_ph: float,
    winners: list[tuple[str, str, int, int]],
    cbc: CBC,
    tmp_path: Path,
) -> None:
    """Most hashrate, then least cost; sorted by price, size, hotkey."""
    knapsack = pack(bids, budget_ph)
    taken: Sequence[int] = ()
    if knapsack.lots:
        taken = choose(knapsack, cbc, tmp_path, seed=7, big_m=True, seconds=60)
    assert list_winners(knapsack, taken) == [
        (hotkey, size, price * FP // 100, count)
        for hotkey, size, price, count in winners
    ]


def _script(folder: Path, text: str) -> CBC:
    script = folder / "cbc"
    script.write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
    script.chmod(0o755)
    return CBC(command=[str(script)], reference=False)


@pytest.mark.parametrize(
    ("script", "seconds", "reason"),
    [
        ("exec sleep 600", 0.1, "within 0 s"),
        ("exit 3", 60, "exit status 3"),
        ("exit 0", 60, "gave no answer"),
        ("echo 'Optimal - objective' > knap.sol; echo ? >> knap.sol", 60, "no answer"),
        ("echo 'Infeasible - objective value 0' > knap.sol", 60, "found no winners"),
    ],
)
def test_a_cbc_without_an_answer(
    script: str, seconds: float, reason: str, tmp_path: Path
) -> None:
    """Each way in which CBC fails is an error, never an empty list of winners."""
    knapsack = pack(_market(a=("0.1", 100, 2)), 0.1)
    with pytest.raises(SolverError, match=reason):
        choose(
            knapsack,
            _script(tmp_path, script),
            tmp_path,
            seed=1,
            big_m=True,
            seconds=seconds,
        )


def test_a_cbc_is_believed_after_one_right_answer(tmp_path: Path) -> None:
    """One that takes both of two workers where one fits is no CBC."""
    right = "printf 'Optimal - objective value 1\\n 0 X0000000 1 0\\n' > knap.sol"
    both = f"{right}; printf ' 1 X0000001 1 0\\n' >> knap.sol"
    path = _script(tmp_path, right).command[-1]
    assert find_cbc(path, tmp_path) == CBC(command=(path,), reference=False)
    assert find_cbc(_script(tmp_path, both).command[-1], tmp_path) is None
    assert find_cbc(str(tmp_path / "missing"), tmp_path) is None


def test_a_cbc_that_does_not_start_is_started_by_a_loader(tmp_path: Path) -> None:
    """As where there is no glibc: what is checked is still the program behind it."""
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF of another system")
    broken.chmod(0o755)
    loader = tmp_path / "glibc" / "ld-linux-x86-64.so.2"
    loader.parent.mkdir()
    loader.write_text(
        "#!/bin/sh\n"
        f'test "$1 $2 $3" = "--library-path {loader.parent} {broken}" || exit 1\n'
        "printf 'Optimal - objective value 1\\n 0 X0000000 1 0\\n' > knap.sol\n",
        encoding="ascii",
    )
    loader.chmod(0o755)
    found = find_cbc(str(broken), tmp_path, str(loader.parent))
    assert found is not None
    assert found.command == (
        *(str(loader), "--library-path", str(loader.parent)),
        str(broken),
    )
    assert not found.reference
    assert find_cbc(str(broken), tmp_path) is None
    assert find_cbc(str(broken), tmp_path, str(tmp_path / "missing")) is None


def test_the_networks_own_is_taken_of_several_that_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on aarch64, where PuLP has another build, and the network's is emulated."""
    other = _script(tmp_path, "right").command[-1]
    answer = "printf 'Optimal - objective value 1\\n 0 X0000000 1 0\\n' > knap.sol\n"
    Path(other).write_text(f"#!/bin/sh\n# Another\n{answer}", encoding="ascii")
    package = tmp_path / "mining_farm_cbc"
    package.mkdir()
    (package / "__init__.py").touch()
    for name, text in {
        "qemu-x86_64": 'exec "$@"\n',
        "ld-linux-x86-64.so.2": 'shift 2; exec sh "$@"\n',
        "cbc": answer,
    }.items():
        # Without its mode, as some installers leave it.
        (package / name).write_text(f"#!/bin/sh\n{text}", encoding="ascii")
    monkeypatch.setattr(solver, "_bundled_cbc", lambda: other)
    assert find_cbc(None, tmp_path) == CBC(command=(other,), reference=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert find_cbc(None, tmp_path) == CBC(command=(other,), reference=False)
    digest = sha256((package / "cbc").read_bytes()).hexdigest()
    monkeypatch.setattr(solver, "_REFERENCE", digest)
    names = ("qemu-x86_64", "ld-linux-x86-64.so.2")
    command = (
        *(str(package / name) for name in names),
        *("--library-path", str(package), str(package / "cbc")),
    )
    assert find_cbc(None, tmp_path) == CBC(command=command, reference=True)
    monkeypatch.setattr(solver, "_bundled_cbc", lambda: None)
    assert find_cbc(None, tmp_path) == CBC(command=command, reference=True)
    (package / "cbc").unlink()
    assert find_cbc(None, tmp_path) is None


_BIDS = st.builds(
    Bid,
    size=st.sampled_from(["0.05", "0.1", "0.10", "0.234", "0.45", "0.449999"]),
    price_fp18=st.sampled_from([FP // 2, FP - 1, FP, FP + FP // 20, 123_456 * 10**12]),
    count=st.integers(1, 2),
)
_MARKETS = st.dictionaries(
    st.sampled_from(["a", "b", "c"]), st.lists(_BIDS, max_size=3).map(tuple), min_size=1
)


@settings(max_examples=150, deadline=None)
@given(bids=_MARKETS, budget_ph=st.floats(0.04, 2.0))
def test_estimate_against_force(
    bids: dict[str, tuple[Bid, ...]], budget_ph: float
) -> None:
    """Value, cost and own bounds are those of all answers, tried one by one."""
    knapsack = pack(bids, budget_ph)
    if not knapsack.lots:
        return
    found = estimate(knapsack, "a", 60)
    best = _best(knapsack)
    assert found.taken in best
    own = [knapsack.own_of(taken, "a") or 0 for taken in best]
    assert (found.own_least, found.own_most) == (min(own), max(own))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(bids=_MARKETS, budget_ph=st.floats(0.04, 2.0))
def test_solvers_agree(
    bids: dict[str, tuple[Bid, ...]], budget_ph: float, cbc: CBC, tmp_path: Path
) -> None:
    """CBC keeps to the budget and brings as much hashrate as HiGHS."""
    knapsack = pack(bids, budget_ph)
    if not knapsack.lots:
        return
    taken = choose(knapsack, cbc, tmp_path, seed=1, big_m=False, seconds=60)
    assert knapsack.cost_of(taken) <= knapsack.capacity
    found = estimate(knapsack, None, 60)
    assert knapsack.value_of(taken) == knapsack.value_of(found.taken)
    assert (found.own_least, found.own_most) == (None, None)


def test_no_time() -> None:
    """An estimate that has no time says so."""
    knapsack = pack({"a": (Bid(size="0.1", price_fp18=FP, count=5),)}, 0.2)
    with pytest.raises(SolverError, match="within 0 s"):
        estimate(knapsack, None, 0.0)


def _best(knapsack: Knapsack) -> set[tuple[int, ...]]:
    answers = {
        taken: (knapsack.value_of(taken), -dot(knapsack.costs, taken))
        for taken in product(*(range(count + 1) for count in knapsack.counts))
        if knapsack.cost_of(taken) <= knapsack.capacity
    }
    best = max(answers.values())
    return {taken for taken, worth in answers.items() if worth == best}


def _one_by_one(rows: Sequence[Sequence[Any]]) -> list[tuple[str, str, int]]:
    return [(row[0], row[1], row[2]) for row in rows for _ in range(row[3])]
