"""A network's fault is told from the faults of rigs."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.restart import (
    Company,
    MinerEvidence,
    MinerKind,
    Policy,
    company,
)

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
POLICY = Policy()
LIMIT = 120
"""s after which a rig is down by its miner's word."""


def stopped(ago: float, kind: MinerKind = MinerKind.SILENT) -> MinerEvidence:
    """Return a miner that works no longer since then."""
    return MinerEvidence(kind=kind, since=NOW - ago * SECOND, seen=NOW - ago * SECOND)


def works(heard: float = 10, *, since: float = 86_400) -> MinerEvidence:
    """Return a miner that was heard so long ago, and has worked for so long."""
    return MinerEvidence(
        kind=MinerKind.HASHING, since=NOW - since * SECOND, seen=NOW - heard * SECOND
    )


def found(*others: MinerEvidence, ago: float = LIMIT) -> Company:
    """Return the company of a miner that is silent for so long."""
    return company(NOW, POLICY, stopped(ago), others)


def test_a_miner_among_working_ones_is_alone() -> None:
    """And so is the only one."""
    assert found() is Company.ALONE
    assert found(works(), works(29)) is Company.ALONE


def test_most_that_stopped_together_are_a_network() -> None:
    """More than half, this one included."""
    assert found(stopped(100)) is Company.MOST
    assert found(stopped(100), stopped(140), works()) is Company.MOST
    assert found(stopped(100), works(), works()) is Company.SOME
    assert found(stopped(100), works()) is Company.MOST


@pytest.mark.parametrize("kind", [MinerKind.IDLE, MinerKind.POOL_LOST])
def test_the_way_out_may_be_lost_too(kind: MinerKind) -> None:
    """Some still answer, and have no work any more."""
    assert found(stopped(110, kind), stopped(100, kind)) is Company.MOST


def test_who_was_not_heard_since_has_not_gone_on_working() -> None:
    """A silence is noticed after three missed polls, which is too late."""
    assert found(works(heard=31)) is Company.MOST
    assert found(works(heard=29)) is Company.ALONE


def test_who_stopped_at_another_time_says_nothing() -> None:
    """Neither one that was off already, nor one that hangs later."""
    assert found(stopped(3600), stopped(211), works()) is Company.ALONE
    assert found(stopped(3600), stopped(60), stopped(100)) is Company.MOST
    assert found(stopped(5), ago=300) is Company.ALONE


def test_who_has_just_come_back_was_lost_too() -> None:
    """The first to answer again leaves no other alone; ten minutes later it does."""
    assert found(works(since=60), ago=3600) is Company.MOST
    assert found(works(since=599), ago=3600) is Company.MOST
    assert found(works(since=601), ago=3600) is Company.ALONE
    assert found(works(since=3600), ago=3600) is Company.ALONE


def test_a_short_limit_leaves_time_to_hear_of_the_others() -> None:
    """At half a minute a miner heard within its last quarter still works."""
    policy = Policy(time_until_offline_local=timedelta(seconds=30))
    assert company(NOW, policy, stopped(30), [works(heard=6)]) is Company.ALONE
    assert company(NOW, policy, stopped(30), [works(heard=10)]) is Company.MOST


@given(
    ends=st.lists(st.floats(0, 90), min_size=2, max_size=8),
    working=st.integers(0, 8),
    wait=st.floats(LIMIT, 86_400),
)
def test_nobody_of_those_that_stop_together_is_alone(
    ends: list[float], working: int, wait: float
) -> None:
    """Whichever of them is asked about, however late, and whoever goes on working."""
    others_work = [works()] * working
    miners = [stopped(wait - end) for end in ends]
    for number, miner in enumerate(miners):
        if NOW - miner.since < LIMIT * SECOND:
            continue
        others = [*miners[:number], *miners[number + 1 :], *others_work]
        judged = company(NOW, POLICY, miner, others)
        most = len(miners) > working
        assert judged is (Company.MOST if most else Company.SOME)
