"""What is believed about a worker, and what is left open."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.mining_farm.engines.pools import (
    AccountReport,
    Outcome,
    PoolVerdict,
    VerdictKind,
    VerdictReason,
    WorkerReport,
    judge,
)

from .replies import NOW

LIMIT = timedelta(minutes=10)


def _ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def _judge(
    worker: WorkerReport | None = None,
    *,
    silent_since: datetime | None = None,
    seen: bool = True,
    name: str = "rig",
    now: datetime = NOW,
    limit: timedelta = LIMIT,
    **fields: Any,
) -> PoolVerdict:
    workers = (WorkerReport(name="other"),) if worker is None else (worker,)
    values = {"outcome": Outcome.WORKER, "at": NOW, "workers": workers, **fields}
    report = AccountReport(**values)
    return judge(report.find(name), report, now, limit, seen, silent_since=silent_since)


def _rig(**fields: Any) -> WorkerReport:
    return WorkerReport(name="rig", **fields)


@pytest.mark.parametrize(
    ("minutes", "kind"), [(10, VerdictKind.ONLINE), (10.02, VerdictKind.OFFLINE)]
)
def test_share_time_decides(minutes: float, kind: VerdictKind) -> None:
    """Flag and rate do not matter where there is a share time."""
    for flag, rate in ((True, 5.0), (False, 0.0)):
        share = _ago(minutes)
        verdict = _judge(_rig(last_share=share, flag=flag, hashrate_hs=rate))
        assert verdict.kind is kind
        assert verdict.last_share == share
        assert verdict.silent_since == share + timedelta(seconds=1)


def test_share_times_in_steps_need_longer() -> None:
    """Ten-minute steps are trusted over three of them, or one beyond the limit."""
    step, longer = timedelta(minutes=10), timedelta(minutes=30)
    rig = _rig(last_share=_ago(39), resolution=step)
    assert _judge(rig, limit=longer).kind == "online"
    rig = _rig(last_share=_ago(40), resolution=step)
    assert _judge(rig, limit=longer).kind == "offline"
    assert _judge(_rig(last_share=_ago(29), resolution=step)).kind == "online"
    assert _judge(_rig(last_share=_ago(30), resolution=step)).kind == "offline"


def test_age_counts_at_the_moment_of_the_answer() -> None:
    """An answer that another rig asked for earlier ages no share."""
    later = NOW + timedelta(minutes=5)
    assert _judge(_rig(last_share=_ago(9)), now=later).kind == "online"


@pytest.mark.parametrize(
    ("flag", "since", "kind", "reason"),
    [
        (True, None, "online", VerdictReason.FLAG),
        (False, None, "none", VerdictReason.TOO_EARLY),
        (False, _ago(9), "none", VerdictReason.TOO_EARLY),
        (False, _ago(10), "offline", VerdictReason.NO_FLAG),
    ],
)
def test_flag_is_next(
    flag: bool, since: datetime | None, kind: str, reason: VerdictReason
) -> None:
    """A flag goes before the rate, and has to hold for as long as a share time."""
    verdict = _judge(_rig(flag=flag, hashrate_hs=7.0), silent_since=since)
    assert (verdict.kind, verdict.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("rate", "window", "since", "kind", "reason"),
    [
        (5.0, 10, None, "online", VerdictReason.HASHRATE),
        (0.0, 10, None, "offline", VerdictReason.NO_HASHRATE),
        (0.0, 5, None, "none", VerdictReason.TOO_EARLY),
        (0.0, 5, _ago(11), "offline", VerdictReason.NO_HASHRATE),
        (0.0, 5, _ago(1), "none", VerdictReason.TOO_EARLY),
        (0.0, None, None, "none", VerdictReason.TOO_EARLY),
        (None, 10, None, "none", VerdictReason.NO_DATA),
    ],
)
def test_rate_is_last(
    rate: float | None,
    window: float | None,
    since: datetime | None,
    kind: str,
    reason: VerdictReason,
) -> None:
    """No rate over a window proves as much silence as the window is long."""
    over = None if window is None else timedelta(minutes=window)
    verdict = _judge(_rig(hashrate_hs=rate, window=over), silent_since=since)
    assert (verdict.kind, verdict.reason) == (kind, reason)


def test_silence_adds_up_over_checks() -> None:
    """Handed on, the end of work lets a limit beyond the pool's window be kept."""
    window, limit = timedelta(minutes=10), timedelta(minutes=25)
    kinds, since = [], None
    for minutes in range(0, 31, 5):
        at = NOW + timedelta(minutes=minutes)
        rate = 5.0 if minutes < 10 else 0.0
        rig = _rig(hashrate_hs=rate, window=window)
        verdict = _judge(rig, at=at, now=at, limit=limit, silent_since=since)
        kinds.append(str(verdict.kind))
        since = verdict.silent_since
    assert kinds == ["online"] * 2 + ["none"] * 3 + ["offline"] * 2


