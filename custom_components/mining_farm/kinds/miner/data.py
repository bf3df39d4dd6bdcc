"""What a miner's entry knows at one moment, as other entries see it."""

from datetime import datetime
from typing import Final

from ...common.members import MinerFacts
from ...engines.edge_collector import MinerSnapshot, is_starting

HASHES_PER_GIGAHASH: Final = 1e9


def miner_facts(
    snapshot: MinerSnapshot | None,
    *,
    last_seen: datetime | None,
    identity_in_doubt: bool = False,
) -> MinerFacts:
    """Return the facts of a miner; without a snapshot it does not answer."""
    known = snapshot or MinerSnapshot()
    rate = known.hashrate_ghs
    return MinerFacts(
        fresh=snapshot is not None,
        seen=last_seen is not None,
        last_seen=last_seen,
        hashing=known.hashing,
        sleeping=known.sleeping,
        starting=is_starting(known),
        pool_lost=known.lost_pools,
        identity_in_doubt=identity_in_doubt,
        hashrate=None if rate is None else rate * HASHES_PER_GIGAHASH,
        power=known.power_w,
        hottest_chip=known.temp_chip_max,
    )
