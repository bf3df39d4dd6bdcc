"""Repair issues of a rig, created and deleted as its condition changes."""

from datetime import datetime, timedelta
import math
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ...common.issues import raise_issue, raise_notice, withdraw_issues
from ...engines.pools import POOLS, Outcome, Service, WorkerReport, successors
from ...engines.restart import Memory, Policy, proposed_limit, usual_gap
from .stored import account_of

UNSTABLE = "rig_unstable"
NOT_HELPED = "rig_not_helped"
LEFT_OFF = "rig_left_off"
DISABLED_OFF = "rig_disabled_off"
REMOVED_OFF = "rig_removed_off"
FOUND_OFF = "rig_found_off"
PLUG_DISOBEYS = "rig_plug_disobeys"
OTHER_WORKER = "rig_other_worker"
MINER_GONE = "rig_miner_gone"
PLUG_UNREACHABLE = "rig_plug_unreachable"
POOL_GONE = "rig_pool_gone"
SECOND_POOL_GONE = "rig_second_pool_gone"
POOL_CLOSED = "rig_pool_closed"
ACCOUNT_UNKNOWN = "rig_account_unknown"
RECORD = "rig_record"
HASHES_ELSEWHERE = "rig_hashes_elsewhere"
SHORT_LIMIT = "rig_short_limit"
POWER_SENSOR_GONE = "rig_power_sensor_gone"

PLUG_PATIENCE = timedelta(minutes=30)
POOL_PATIENCE = timedelta(hours=24)


@callback
def update_memory(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    memory: Memory,
    now: datetime,
    *,
    ask_human: bool = False,
) -> None:
    """Create and delete the issues that follow from what is remembered of a rig."""
    _set(hass, entry, FOUND_OFF, on=ask_human, fixable=True)
    given_up = memory.unstable or (memory.lost and not ask_human)
    _set(hass, entry, UNSTABLE, on=given_up, fixable=True)
    not_helped = memory.handed_over and not given_up
    _set(hass, entry, NOT_HELPED, on=not_helped, fixable=True)
    disobeys = memory.disobeyed_since is not None or memory.disagreed
    _set(hass, entry, PLUG_DISOBEYS, on=disobeys)
    failed_since = memory.plug_failed_since
    _set(hass, entry, PLUG_UNREACHABLE, on=_lasts(failed_since, PLUG_PATIENCE, now=now))


@callback
def update_other_worker(
    hass: HomeAssistant, entry: ConfigEntry[Any], newcomer: WorkerReport | None
) -> None:
    """Report which worker appeared as the rig's own fell silent."""
    if newcomer is None:
        withdraw_issues(hass, entry.entry_id, (OTHER_WORKER,))
        return
    # A name may begin with the wallet.
    worker = newcomer.name.rpartition(".")[2]
    raise_issue(hass, entry, OTHER_WORKER, worker=worker)


@callback
def update_pool(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    outcome: Outcome | None,
    silent_since: datetime | None,
    now: datetime,
) -> None:
    """Create and delete the issues that follow from the answers of a pool."""
    closed = _update_closed_pool(hass, entry)
    unknown = outcome is Outcome.ACCOUNT_UNKNOWN and not closed
    _set(hass, entry, ACCOUNT_UNKNOWN, on=unknown)
    _set(hass, entry, POOL_GONE, on=_lasts(silent_since, POOL_PATIENCE, now=now))


