"""What a miner's entry knows at one moment, as other entries see it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ...common.members import MinerFacts
from ...engines.edge_collector import (
    BoardState,
    Capabilities,
    Command,
    MinerProfile,
    MinerSnapshot,
    MinerState,
    Value,
    failed_boards,
    is_starting,
)
from ...engines.farm import Setting

HASHES_PER_GIGAHASH: Final = 1e9


def miner_facts(
    snapshot: MinerSnapshot | None,
    profile: MinerProfile,
    *,
    host: str,
    last_seen: datetime | None,
    identity_in_doubt: bool = False,
    off_since: datetime | None = None,
    set_to: Setting | None = None,
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
        set_to=set_to,
    )


def power_setting(
    known: Capabilities, settings: Mapping[Command, Value]
) -> tuple[Command, Setting] | None:
    """Return what sets how much a miner draws, and to what it is set now.

    A target in W, else a level of which the W are known: one that is set by nothing that
    can be read could not be set back.
    """
    for command in (Command.POWER_TARGET, Command.LEVEL):
        value = settings.get(command)
        can = command in known.numbers or (
            command is Command.LEVEL and bool(known.level_watts)
        )
        if can and value is not None and not isinstance(value, bool):
            return command, value
    return None
