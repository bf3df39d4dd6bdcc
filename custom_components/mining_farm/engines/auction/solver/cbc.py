"""The network's own solver: CBC as PuLP ships it, asked as the reference asks.

Half of all contested auctions have several best answers. Which of them is taken
follows from the build of CBC, the order and names of the columns, the digits in the
MPS file and the seed; so every detail here is the reference's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, chain, repeat
from operator import mul
from pathlib import Path
import subprocess

from pulp import LpBinary, LpMaximize, LpProblem, LpStatusOptimal, lpSum  # type: ignore[import-untyped]
from pulp.apis.coin_api import COIN_CMD, pulp_cbc_path  # type: ignore[import-untyped]

from ..errors import SolverError
from ..models import FP, Bid
from ..window.selection import Knapsack, pack

BIG_M_FROM_BLOCK = 7_405_572
"""From here on, windows minimise the cost among those with the most hashrate."""
_REFERENCE = "2e17077752aa"
"""SHA-256 of CBC 2.10.3 for x86-64, in PuLP 3.3.0 as in 3.3.2; begins so."""
_MAX_NODES = 100_000
_PROBE_S = 20.0
_PROBE = pack({"": (Bid(size="0.1", price_fp18=FP, count=2),)}, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CBC:
    """A CBC that runs on this machine."""

    path: str
    reference: bool
    """Whether it is, byte for byte, the one that the validators run."""


def seed_from_hash(block_hash: str) -> int:
    """Return the seed of a window, 1 to 2,147,483,647, from its first block's hash."""
    try:
        number = int(block_hash.strip().lstrip("0x")[-16:], 16)
    except ValueError:
        return 1
    return number % 2_147_483_647 + 1


def find_cbc(path: str | None, folder: Path) -> CBC | None:
    """Return CBC at a path (PuLP's own by default), or None where it does not run."""
    path = path or pulp_cbc_path
    try:
        digest = sha256(Path(path).read_bytes()).hexdigest()
        cbc = CBC(path=path, reference=digest.startswith(_REFERENCE))
        taken = choose(_PROBE, cbc, folder, seed=1, big_m=True, seconds=_PROBE_S)
    except OSError, SolverError:
        return None
    return cbc if taken == (1,) else None


def choose(
    knapsack: Knapsack,
    cbc: CBC,
    folder: Path,
    *,
    seed: int,
    big_m: bool,
    seconds: float,
) -> tuple[int, ...]:
    """Return how many of each lot win; SolverError after so many seconds."""
    problem = LpProblem("auction_knap", LpMaximize)
    size = sum(knapsack.counts)
    # PuLP orders columns by name (x_10 before x_2): the names decide ties.
    workers = [
        problem.add_variable(f"x_{number}", cat=LpBinary) for number in range(size)
    ]
    costs = _repeat(knapsack.costs, knapsack.counts)
    values = _repeat(knapsack.values, knapsack.counts)
    # The constraint comes first: it names the columns' order in the file.
    problem += lpSum(map(mul, workers, costs, strict=True)) <= knapsack.capacity
    if big_m:
        margin = knapsack.capacity + 1
        values = [
            value * margin - cost for value, cost in zip(values, costs, strict=True)
        ]
    problem += lpSum(map(mul, workers, values, strict=True))
    columns, names, rows, _ = problem.writeMPS(str(folder / "knap.mps"), rename=1)
    options = ["-max", "-threads", "1"]
    if seed > 0:
        options += ["-randomSeed", str(seed)]
    options += ["-maxNodes", str(_MAX_NODES), "-timeMode", "elapsed", "-branch"]
    options += ["-printingOptions", "all", "-solution", "knap.sol"]
    solution = folder / "knap.sol"
    solution.unlink(missing_ok=True)
    reader = COIN_CMD(path=cbc.path, msg=False)
    try:
        _run(cbc.path, folder, ["knap.mps", *options], seconds)
        status, chosen, *_ = reader.readsol_MPS(
            str(solution), problem, columns, names, rows
        )
    except subprocess.TimeoutExpired as err:
        raise SolverError(f"CBC found no winners within {seconds:.0f} s") from err
    except (OSError, ValueError, IndexError) as err:
        raise SolverError(f"CBC gave no answer: {err}") from err
    if status != LpStatusOptimal:
        raise SolverError("CBC found no winners")
    wins = [chosen[worker.name] >= 0.5 for worker in workers]
    ends = list(accumulate(knapsack.counts))
    return tuple(
        sum(wins[end - count : end])
        for end, count in zip(ends, knapsack.counts, strict=True)
    )


def _repeat(numbers: Sequence[int], counts: Sequence[int]) -> list[int]:
    return list(chain.from_iterable(map(repeat, numbers, counts, strict=True)))


def _run(path: str, folder: Path, arguments: Sequence[str], seconds: float) -> None:
    """Run CBC in a folder, in which its files are; nothing it starts holds us up."""
    with (folder / "cbc.log").open("wb") as log:
        done = subprocess.run(  # noqa: S603
            [path, *arguments],
            check=False,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            timeout=max(seconds, 0.0),
        )
    if done.returncode:
        raise SolverError(f"CBC ended with exit status {done.returncode}")
