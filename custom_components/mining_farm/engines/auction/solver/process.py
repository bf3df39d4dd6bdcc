"""The solver's own process: questions as lines of JSON on stdin, answers on stdout.

It ends when stdin does: whoever asked is gone then, however that came about. It is
started with the engines' folder on its path, so that nothing above this package is
imported. CBC runs as its child and in its group.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
import contextlib
from dataclasses import asdict, dataclass
import json
import os
from pathlib import Path
import resource
import select
import shutil
import signal
import sys
from tempfile import TemporaryDirectory
import threading
import time
from typing import TYPE_CHECKING, Any

from ..errors import SolverError
from ..models import Bid, SolverName
from ..window.selection import Knapsack, list_winners, pack
from .cbc import BIG_M_FROM_BLOCK, CBC, BreakOff, choose, find_cbc, seed_from_hash
from .optimum import prove

if TYPE_CHECKING:
    from .highs import Estimate

type Request = Mapping[str, Any]
type Answer = dict[str, Any]

_NICER = 10
"""By so much an estimate lets others go first."""
_CBC_SHARE = 0.75
"""Of the time: what remains is for an estimate, should CBC not come to an end."""
_WHOLE_SHARE = 0.95
_AT_ONCE = 3
"""Questions of a sort at a time: while CBC is at one, the proofs of others go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Solved:
    taken: tuple[int, ...]
    solver: SolverName
    own_least: int | None = None
    own_most: int | None = None


def answer_find(request: Request) -> Answer:
    """Return the CBC that runs here; None where none does."""
    cbc = find_cbc(request["cbc_path"], Path.cwd(), request["glibc"])
    return {"cbc": None if cbc is None else asdict(cbc)}


def answer_prove(request: Request) -> Answer:
    """Return what all best answers have in common, and one of them.

    `proof` is None where the market is too large and its sizes too fine.
    """
    knapsack = _knapsack(request)
    own_hotkey = request["own_hotkey"]
    if not knapsack.contested:
        own = knapsack.own_of(knapsack.counts, own_hotkey)
        taken, proven, least, most = knapsack.counts, True, own, own
    elif (found := prove(knapsack, own_hotkey)) is None or found.taken is None:
        return {"proof": None}
    else:
        taken, proven = found.taken, found.own_proven
        least, most = found.own_least, found.own_most
    return {
        "proof": {
            "winners": list_winners(knapsack, taken),
            "own_proven": proven,
            "own_least": least,
            "own_most": most,
        }
    }


def answer_choose(request: Request, break_off: BreakOff | None = None) -> Answer:
    """Return who wins; SolverError where no solver found winners in time.

    `request["started"]` is the monotonic time from which `seconds` count. Once broken
    off, CBC ends, and no estimate follows.
    """
    knapsack = _knapsack(request)
    cbc = None if request["cbc"] is None else CBC(**request["cbc"])
    solved = _choose(knapsack, cbc, request, break_off or BreakOff())
    return {
        "winners": list_winners(knapsack, solved.taken),
        "solver": solved.solver,
        "own_least": solved.own_least,
        "own_most": solved.own_most,
    }


def _answer(request: Request, break_off: BreakOff) -> Answer:
    match request["ask"]:
        case "find":
            return answer_find(request)
        case "prove":
            return answer_prove(request)
        case _:
            return answer_choose(request, break_off)


def _knapsack(request: Request) -> Knapsack:
    bids = {
        hotkey: [
            Bid(size=size, price_fp18=price_fp18, count=count)
            for size, price_fp18, count in offered
        ]
        for hotkey, offered in request["bids"]
    }
    return pack(bids, request["budget_ph"])


