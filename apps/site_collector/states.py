"""What MQTT is told of one machine, and when that is worth a message."""

from dataclasses import dataclass
import json

from .engine import MinerState
from .machine import Condition, Facts, Machine
from .sums import WORST_FIRST, Bad

RATE_STEP = 0.02
"""Share by which a rate has to differ from what was sent last."""
HEAT_STEP = 1.0
"""°C."""
POWER_STEP = 0.02
OFFLINE = "offline"
_PAUSED = (MinerState.PAUSED, MinerState.STOPPING)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What one message says."""

    status: str | None
    """A state of a miner, "offline", or None while it is not known."""
    facts: Facts | None

    @classmethod
    def of(cls, machine: Machine, now: float) -> State:
        """Return the state of a machine now."""
        facts = machine.facts
        match machine.condition(now):
            case Condition.WAITING:
                return cls(status=None, facts=None)
            case Condition.LOST:
                return cls(status=OFFLINE, facts=None)
        return cls(status=None if facts is None else facts.state, facts=facts)

    def differs(self, sent: State) -> bool:
        """Return whether it says something that what was sent does not."""
        old, new = sent.facts, self.facts
        if self.status != sent.status or (old is None) != (new is None):
            return True
        if old is None or new is None:
            return False
        return (
            (old.problem, old.reason, old.boards_healthy, old.level)
            != (new.problem, new.reason, new.boards_healthy, new.level)
            or _moved(old.rate, new.rate, share=RATE_STEP)
            or _moved(old.power, new.power, share=POWER_STEP)
            or _moved(old.hottest, new.hottest, step=HEAT_STEP)
        )

    def to_json(self, ghs: float) -> str:
        """Return the message; the rate in a unit of so many GH/s."""
        facts = self.facts or Facts()
        # One that says nothing of what it does is reached all the same.
        reachable = True if self.facts else None if self.status is None else False
        mining = None
        if isinstance(self.status, MinerState):
            mining = self.status not in _PAUSED
        return json.dumps(
            {
                "available": self.facts is not None,
                "connectivity": _on(reachable),
                "status": self.status,
                "hashrate": facts.rate and round(facts.rate / ghs / 1e9, 3),
                "hottest": facts.hottest,
                "boards_healthy": facts.boards_healthy,
                "power": facts.power,
                "problem": _on(facts.problem),
                "reason": facts.reason,
                "mining": _on(mining),
                "level": facts.level,
            },
            separators=(",", ":"),
        )


def listed(machine: Machine, now: float) -> Bad | None:
    """Return how a machine is listed among the worst; None where it does well."""
    state = State.of(machine, now)
    if state.status not in WORST_FIRST:
        return None
    reason: str | None = None if state.facts is None else state.facts.reason
    if state.status == OFFLINE:
        reason = machine.failure
    return Bad(
        machine=machine.ident,
        address=machine.spot.address,
        status=str(state.status),
        reason=reason,
    )


def _on(flag: bool | None) -> str | None:  # noqa: FBT001 It is what is shown
    return None if flag is None else "ON" if flag else "OFF"


def _moved(
    old: float | None, new: float | None, *, share: float = 0, step: float = 0
) -> bool:
    if old is None or new is None:
        return old is not new
    # From and to zero is always worth a message.
    if (old == 0) != (new == 0):
        return True
    return abs(new - old) >= max(step, share * abs(old)) and new != old