@pytest.mark.parametrize(
    ("keeps", "since", "kind", "reason"),
    [
        (None, _ago(600), "none", VerdictReason.MISSING),
        (5, None, "none", VerdictReason.TOO_EARLY),
        (5, _ago(4), "none", VerdictReason.MISSING),
        (5, _ago(9), "none", VerdictReason.TOO_EARLY),
        (5, _ago(10), "offline", VerdictReason.DROPPED),
        (180, None, "offline", VerdictReason.DROPPED),
        (180, _ago(100), "none", VerdictReason.MISSING),
        (180, _ago(180), "offline", VerdictReason.DROPPED),
    ],
)
@pytest.mark.parametrize("outcome", [Outcome.WORKER, Outcome.EMPTY])
def test_absent(
    outcome: Outcome,
    keeps: float | None,
    since: datetime | None,
    kind: str,
    reason: VerdictReason,
) -> None:
    """A seen worker that is gone was dropped, if that fits with its last share."""
    after = None if keeps is None else timedelta(minutes=keeps)
    verdict = _judge(outcome=outcome, absent_after=after, silent_since=since)
    assert (verdict.kind, verdict.reason) == (kind, reason)


def test_never_seen_is_no_verdict() -> None:
    """A slip in a name, or a new rig, starts nothing."""
    verdict = _judge(seen=False, absent_after=timedelta(minutes=5))
    assert (verdict.kind, verdict.reason) == ("none", VerdictReason.NEVER_SEEN)


def test_ambiguous_is_no_verdict() -> None:
    """Of two workers that are meant by a name none is."""
    workers = (WorkerReport(name="RIG"), WorkerReport(name="Rig"))
    verdict = _judge(workers=workers, absent_after=timedelta(minutes=1))
    assert (verdict.kind, verdict.reason) == ("none", VerdictReason.AMBIGUOUS)


@pytest.mark.parametrize(
    "outcome", sorted(set(Outcome) - {Outcome.WORKER, Outcome.ABSENT, Outcome.EMPTY})
)
def test_failures_are_no_verdict(outcome: Outcome) -> None:
    """What keeps the pool from answering says nothing about the rig."""
    since = _ago(60)
    verdict = _judge(
        outcome=outcome,
        workers=(),
        absent_after=timedelta(minutes=1),
        silent_since=since,
    )
    assert verdict.kind is VerdictKind.NONE
    assert verdict.reason.value == outcome.value
    assert verdict.silent_since == since


@pytest.mark.parametrize(
    ("age", "limit", "stale"),
    [(9, 10, False), (10.1, 10, True), (4.9, 1, False), (5.1, 1, True)],
)
def test_stale_data_is_no_verdict(age: float, limit: float, stale: bool) -> None:
    """Data that the pool itself dates too far back are no proof of silence."""
    for worker in (_rig(last_share=_ago(60)), _rig(hashrate_hs=5.0), None):
        verdict = _judge(
            worker, data_at=_ago(age), limit=timedelta(minutes=limit), seen=False
        )
        assert (verdict.reason is VerdictReason.STALE) is stale
        assert not stale or verdict.kind == "none"


@pytest.mark.parametrize("hours", [1, -1])
def test_wrong_clock_is_no_verdict(hours: float) -> None:
    """Where our clock and the server's disagree, no age is known."""
    error = timedelta(hours=hours)
    verdict = _judge(_rig(last_share=_ago(60)), clock_error=error)
    assert (verdict.kind, verdict.reason) == ("none", VerdictReason.CLOCK)
    small = timedelta(seconds=-90)
    assert _judge(_rig(last_share=_ago(60)), clock_error=small).kind == "offline"


def test_the_future_is_no_verdict() -> None:
    """A share or an answer from the future means a clock that was set back."""
    assert _judge(_rig(last_share=_ago(-3))).reason is VerdictReason.CLOCK
    assert _judge(_rig(last_share=_ago(-1))).kind == "online"
    assert _judge(_rig(last_share=_ago(60)), now=_ago(30)).reason == "clock"


def test_not_monitored_is_no_verdict() -> None:
    """What the user himself stopped is not restarted."""
    verdict = _judge(_rig(last_share=_ago(60), monitored=False))
    assert (verdict.kind, verdict.reason) == ("none", VerdictReason.NOT_MONITORED)


def test_a_heartbeat_is_no_share() -> None:
    """A rig that calls in and says that it does not work is silent, in time."""
    fresh = _rig(last_share=_ago(1), flag=False, heartbeat=True)
    first = _judge(fresh)
    assert (first.kind, first.reason) == ("none", VerdictReason.TOO_EARLY)
    assert _judge(fresh, silent_since=_ago(10)).kind == "offline"
    old = _rig(last_share=_ago(30), flag=False, heartbeat=True)
    assert _judge(old).kind == "offline"
    working = _rig(last_share=_ago(1), flag=True, heartbeat=True)
    assert _judge(working).kind == "online"


def test_judging_twice_changes_nothing() -> None:
    """One answer may be judged any number of times, each verdict handed on."""
    workers = (
        _rig(last_share=_ago(3)),
        _rig(flag=False),
        _rig(hashrate_hs=0.0, window=timedelta(minutes=5)),
        None,
    )
    for worker in workers:
        first = _judge(worker, absent_after=timedelta(minutes=5))
        again = _judge(
            worker,
            absent_after=timedelta(minutes=5),
            silent_since=first.silent_since,
        )
        assert again == first
