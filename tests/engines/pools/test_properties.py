"""Whatever a pool sends, the answer is a report and the verdict one of three."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.mining_farm.engines.pools import (
    POOLS,
    AccountReport,
    Outcome,
    VerdictKind,
    WorkerReport,
    judge,
)

from .replies import NOW, REPLIES

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["OK", "alpha", "2031-05-04T08:58:30Z", "1.2T", 0, 1990000000])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
HEADERS = st.dictionaries(
    st.sampled_from(["Date", "Age", "Retry-After", "content-type", "X"]),
    st.text(max_size=30) | st.sampled_from(["text/html", "Sun, 04 May 2031 09:00 GMT"]),
)
STATUSES = st.sampled_from([200, 200, 200, 204, 301, 400, 401, 403, 404, 429, 500, 999])


def _mutated(value: Any, draw: Any) -> Any:
    """Return a good answer with some of its parts replaced by anything."""
    if draw(st.integers(0, 9)) == 0:
        return draw(JSON)
    if isinstance(value, dict):
        return {key: _mutated(item, draw) for key, item in value.items()}
    if isinstance(value, list):
        return [_mutated(item, draw) for item in value]
    return value


@st.composite
def _answers(draw: Any) -> tuple[str, str]:
    """A pool, and an answer that is nearly right, or JSON, or bytes."""
    key = draw(st.sampled_from(sorted(POOLS)))
    match draw(st.sampled_from("mmmjb")):
        case "m":
            return key, json.dumps(_mutated(REPLIES[key].body, draw))
        case "j":
            return key, json.dumps(draw(JSON))
        case _:
            return key, draw(st.binary(max_size=60)).decode(errors="replace")


def _check(report: AccountReport) -> None:
    assert isinstance(report, AccountReport)
    assert (report.outcome is Outcome.WORKER) == bool(report.workers)
    names = [worker.name for worker in report.workers]
    assert len(set(names)) == len(names)
    for worker in report.workers:
        share = worker.last_share
        assert share is None or share.tzinfo is UTC
        assert worker.hashrate_hs is None or worker.hashrate_hs == pytest.approx(
            worker.hashrate_hs
        )
        assert report.find(worker.name).worker is worker


@settings(max_examples=400, deadline=None)
@given(_answers(), STATUSES, HEADERS)
def test_anything_is_a_report(
    answer: tuple[str, str], status: int, headers: dict[str, str]
) -> None:
    """No answer of any pool raises, and workers come with a good status only."""
    key, body = answer
    report = POOLS[key].parse(status, headers, body, REPLIES[key].account, NOW)
    _check(report)
    if not 200 <= status < 300:
        assert not report.workers
    for seen in (True, False):
        verdict = judge(
            report.find("alpha"), report, NOW, timedelta(minutes=10), seen_before=seen
        )
        assert verdict.kind in VerdictKind


MOMENTS = st.integers(-2000, 2000).map(lambda minutes: NOW + timedelta(minutes=minutes))
RIGS = st.builds(
    WorkerReport,
    name=st.sampled_from(["rig", "RIG", "a.rig", "other"]),
    last_share=st.none() | MOMENTS,
    flag=st.none() | st.booleans(),
    hashrate_hs=st.none() | st.sampled_from([0.0, 5.0]),
    window=st.none() | st.just(timedelta(minutes=10)),
    monitored=st.booleans(),
    heartbeat=st.booleans(),
)
REPORTS = st.builds(
    AccountReport,
    outcome=st.sampled_from(Outcome),
    at=MOMENTS,
    workers=st.lists(RIGS, max_size=3).map(tuple),
    data_at=st.none() | MOMENTS,
    absent_after=st.none() | st.just(timedelta(minutes=5)),
    clock_error=st.none() | st.sampled_from([timedelta(), timedelta(hours=2)]),
)


@settings(max_examples=400, deadline=None)
@given(
    REPORTS,
    MOMENTS,
    st.integers(1, 90),
    st.booleans(),
    st.none() | MOMENTS,
)
def test_offline_is_always_proven(
    report: AccountReport,
    now: datetime,
    minutes: int,
    seen: bool,
    silent_since: datetime | None,
) -> None:
    """Offline is said of fresh answers only, and after the full limit without work."""
    limit = timedelta(minutes=minutes)
    answer = report.find("rig")
    verdict = judge(answer, report, now, limit, seen, silent_since=silent_since)
    if verdict.kind is VerdictKind.OFFLINE:
        assert verdict.silent_since is not None
        assert report.at - verdict.silent_since >= limit
        assert answer.worker is not None or seen
        assert report.clock_error != timedelta(hours=2)
        worker = answer.worker
        if worker is not None and not worker.heartbeat and worker.last_share:
            assert report.at - worker.last_share >= limit
