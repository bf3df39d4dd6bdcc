"""How far one machine of a curtailment has come, by its hold and what is read of it."""

from datetime import datetime

from homeassistant.util import dt as dt_util

from ...common.following import CONFIRMED_WITHIN, Phase
from ...engines.farm import (
    LOWERED_SETTLED,
    SETTLED,
    CurtailmentProgress as Progress,
    Hold,
    HoldKind,
    MachineFacts,
    Record,
    Standing,
)


def progress_of(
    facts: MachineFacts,
    record: Record,
    hold: Hold | None,
    phase: Phase | None,
    *,
    left: bool,
    everything: bool,
    loaded_at: datetime | None,
) -> Progress:
    """Return how far a machine has come; `hold` is that of the curtailment.

    `left`: somebody has set it otherwise. `everything`: all that wakes is stopped, too.
    `loaded_at`: since when machines could be seen to follow.
    """
    if left:
        return Progress(standing=Standing.LEFT)
    if hold is None:
        return Progress(standing=_of_one_left_alone(facts, everything=everything))
    to = hold.watts if hold.kind is HoldKind.AT_MOST else None
    match phase:
        case Phase.DOWN if to is not None:
            # A stricter one keeps it down, or did until now.
            return Progress(standing=Standing.DONE, to=to, draws=facts.power)
        case Phase.DOWN:
            draws = _settled_draw(facts, record)
            return Progress(standing=Standing.DONE, draws=draws)
        case Phase.LIMITED:
            draws = _lowered_draw(facts, record)
            return Progress(standing=Standing.DONE, to=to, draws=draws)
        case Phase.ORDERED | Phase.STARTING:
            return Progress(standing=Standing.UNDER_WAY, to=to)
        case Phase.WAITING if _is_new(hold, loaded_at):
            return Progress(standing=Standing.UNDER_WAY, to=to)
        case Phase.WAITING if to is not None and facts.state.down:
            return Progress(standing=Standing.DONE, to=to, draws=facts.power)
    return Progress(standing=Standing.MISSED, to=to)


def _is_new(hold: Hold, loaded_at: datetime | None) -> bool:
    """Return whether its machine had no time yet to be seen, also after a start."""
    since = max(hold.since, loaded_at or hold.since)
    return dt_util.utcnow() - since < CONFIRMED_WITHIN


def _of_one_left_alone(facts: MachineFacts, *, everything: bool) -> Standing:
    if everything:
        # It may wake before this ends.
        return Standing.FREE
    if facts.state.down:
        return Standing.DONE
    return Standing.FREE if facts.state.answers else Standing.MISSED


def _settled_draw(facts: MachineFacts, record: Record) -> float | None:
    if not facts.power_measured or record.down_at is None:
        return None
    return facts.power if dt_util.utcnow() - record.down_at >= SETTLED else None


def _lowered_draw(facts: MachineFacts, record: Record) -> float | None:
    """Return what a machine draws that was lowered; as it reports where no meter does."""
    if record.limited is None:
        # It was set so low already.
        return facts.power
    seen_at = record.limited.seen_at
    if seen_at is None or dt_util.utcnow() - seen_at < LOWERED_SETTLED:
        return None
    return facts.power
