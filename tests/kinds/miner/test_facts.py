"""What other entries see of a miner."""

from datetime import UTC, datetime

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    MinerSnapshot,
    MinerState,
)
from custom_components.mining_farm.kinds.miner.data import miner_facts

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.mark.parametrize("rate", [None, 0.0, 102000.0])
def test_a_paused_miner_reaches_its_rig_as_asleep(rate: float | None) -> None:
    """Whatever rate its firmware goes on stating, or none: that forbids a cut."""
    paused = MinerSnapshot(reported_state=MinerState.PAUSED, hashrate_ghs=rate)
    facts = miner_facts(paused, last_seen=NOW)
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
    facts = miner_facts(reading, last_seen=NOW)
    assert (facts.sleeping, facts.starting) == (sleeping, starting)


def test_a_miner_that_does_not_answer_is_not_asleep() -> None:
    """Nothing is known of it."""
    facts = miner_facts(None, last_seen=NOW)
    assert (facts.fresh, facts.hashing, facts.sleeping) == (False, None, False)
