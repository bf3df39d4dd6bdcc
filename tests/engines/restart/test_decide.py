"""Each rule about a rig's power, one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.mining_farm.engines.restart import (
    Action,
    Company,
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
    Presence,
    Reason,
    Recent,
    RigState,
    Verdict,
    abandon_cut,
    decide,
    finish_cut,
    plug_failed,
    power_returned,
    reset,
)

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = Policy()
SEEN = Memory(seen=True, recent=Recent(hashed=True))
ON = OutletEvidence(kind=OutletKind.ON)
OFFLINE = PoolEvidence(
    verdict=Verdict.OFFLINE, at=NOW, last_share=NOW - timedelta(minutes=11)
)
ONLINE = PoolEvidence(verdict=Verdict.ONLINE, at=NOW, last_share=NOW - MINUTE)
NO_VERDICT = PoolEvidence(verdict=Verdict.NONE, at=NOW)
DEAD = Evidence(pool=OFFLINE, outlet=ON, armed=True)
CUT = (Action.CUT, RigState.RESTARTING)


def miner(kind: MinerKind, minutes: float = 30) -> MinerEvidence:
    """Return what a linked miner tells for that long."""
    return MinerEvidence(kind=kind, since=NOW - minutes * MINUTE)


def _dead_at(at: datetime) -> Evidence:
    """Return the evidence of a dead rig, with the pool asked at that moment."""
    return replace(DEAD, pool=replace(OFFLINE, at=at))


def verdict(evidence: Evidence, memory: Memory = SEEN) -> tuple[Action, RigState]:
    """Return action and state for an evidence."""
    decision = decide(NOW, POLICY, memory, evidence)
    return decision.action, decision.state


def explain(
    evidence: Evidence, memory: Memory = SEEN
) -> tuple[Action, RigState, Reason]:
    """Return action, state and reason for an evidence."""
    decision: Decision = decide(NOW, POLICY, memory, evidence)
    return decision.action, decision.state, decision.reason


# Rule 1: only on a fresh offline verdict, for a worker seen before, unless another
# witness says that it lives.


def test_rule_1_an_offline_worker_is_cut() -> None:
    """The plain case of the original restarter."""
    assert explain(DEAD) == (*CUT, Reason.POOL_SILENT)


def test_rule_1_a_worker_never_seen_is_not() -> None:
    """A slip in the name, or a rig still being built."""
    assert explain(DEAD, Memory()) == (
        Action.NONE,
        RigState.HELD,
        Reason.NEVER_SEEN,
    )


@pytest.mark.parametrize("pool", [OFFLINE, NO_VERDICT, ONLINE, None])
def test_rule_1_a_hashing_miner_vetoes(pool: PoolEvidence | None) -> None:
    """Whatever the pool says: reached over another pool, or the pool's page is late."""
    evidence = replace(DEAD, pool=pool, miner=miner(MinerKind.HASHING))
    assert explain(evidence) == (
        Action.NONE,
        RigState.ONLINE,
        Reason.MINER_HASHES,
    )


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (MinerKind.SLEEPING, Reason.MINER_SLEEPS),
        (MinerKind.STARTING, Reason.MINER_STARTS),
        (MinerKind.POOL_LOST, Reason.MINER_LOST_POOL),
    ],
)
def test_rule_1_a_miner_with_a_good_excuse_is_held(
    kind: MinerKind, reason: Reason
) -> None:
    """It answers, and its not hashing is no fault that power could mend."""
    assert explain(replace(DEAD, miner=miner(kind))) == (
        Action.NONE,
        RigState.HELD,
        reason,
    )


@pytest.mark.parametrize("kind", [MinerKind.SILENT, MinerKind.IDLE])
def test_rule_1_direct_evidence_shortens_the_wait(kind: MinerKind) -> None:
    """Two minutes of the miner's silence, and no share since: no waiting for the pool."""
    young = PoolEvidence(
        verdict=Verdict.ONLINE, at=NOW, last_share=NOW - timedelta(minutes=3)
    )
    due = Evidence(pool=young, miner=miner(kind, 2), outlet=ON, armed=True)
    assert explain(due) == (*CUT, Reason.POOL_AND_MINER_SILENT)
    early = replace(due, miner=miner(kind, 1.9))
    assert explain(early)[2] is Reason.WAITING_FOR_LIMIT
    asked_too_early = replace(due, pool=replace(young, at=NOW - 0.1 * MINUTE))
    assert explain(asked_too_early)[2] is Reason.WAITING_FOR_POOL


