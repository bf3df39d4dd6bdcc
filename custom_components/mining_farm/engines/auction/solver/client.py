"""Finds the winners of a window, and says as early as it can how sure they are."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
import time
from typing import Any

from ..errors import SolverEndedError, SolverError
from ..models import Certainty, Selection, SelectionProblem, SolverName, Winner
from ..turns import Turns
from ..window.auction import TakeSelection
from .answers import Answers, retrieve
from .cbc import BIG_M_FROM_BLOCK
from .child import SolverChild

_KEPT = 16
"""Markets that are remembered: of each subnet those that a coming window may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """What all best answers have in common, and one of them."""

    winners: tuple[Winner, ...]
    own_proven: bool
    own_least: int | None
    own_most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """What a solver has taken."""

    winners: tuple[Winner, ...]
    solver: SolverName
    own_least: int | None
    own_most: int | None


class AuctionSolver:
    """The optimum by proof, and CBC as the validators run it where it runs.

    The first problem finds out whether it does: trying costs one more run of CBC, once.
    A process of its own does the work, and is gone once nobody asks or stands by.
    """

    def __init__(
        self,
        *,
        limit: float = 120.0,
        cbc_path: str | None = None,
        glibc: str | None = None,
    ) -> None:
        """Take how many s a problem may take, and CBC if not the one that PuLP ships.

        Where that does not start, a folder may hold glibc's loader and libraries.
        """
        self._limit = limit
        self._cbc_path = cbc_path
        self._glibc = glibc
        self._cbc: dict[str, Any] | str | None = "unknown"
        self._turns: Turns[_Choice] = Turns()
        self._found: Answers[None] = Answers()
        self._proofs: dict[Hashable, Answers[_Proof | None]] = {}
        """By market, then by own hotkey; None: too large and too fine."""
        self._choices: dict[Hashable, _Choice] = {}
        """By market, with whatever seed."""
        self._preparations: dict[Hashable, _Preparation] = {}
        """By own hotkey and window."""
        self._child: SolverChild | None = None
        self._starting = asyncio.Lock()
        self._askers = 0

    async def __call__(
        self, problem: SelectionProblem, early: TakeSelection | None = None
    ) -> Selection:
        """Return the winners; SolverError where none were found in time.

        `early` gets what is proven, or likely, while the network's solver is at work.
        One problem is chosen at a time; who asks for the same meanwhile shares the
        answer.
        """
        started = time.monotonic()
        if early is not None:
            for preparation in self._preparations.values():
                preparation.task.cancel()
        try:
            async with asyncio.timeout(self._limit), self._running():
                return await self._solve(problem, early, started)
        except TimeoutError as err:
            raise SolverError(f"no winners found within {self._limit:.0f} s") from err

    async def stand_by(self, problem: SelectionProblem) -> None:
        """Solve a window that has not begun, and keep a process ready, until cancelled.

        The seed of its block is not known yet, and decides only ties. Who stands by with
        another market of the same window takes the place of the one before.
        """
        window = problem.own_hotkey, problem.start_block
        async with self._running():
            former = self._preparations.get(window)
            if (
                former is None
                or former.market != _market(problem)
                # What has failed is tried again; what is known takes no time.
                or former.task.done()
            ):
                if former is not None:
                    former.task.cancel()
                task = asyncio.create_task(self._prepare(problem))
                # What fails here is asked again when it counts.
                task.add_done_callback(retrieve)
                former = _Preparation(market=_market(problem), task=task)
                self._preparations[window] = former
            former.standing_by += 1
            try:
                await asyncio.Event().wait()
            finally:
                former.standing_by -= 1
                if not former.standing_by:
                    former.task.cancel()
                    await asyncio.wait({former.task})
                    if self._preparations.get(window) is former:
                        del self._preparations[window]

    async def _prepare(self, problem: SelectionProblem) -> None:
        started = time.monotonic()
        async with asyncio.timeout(self._limit):
            proving = self._prove(problem)
            exact = await self._is_exact()
            proof = await asyncio.shield(proving)
            if exact and _market(problem) not in self._choices:
                # Whichever head it was seen at: all prepare the same.
                await self._choose(replace(problem, block_hash=""), proof, started)

    async def _solve(
        self, problem: SelectionProblem, early: TakeSelection | None, started: float
    ) -> Selection:
        # The proof is what is waited for first: it waits for nothing.
        proving = self._prove(problem)
        if not await self._is_exact():
            return await self._estimate(problem, started)
        taker = _Early(early, started)
        known = self._choices.get(_market(problem))
        if proving.done():
            taker.take(problem, await proving, known)
        choosing = asyncio.ensure_future(self._choose(problem, None, started))
        try:
            taker.take(problem, await asyncio.shield(proving), known)
            choice = await choosing
        finally:
            if not choosing.done():
                choosing.cancel()
                await asyncio.wait({choosing})
        if choice.solver is not SolverName.CBC:
            # CBC came to no end.
            return await self._estimate(problem, started, choice)
        return _selection(choice, Certainty.CONFIRMED, None, started)

    async def _estimate(
        self, problem: SelectionProblem, started: float, choice: _Choice | None = None
    ) -> Selection:
        """Return what is known without the network's own solver."""
        proof = await asyncio.shield(self._prove(problem))
        if proof is not None and (proof.own_proven or self._cbc is None):
            certainty = Certainty.PROVEN if proof.own_proven else Certainty.ESTIMATE
            return _selection(proof, certainty, proof, started)
        choice = choice or await self._choose(problem, proof, started)
        return _selection(choice, Certainty.ESTIMATE, proof or choice, started)

    async def _is_exact(self) -> bool:
        """Return whether the network's own CBC runs here."""
        if self._cbc == "unknown":
            await asyncio.shield(self._found.ask(None, self._find))
        return isinstance(self._cbc, dict) and bool(self._cbc["reference"])

    async def _find(self) -> None:
        asked = {
            "ask": "find",
            "cbc_path": self._cbc_path,
            "glibc": self._glibc,
            "seconds": self._limit,
        }
        self._cbc = (await self._ask(asked))["cbc"]

    def _prove(self, problem: SelectionProblem) -> asyncio.Task[_Proof | None]:
        """Return what is proven of a market, or will be; to be shielded from who waits."""

        async def prove() -> _Proof | None:
            asked = {"ask": "prove", "seconds": self._limit, **_document(problem)}
            if (proof := (await self._ask(asked))["proof"]) is None:
                return None
            return _Proof(**{**proof, "winners": _winners(proof["winners"])})

        market = _market(problem)
        if (proofs := self._proofs.get(market)) is None:
            proofs = Answers()
            _keep(self._proofs, market, proofs)
        return proofs.ask(problem.own_hotkey, prove)

    async def _choose(
        self, problem: SelectionProblem, proof: _Proof | None, started: float
    ) -> _Choice:
        async def choose() -> _Choice:
            answer = await self._ask(
                {
                    "ask": "choose",
                    # The monotonic clock is the machine's: the process shares out what
                    # is left of our limit, however long it took to start.
                    "started": started,
                    "seconds": self._limit,
                    "cbc": self._cbc,
                    "proven": proof is not None,
                    **_document(problem),
                }
            )
            choice = _Choice(
                winners=_winners(answer["winners"]),
                solver=SolverName(answer["solver"]),
                own_least=answer["own_least"],
                own_most=answer["own_most"],
            )
            if choice.solver is SolverName.CBC:
                _keep(self._choices, _market(problem), choice)
            return choice

        # Of one block all wallets share one choice; bounds are wanted where CBC fails.
        own = None if self._cbc is not None else problem.own_hotkey
        what = (problem.block_hash, problem.start_block, own, _market(problem))
        return await self._turns.take(what, choose)

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask the process; once more where another's giving up has ended it."""
        child = await self._living()
        try:
            return await child.ask(request)
        except SolverEndedError:
            if not child.stopped:
                raise
        except asyncio.CancelledError:
            if request["ask"] == "choose" and request["cbc"] is None:
                # HiGHS cannot be told to stop.
                await child.end()
            raise
        return await (await self._living()).ask(request)

    async def _living(self) -> SolverChild:
        """Return the process, started where there is none."""
        async with self._starting:
            if self._child is None or self._child.ended:
                await self._end_child()
                self._child = await SolverChild.start()
            return self._child

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        """Let the process live for as long as anybody is in here."""
        self._askers += 1
        try:
            yield
        finally:
            self._askers -= 1
            if not self._askers:
                self._found.give_up()
                for proofs in self._proofs.values():
                    proofs.give_up()
                await self._end_child()

    async def _end_child(self) -> None:
        if (child := self._child) is not None:
            self._child = None
            await child.end()


