"""Which repairs follow from a decision about a rig, and from what it rested on."""

from datetime import datetime
from typing import Any, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ...const import CONF_MINER_ENTRY
from ...engines.restart import Decision, Policy, Reason, RigState
from . import issues
from .witnesses import RigWitnesses


class Judged(Protocol):
    """A rig, as its repairs need it."""

    hass: HomeAssistant
    config_entry: ConfigEntry[Any]
    policy: Policy
    witnesses: RigWitnesses

    @property
    def armed(self) -> bool:
        """Whether the power is really cut, or only rehearsed."""


@callback
def update_issues(rig: Judged, decision: Decision, now: datetime) -> None:
    """Raise and withdraw what is listed under Repairs."""
    hass, entry, witnesses = rig.hass, rig.config_entry, rig.witnesses
    memory, first, second = decision.memory, witnesses.first, witnesses.second
    outcome = None if first.report is None else first.report.outcome
    issues.update_memory(hass, entry, memory, now, ask_human=decision.ask_human)
    issues.update_limit(hass, entry, rig.policy, memory, now)
    issues.update_power_sensor(hass, entry, witnesses.silent_sensor(now))
    issues.update_miner(hass, entry, gone=rig.armed and _miner_is_gone(rig))
    elsewhere = decision.state is RigState.ELSEWHERE
    issues.update_elsewhere(hass, entry, elsewhere=elsewhere)
    newcomer = first.newcomer()
    other = newcomer if decision.reason is Reason.OTHER_WORKER else None
    issues.update_other_worker(hass, entry, other)
    issues.update_pool(hass, entry, outcome, first.silent_since, now)
    silent = None if second is None else second.silent_since
    issues.update_second_pool(hass, entry, silent, now)
    if memory.intent is None:
        issues.delete_left_off(hass, entry)


def _miner_is_gone(rig: Judged) -> bool:
    """Return whether a miner is linked that was deleted or disabled."""
    if (miner_entry := rig.config_entry.data.get(CONF_MINER_ENTRY)) is None:
        return False
    entry = rig.hass.config_entries.async_get_entry(miner_entry)
    return entry is None or entry.disabled_by is not None