def test_rule_1_a_last_share_after_the_last_answer_delays_little() -> None:
    """The miner hung between two polls: it worked a little longer than it answered."""
    silent = miner(MinerKind.SILENT, 3)
    young = PoolEvidence(
        verdict=Verdict.ONLINE, at=NOW, last_share=silent.since + 0.5 * MINUTE
    )
    due = Evidence(pool=young, miner=silent, outlet=ON, armed=True)
    assert explain(due) == (*CUT, Reason.POOL_AND_MINER_SILENT)
    early = replace(due, miner=miner(MinerKind.SILENT, 2.4))
    shared = replace(young, last_share=NOW - 1.9 * MINUTE)
    assert explain(replace(early, pool=shared))[2] is Reason.WAITING_FOR_LIMIT


def test_rule_1_shares_after_the_silence_prove_life() -> None:
    """The API of the miner hangs, its work goes on."""
    evidence = replace(DEAD, pool=ONLINE, miner=miner(MinerKind.SILENT))
    assert explain(evidence) == (
        Action.NONE,
        RigState.ONLINE,
        Reason.SHARES_AFTER_SILENCE,
    )


def test_rule_1_a_miner_that_fell_silent_with_most_others_is_held() -> None:
    """It is the network: whatever the pool says, which sees no share either."""
    for pool in (OFFLINE, ONLINE):
        evidence = replace(
            DEAD,
            pool=pool,
            miner=miner(MinerKind.SILENT, 2),
            company=Company.MOST,
        )
        old = replace(pool, last_share=NOW - 11 * MINUTE)
        assert explain(replace(evidence, pool=old)) == (
            Action.NONE,
            RigState.HELD,
            Reason.CONTACT_LOST,
        )


def test_rule_1_a_miner_that_fell_silent_with_some_waits_for_the_pool() -> None:
    """What two rigs share may be a switch, so the short wait is not for them."""
    silent = replace(DEAD, miner=miner(MinerKind.SILENT, 2), company=Company.SOME)
    recent = replace(ONLINE, last_share=NOW - 3 * MINUTE)
    assert explain(replace(silent, pool=recent)) == (
        Action.NONE,
        RigState.SILENT,
        Reason.WAITING_FOR_LIMIT,
    )
    assert explain(silent) == (*CUT, Reason.POOL_AND_MINER_SILENT)
    alone = replace(silent, pool=recent, company=Company.ALONE)
    assert explain(alone) == (*CUT, Reason.POOL_AND_MINER_SILENT)


# Rule 2: no verdict, no cut.


@pytest.mark.parametrize("kind", [None, MinerKind.SILENT, MinerKind.IDLE])
def test_rule_2_no_verdict_holds(kind: MinerKind | None) -> None:
    """One silent witness never cuts."""
    evidence = replace(DEAD, pool=NO_VERDICT, miner=miner(kind) if kind else None)
    assert explain(evidence) == (
        Action.NONE,
        RigState.HELD,
        Reason.NO_POOL_VERDICT,
    )


@pytest.mark.parametrize(
    ("kind", "watts", "reason"),
    [
        (MinerKind.SILENT, 3.0, Reason.NO_DRAW),
        (MinerKind.IDLE, 150.0, Reason.DRAW_WITHOUT_HASHING),
    ],
)
def test_rule_2_the_draw_can_confirm_the_miner(
    kind: MinerKind, watts: float, reason: Reason
) -> None:
    """Two witnesses without the pool, after the long wait."""
    outlet = OutletEvidence(kind=OutletKind.ON, watts=watts)
    evidence = replace(DEAD, pool=NO_VERDICT, miner=miner(kind, 10), outlet=outlet)
    assert explain(evidence) == (*CUT, reason)
    assert verdict(replace(evidence, miner=miner(kind, 9.9)))[0] is Action.NONE


def test_rule_2_silent_but_drawing_is_held() -> None:
    """It may well be hashing behind a hung API."""
    outlet = OutletEvidence(kind=OutletKind.ON, watts=1200.0)
    evidence = replace(
        DEAD, pool=NO_VERDICT, miner=miner(MinerKind.SILENT), outlet=outlet
    )
    assert verdict(evidence) == (Action.NONE, RigState.HELD)


def test_rule_2_no_work_without_the_internet() -> None:
    """With no pool in reach, idle miners are no fault of theirs; dark ones are."""
    outlet = OutletEvidence(kind=OutletKind.ON, watts=150.0)
    blind = replace(
        DEAD,
        pool=NO_VERDICT,
        miner=miner(MinerKind.IDLE),
        outlet=outlet,
        blind=True,
    )
    assert explain(blind)[2] is Reason.BLIND
    dark = replace(
        blind,
        miner=miner(MinerKind.SILENT),
        outlet=replace(outlet, watts=0.5),
    )
    assert explain(dark) == (*CUT, Reason.NO_DRAW)


