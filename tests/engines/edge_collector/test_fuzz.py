"""Two thousand mutated replies for each protocol: a reading or one error comes of each."""

import pytest

from .fuzzing import PROTOCOLS, async_fuzz

TRIALS = 2000


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_whatever_a_miner_replies_a_reading_or_one_error_comes_of_it(
    loopback: None, protocol: str
) -> None:
    """Nothing else leaves a driver or a writer, and no reading is out of bounds."""
    tally = await async_fuzz(protocol, TRIALS, seed=1)
    assert sum(tally.values()) == TRIALS
    assert tally["reading"] > 0
    assert len(tally) > 3
