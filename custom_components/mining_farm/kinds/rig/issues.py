"""What a human has to look after, told under Repairs and withdrawn when it is over."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ...const import DOMAIN
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
    for key in (UNSTABLE, LEFT_OFF, PLUG_UNREACHABLE, POOL_GONE, ACCOUNT_UNKNOWN):
        ir.async_delete_issue(hass, DOMAIN, f"{key}_{entry_id}")


def _set(rig: RigCoordinator, key: str, *, on: bool, fixable: bool = False) -> None:
    issue_id = f"{key}_{rig.config_entry.entry_id}"
    if not on:
        ir.async_delete_issue(rig.hass, DOMAIN, issue_id)
        return
    data: dict[str, Any] = {"entry_id": rig.config_entry.entry_id}
    ir.async_create_issue(
        rig.hass,
        DOMAIN,
        issue_id,
        data=data,
        is_fixable=fixable,
        severity=ir.IssueSeverity.ERROR,
        translation_key=key,
        translation_placeholders={"name": rig.config_entry.title},
    )
