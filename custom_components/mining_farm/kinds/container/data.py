"""What is known of a container at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...engines.containers import (
    Alarm,
    ContainerMiner,
    MinerSummary,
    PlantReading,
    Status,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerData:
    """The last good reading of a container."""

    status: Status | None
    plant: PlantReading
    miners: MinerSummary | None
    """None where only this could not be read."""
    miners_by_ip: Mapping[str, ContainerMiner]
    alarms: tuple[Alarm, ...] | None
    """Those that are on, worst first; None where the plant reports no alarm either way."""
