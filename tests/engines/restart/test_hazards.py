"""Each way in which a restart goes wrong, as a rig's night from poll to poll."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.mining_farm.engines.restart import (
    MAX_DISOBEYED,
    Action,
    Basis,
    Contact,
    Decision,
    Evidence,
    Intent,
    Memory,
    MinerEvidence,
    MinerKind,
    OutletEvidence,
    OutletKind,
    Policy,
    PoolEvidence,
    Reason,
    RigState,
    Verdict,
    abandon_cut,
    decide,
    finish_cut,
    reset,
    turned_on,
    user_turned_off,
    user_turned_on,
)

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLL = timedelta(seconds=30)
CHECK = timedelta(minutes=5)
ON = OutletEvidence(kind=OutletKind.ON)
OFF = OutletEvidence(kind=OutletKind.OFF)
AWAY = OutletEvidence(kind=OutletKind.UNREACHABLE)


@dataclass(kw_only=True)
class Night:
    """One rig that worked until START, with what its witnesses say set by the test."""

    policy: Policy = field(default_factory=Policy)
    memory: Memory = field(default_factory=lambda: Memory(seen=True, outlet_on=True))
    now: datetime = START
    share: datetime | None = START
    """The last share that the pool knows."""
    works: bool = False
    contact: Contact = Contact.ANSWERED
    pool: dict[str, object] | None = field(default_factory=dict)
    """What else is true of the pool's answers; None: the rig has no account."""
    outlet: OutletEvidence = ON
    rest: dict[str, object] = field(default_factory=dict)
    asked_at: datetime | None = None
    answer: PoolEvidence | None = None
    obeys: bool = True
    actions: list[tuple[float, Action]] = field(default_factory=list)
    decision: Decision | None = None

    @property
    def minute(self) -> float:
        """Minutes since START."""
        return (self.now - START) / MINUTE

    @property
    def cuts(self) -> list[float]:
        """The minutes of all cuts."""
        return [at for at, action in self.actions if action is Action.CUT]

    @property
    def reason(self) -> Reason:
        """Why the last decision was as it was."""
        assert self.decision is not None
        return self.decision.reason

    def evidence(self) -> Evidence:
        """Return what is known now; the pool was asked at the last check."""
        if self.works:
            self.share = self.now
        if self.asked_at is None or self.now - self.asked_at >= CHECK:
            self.ask()
        rest = {"armed": True, **self.rest}
        return Evidence(pool=self.answer, outlet=self.outlet, **rest)  # type: ignore[arg-type]

    def ask(self) -> None:
        """Ask the pool, if there is one."""
        self.asked_at = self.now
        self.answer = None if self.pool is None else self._pool_at(self.now)

    def _pool_at(self, at: datetime) -> PoolEvidence:
        if self.contact is not Contact.ANSWERED:
            return PoolEvidence(verdict=Verdict.NONE, at=at, contact=self.contact)
        old = self.share is None or at - self.share >= self.policy.time_until_offline
        told = {
            "verdict": Verdict.OFFLINE if old else Verdict.ONLINE,
            "last_share": self.share,
            "fresh_for": timedelta(),
            **(self.pool or {}),
        }
        return PoolEvidence(at=at, **told)  # type: ignore[arg-type]

    def poll(self) -> Decision:
        """Decide once, and carry out what was decided."""
        decision = decide(self.now, self.policy, self.memory, self.evidence())
        if decision.ask_pool:
            self.ask()
            decision = decide(self.now, self.policy, self.memory, self.evidence())
        self.decision, self.memory = decision, decision.memory
        if decision.action is not Action.NONE:
            self.actions.append((self.minute, decision.action))
        match decision.action:
            case Action.CUT if self.obeys:
                self.memory = finish_cut(self.now, self.policy, decision.memory)
            case Action.CUT:
                self.memory = abandon_cut(self.now, decision.memory)
            case Action.TURN_ON:
                self.memory = turned_on(self.now, self.policy, decision.memory)
                self.outlet = ON
            case Action.FINISH:
                self.memory = finish_cut(self.now, self.policy, decision.memory)
                self.outlet = ON
        return decision

    def jump(self, by: timedelta) -> None:
        """Let the clock be set ahead."""
        self.now += by
        self.rest["clock_jumped_at"] = self.now

    def until(self, minute: float, each: Callable[[], None] | None = None) -> None:
        """Poll every 30 s up to a minute after START."""
        while self.minute < minute:
            self.now += POLL
            if each is not None:
                each()
            self.poll()

    def reload(self) -> None:
        """Load the entry again: what is on disk is all that is left."""
        self.memory = Memory.from_dict(self.memory.as_dict())
        self.asked_at = None


