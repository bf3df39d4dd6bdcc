"""What other entries see of a miner."""

from datetime import UTC, datetime

import pytest

from custom_components.mining_farm.common.members import MinerFacts
from custom_components.mining_farm.engines.edge_collector import (
    Algorithm,
    BoardHealth,
    BoardStatus,
    MinerProfile,
    MinerSnapshot,
    MinerState,
)
from custom_components.mining_farm.kinds.miner.data import miner_facts

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def facts_of(
    reading: MinerSnapshot | None, profile: MinerProfile | None = None
) -> MinerFacts:
    """Return what others see of a miner with three boards that answers so."""
    profile = profile or MinerProfile(algorithm=Algorithm.SHA256, boards=(0, 1, 2))
    return miner_facts(reading, profile, host="10.0.0.1", last_seen=NOW)


@pytest.mark.parametrize("rate", [None, 0.0, 102000.0])
def test_a_paused_miner_reaches_its_rig_as_asleep(rate: float | None) -> None:
    """Whatever rate its firmware goes on stating, or none: that forbids a cut."""
    paused = MinerSnapshot(reported_state=MinerState.PAUSED, hashrate_ghs=rate)
    facts = facts_of(paused)
    assert (facts.fresh, facts.hashing, facts.sleeping) == (True, False, True)


@pytest.mark.parametrize(
    ("state", "sleeping", "starting"),
    [
        (MinerState.STOPPING, True, False),
        (MinerState.STARTING, False, True),
        (MinerState.FAULT, False, False),
        (MinerState.TUNING, False, False),
        (None, False, False),
    ],
)
def test_the_word_of_the_miner_reaches_its_rig(
    state: MinerState | None, *, sleeping: bool, starting: bool
) -> None:
    """A fault is no excuse for a miner that does not hash, and a start is for a while."""
    reading = MinerSnapshot(reported_state=state, hashrate_ghs=0.0, uptime_s=99999)
    facts = facts_of(reading)
    assert (facts.sleeping, facts.starting) == (sleeping, starting)


def test_a_miner_that_does_not_answer_is_not_asleep() -> None:
    """Nothing is known of it."""
    facts = facts_of(None)
    assert (facts.fresh, facts.hashing, facts.sleeping) == (False, None, False)


def test_lost_boards_are_counted_while_the_miner_hashes() -> None:
    """A miner that rests, or that has no boards, has none to count."""
    good = BoardStatus(id=0, status=BoardHealth.HEALTHY)
    bad = BoardStatus(id=1, status=BoardHealth.CRITICAL)
    hashing = MinerSnapshot(boards=(good, bad), hashrate_ghs=68000.0)
    facts = facts_of(hashing)
    assert (facts.boards_lost, facts.degraded) == (1, True)
    assert facts_of(MinerSnapshot(hashrate_ghs=0.0)).boards_lost is None
    assert facts_of(hashing, MinerProfile()).boards_lost is None
