"""One machine of the site: who it is, how it is, and since when that is known."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
import re

from .engine import (
    SILENT,
    Command,
    Failure,
    Known,
    Member,
    MinerProfile,
    MinerReason,
    MinerSnapshot,
    MinerState,
    Target,
    miner_reason,
    miner_state,
    needs_attention,
)
from .inventory import Spot

_LEVEL = Command.LEVEL
_NOTHING_SEEN = MinerProfile()
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")

GRACE_S = 90.0
GRACE_POLLS = 2.5
"""The longer of the two goes by before a machine that misses polls is lost."""


class Condition(StrEnum):
    """How far a machine can be read."""

    WAITING = "waiting"
    """It was not asked yet."""
    ANSWERS = "answers"
    MISSED = "missed"
    """It missed polls, not yet for so long that its values are lost."""
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What others are told of a reading. Rate in H/s, power in W, temperature in °C."""

    state: MinerState | None = None
    """None where the machine states neither that nor a rate."""
    rate: float | None = None
    power: float | None = None
    hottest: float | None = None
    boards_healthy: int | None = None
    problem: bool | None = None
    reason: MinerReason | None = None
    level: str | None = None

    @classmethod
    def of(cls, snapshot: MinerSnapshot, known: Known) -> Facts:
        """Return the facts of a reading."""
        rate = snapshot.hashrate_ghs
        level = snapshot.settings.get(_LEVEL)
        state = miner_state(snapshot, known.profile)
        problem = needs_attention(state)
        reason = None if state is None else MinerReason.NONE
        if problem:
            reason = miner_reason(snapshot, known.profile)
        return cls(
            state=state,
            rate=None if rate is None else rate * 1e9,
            power=snapshot.power_w,
            hottest=snapshot.temp_chip_max,
            boards_healthy=snapshot.boards_healthy if snapshot.boards_read else None,
            problem=problem,
            reason=reason,
            level=level if isinstance(level, str) else None,
        )


class Machine:
    """A spot of the inventory that this collector asks, and what came of it."""

    __slots__ = (
        "due",
        "facts",
        "failure",
        "ident",
        "is_gone",
        "is_outdated",
        "lines",
        "lock",
        "lost_after_s",
        "member",
        "read_at",
        "silences",
        "spot",
        "timeout_s",
    )

    def __init__(
        self,
        spot: Spot,
        timeout_s: float,
        known: Known | None,
        lock: asyncio.Lock | None = None,
    ) -> None:
        """Take the spot, what was learned of it before, and the lock of its address."""
        self.spot = spot
        self.timeout_s = timeout_s
        self.member = Member(self._target, known)
        self.is_outdated = False
        """Whether it is still asked as an earlier file said."""
        self.ident = ""
        """Its name in labels and topics."""
        self.lock = lock or asyncio.Lock()
        """Held for an exchange: polls and orders take turns."""
        self.is_gone = False
        """Whether the inventory has it no more."""
        self.due = 0.0
        self.silences = 0
        """Polls in a row that took the whole time limit."""
        self.lost_after_s = GRACE_S
        self.facts: Facts | None = None
        """Those of the last good reading, until the machine is lost."""
        self.failure: Failure | None = None
        """Why the last poll gave none."""
        self.read_at: float | None = None
        """When the last good reading came, by the loop's clock."""
        self.lines: tuple[str, ...] = ()
        """Its samples, by the number of their metric."""

    @property
    def _target(self) -> Target:
        return Target(
            host=self.spot.host,
            port=self.spot.port,
            credentials=self.spot.credentials,
            timeout_s=self.timeout_s,
        )

    def follow(self, spot: Spot, timeout_s: float) -> None:
        """Take what the file says by now; an exchange under way goes on as it began."""
        before = self.spot.credentials, self.timeout_s
        self.spot, self.timeout_s = spot, timeout_s
        self.is_outdated |= before != (spot.credentials, timeout_s)
        if not self.lock.locked():
            self.prepare()

    def prepare(self) -> None:
        """Ask as the file says by now, by what was learned; for who has the lock."""
        if self.is_outdated:
            self.member = Member(self._target, self.member.remembered())
            self.is_outdated = False

    @property
    def is_known(self) -> bool:
        """Whether it was ever read, so that its name is settled."""
        return self.member.known is not None

    @property
    def profile(self) -> MinerProfile:
        """What the machine has been seen to consist of."""
        known = self.member.known
        return _NOTHING_SEEN if known is None else known.profile

    def condition(self, now: float) -> Condition:
        """Return how far the machine can be read."""
        if self.failure is None:
            if self.read_at is None:
                return Condition.WAITING
            late = now - self.read_at > 2 * self.lost_after_s
            # Whoever is not asked for long does not answer either.
            return Condition.LOST if late else Condition.ANSWERS
        if self.read_at is None or now - self.read_at > self.lost_after_s:
            return Condition.LOST
        return Condition.MISSED

    def note_reading(self, snapshot: MinerSnapshot, now: float) -> None:
        """Keep what a good reading shows."""
        assert self.member.known is not None  # noqa: S101 It was just read
        self.facts = Facts.of(snapshot, self.member.known)
        self.failure = None
        self.read_at = now
        self.silences = 0

    def note_failure(self, failure: Failure, now: float) -> None:
        """Keep why there was no reading."""
        self.failure = failure
        self.silences = self.silences + 1 if failure in SILENT else 0
        if self.condition(now) is Condition.LOST:
            self.facts = None

    def identify(self, taken: dict[str, Machine]) -> bool:
        """Take the name that the hardware gives; return whether it is another one.

        Two machines that state the same hardware are told apart by their addresses.
        """
        known = self.member.known
        wanted = (known and known.hardware) or self.spot.address
        ident = name_of(wanted)
        if taken.get(ident, self) is not self:
            ident = name_of(self.spot.address)
        if ident == self.ident:
            return False
        if taken.get(self.ident) is self:
            del taken[self.ident]
        self.ident = ident
        taken[ident] = self
        return True


def name_of(text: str) -> str:
    """Return a text as a level of a topic and an object id may be; a MAC as digits."""
    if _MAC.fullmatch(text):
        return text.replace(":", "")
    return "".join(each if each.isalnum() and each.isascii() else "_" for each in text)
