"""What the decision about a rig's power is made of. All times are aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """What a pool reports about a worker."""

    ONLINE = "online"
    OFFLINE = "offline"
    NONE = "none"
    """No verdict: error, staleness, rate limit, unknown account, never seen."""


class Contact(StrEnum):
    """How a pool answered."""

    ANSWERED = "answered"
    """With the workers of the account, whatever it said of this one."""
    REFUSED = "refused"
    """Rate limit, refused token, unknown account, error."""
    NOTHING = "nothing"
    """Not at all, or with what is no answer of a pool."""


class Basis(StrEnum):
    """What a pool's verdict rests on."""

    SHARES = "shares"
    FLAG = "flag"
    RATE = "rate"
    ABSENCE = "absence"


class MinerKind(StrEnum):
    """What a linked miner reports about the rig, first hand."""

    HASHING = "hashing"
    IDLE = "idle"
    """Answers, does not hash, and was not set to sleep."""
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
    ELSEWHERE = "elsewhere"
    """Works, and its pool account sees nothing of it."""
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What is to be done now."""

    NONE = "none"
    CUT = "cut"
    """Off, wait, on."""
    STEP = "step"
    """What is tried before the power is cut."""
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
    HASHES_ELSEWHERE = "hashes_elsewhere"
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
    CAME_BACK = "came_back"
    OTHER_WORKER = "other_worker"
    DRAWS_AS_WORKING = "draws_as_working"
    OFF_AT_PLUG = "off_at_plug"
    OFF_AT_RIG = "off_at_rig"
    PLUG_DISOBEYS = "plug_disobeys"
    PLUG_CONTRADICTS = "plug_contradicts"
    TOO_MANY_TODAY = "too_many_today"
    NOT_HELPED = "not_helped"
    OLD_INTENT = "old_intent"
    KEPT_DOWN = "kept_down"
    MEMORY_LOST = "memory_lost"


class Step(StrEnum):
    """What may be tried before the power is cut."""

    NAMED = "named"
    """An entity of the user's."""
    RESTART_MINING = "restart_mining"
    """Of the linked miner, which reboots only where that does not help."""
    REBOOT = "reboot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When to restart; names and defaults of the original rig restarter."""

    power_cycle_on_delay: timedelta = timedelta(seconds=3)
    time_until_offline: timedelta = timedelta(minutes=10)
    time_until_offline_local: timedelta = timedelta(minutes=2)
    time_until_elsewhere: timedelta = timedelta(hours=1)
    """So long a linked miner may hash without a share at its pool account."""
    status_check_frequency: timedelta = timedelta(minutes=5)
    status_check_cooldown: timedelta = timedelta(minutes=10)
    max_consecutive_restarts: int = 3
    max_restarts_per_day: int = 6
    no_draw_below: float = 15.0
    """W under which a rig counts as dark."""
    draw_is_evidence: bool = False
    """A dark rig without a linked miner is judged like one whose miner is silent."""
    first_step: bool = False
    """An entity of the user's is tried first of all."""
    repeat_on_silence: bool = False
    """A restart that did not help is repeated although only silence asks for it."""
    first_step_wait: timedelta = timedelta(minutes=10)
    miner_steps: frozenset[Step] = frozenset()
    """What of the linked miner is tried before its power is cut."""
    restart_mining_wait: timedelta = timedelta(minutes=10)
    reboot_wait: timedelta = timedelta(minutes=10)

    @property
    def steps(self) -> Mapping[Step, timedelta]:
        """Steps before the power is cut, the gentlest first, and the wait after each."""
        waits = {
            Step.NAMED: self.first_step_wait,
            Step.RESTART_MINING: self.restart_mining_wait,
            Step.REBOOT: self.reboot_wait,
        }
        chosen = {*self.miner_steps, *((Step.NAMED,) if self.first_step else ())}
        return {step: wait for step, wait in waits.items() if step in chosen}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolEvidence:
    """What the pool answered last, and when it was asked."""

    verdict: Verdict
    at: datetime
    last_share: datetime | None = None
    outage: bool = False
    """Most rigs of the pool fell silent together: it is the pool."""
    contact: Contact = Contact.ANSWERED
    basis: Basis = Basis.SHARES
    fresh_for: timedelta | None = None
    """How long an answer is as good as a new one; None: any answer is."""
    others_work: bool | None = None
    """Whether any worker of the account that worked along with this one still does.

    None without such a worker.
    """
    newcomer_at: datetime | None = None
    """When another worker of the account appeared as this one fell silent."""
    pool_works: bool = False
    """Other rigs of the pool mine."""
    solo: bool = False
    """Its shares may be rare."""
    first_check: bool = False
    """It was asked for the first time since the entry was loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinerEvidence:
    """What the linked miner reports, since when, and when it was last asked with success."""

    kind: MinerKind
    since: datetime
    seen: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletEvidence:
    """What the outlet reported last; the draw in W where it measures."""

    kind: OutletKind
    watts: float | None = None
    on_since: datetime | None = None
    """Since when its relay is closed, where it reports that."""
    at: datetime | None = None
    """When it was asked; None: just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known at the moment; None is a witness that there is not."""

    pool: PoolEvidence | None = None
    second_pool: PoolEvidence | None = None
    """Another account at which the rig may mine as well."""
    miner: MinerEvidence | None = None
    outlet: OutletEvidence | None = None
    company: Company = Company.ALONE
    """Who shares its miner's fate: then the cause is not in the rig."""
    blind: bool = False
    """No pool could be reached lately: the internet may be down."""
    internet_seen: datetime | None = None
    """When any pool last answered; None: that is not counted."""
    internet_back_at: datetime | None = None
    """When a pool answered after none had for a while."""
    clock_jumped_at: datetime | None = None
    """When more time seemed to have passed than the process lived through."""
    quiet: bool = False
    """Home Assistant has only just started, and fresh polls have not come in."""
    armed: bool = False
    held: bool = False
    """Somebody keeps the machine down on purpose."""
    steps: frozenset[Step] = frozenset()
    """What the linked miner can be told at the moment."""
    held_for_safety: bool = False
    """That protects people or machines: a cut that was begun ends without power."""
