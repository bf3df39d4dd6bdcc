"""What a miner's entry knows at one moment, as other entries see it."""

from datetime import datetime
from typing import Final

from ...common.members import MinerFacts
from ...engines.edge_collector import (
    BoardState,
    MinerProfile,
    MinerSnapshot,
    MinerState,
    failed_boards,
    is_starting,
)

HASHES_PER_GIGAHASH: Final = 1e9


def miner_facts(
    snapshot: MinerSnapshot | None,
    profile: MinerProfile,
    *,
    host: str,
    last_seen: datetime | None,
    identity_in_doubt: bool = False,
    off_since: datetime | None = None,
) -> MinerFacts:
    """Return the facts of a miner; without a snapshot it does not answer."""
    known = snapshot or MinerSnapshot()
    rate = known.hashrate_ghs
    failed = failed_boards(known, profile)
    lost = sum(state is BoardState.LOST for state in failed.values())
    return MinerFacts(
        fresh=snapshot is not None,
        seen=last_seen is not None,
        last_seen=last_seen,
        hashing=known.hashing,
        sleeping=known.sleeping,
        starting=is_starting(known),
        pool_lost=known.lost_pools,
        identity_in_doubt=identity_in_doubt,
        off_since=off_since,
        hashrate=None if rate is None else rate * HASHES_PER_GIGAHASH,
        power=known.power_w,
        hottest_chip=known.temp_chip_max,
        host=host,
        degraded=bool(failed),
        fault=known.reported_state is MinerState.FAULT,
        algorithm=profile.algorithm,
        boards_lost=lost if profile.boards and known.hashing else None,
        water_out=known.temp_water_out,
        uptime=known.uptime_s,
    )