def miner(kind: MinerKind, since: datetime = START) -> MinerEvidence:
    """Return what a linked miner says."""
    return MinerEvidence(kind=kind, since=since)


def asked_earlier() -> Night:
    """Return a night four minutes after the pool was asked, and told of a hung rig."""
    night = Night(works=True)
    night.poll()
    night.works, night.now = False, START + 10 * MINUTE
    night.ask()
    night.now += 4 * MINUTE
    return night


def test_a_hung_rig_is_cut_after_its_limit() -> None:
    """Without any of the hazards: the measure for all others."""
    night = Night()
    night.until(16)
    assert night.cuts == [10.5]


# 1. Internet or pool back.


@pytest.mark.parametrize("contact", [Contact.NOTHING, Contact.REFUSED])
def test_a_pool_that_answers_again_brings_a_pause(contact: Contact) -> None:
    """The rig needs minutes to find its pool, the pool minutes to show it."""
    night = Night(contact=contact)
    night.until(22)
    night.contact = Contact.ANSWERED
    night.until(33)
    assert night.cuts == []
    assert night.reason is Reason.CAME_BACK
    night.until(40)
    assert len(night.cuts) == 1


@pytest.mark.parametrize(
    ("contact", "cut_by"), [(Contact.NOTHING, 21), (Contact.REFUSED, 16)]
)
def test_one_lost_answer_brings_none(contact: Contact, cut_by: float) -> None:
    """A refusal or a lost poll is no absence; only what was not seen is no silence."""
    night = Night()
    night.until(5)
    night.contact = contact
    night.until(9.5)
    night.contact = Contact.ANSWERED
    night.until(cut_by)
    assert len(night.cuts) == 1


def test_a_pool_that_is_away_at_the_start_was_so_for_long() -> None:
    """Nobody knows since when the rig could not mine."""
    night = Night(contact=Contact.NOTHING, now=START + 11 * MINUTE)
    night.poll()
    night.contact = Contact.ANSWERED
    night.until(25)
    assert night.cuts == []
    assert night.reason is Reason.CAME_BACK


def test_a_flapping_line_never_shields_a_hung_rig_for_good() -> None:
    """Absences that come again and again bring a few pauses, and then none."""
    night = Night()

    def flap() -> None:
        away = night.minute % 22 < 12
        night.contact = Contact.NOTHING if away else Contact.ANSWERED

    night.until(220, flap)
    assert night.cuts


def test_the_internet_that_is_back_brings_a_pause_to_every_pool() -> None:
    """Three rigs at three coins are not three independent witnesses."""
    night = Night()
    night.rest["internet_back_at"] = START + 8 * MINUTE
    night.until(17.5)
    assert night.cuts == []
    night.until(25)
    assert len(night.cuts) == 1


def test_a_pause_outlasts_a_reload() -> None:
    """What came back is on disk."""
    night = Night(contact=Contact.NOTHING)
    night.until(22)
    night.contact = Contact.ANSWERED
    night.until(26)
    night.reload()
    night.until(34)
    assert night.cuts == []


# 2. Plug and rig lose power together.


def test_an_outlet_that_answers_again_brings_a_pause() -> None:
    """On, and never seen off: the rig boots all the same."""
    night = Night(outlet=AWAY)
    night.until(15)
    night.outlet = ON
    night.until(24.5)
    assert night.cuts == []
    assert night.reason is Reason.CAME_BACK


def test_a_relay_closed_since_before_the_gap_proves_that_power_stayed() -> None:
    """Only the network was away: no pause."""
    since = START - 600 * MINUTE
    night = Night(outlet=replace(ON, on_since=since))
    night.until(1)
    night.outlet = AWAY
    night.until(11)
    night.outlet = replace(ON, on_since=since + timedelta(seconds=4))
    night.until(17)
    assert len(night.cuts) == 1


def test_a_relay_closed_only_now_proves_that_power_was_away() -> None:
    """Shorter than two polls, so that nothing else noticed."""
    night = Night(outlet=replace(ON, on_since=START - 600 * MINUTE))
    night.until(8)
    night.outlet = replace(ON, on_since=START + 7.8 * MINUTE)
    night.until(17.5)
    assert night.cuts == []
    night.until(24)
    assert len(night.cuts) == 1


