"""A site in one word: that all is well, or what is wrong or was done."""

from enum import StrEnum

from ...engines.farm import MachineState, Phase
from .data import FarmData


class SiteStatus(StrEnum):
    """What to know first, the most urgent first."""

    EMERGENCY_STOP = "emergency_stop"
    STOPPING = "stopping"
    """The interlock puts machines down."""
    STOPPED = "stopped"
    """The interlock keeps machines down."""
    RETURNING = "returning"
    BLIND = "blind"
    """A container is not seen."""
    ATTENTION = "attention"
    """Machines or containers have trouble; nothing was stopped for it."""
    WARNED = "warned"
    """Something is wrong with the cooling that stops nothing yet."""
    BYPASSED = "bypassed"
    CURTAILED = "curtailed"
    REHEARSING = "rehearsing"
    """The interlock would stop nothing."""
    OK = "ok"


OF_PHASE = {
    Phase.STOPPING: SiteStatus.STOPPING,
    Phase.COOLING_DOWN: SiteStatus.STOPPED,
    Phase.STOPPED: SiteStatus.STOPPED,
    Phase.RETURNING: SiteStatus.RETURNING,
    Phase.BLIND: SiteStatus.BLIND,
    Phase.WARNED: SiteStatus.WARNED,
}
TROUBLE = (
    MachineState.DEGRADED,
    MachineState.FAULT,
    MachineState.IDLE,
    MachineState.OFFLINE,
)
URGENT = ("critical", "high")


def in_trouble(data: FarmData) -> int:
    """Return how many have trouble of their own, did not start or draw too little."""
    states = data.totals.by_state
    own = sum(states.get(each, 0) for each in TROUBLE)
    return own + data.not_started + data.not_set_back


def status_of(data: FarmData) -> SiteStatus | None:
    """Return what to know first; None while nothing is known of any machine."""
    found = [OF_PHASE[each.phase] for each in data.groups if each.phase in OF_PHASE]
    if data.stop is not None:
        found.append(SiteStatus.EMERGENCY_STOP)
    containers = data.containers
    if in_trouble(data) or containers.silent or containers.worst_severity in URGENT:
        found.append(SiteStatus.ATTENTION)
    if any(each.bypassed for each in data.groups):
        found.append(SiteStatus.BYPASSED)
    if data.curtailments:
        found.append(SiteStatus.CURTAILED)
    if data.groups and not data.armed:
        found.append(SiteStatus.REHEARSING)
    if not found and _nothing_known(data):
        return None
    order = list(SiteStatus)
    return min(found, key=order.index, default=SiteStatus.OK)


def _nothing_known(data: FarmData) -> bool:
    unknown = data.totals.by_state.get(MachineState.UNKNOWN, 0)
    return 0 < unknown == data.totals.machines