def _update_closed_pool(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
    """Offer other pools where the rig's has closed and no server stands in for it."""
    account = account_of(entry.data)
    dialect = POOLS[account.pool]
    closed = dialect.service is Service.CLOSED and not account.base_url
    if closed:
        others = ", ".join(sorted(each.name for each in successors(account.coin)))
        raise_issue(hass, entry, POOL_CLOSED, pool=dialect.name, others=others)
    else:
        withdraw_issues(hass, entry.entry_id, (POOL_CLOSED,))
    return closed


@callback
def update_second_pool(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    silent_since: datetime | None,
    now: datetime,
) -> None:
    """Report a second pool that is gone; an account that it does not know is not used."""
    gone = _lasts(silent_since, POOL_PATIENCE, now=now)
    _set(hass, entry, SECOND_POOL_GONE, on=gone)


@callback
def update_miner(hass: HomeAssistant, entry: ConfigEntry[Any], *, gone: bool) -> None:
    """Report that the linked miner of an armed rig is deleted or disabled."""
    _set(hass, entry, MINER_GONE, on=gone)


@callback
def update_elsewhere(
    hass: HomeAssistant, entry: ConfigEntry[Any], *, elsewhere: bool
) -> None:
    """Report a miner that hashes while its pool account sees nothing."""
    _set(hass, entry, HASHES_ELSEWHERE, on=elsewhere)


@callback
def update_limit(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    policy: Policy,
    memory: Memory,
    now: datetime,
) -> None:
    """Propose a longer limit where the rig's usual gaps between shares ask for one."""
    usual, proposed = usual_gap(now, memory), proposed_limit(now, memory)
    if usual is None or proposed is None or proposed <= policy.time_until_offline:
        withdraw_issues(hass, entry.entry_id, (SHORT_LIMIT,))
        return
    raise_issue(
        hass,
        entry,
        SHORT_LIMIT,
        usual=_minutes(usual),
        proposed=_minutes(proposed),
        limit=_minutes(policy.time_until_offline),
    )


def _minutes(time: timedelta) -> str:
    return str(math.ceil(time / timedelta(minutes=1)))


@callback
def update_power_sensor(
    hass: HomeAssistant, entry: ConfigEntry[Any], gone: str | None
) -> None:
    """Report a power sensor that reports nothing any more, with its entity id."""
    if gone is None:
        withdraw_issues(hass, entry.entry_id, (POWER_SENSOR_GONE,))
    else:
        raise_issue(hass, entry, POWER_SENSOR_GONE, sensor=gone)


@callback
def create_record(hass: HomeAssistant, entry: ConfigEntry[Any], file: str) -> None:
    """Say where a rig's memory was set aside that could not be read."""
    raise_notice(hass, entry, RECORD, severity=ir.IssueSeverity.ERROR, file=file)


@callback
def create_left_off(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Report that a rig is without power because of us."""
    _set(hass, entry, DISABLED_OFF, on=False)
    _set(hass, entry, LEFT_OFF, on=True)


@callback
def create_disabled_off(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Ask about a rig that was disabled while its power was off because of us."""
    _set(hass, entry, LEFT_OFF, on=False)
    _set(hass, entry, DISABLED_OFF, on=True, fixable=True)


@callback
def create_removed_off(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Report a rig that was removed and is without power because of us."""
    raise_notice(hass, entry, REMOVED_OFF, severity=ir.IssueSeverity.ERROR)


@callback
def delete_left_off(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Delete it once the outlet is on again."""
    _set(hass, entry, DISABLED_OFF, on=False)
    _set(hass, entry, LEFT_OFF, on=False)


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Delete every issue of a rig that is removed."""
    keys = (
        UNSTABLE,
        NOT_HELPED,
        FOUND_OFF,
        LEFT_OFF,
        DISABLED_OFF,
        PLUG_UNREACHABLE,
        PLUG_DISOBEYS,
        OTHER_WORKER,
        MINER_GONE,
        POOL_GONE,
        SECOND_POOL_GONE,
        POOL_CLOSED,
        ACCOUNT_UNKNOWN,
        RECORD,
        HASHES_ELSEWHERE,
        SHORT_LIMIT,
        POWER_SENSOR_GONE,
    )
    withdraw_issues(hass, entry_id, keys)


def _lasts(since: datetime | None, patience: timedelta, *, now: datetime) -> bool:
    return since is not None and now - since >= patience


def _set(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    key: str,
    *,
    on: bool,
    fixable: bool = False,
) -> None:
    if on:
        raise_issue(hass, entry, key, fixable=fixable)
    else:
        withdraw_issues(hass, entry.entry_id, (key,))