def test_an_outlet_off_after_its_own_power_loss_is_turned_on() -> None:
    """Whatever the pool knows by then."""
    night = Night(outlet=AWAY)
    night.until(7)
    night.outlet = OFF
    night.until(8)
    assert [action for _, action in night.actions] == [Action.TURN_ON]


# 4. An old report.


def test_a_cut_stands_on_a_fresh_answer() -> None:
    """The rig came back two minutes ago, and the pool was asked five minutes ago."""
    night = asked_earlier()
    evidence = night.evidence()
    decision = decide(night.now, night.policy, night.memory, evidence)
    assert decision.action is Action.NONE
    assert decision.ask_pool
    night.share = START + 13 * MINUTE
    night.poll()
    assert night.cuts == []


def test_an_answer_younger_than_the_pools_own_interval_is_fresh() -> None:
    """It cannot be asked more often."""
    night = Night(pool={"fresh_for": CHECK}, now=START + 10 * MINUTE)
    night.ask()
    night.now += 4 * MINUTE
    night.poll()
    assert len(night.cuts) == 1


def test_a_refused_question_waits_and_is_no_comeback() -> None:
    """The pool refuses what was asked too early, and answers in its own time."""
    night = asked_earlier()
    night.contact = Contact.REFUSED
    night.poll()
    night.now += POLL
    night.poll()
    assert night.cuts == []
    night.contact = Contact.ANSWERED
    night.until(20)
    assert len(night.cuts) == 1


# 5. A veto lost for one poll.


@pytest.mark.parametrize(
    "kind",
    [
        MinerKind.HASHING,
        MinerKind.SLEEPING,
        MinerKind.STARTING,
        MinerKind.POOL_LOST,
    ],
)
def test_a_veto_outlasts_a_poll_without_knowledge(kind: MinerKind) -> None:
    """One answer without a hashrate, or a reload of the miner's entry."""
    night = Night()
    night.rest["miner"] = miner(kind)
    night.until(18)
    night.rest["miner"] = None
    night.until(22)
    assert night.cuts == []
    night.until(30)
    assert len(night.cuts) == 1


# 6. Another worker appeared.


def test_a_worker_that_was_renamed_is_held_for_a_day() -> None:
    """Another name has shares since this one fell silent."""
    night = Night()
    night.pool = {"newcomer_at": START + 3 * MINUTE}
    night.until(20)
    assert night.reason is Reason.OTHER_WORKER
    night.pool = {}
    night.reload()
    night.until(24 * 60)
    assert night.cuts == []
    night.until(24 * 60 + 19)
    assert len(night.cuts) == 1


# 7. to 10. What a pool's data are worth.


def test_a_rate_of_zero_is_no_verdict_where_shares_were_dated() -> None:
    """The pool's statistics broke."""
    night = Night(memory=Memory(seen=True, outlet_on=True, dates_shares=True))
    night.pool = {"basis": Basis.RATE, "others_work": True}
    night.until(600)
    assert night.cuts == []


@pytest.mark.parametrize("others", [None, False])
def test_a_rate_of_zero_alone_is_no_verdict(others: bool | None) -> None:
    """All workers at zero, or no other to compare with."""
    night = Night()
    night.pool = {"basis": Basis.RATE, "others_work": others}
    night.until(600)
    assert night.cuts == []


def test_a_rate_of_zero_unlike_the_others_is_one() -> None:
    """The account's other workers do work."""
    night = Night()
    night.pool = {"basis": Basis.RATE, "others_work": True}
    night.until(16)
    assert len(night.cuts) == 1


def test_an_account_whose_workers_all_stopped_is_the_pools_fault() -> None:
    """Its data stand still."""
    night = Night()
    night.pool = {"others_work": False}
    night.until(600)
    assert night.cuts == []
    assert night.reason is Reason.POOL_OUTAGE


# 11. Miners that wait for work.


def test_an_idle_miner_is_held_while_no_pool_answers() -> None:
    """From the first moment: the pool was reached 30 s before."""
    night = Night(outlet=OutletEvidence(kind=OutletKind.ON, watts=120))
    night.rest |= {"miner": miner(MinerKind.IDLE), "internet_seen": START}
    night.contact = Contact.NOTHING
    night.until(60)
    assert night.cuts == []
    assert night.reason is Reason.BLIND


def test_a_miner_that_became_idle_as_the_pool_was_away_has_time_to_find_it() -> None:
    """However short that was; a refusal is no absence."""
    night = Night(works=True)
    night.poll()
    night.works = False
    night.rest["miner"] = miner(MinerKind.IDLE, START + MINUTE)
    night.now, night.contact = START + MINUTE, Contact.NOTHING
    night.ask()
    night.poll()
    night.contact = Contact.ANSWERED
    night.until(10.5)
    assert night.cuts == []
    night.until(16.5)
    assert len(night.cuts) == 1


