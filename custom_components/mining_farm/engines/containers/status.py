"""What a container does as a whole, by its pumps and its alarms (MiningOS's rule)."""

from collections.abc import Iterable

from .models import PlantReading, Status
from .rows import PlantTable

ONLINE_WINDOW = 30.0
"""Seconds after a good answer in which a failed read is an error, not yet offline."""


def status_of(
    table: PlantTable, reading: PlantReading, lasting: Iterable[str] = ()
) -> Status | None:
    """Return the status that a reading shows; None where its pumps are unknown.

    `lasting` are alarms that were on and that no reading has reported off since.
    """
    on = reading.alarms.union(lasting)
    if any(kind.is_fault and kind.key in on for kind in table.alarms):
        return Status.ERROR
    match reading.running:
        case True:
            return Status.RUNNING
        case False:
            return Status.STOPPED
        case None:
            return None


def status_in_silence(silent_for: float | None) -> Status:
    """Return the status after a failed read, by the seconds since a good answer."""
    if silent_for is not None and silent_for <= ONLINE_WINDOW:
        return Status.ERROR
    return Status.OFFLINE
