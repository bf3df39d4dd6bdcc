"""What the decision about a rig's power is made of. All times are aware UTC."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self


class Verdict(StrEnum):
    """What a pool tells about a worker."""

    ONLINE = "online"
    OFFLINE = "offline"
    NONE = "none"
    """No verdict: error, staleness, rate limit, unknown account, never seen."""


class MinerKind(StrEnum):
    """What a linked miner tells about the rig, first hand."""

    HASHING = "hashing"
    IDLE = "idle"
    """Answers, does not hash, and was not told to sleep."""
    POOL_LOST = "pool_lost"
    """Answers, but none of its pools answers it: no fault of the rig."""
    SLEEPING = "sleeping"
    STARTING = "starting"
    SILENT = "silent"


class Company(StrEnum):
    """How many miners of the farm stopped when this rig's did."""

    ALONE = "alone"
    SOME = "some"
    MOST = "most"


class OutletKind(StrEnum):
    """What the rig's outlet says."""

    ON = "on"
    OFF = "off"
    UNREACHABLE = "unreachable"


class RigState(StrEnum):
    """What is going on with a rig."""

    ONLINE = "online"
    SILENT = "silent"
    RESTARTING = "restarting"
    COOLDOWN = "cooldown"
    UNSTABLE = "unstable"
    HELD = "held"
    OFF_BY_USER = "off_by_user"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What is to be done now."""

    NONE = "none"
    CUT = "cut"
    """Off, wait, on."""
    TURN_ON = "turn_on"
    """The outlet is off without anybody's wish."""
    FINISH = "finish"
    """A cut was begun before a crash: on, first of all."""
    REHEARSE = "rehearse"
    """What would be a cut or a turn-on if the rig were armed."""
    GIVE_UP = "give_up"
    """The last restart did not help either: hand over to a human."""


class Reason(StrEnum):
    """Why, in words that are translated."""

    POOL_SEES_SHARES = "pool_sees_shares"
    MINER_HASHES = "miner_hashes"
    SHARES_AFTER_SILENCE = "shares_after_silence"
    WAITING_FOR_POOL = "waiting_for_pool"
    WAITING_FOR_LIMIT = "waiting_for_limit"
    POOL_AND_MINER_SILENT = "pool_and_miner_silent"
    POOL_SILENT = "pool_silent"
    NO_DRAW = "no_draw"
    DRAW_WITHOUT_HASHING = "draw_without_hashing"
    NO_POOL_VERDICT = "no_pool_verdict"
    POOL_OUTAGE = "pool_outage"
    QUIET_START = "quiet_start"
    NEVER_SEEN = "never_seen"
    MINER_SLEEPS = "miner_sleeps"
    MINER_STARTS = "miner_starts"
    MINER_LOST_POOL = "miner_lost_pool"
    BLIND = "blind"
    CONTACT_LOST = "contact_lost"
    COOLING_DOWN = "cooling_down"
    PLUG_UNREACHABLE = "plug_unreachable"
    OUTLET_IS_OFF = "outlet_is_off"
    UNFINISHED_RESTART = "unfinished_restart"
    TOO_MANY_RESTARTS = "too_many_restarts"
    BY_USER = "by_user"
    SWITCHED_OFF = "switched_off"
    WATCH_ONLY = "watch_only"
    IN_TURN = "in_turn"
    NOT_REMEMBERED = "not_remembered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When to restart; names and defaults of the original rig restarter."""

    power_cycle_on_delay: timedelta = timedelta(seconds=3)
    time_until_offline: timedelta = timedelta(minutes=10)
    time_until_offline_local: timedelta = timedelta(minutes=2)
    status_check_frequency: timedelta = timedelta(minutes=5)
    status_check_cooldown: timedelta = timedelta(minutes=10)
    max_consecutive_restarts: int = 3
    no_draw_below: float = 15.0
    """W under which a rig counts as dark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A cut that has been begun: the outlet will be turned on at `on_at`."""

    off_at: datetime
    on_at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What outlives a restart of Home Assistant."""

    seen: bool = False
    """The pool or the miner was seen working."""
    restarts_in_row: int = 0
    restarts_total: int = 0
    last_cut: datetime | None = None
    cooldown_until: datetime | None = None
    unstable: bool = False
    off_by_user: bool = False
    intent: Intent | None = None
    plug_failures: int = 0
    plug_failed_since: datetime | None = None
    plug_retry_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the memory as JSON can hold it."""
        stored = asdict(self)
        intent = stored["intent"]
        for part in (stored, intent or {}):
            for key, value in part.items():
                if isinstance(value, datetime):
                    part[key] = value.isoformat()
        return stored

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild a stored memory; ValueError for one that is damaged."""
        try:
            intent = stored["intent"]
            return cls(
                seen=bool(stored["seen"]),
                restarts_in_row=int(stored["restarts_in_row"]),
                restarts_total=int(stored["restarts_total"]),
                last_cut=_time(stored["last_cut"]),
                cooldown_until=_time(stored["cooldown_until"]),
                unstable=bool(stored["unstable"]),
                off_by_user=bool(stored["off_by_user"]),
                intent=intent
                and Intent(
                    off_at=datetime.fromisoformat(intent["off_at"]),
                    on_at=datetime.fromisoformat(intent["on_at"]),
                    reason=Reason(intent["reason"]),
                ),
                plug_failures=int(stored["plug_failures"]),
                plug_failed_since=_time(stored["plug_failed_since"]),
                plug_retry_at=_time(stored["plug_retry_at"]),
            )
        except (AttributeError, KeyError, TypeError) as err:
            raise ValueError(f"damaged memory: {err!r}") from err


def _time(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolEvidence:
    """What the pool told last, and when it was asked."""

    verdict: Verdict
    at: datetime
    last_share: datetime | None = None
    outage: bool = False
    """Most rigs of the pool fell silent together: it is the pool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinerEvidence:
    """What the linked miner tells, since when, and when it was last asked with success."""

    kind: MinerKind
    since: datetime
    seen: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletEvidence:
    """What the outlet told last; the draw in W where it measures."""

    kind: OutletKind
    watts: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known at the moment; None is a witness that there is not."""

    pool: PoolEvidence | None = None
    miner: MinerEvidence | None = None
    outlet: OutletEvidence | None = None
    company: Company = Company.ALONE
    """Who shares its miner's fate: then the cause is not in the rig."""
    blind: bool = False
    """No pool could be reached lately: the internet may be down."""
    quiet: bool = False
    """Home Assistant has only just started, and fresh polls have not come in."""
    armed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do, what to show, and what to remember before it is done."""

    action: Action
    state: RigState
    reason: Reason
    memory: Memory
    recovered: bool = False
    """The rig works again after a restart of ours."""