def test_a_miner_that_was_idle_before_we_came_waits_for_the_long_limit() -> None:
    """It may have lost its pool, and be about to find it; one seen hashing has not."""
    night = Night(works=True)
    night.until(1)
    night.rest["miner"] = miner(MinerKind.IDLE, night.now)
    night.works = False
    night.until(10)
    assert night.cuts == []
    night.until(17)
    assert len(night.cuts) == 1


def test_silence_while_the_pool_was_away_is_no_silence_of_the_rig() -> None:
    """An absence too short for a pause: the wait is longer by as much."""
    night = Night(works=True)
    night.poll()
    night.works, night.share = False, START
    night.until(7)
    night.contact = Contact.NOTHING
    night.ask()
    night.until(10)
    night.contact = Contact.ANSWERED
    night.ask()
    night.until(14.5)
    assert night.cuts == []
    night.until(16)
    assert len(night.cuts) == 1


def test_an_outage_between_two_checks_may_be_longer_than_the_lost_one() -> None:
    """Nothing is known of the rig since the last answer before it."""
    night = Night(works=True)
    night.until(0.5)
    night.works, night.contact = False, Contact.NOTHING
    night.until(6)
    night.contact, night.asked_at = Contact.ANSWERED, None
    night.until(15)
    assert night.cuts == []
    night.until(18)
    assert len(night.cuts) == 1


def test_a_line_that_loses_every_other_check_shields_no_hung_rig() -> None:
    """Only the first of them counts from the last answer."""
    night = Night()

    def flap() -> None:
        lost = night.minute % 6 >= 5
        night.contact = Contact.NOTHING if lost else Contact.ANSWERED
        if night.minute % 1 == 0:
            night.asked_at = None

    night.until(60, flap)
    assert len(night.cuts) == 1
    assert night.cuts[0] < 25


def test_an_idle_miner_without_an_account_needs_the_internet_since() -> None:
    """Any pool that answered after the limit proves that work could come in."""
    night = Night(outlet=OutletEvidence(kind=OutletKind.ON, watts=120), pool=None)
    night.rest |= {"miner": miner(MinerKind.IDLE), "internet_seen": START + 9 * MINUTE}
    night.until(30)
    assert night.cuts == []
    night.rest["internet_seen"] = START + 29 * MINUTE
    night.until(31)
    assert len(night.cuts) == 1


def test_a_miner_that_starts_again_and_again_is_held_for_twenty_minutes() -> None:
    """In all, however often it begins."""
    night = Night()

    def start() -> None:
        night.rest["miner"] = miner(MinerKind.STARTING, night.now - MINUTE)

    night.until(19.5, start)
    assert night.cuts == []
    night.until(30, start)
    assert len(night.cuts) == 1
    assert night.cuts[0] >= 20


@pytest.mark.parametrize("works", [True, False])
def test_a_miner_that_lost_its_pools_is_held_while_nobody_mines_there(
    works: bool,
) -> None:
    """While others mine at the same pool, for 30 minutes."""
    night = Night()
    night.rest["miner"] = miner(MinerKind.POOL_LOST)
    night.pool = {"pool_works": works}
    night.until(29)
    assert night.cuts == []
    night.until(40)
    assert len(night.cuts) == works


# 12. Backup pool.


def test_online_at_either_account_is_online() -> None:
    """The rig mines on its backup pool."""
    night = Night()

    def second() -> None:
        night.rest["second_pool"] = PoolEvidence(
            verdict=Verdict.ONLINE, at=night.now, last_share=night.now
        )

    night.until(60, second)
    assert night.cuts == []
    assert night.reason is Reason.POOL_SEES_SHARES


@pytest.mark.parametrize(
    ("contact", "cuts"), [(Contact.ANSWERED, 1), (Contact.NOTHING, 0)]
)
def test_a_second_account_that_does_not_answer_holds(
    contact: Contact, cuts: int
) -> None:
    """One that was never used does not."""
    night = Night()

    def second() -> None:
        night.rest["second_pool"] = PoolEvidence(
            verdict=Verdict.NONE, at=night.now, contact=contact
        )

    night.until(16, second)
    assert len(night.cuts) == cuts


