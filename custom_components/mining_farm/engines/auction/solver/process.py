"""The solver's own process: one problem as a line of JSON on stdin, winners on stdout.

It ends when stdin does: whoever asked is gone then, however that came about. It is
started with the engines' folder on its path, so that nothing above this package is
imported. CBC runs as its child and in its group.
"""

from collections.abc import Mapping
import contextlib
from dataclasses import asdict, dataclass
import json
import os
from pathlib import Path
import resource
import select
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from ..errors import SolverError
from ..models import Bid, SolverName
from ..window.selection import Knapsack, list_winners, pack
from .cbc import BIG_M_FROM_BLOCK, CBC, choose, find_cbc, seed_from_hash
from .optimum import prove

if TYPE_CHECKING:
    from .highs import Estimate

_NICENESS = 10
_CBC_SHARE = 0.75
"""Of the time: what remains is for an estimate, should CBC not come to an end."""
_WHOLE_SHARE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class _Solved:
    taken: tuple[int, ...]
    solver: SolverName
    estimate: bool
    own_least: int | None = None
    own_most: int | None = None


def answer(request: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return what is asked; SolverError where no solver found winners in time.

    `request["started"]` is the monotonic time from which `seconds` count.
    """
    path = request["cbc_path"]
    match request["cbc"]:
        case "unknown":
            cbc = find_cbc(path, folder)
        case None:
            cbc = None
        case known:
            cbc = CBC(**known)
    bids = {
        hotkey: [
            Bid(size=size, price_fp18=price_fp18, count=count)
            for size, price_fp18, count in offered
        ]
        for hotkey, offered in request["bids"]
    }
    knapsack = pack(bids, request["budget_ph"])
    solved = _solve(knapsack, cbc, folder, request)
    return {
        "winners": list_winners(knapsack, solved.taken),
        "solver": solved.solver,
        "estimate": solved.estimate,
        "own_least": solved.own_least,
        "own_most": solved.own_most,
        "cbc": None if cbc is None else asdict(cbc),
    }


def _solve(
    knapsack: Knapsack,
    cbc: CBC | None,
    folder: Path,
    request: Mapping[str, Any],
) -> _Solved:
    name = SolverName.HIGHS if cbc is None else SolverName.CBC
    exact = cbc is not None and cbc.reference
    own_hotkey = request["own_hotkey"]
    if not knapsack.lots or not (exact or knapsack.contested):
        # All of them fit, so the bound is redundant and any solver takes them all.
        own = knapsack.own_of(knapsack.counts, own_hotkey)
        return _Solved(
            taken=knapsack.counts,
            solver=name,
            estimate=False,
            own_least=own,
            own_most=own,
        )

    def left(share: float) -> float:
        ends_at: float = request["started"] + share * request["seconds"]
        return max(ends_at - time.monotonic(), 0.0)

    taken: tuple[int, ...] | None = None
    if cbc is not None:
        with contextlib.suppress(SolverError):
            taken = choose(
                knapsack,
                cbc,
                folder,
                seed=seed_from_hash(request["block_hash"]),
                big_m=request["start_block"] >= BIG_M_FROM_BLOCK,
                seconds=left(_CBC_SHARE),
            )
    if taken is not None and exact:
        return _Solved(taken=taken, solver=SolverName.CBC, estimate=False)
    # HiGHS proves the bounds as well, but in seconds instead of milliseconds.
    proof = prove(knapsack, own_hotkey)
    best: Estimate | None = None
    try:
        best = estimate(
            knapsack, own_hotkey if proof is None else None, left(_WHOLE_SHARE)
        )
    except SolverError:
        if taken is None:
            raise
    bounds = best if proof is None else proof
    return _Solved(
        taken=taken or (best.taken if best else ()),
        solver=SolverName.HIGHS if taken is None else SolverName.CBC,
        estimate=True,
        own_least=None if bounds is None else bounds.own_least,
        own_most=None if bounds is None else bounds.own_most,
    )


def estimate(knapsack: Knapsack, own_hotkey: str | None, seconds: float) -> Estimate:
    """Return what HiGHS finds; it takes a fifth of a second to import, where needed."""
    from . import highs  # noqa: PLC0415

    return highs.estimate(knapsack, own_hotkey, seconds)


def _end_with_parent() -> None:
    """End this group, CBC with it, once the other end of stdin is closed."""
    stdin = select.poll()
    # No event is asked for: that the pipe is closed is reported all the same.
    stdin.register(sys.stdin.fileno(), 0)
    stdin.poll()
    os.killpg(0, signal.SIGKILL)


def _be_modest(seconds: float) -> None:
    """Let Home Assistant go first, also when memory runs out; end also without it."""
    os.nice(_NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    limit = int(seconds) + 1
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))


def main() -> None:
    """Answer what stdin asks; files are made in the working directory."""
    request = json.loads(sys.stdin.readline())
    _be_modest(request["seconds"])
    try:
        document = answer(request, Path.cwd())
    except SolverError as err:
        document = {"error": str(err)}
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main()
