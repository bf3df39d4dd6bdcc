"""What the pages say, as a snapshot."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...capabilities import Capabilities, Command, Value
from ...identity import normalise_mac, normalise_model
from ...models import MinerSnapshot, MinerState
from ...values import count, text
from ..cgminer.parsing import parse_snapshot
from .dialects import NAMES, NORMAL, SLEEP, by_settings

type Page = dict[str, Any]

CAN_SLEEP = Capabilities(
    commands=(
        Command.PAUSE,
        Command.RESUME,
        Command.REBOOT,
        Command.LOCATE,
        Command.POOLS,
    )
)
ONLY_REBOOTS = Capabilities(commands=(Command.REBOOT,))
"""Firmware of the S9 and older: its configuration has no work mode."""


def capabilities_of(conf: Page) -> Capabilities:
    """Return what can be ordered with a configuration."""
    return ONLY_REBOOTS if by_settings(conf) is None else CAN_SLEEP


def mode_of(conf: Page) -> int | None:
    """Return the work mode of a configuration."""
    dialect = by_settings(conf)
    return None if dialect is None else count(conf[dialect.mode])


def settings_of(conf: Page, *, blinking: bool | None) -> Mapping[Command, Value]:
    """Return the set points: the level that it works at, and its LED."""
    settings: dict[Command, Value] = {}
    mode = mode_of(conf)
    if mode is not None and mode != SLEEP:
        settings[Command.LEVEL] = NAMES.get(mode, str(mode))
    if blinking is not None:
        settings[Command.LOCATE] = blinking
    return settings


def mode_by_name(name: object) -> int:
    """Return the work mode that was read under a name; the normal one of anything else."""
    by_name = {known: mode for mode, known in NAMES.items()}
    mode = by_name.get(str(name), count(name))
    return NORMAL if mode is None or mode == SLEEP else mode


def has_pools(conf: Page) -> bool:
    """Return whether a configuration names a pool: one without loses those there were."""
    pools = conf.get("pools")
    return isinstance(pools, list) and any(
        isinstance(pool, dict) and text(pool.get("url")) for pool in pools
    )


def rows_of(stats: Page) -> list[Page]:
    """Return the readings; none while it sleeps, and while it starts."""
    rows = stats.get("STATS")
    listed = rows if isinstance(rows, list) else [rows]
    return [row for row in listed if isinstance(row, dict) and row]


def is_asleep(conf: Page, stats: Page) -> bool:
    """Return whether it sleeps, by its configuration and by what it does."""
    rows = rows_of(stats)
    stopped = not rows or count(rows[0].get("miner-mode")) == SLEEP
    return mode_of(conf) == SLEEP and stopped


def elapsed_of(stats: Page) -> int | None:
    """Return for how long it has been mining, in seconds."""
    rows = rows_of(stats)
    return count(rows[0].get("elapsed")) if rows else None


def state_of(conf: Page, stats: Page) -> MinerState | None:
    """Return what it says that it is doing; None where its rate says it."""
    if is_asleep(conf, stats):
        return MinerState.PAUSED
    if mode_of(conf) == SLEEP:
        return MinerState.STOPPING
    return None if rows_of(stats) else MinerState.STARTING


def beside(
    system: Page, conf: Page, *, state: MinerState | None, blinking: bool | None
) -> MinerSnapshot:
    """Return what port 4028 does not tell."""
    return MinerSnapshot(
        model=normalise_model(system.get("minertype")),
        firmware=text(system.get("system_filesystem_version")),
        mac=normalise_mac(system.get("macaddr")),
        reported_state=state,
        capabilities=capabilities_of(conf),
        settings=settings_of(conf, blinking=blinking),
    )


def alone(stats: Page, known: MinerSnapshot) -> MinerSnapshot:
    """Return the readings of the pages, with what is known besides."""
    read = parse_snapshot({"stats": stats})
    stands = known.reported_state is MinerState.PAUSED or not rows_of(stats)
    return replace(
        read,
        model=known.model or read.model,
        firmware=read.firmware or known.firmware,
        mac=known.mac,
        # What lists no readings does not hash.
        hashrate_ghs=0.0 if stands else read.hashrate_ghs,
        reported_state=known.reported_state or read.reported_state,
        capabilities=known.capabilities,
        settings=known.settings,
        family=None,
    )