@pytest.mark.parametrize("first", [Contact.ANSWERED, Contact.REFUSED])
def test_a_rig_whose_second_pool_is_away_has_no_work(first: Contact) -> None:
    """It mines there, idle and drawing, while something answers all the time."""
    night = Night(outlet=OutletEvidence(kind=OutletKind.ON, watts=120), contact=first)
    night.rest |= {"miner": miner(MinerKind.IDLE), "internet_seen": START + 60 * MINUTE}
    night.rest["second_pool"] = PoolEvidence(
        verdict=Verdict.NONE, at=START, contact=Contact.NOTHING
    )
    night.until(60)
    assert night.cuts == []
    assert night.reason is Reason.BLIND


def test_a_rig_that_went_back_to_a_pool_that_is_away_has_no_work() -> None:
    """Its second account has seen it work only minutes ago."""
    night = Night(contact=Contact.NOTHING)
    night.rest["miner"] = miner(MinerKind.IDLE, START + MINUTE)

    def second() -> None:
        night.rest["second_pool"] = PoolEvidence(
            verdict=Verdict.ONLINE, at=night.now, last_share=START
        )

    night.until(9, second)
    assert night.cuts == []
    assert night.reason is Reason.BLIND


def test_an_idle_miner_is_held_while_its_pool_is_out_and_answers_with_errors() -> None:
    """Most rigs of the pool fell silent together: there is no work, idle is no fault."""
    night = Night(outlet=OutletEvidence(kind=OutletKind.ON, watts=120))
    night.rest |= {"miner": miner(MinerKind.IDLE), "internet_seen": START + 60 * MINUTE}
    night.pool = {"outage": True, "verdict": Verdict.NONE, "contact": Contact.REFUSED}
    night.until(60)
    assert night.cuts == []
    night.pool["outage"] = False
    night.until(61)
    assert len(night.cuts) == 1


def test_a_rig_that_draws_as_if_it_worked_is_held_for_two_hours() -> None:
    """It may mine elsewhere; a frozen card draws power, too."""
    night = Night(works=True, outlet=OutletEvidence(kind=OutletKind.ON, watts=1000))
    night.until(1)
    night.works = False
    night.until(125)
    assert night.cuts == []
    assert night.reason is Reason.DRAWS_AS_WORKING
    night.until(140)
    assert len(night.cuts) == 1


def test_what_a_rig_draws_as_it_hangs_is_not_taken_for_work() -> None:
    """Its last share is only seconds old: it once was held for two hours."""
    night = Night(works=True, outlet=OutletEvidence(kind=OutletKind.ON, watts=1000))
    night.until(5)
    assert night.memory.usual_watts == 1000
    night.works, night.outlet = False, replace(night.outlet, watts=120)
    night.until(20)
    assert len(night.cuts) == 1


def test_the_first_answer_since_a_load_cuts_nothing() -> None:
    """What the pool showed before may be lost: the second check decides."""
    night = Night(pool={"first_check": True})
    night.until(30)
    assert night.cuts == []
    assert night.reason is Reason.WAITING_FOR_POOL
    night.pool = {}
    night.until(36)
    assert len(night.cuts) == 1


def test_a_clock_that_jumps_ahead_takes_no_rig_its_time_to_start() -> None:
    """It boots after a cut, and half an hour seems to have passed at once."""
    night = Night(outlet=OutletEvidence(kind=OutletKind.ON, watts=120))
    night.rest["miner"] = miner(MinerKind.IDLE)
    night.until(13)
    assert len(night.cuts) == 1
    night.jump(30 * MINUTE)
    night.until(52)
    assert len(night.cuts) == 1
    night.until(60)
    assert len(night.cuts) == 2


@pytest.mark.parametrize("linked", [False, True])
def test_a_clock_that_jumps_ahead_makes_no_rig_silent(linked: bool) -> None:
    """No share is newer yet than a minute ago, which is now a year ago."""
    night = Night(works=True)
    if linked:
        night.rest["miner"] = miner(MinerKind.IDLE, START + 4 * MINUTE)
    night.until(5)
    night.works = False
    night.jump(timedelta(days=347))
    jumped = night.minute
    night.until(jumped + 9)
    assert night.cuts == []
    assert night.reason is Reason.CAME_BACK
    night.until(jumped + 16)
    assert len(night.cuts) == 1


def test_a_clock_that_jumps_again_and_again_shields_no_hung_rig() -> None:
    """Its pauses are counted like all others."""
    night = Night()
    for _ in range(8):
        night.until(night.minute + 5)
        night.jump(5 * MINUTE)
    assert len(night.cuts) == 1