def _choose(
    knapsack: Knapsack, cbc: CBC | None, request: Request, break_off: BreakOff
) -> _Solved:
    def left(share: float) -> float:
        ends_at: float = request["started"] + share * request["seconds"]
        return max(ends_at - time.monotonic(), 0.0)

    if cbc is not None:
        with (
            contextlib.suppress(SolverError),
            # One that is broken off may still be at its files when the next begins.
            TemporaryDirectory(dir=Path.cwd()) as folder,
        ):
            taken = choose(
                knapsack,
                cbc,
                Path(folder),
                seed=seed_from_hash(request["block_hash"]),
                big_m=request["start_block"] >= BIG_M_FROM_BLOCK,
                seconds=left(_CBC_SHARE),
                break_off=break_off,
            )
            return _Solved(taken=taken, solver=SolverName.CBC)
    if break_off.wanted:
        raise SolverError("nobody asks any more")
    # Where it is proven what the own bids win, its own search for that is spared.
    own_hotkey = None if request["proven"] else request["own_hotkey"]
    found = _modestly(lambda: estimate(knapsack, own_hotkey, left(_WHOLE_SHARE)))
    return _Solved(
        taken=found.taken,
        solver=SolverName.HIGHS,
        own_least=found.own_least,
        own_most=found.own_most,
    )


def estimate(knapsack: Knapsack, own_hotkey: str | None, seconds: float) -> Estimate:
    """Return what HiGHS finds; it takes a fifth of a second to import, where needed."""
    from . import highs  # noqa: PLC0415

    return highs.estimate(knapsack, own_hotkey, seconds)


def _modestly[T](work: Callable[[], T]) -> T:
    """Let others go first: what has stepped back may not step forward again."""
    with ThreadPoolExecutor(1, initializer=_be_modest) as thread:
        return thread.submit(work).result()


def _end_with_parent() -> None:
    """End this group, CBC with it, once the other end of stdin is closed."""
    stdin = select.poll()
    # No event is asked for: that the pipe is closed is reported all the same.
    stdin.register(sys.stdin.fileno(), 0)
    stdin.poll()
    # Whoever asked may have been killed, and cleans up no more.
    shutil.rmtree(Path.cwd(), ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def _be_modest() -> None:
    """Let others go first, in this thread."""
    thread = threading.get_native_id()
    niceness = os.getpriority(os.PRIO_PROCESS, thread) + _NICER
    os.setpriority(os.PRIO_PROCESS, thread, niceness)


def _end_first() -> None:
    """Let others live when memory runs out."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _limit_cpu(seconds: float) -> None:
    """End so many s of CPU from now also without whoever asked."""
    spent = sum(os.times()[:2])
    limit = int(spent + seconds) + 1
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


class _Server:
    """Answers lines, several at a time."""

    def __init__(self) -> None:
        self._one_line = threading.Lock()
        self._asked: dict[int, BreakOff] = {}
        """By the number of a question that has no answer yet."""

    def serve(self) -> None:
        """Answer until stdin ends."""
        with (
            ThreadPoolExecutor(_AT_ONCE) as short,
            ThreadPoolExecutor(_AT_ONCE) as long,
        ):
            for line in sys.stdin:
                request = json.loads(line)
                if request["ask"] == "break_off":
                    self._break_off(request["of"])
                    continue
                _limit_cpu(request["seconds"])
                pool = long if request["ask"] == "choose" else short
                break_off = self._asked[request["id"]] = BreakOff()
                pool.submit(self._answer, request, break_off)

    def _break_off(self, number: int) -> None:
        """End what nobody waits for any more; a proof that has begun is soon over."""
        if (asked := self._asked.get(number)) is not None:
            asked.order()

    def _answer(self, request: Request, break_off: BreakOff) -> None:
        try:
            answer = {} if break_off.wanted else _answer(request, break_off)
        except SolverError as err:
            answer = {"error": str(err)}
        except Exception as err:  # noqa: BLE001 Named to whoever asked
            answer = {"error": f"the solver failed: {type(err).__name__}: {err}"}
        del self._asked[request["id"]]
        line = json.dumps({"id": request["id"], **answer})
        with self._one_line:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


def main() -> None:
    """Answer what stdin asks; files are made in the working directory."""
    _end_first()
    _Server().serve()


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main()
