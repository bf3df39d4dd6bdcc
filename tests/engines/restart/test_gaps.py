"""What a rig's own gaps between shares say of the limit that suits it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.restart import (
    Basis,
    Contact,
    Evidence,
    Memory,
    Policy,
    PoolEvidence,
    Presence,
    Verdict,
    decide,
    proposed_limit,
    usual_gap,
)

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def watch(
    shares: list[float],
    memory: Memory | None = None,
    since: datetime = START,
    **pool: Any,
) -> tuple[datetime, Memory]:
    """Return the time and what is remembered after shares at these minutes."""
    memory, now = memory or Memory(seen=True), since
    while now <= START + max(shares) * MINUTE:
        now += 5 * MINUTE
        known = [each for each in shares if START + each * MINUTE <= now]
        share = START + max(known) * MINUTE if known else None
        answer = PoolEvidence(verdict=Verdict.ONLINE, at=now, last_share=share)
        evidence = Evidence(pool=replace(answer, **pool))
        memory = decide(now, Policy(), memory, evidence).memory
    return now, memory


SOLO = [40.0 * count for count in range(9)]


def test_a_solo_miner_is_proposed_four_times_its_longest_usual_gap() -> None:
    """In steps of five minutes."""
    now, memory = watch(SOLO)
    assert usual_gap(now, memory) == 40 * MINUTE
    assert proposed_limit(now, memory) == 160 * MINUTE


def test_one_long_gap_is_not_usual() -> None:
    """It may have been a hang that a hand has ended."""
    now, memory = watch([*SOLO, 900])
    assert usual_gap(now, memory) == 40 * MINUTE


def test_few_gaps_say_nothing() -> None:
    """Nor do those of more than a week ago."""
    now, memory = watch(SOLO[:5])
    assert proposed_limit(now, memory) is None
    now, memory = watch(SOLO)
    assert proposed_limit(now + timedelta(days=8), memory) is None


def test_frequent_shares_are_no_gaps() -> None:
    """The time between two checks is none."""
    _, memory = watch([count / 2 for count in range(200)])
    assert memory.gaps == ()


AT = START + 5 * MINUTE


@pytest.mark.parametrize(
    ("interrupted", "gaps"),
    [
        (Memory(seen=True), 1),
        (Memory(seen=True, last_cut=AT), 0),
        (Memory(seen=True, pool=Presence(back_at=AT)), 0),
        (Memory(seen=True, outlet=Presence(back_at=AT)), 0),
    ],
)
def test_a_gap_with_another_cause_is_none(interrupted: Memory, gaps: int) -> None:
    """The power was cut, or the pool or the outlet was away."""
    _, before = watch([0])
    memory = replace(interrupted, recent=before.recent)
    _, after = watch([0, 40], memory, since=AT)
    assert len(after.gaps) == gaps


@pytest.mark.parametrize(
    "pool",
    [{"basis": Basis.RATE}, {"basis": Basis.FLAG}, {"contact": Contact.REFUSED}],
)
def test_what_dates_no_share_teaches_nothing(pool: dict[str, Any]) -> None:
    """A rate or a flag; an answer that is none."""
    _, memory = watch(SOLO, **pool)
    assert memory.gaps == ()


@given(shares=st.lists(st.integers(0, 2000), min_size=1, max_size=40))
def test_what_is_learned_is_bounded_and_outlasts_the_disk(shares: list[int]) -> None:
    """Whenever the shares come."""
    now, memory = watch([float(each) for each in shares])
    assert len(memory.gaps) <= 12
    assert Memory.from_dict(memory.as_dict()).gaps == memory.gaps
    if (limit := proposed_limit(now, memory)) is not None:
        assert limit > timedelta()
        assert not limit % (5 * MINUTE)