@dataclass(slots=True, kw_only=True)
class _Preparation:
    """A window that is solved before it begins."""

    market: Hashable
    task: asyncio.Task[None]
    standing_by: int = 0


class _Early:
    """Says once, while the network's solver is at work, what is known already."""

    def __init__(self, early: TakeSelection | None, started: float) -> None:
        self._early = early
        self._started = started

    def take(
        self, problem: SelectionProblem, proof: _Proof | None, choice: _Choice | None
    ) -> None:
        if (found := choice or proof) is None or (early := self._early) is None:
            return
        self._early = None
        own = problem.own_hotkey
        # Where the network's solver misses the best answer, it does so with most seeds.
        proven = (
            proof is not None
            and proof.own_proven
            and _own(found.winners, own) == _own(proof.winners, own)
        )
        certainty = Certainty.PROVEN if proven else Certainty.PROVISIONAL
        early(_selection(found, certainty, proof, self._started))


def _selection(
    found: _Choice | _Proof,
    certainty: Certainty,
    bounds: _Choice | _Proof | None,
    started: float,
) -> Selection:
    return Selection(
        winners=found.winners,
        solver=found.solver if isinstance(found, _Choice) else SolverName.EXACT,
        certainty=certainty,
        own_least=None if bounds is None else bounds.own_least,
        own_most=None if bounds is None else bounds.own_most,
        seconds=time.monotonic() - started,
    )


def _own(winners: tuple[Winner, ...], hotkey: str | None) -> list[Winner]:
    return [winner for winner in winners if winner.hotkey == hotkey]


def _market(problem: SelectionProblem) -> Hashable:
    """Return all that decides but for the seed, which decides ties."""
    big_m = problem.start_block >= BIG_M_FROM_BLOCK
    return big_m, problem.budget_ph, tuple(problem.bids.items())


def _keep[ValueT](kept: dict[Hashable, ValueT], key: Hashable, value: ValueT) -> None:
    # What was used last is forgotten last.
    kept.pop(key, None)
    kept[key] = value
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]


def _document(problem: SelectionProblem) -> dict[str, Any]:
    return {
        "bids": [
            (hotkey, [(bid.size, bid.price_fp18, bid.count) for bid in bids])
            for hotkey, bids in problem.bids.items()
        ],
        "budget_ph": problem.budget_ph,
        "start_block": problem.start_block,
        "block_hash": problem.block_hash,
        "own_hotkey": problem.own_hotkey,
    }


def _winners(rows: list[Any]) -> tuple[Winner, ...]:
    winners: list[Winner] = []
    for hotkey, size, price_fp18, count in rows:
        winner = Winner(hotkey=hotkey, size=size, price_fp18=price_fp18)
        winners += [winner] * count
    return tuple(winners)