@pytest.mark.parametrize("kind", [None, MinerKind.SILENT, MinerKind.IDLE])
def test_rule_2_a_pool_outage_holds_everyone(kind: MinerKind | None) -> None:
    """Most rigs of a pool went silent together."""
    evidence = replace(
        DEAD, pool=replace(OFFLINE, outage=True), miner=miner(kind) if kind else None
    )
    assert explain(evidence)[1:] == (RigState.HELD, Reason.POOL_OUTAGE)


# Rule 3: plugs.


def test_rule_3_an_outlet_that_is_off_is_just_turned_on() -> None:
    """It lost its own power: nothing to cut, and no restart to count."""
    evidence = replace(DEAD, outlet=OutletEvidence(kind=OutletKind.OFF))
    away = Presence(failures=2, failed_since=NOW - 6 * MINUTE, failed_at=NOW - MINUTE)
    decision = decide(NOW, POLICY, replace(SEEN, outlet=away), evidence)
    assert (decision.action, decision.reason) == (
        Action.TURN_ON,
        Reason.OUTLET_IS_OFF,
    )
    assert decision.memory.restarts_in_row == 0


def test_rule_3_not_if_the_user_has_switched_it_off() -> None:
    """A solar miner is off every night."""
    evidence = replace(DEAD, outlet=OutletEvidence(kind=OutletKind.OFF))
    assert verdict(evidence, replace(SEEN, off_by_user=True)) == (
        Action.NONE,
        RigState.OFF_BY_USER,
    )


def test_rule_3_an_unreachable_plug_counts_no_restart() -> None:
    """Hold, and back off further with each failure, but not for ever."""
    evidence = replace(DEAD, outlet=OutletEvidence(kind=OutletKind.UNREACHABLE))
    assert explain(evidence) == (
        Action.NONE,
        RigState.HELD,
        Reason.PLUG_UNREACHABLE,
    )
    memory, waits = SEEN, []
    for _ in range(12):
        memory = plug_failed(NOW, memory)
        assert memory.plug_retry_at is not None
        waits.append(memory.plug_retry_at - NOW)
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=30)
    assert waits[-1] == timedelta(minutes=10)
    assert memory.restarts_in_row == memory.restarts_total == 0
    assert verdict(DEAD, memory)[0] is Action.NONE


# Rule 4: the intent comes first.


def test_rule_4_the_intent_is_part_of_the_cut() -> None:
    """What is to be stored before the outlet is touched."""
    intent = decide(NOW, POLICY, SEEN, DEAD).memory.intent
    assert intent == Intent(
        off_at=NOW, on_at=NOW + timedelta(seconds=3), reason=Reason.POOL_SILENT
    )


@pytest.mark.parametrize(
    "evidence", [DEAD, replace(DEAD, armed=False), Evidence(quiet=True)]
)
def test_rule_4_an_unfinished_intent_is_finished_first(evidence: Evidence) -> None:
    """Whatever the witnesses say, at start too: nobody leaves a rig off."""
    begun = decide(NOW, POLICY, SEEN, DEAD).memory
    assert explain(evidence, begun) == (
        Action.FINISH,
        RigState.RESTARTING,
        Reason.UNFINISHED_RESTART,
    )


# Rule 5: counters, cooldown and the end of patience.


def test_rule_5_cooldown_then_again_then_a_human() -> None:
    """Three restarts in a row, ten minutes apart, then no more."""
    policy = replace(POLICY, repeat_on_silence=True)
    memory, now = SEEN, NOW
    for count in (1, 2, 3):
        decision = decide(now, policy, memory, _dead_at(now))
        assert decision.action is Action.CUT
        memory = finish_cut(now + timedelta(seconds=3), POLICY, decision.memory)
        memory = replace(memory, recent=Recent())
        assert memory.restarts_in_row == memory.restarts_total == count
        early = decide(now + 10 * MINUTE, POLICY, memory, DEAD)
        assert (early.action, early.state) == (Action.NONE, RigState.COOLDOWN)
        now += timedelta(minutes=10, seconds=3)
    decision = decide(now, policy, memory, _dead_at(now))
    assert (decision.action, decision.state) == (
        Action.GIVE_UP,
        RigState.UNSTABLE,
    )
    for hours in range(100):
        later = now + hours * timedelta(hours=1)
        again = decide(later, POLICY, decision.memory, _dead_at(later))
        assert (again.action, again.state) == (Action.NONE, RigState.UNSTABLE)
    tried_again = decide(now, POLICY, reset(decision.memory), _dead_at(now))
    assert tried_again.action is Action.CUT