def test_a_clock_that_jumps_ahead_ends_no_hold_before_its_time() -> None:
    """A renamed worker is held for a day that was lived through."""
    night = Night(pool={"newcomer_at": START + 3 * MINUTE})
    night.until(60)
    night.jump(timedelta(days=2))
    night.until(night.minute + 22 * 60)
    assert night.cuts == []
    night.until(night.minute + 2 * 60)
    assert len(night.cuts) == 1


def test_shares_that_go_on_prove_life_whatever_the_clock_says() -> None:
    """Home Assistant's is a quarter of an hour ahead, and the pool tells none."""
    night = Night(works=True)
    night.until(20)
    night.works, night.now = False, night.now + 15 * MINUTE

    def mine() -> None:
        night.share = night.now - 15 * MINUTE

    night.until(75, mine)
    assert night.cuts == []
    night.until(87)
    assert len(night.cuts) == 1


# 12. and 13. What no restart helps.

WORKING = OutletEvidence(kind=OutletKind.ON, watts=1000)


@pytest.mark.parametrize("linked", [False, True])
def test_silence_alone_cuts_once_and_asks(linked: bool) -> None:
    """Off at its own switch, without a meter; or it mines where nobody looks."""
    night = Night(works=not linked)
    night.until(1)
    night.works = False
    if linked:
        night.rest["miner"] = miner(MinerKind.SILENT, night.now)
    night.until(24 * 60)
    assert len(night.cuts) == 1
    assert night.reason is Reason.NOT_HELPED
    handed_over = [at for at, action in night.actions if action is Action.GIVE_UP]
    assert len(handed_over) == 1
    assert not night.memory.unstable
    night.reload()
    night.until(25 * 60)
    assert len(night.actions) == 2


def test_it_is_restarted_again_once_it_worked() -> None:
    """Then it is another hang; nobody has to reset anything."""
    night = Night()
    night.until(60)
    night.works = True
    night.until(70)
    assert night.reason is Reason.POOL_SEES_SHARES
    assert not night.memory.handed_over
    night.works = False
    night.until(90)
    assert len(night.cuts) == 2


def test_it_gets_power_although_it_was_handed_over() -> None:
    """Its plug lost power and came back off: nobody has to be asked for that."""
    night = Night()
    night.until(60)
    assert night.reason is Reason.NOT_HELPED
    night.outlet = AWAY
    night.until(70)
    night.outlet = OFF
    night.until(72)
    assert night.actions[-1][1] is Action.TURN_ON
    night.until(120)
    assert len(night.cuts) == 1


def test_it_is_restarted_again_where_a_human_says_so() -> None:
    """Once more; then the same question comes back."""
    night = Night()
    night.until(60)
    night.memory = reset(night.memory)
    night.until(120)
    assert len(night.cuts) == 2
    assert night.reason is Reason.NOT_HELPED


def test_it_is_restarted_again_as_an_option() -> None:
    """The original counts restarts in a row, on the pool's word alone."""
    night = Night(policy=Policy(repeat_on_silence=True))
    night.until(120)
    assert len(night.cuts) == 3
    assert night.memory.unstable


@pytest.mark.parametrize("kind", [MinerKind.IDLE, MinerKind.STARTING])
def test_a_miner_that_answers_asks_for_a_second_restart(kind: MinerKind) -> None:
    """It has power and does not hash: no owner switched it off."""
    night = Night()
    night.rest["miner"] = miner(kind)
    night.until(120)
    assert len(night.cuts) == 3
    assert night.memory.unstable


@pytest.mark.parametrize(("watts", "cuts"), [(120, 3), (1000, 1), (700, 1)])
def test_an_idle_draw_asks_for_a_second_restart(watts: float, cuts: int) -> None:
    """One as of work does not, nor one as of another coin."""
    night = Night(works=True, outlet=WORKING)
    night.until(1)
    night.works, night.outlet = False, replace(WORKING, watts=watts)
    night.until(8 * 60)
    assert len(night.cuts) == cuts


# 13. and 14. People at the rig and at the plug.


def test_a_rig_that_stays_dark_is_cut_once() -> None:
    """Its owner switched it off at its own switch."""
    night = Night(outlet=OutletEvidence(kind=OutletKind.ON, watts=0.8))
    night.until(24 * 60)
    assert len(night.cuts) == 1
    assert night.reason is Reason.OFF_AT_RIG


