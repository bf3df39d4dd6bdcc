"""States of a chain of our own, and a solver with a fixed answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from custom_components.mining_farm.engines.auction.models import (
    FP,
    Certainty,
    Neuron,
    Selection,
    SelectionProblem,
    Snapshot,
    SolverName,
    StoredCommitment,
    Window,
    Winner,
)
from custom_components.mining_farm.engines.auction.window.auction import TakeSelection

START = 7_499_744
STARTED_AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
VALIDATOR, RIVAL, OWN, OTHER = "5Validator", "5Rival", "5Own", "5Other"
PRICES = b"1;p;TAO_USDC=400;ALPHA_TAO=0.02;HASHP_USDC=48\xff"
SPLIT = (52428, 13107)
PRICE = 98 * FP // 100


@dataclass
class ScriptedSolver:
    """Answers with fixed winners and keeps what it was asked."""

    winners: tuple[Winner, ...] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)
    asked: list[SelectionProblem] = field(default_factory=list)

    async def __call__(
        self, problem: SelectionProblem, early: TakeSelection | None = None
    ) -> Selection:
        """Return the fixed answer."""
        self.asked.append(problem)
        values: dict[str, Any] = {
            "solver": SolverName.CBC,
            "certainty": Certainty.CONFIRMED,
            "seconds": 0.5,
            **self.answer,
        }
        return Selection(winners=self.winners, **values)


def winners(*groups: Iterable[Any]) -> tuple[Winner, ...]:
    """Return winners of (hotkey, size, price, count)."""
    return tuple(
        Winner(hotkey=hotkey, size=size, price_fp18=price)
        for hotkey, size, price, count in groups
        for _ in range(count)
    )


def bitmap(*uids: int) -> bytes:
    """Return the bans of some uids."""
    return sum(1 << uid for uid in uids).to_bytes(32, "little")


def stored(hotkey: str, raw: bytes | None, *, age: int | None = 10) -> StoredCommitment:
    """Return a commitment that is so many blocks old when the window starts."""
    return StoredCommitment(
        hotkey=hotkey,
        raw=raw,
        block=None if age is None else START - age,
        problem=None if raw is not None else "TimelockEncrypted",
    )


def snapshot(
    commitments: Iterable[StoredCommitment] = (),
    *,
    stakes: Mapping[str, int] | None = None,
    split: tuple[int, ...] | None = SPLIT,
    start: int = START,
    bans: bytes = bitmap(),
) -> Snapshot:
    """Return a state with one validator, two bidders and whatever is added."""
    committed = (
        stored(VALIDATOR, PRICES + bans, age=5000),
        stored(RIVAL, b"2;b;BTC,0.96=0.3:2,0.1:1"),
        stored(OWN, b"2;b;BTC,0.98=0.1:3,0.2:1"),
        *commitments,
    )
    hotkeys = dict.fromkeys(commitment.hotkey for commitment in committed)
    weights = {VALIDATOR: 10**15, **(stakes or {})}
    return Snapshot(
        netuid=89,
        window=Window(index=2, start=start, end=start + 59),
        block_hash="0x" + "5a" * 32,
        started_at=STARTED_AT,
        commitments=committed,
        neurons=tuple(
            Neuron(
                uid=uid, hotkey=hotkey, coldkey="5C", stake_rao=weights.get(hotkey, 0)
            )
            for uid, hotkey in enumerate(hotkeys)
        ),
        mechanism_split=split,
    )