def test_rule_5_trying_again_does_not_cut_a_rig_that_boots() -> None:
    """The human resets the counter, not the cooldown."""
    memory = finish_cut(NOW, POLICY, decide(NOW, POLICY, SEEN, DEAD).memory)
    assert verdict(DEAD, reset(memory)) == (Action.NONE, RigState.COOLDOWN)
    assert reset(memory).restarts_in_row == 0


def test_rule_5_recovery_forgives() -> None:
    """A fresh share starts the row anew, an old one on its way does not."""
    memory = replace(
        SEEN,
        restarts_in_row=2,
        restarts_total=7,
        last_cut=NOW - timedelta(minutes=5),
        cooldown_until=NOW + timedelta(minutes=5),
    )
    recovered = decide(NOW, POLICY, memory, replace(DEAD, pool=ONLINE))
    assert recovered.recovered
    assert recovered.memory.restarts_in_row == 0
    assert recovered.memory.restarts_total == 7
    assert recovered.memory.cooldown_until is None
    stale = replace(ONLINE, last_share=NOW - timedelta(minutes=6))
    still = decide(NOW, POLICY, memory, replace(DEAD, pool=stale))
    assert not still.recovered
    assert still.memory.restarts_in_row == 2


def test_rule_5_a_miner_read_before_the_cut_proves_nothing() -> None:
    """Its last answer is from before its power went: it boots."""
    memory = replace(SEEN, restarts_in_row=1, last_cut=NOW - MINUTE)
    early = replace(miner(MinerKind.HASHING), seen=NOW - 2 * MINUTE)
    decision = decide(NOW, POLICY, memory, replace(DEAD, miner=early))
    assert (decision.state, decision.reason) == (RigState.HELD, Reason.MINER_STARTS)
    assert decision.memory.restarts_in_row == 1
    late = replace(early, seen=NOW - 0.5 * MINUTE)
    recovered = decide(NOW, POLICY, memory, replace(DEAD, miner=late))
    assert recovered.recovered
    assert recovered.memory.restarts_in_row == 0


def test_rule_5_only_a_human_ends_unstable() -> None:
    """A rig that came back by itself is still one that was given up."""
    memory = replace(SEEN, unstable=True, restarts_in_row=3)
    assert verdict(replace(DEAD, pool=ONLINE), memory) == (
        Action.NONE,
        RigState.UNSTABLE,
    )


def test_rule_5_a_clock_set_back_neither_locks_nor_cuts_twice() -> None:
    """What was set under a faster clock counts as of now: one cooldown, no year."""
    year = timedelta(days=365)
    memory = replace(
        SEEN,
        last_cut=NOW + year,
        cooldown_until=NOW + year,
        plug_retry_at=NOW + year,
    )
    held = decide(NOW, POLICY, memory, DEAD)
    assert (held.action, held.state) == (Action.NONE, RigState.COOLDOWN)
    later = NOW + POLICY.status_check_cooldown
    again = replace(DEAD, pool=replace(OFFLINE, at=later))
    memory = replace(held.memory, recent=Recent())
    assert decide(later, POLICY, memory, again).action is Action.CUT


def test_rule_5_one_answer_of_the_pool_cuts_once() -> None:
    """The cooldown may be shorter than the time between two answers."""
    policy = replace(POLICY, status_check_cooldown=MINUTE, repeat_on_silence=True)
    begun = decide(NOW, policy, SEEN, DEAD).memory
    memory = finish_cut(NOW + timedelta(seconds=3), policy, begun)
    later = NOW + 2 * MINUTE
    held = decide(later, policy, memory, DEAD)
    assert (held.action, held.reason) == (Action.NONE, Reason.WAITING_FOR_POOL)
    human = decide(later, policy, reset(memory), DEAD)
    assert human.action is Action.NONE
    fresh = replace(DEAD, pool=replace(OFFLINE, at=later))
    assert decide(later, policy, memory, fresh).action is Action.CUT


def test_rule_5_an_answer_from_before_the_power_returned_cuts_nothing() -> None:
    """The user had the rig off for the night: no wonder that it was silent."""
    policy = replace(POLICY, status_check_cooldown=MINUTE)
    memory = power_returned(NOW + MINUTE, policy, SEEN)
    held = decide(NOW + 3 * MINUTE, policy, memory, DEAD)
    assert (held.action, held.reason) == (Action.NONE, Reason.WAITING_FOR_POOL)