def test_a_rig_that_draws_again_has_time_to_boot() -> None:
    """Then the rules are as ever."""
    night = Night(outlet=OutletEvidence(kind=OutletKind.ON, watts=0.8))
    night.until(100)
    night.outlet = replace(night.outlet, watts=300)
    night.until(109.5)
    assert len(night.cuts) == 1
    assert night.reason is Reason.CAME_BACK
    night.until(120)
    assert len(night.cuts) == 2


@pytest.mark.parametrize("down", [False, True])
def test_an_outlet_switched_off_by_a_hand_stays_off(
    down: bool,
) -> None:
    """The plug answered all the while, or Home Assistant was down."""
    night = Night(works=True)
    night.until(5)
    night.works = False
    if down:
        night.now += 60 * MINUTE
        night.reload()
    night.outlet = OFF
    night.until(600)
    assert night.actions == []
    assert night.decision is not None
    assert night.decision.ask_human
    assert (night.decision.state, night.reason) == (
        RigState.OFF_BY_USER,
        Reason.OFF_AT_PLUG,
    )
    night.outlet = ON
    night.until(609)
    assert night.decision.state is not RigState.OFF_BY_USER
    assert night.cuts == []


def test_a_plug_that_goes_off_again_by_itself_is_not_turned_on_again() -> None:
    """It protects itself, or is broken."""
    night = Night(outlet=AWAY)
    night.until(7)
    night.outlet = OFF
    night.until(8)
    night.outlet = OFF
    night.until(120)
    assert [action for _, action in night.actions] == [Action.TURN_ON]
    assert night.reason is Reason.OFF_AT_PLUG


def test_a_human_decides_about_an_outlet_that_was_found_off() -> None:
    """On, or off for good."""
    night = Night(outlet=OFF)
    night.until(1)
    night.memory = user_turned_off(night.memory)
    night.until(2)
    assert night.reason is Reason.SWITCHED_OFF
    night.memory = user_turned_on(night.now, night.policy, night.memory)
    night.outlet = ON
    night.until(11)
    assert night.actions == []


# 19. to 22. Plugs.


