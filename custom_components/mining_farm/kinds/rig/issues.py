"""What a human has to look after, told under Repairs and withdrawn when it is over."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback

from ...common.issues import raise_issue, withdraw_issues
from ...engines.pools import Outcome
from ...engines.restart import Memory

if TYPE_CHECKING:
    from .coordinator import RigCoordinator

UNSTABLE = "rig_unstable"
LEFT_OFF = "rig_left_off"
PLUG_UNREACHABLE = "rig_plug_unreachable"
POOL_GONE = "rig_pool_gone"
ACCOUNT_UNKNOWN = "rig_account_unknown"

PLUG_PATIENCE = timedelta(minutes=30)
POOL_PATIENCE = timedelta(hours=24)


@callback
def update(rig: RigCoordinator, memory: Memory, now: datetime) -> None:
    """Raise and withdraw the issues that follow from what is known."""
    _set(rig, UNSTABLE, on=memory.unstable, fixable=True)
    _set(
        rig,
        PLUG_UNREACHABLE,
        on=memory.plug_failed_since is not None
        and now - memory.plug_failed_since >= PLUG_PATIENCE,
    )
    if memory.intent is None and not rig.power.busy:
        delete_left_off(rig)
    report = rig.witnesses.report
    outcome = None if report is None else report.outcome
    _set(rig, ACCOUNT_UNKNOWN, on=outcome is Outcome.ACCOUNT_UNKNOWN)
    silent_since = rig.witnesses.pool_silent_since
    _set(
        rig,
        POOL_GONE,
        on=silent_since is not None and now - silent_since >= POOL_PATIENCE,
    )


@callback
def create_left_off(rig: RigCoordinator) -> None:
    """Tell at once that a rig is without power because of us."""
    _set(rig, LEFT_OFF, on=True)


@callback
def delete_left_off(rig: RigCoordinator) -> None:
    """Withdraw it once the outlet is on again."""
    _set(rig, LEFT_OFF, on=False)


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw everything about a rig that is removed."""
    keys = (UNSTABLE, LEFT_OFF, PLUG_UNREACHABLE, POOL_GONE, ACCOUNT_UNKNOWN)
    withdraw_issues(hass, entry_id, keys)


def _set(rig: RigCoordinator, key: str, *, on: bool, fixable: bool = False) -> None:
    entry = rig.config_entry
    if on:
        raise_issue(rig.hass, entry, key, fixable=fixable)
    else:
        withdraw_issues(rig.hass, entry.entry_id, (key,))