# Rule 6: quiet start.


def test_rule_6_no_cut_right_after_a_start() -> None:
    """Fresh polls first; a miner that hashes may say so at once."""
    assert explain(replace(DEAD, quiet=True)) == (
        Action.NONE,
        RigState.HELD,
        Reason.QUIET_START,
    )
    hashing = replace(DEAD, quiet=True, miner=miner(MinerKind.HASHING))
    assert verdict(hashing)[1] is RigState.ONLINE


# Rule 8: armed or rehearsing.


def test_rule_8_rehearsing_shows_and_switches_nothing() -> None:
    """Decision and reason as if armed, once per cooldown, and no counter moves."""
    rehearsal = decide(NOW, POLICY, SEEN, replace(DEAD, armed=False))
    assert (rehearsal.action, rehearsal.reason) == (
        Action.REHEARSE,
        Reason.POOL_SILENT,
    )
    assert rehearsal.memory.intent is None
    assert rehearsal.memory.restarts_total == 0
    again = decide(NOW + MINUTE, POLICY, rehearsal.memory, replace(DEAD, armed=False))
    assert again.action is Action.NONE


def test_watch_only() -> None:
    """Without an outlet the rig is watched, and nothing else."""
    assert explain(replace(DEAD, outlet=None)) == (
        Action.NONE,
        RigState.SILENT,
        Reason.WATCH_ONLY,
    )


def test_nothing_known_is_unknown() -> None:
    """No witness at all."""
    assert verdict(Evidence()) == (Action.NONE, RigState.UNKNOWN)


def test_an_abandoned_cut_counts_nothing() -> None:
    """The outlet said that it is still on."""
    begun = decide(NOW, POLICY, SEEN, DEAD).memory
    abandoned = abandon_cut(NOW, begun)
    assert abandoned.intent is None
    assert abandoned.restarts_total == 0
    assert abandoned.disobeyed_retry_at is not None
    lost = abandon_cut(NOW, begun, sent=False)
    assert lost.plug_retry_at is not None


def test_the_users_own_power_cycle_is_not_in_the_row() -> None:
    """It is counted in total, and followed by a cooldown: the rig boots."""
    begun = replace(SEEN, intent=Intent(off_at=NOW, on_at=NOW, reason=Reason.BY_USER))
    memory = finish_cut(NOW, POLICY, begun)
    assert (memory.restarts_in_row, memory.restarts_total) == (0, 1)
    assert verdict(DEAD, memory)[1] is RigState.COOLDOWN


@pytest.mark.parametrize(
    ("pool", "hashing", "state"),
    [
        (replace(OFFLINE, last_share=NOW - 61 * MINUTE), 61, RigState.ELSEWHERE),
        # Frozen statistics of a pool look the same to whom they hide his loss.
        (
            replace(OFFLINE, last_share=NOW - 61 * MINUTE, outage=True),
            61,
            RigState.ELSEWHERE,
        ),
        (replace(OFFLINE, last_share=NOW - 59 * MINUTE), 61, RigState.ONLINE),
        (replace(OFFLINE, last_share=NOW - 61 * MINUTE), 59, RigState.ONLINE),
        (replace(OFFLINE, last_share=None), 61, RigState.ONLINE),
        (
            replace(OFFLINE, last_share=NOW - 61 * MINUTE, solo=True),
            61,
            RigState.ONLINE,
        ),
        (replace(NO_VERDICT, last_share=NOW - 61 * MINUTE), 61, RigState.ONLINE),
        (ONLINE, 61, RigState.ONLINE),
        (None, 61, RigState.ONLINE),
    ],
)
@pytest.mark.parametrize("watts", [None, 0.0, 3000.0])
def test_a_miner_that_hashes_for_another_account(
    pool: PoolEvidence | None, hashing: float, state: RigState, watts: float | None
) -> None:
    """Said after an hour without a share, and never a reason for a cut."""
    evidence = Evidence(
        pool=pool,
        miner=miner(MinerKind.HASHING, hashing),
        outlet=replace(ON, watts=watts),
        armed=True,
    )
    assert verdict(evidence) == (Action.NONE, state)


def test_a_share_at_the_second_account_is_enough() -> None:
    """The rig works for its user all the same."""
    evidence = Evidence(
        pool=replace(OFFLINE, last_share=NOW - 61 * MINUTE),
        second_pool=ONLINE,
        miner=miner(MinerKind.HASHING, 61),
        outlet=ON,
        armed=True,
    )
    assert verdict(evidence) == (Action.NONE, RigState.ONLINE)