def test_a_plug_that_does_not_obey_is_left_alone_more_and_more() -> None:
    """A handful of commands in an hour, though every reading works; then a human."""
    night = Night(obeys=False)
    night.until(75)
    assert 3 <= len(night.cuts) <= MAX_DISOBEYED
    gaps = [later - cut for cut, later in zip(night.cuts, night.cuts[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert night.memory.restarts_total == 0
    assert night.reason is Reason.PLUG_DISOBEYS
    cuts = len(night.cuts)
    night.until(600)
    assert len(night.cuts) == MAX_DISOBEYED >= cuts
    night.memory = reset(night.memory)
    night.until(600.5)
    assert len(night.cuts) == MAX_DISOBEYED + 1


def test_watts_outrank_what_an_outlet_says() -> None:
    """One cut is tried; while they still disagree there are no more commands."""
    night = Night(outlet=OutletEvidence(kind=OutletKind.OFF, watts=130))
    night.until(600)
    assert [action for _, action in night.actions] == [Action.CUT]
    assert night.reason is Reason.PLUG_CONTRADICTS


def test_an_off_that_was_given_up_and_then_happens_is_finished() -> None:
    """Armed or not, whatever the pool says."""
    night = Night(obeys=False)
    night.until(10.5)
    assert len(night.cuts) == 1
    night.outlet, night.works = OFF, True
    night.rest["armed"] = False
    night.until(12)
    assert [action for _, action in night.actions] == [Action.CUT, Action.FINISH]
    assert night.memory.restarts_total == 1


# 24. to 27. Limits, the step before the plug, journals.


def test_a_rig_that_hangs_after_each_recovery_is_given_up_for_the_day() -> None:
    """Though never three restarts in a row were in vain."""
    night = Night()

    def mine_for_six_minutes() -> None:
        last = night.cuts[-1] if night.cuts else None
        night.works = last is not None and 3 <= night.minute - last <= 9

    night.until(24 * 60, mine_for_six_minutes)
    assert len(night.cuts) == 6
    assert night.memory.unstable
    assert night.actions[-1][1] is Action.GIVE_UP


def test_the_limit_of_a_day_lets_go_with_time() -> None:
    """Six cuts over more than a day are none too many."""
    cuts = tuple(START - hours * timedelta(hours=4.1) for hours in range(5, -1, -1))
    night = Night(memory=Memory(seen=True, outlet_on=True, cuts=cuts))
    night.until(16)
    assert night.actions[0][1] is Action.GIVE_UP
    night = Night(memory=Memory(seen=True, outlet_on=True, cuts=cuts))
    night.now = night.share = START + timedelta(hours=4)
    night.until(4 * 60 + 16)
    assert len(night.cuts) == 1


def test_the_step_before_the_plug_is_tried_once() -> None:
    """Then the power is cut, and a recovery lets it be tried again."""
    night = Night(policy=Policy(first_step=True, first_step_wait=4 * MINUTE))
    night.until(16)
    assert [action for _, action in night.actions] == [Action.STEP, Action.CUT]
    assert night.actions[1][0] - night.actions[0][0] >= 4
    night.until(40)
    assert [action for _, action in night.actions].count(Action.STEP) == 1
    night.works = True
    night.until(50)
    night.works = False
    night.until(61)
    assert night.actions[-1][1] is Action.STEP


def test_a_step_that_helped_cuts_nothing() -> None:
    """The rig works again within its wait."""
    night = Night(policy=Policy(first_step=True))
    night.until(12)
    night.works = True
    night.until(40)
    assert [action for _, action in night.actions] == [Action.STEP]


def test_a_dark_rig_without_a_linked_miner_is_evidence_as_an_option() -> None:
    """It is judged as one whose miner is silent."""
    outlet = OutletEvidence(kind=OutletKind.ON, watts=0.5)
    plain = Night(outlet=outlet)
    plain.until(9)
    assert plain.cuts == []
    night = Night(outlet=outlet, policy=Policy(draw_is_evidence=True))
    night.until(9)
    assert len(night.cuts) == 1


@pytest.mark.parametrize(("outlet", "asks"), [(OFF, True), (ON, False), (AWAY, False)])
def test_an_intent_of_more_than_a_day_is_handed_to_a_human(
    outlet: OutletEvidence,
    asks: bool,
) -> None:
    """A restored backup: nobody knows who works there."""
    day = timedelta(hours=24)
    intent = Intent(off_at=START - day, on_at=START - day, reason=Reason.POOL_SILENT)
    night = Night(memory=Memory(seen=True, intent=intent), outlet=outlet, works=True)
    decision = night.poll()
    assert (decision.action, decision.ask_human) == (Action.NONE, asks)
    assert decision.reason is Reason.OLD_INTENT
    assert (decision.memory.intent is None) == (outlet is ON)
    night.now = START - MINUTE
    fresh = decide(night.now, night.policy, night.memory, night.evidence())
    if outlet is not ON:
        assert fresh.action is Action.FINISH


@pytest.mark.parametrize("outlet", [OFF, ON])
def test_a_memory_that_is_lost_is_handed_to_a_human(outlet: OutletEvidence) -> None:
    """Unreadable is not empty."""
    night = Night(memory=Memory(seen=True, lost=True), outlet=outlet)
    night.until(600)
    assert night.actions == []
    assert night.decision is not None
    assert night.decision.ask_human == (outlet is OFF)
    assert (night.decision.state, night.reason) == (
        RigState.UNSTABLE,
        Reason.MEMORY_LOST,
    )


def test_a_machine_that_is_held_counts_as_sleeping() -> None:
    """What keeps it down also keeps its power as it is."""
    night = Night()
    night.rest["held"] = True
    night.until(600)
    assert night.actions == []
    assert night.reason is Reason.KEPT_DOWN


def test_what_is_remembered_outlasts_the_disk() -> None:
    """All but what the next answers tell by themselves."""
    night = Night(outlet=OutletEvidence(kind=OutletKind.ON, watts=900, on_since=START))
    night.pool = {"newcomer_at": START}
    night.until(30)
    night.memory = abandon_cut(
        night.now,
        replace(
            night.memory,
            intent=Intent(off_at=START, on_at=START, reason=Reason.POOL_SILENT),
            cuts=(START,),
        ),
    )
    again = Memory.from_dict(night.memory.as_dict())
    assert again == replace(night.memory, recent=again.recent)


def test_a_memory_of_the_first_version_is_read() -> None:
    """It lacks everything that was added since."""
    first = {
        "seen": True,
        "restarts_in_row": 1,
        "restarts_total": 2,
        "last_cut": START.isoformat(),
        "cooldown_until": None,
        "unstable": False,
        "off_by_user": False,
        "intent": None,
        "plug_failures": 0,
        "plug_failed_since": None,
        "plug_retry_at": None,
    }
    memory = Memory.from_dict(first)
    assert (memory.restarts_total, memory.last_cut) == (2, START)
    del first["seen"]
    with pytest.raises(ValueError, match="damaged"):
        Memory.from_dict(first)
