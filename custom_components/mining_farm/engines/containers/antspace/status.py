"""What a container does as a whole (MiningOS's rule and the alarms it leaves out)."""

from .models import PlantReading, Status
from .tables import TABLES

ONLINE_WINDOW = 30.0
"""A controller that answered so many seconds ago or less is in trouble, not away."""


def status_of(reading: PlantReading) -> Status | None:
    """Return the status that a reading shows; None where its pumps are unknown."""
    on = reading.alarms
    if any(kind.is_fault and kind.key in on for kind in TABLES[reading.model].alarms):
        return Status.ERROR
    match reading.running:
        case True:
            return Status.RUNNING
        case False:
            return Status.STOPPED
        case None:
            return None


def status_in_silence(silent_for: float | None) -> Status:
    """Return the status after a read failed, so many seconds after a good answer."""
    if silent_for is not None and silent_for <= ONLINE_WINDOW:
        return Status.ERROR
    return Status.OFFLINE
