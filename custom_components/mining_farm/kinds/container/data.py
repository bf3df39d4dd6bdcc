"""What is known of a container at one moment, and what of it other entries may know."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...common.members import AlarmFact, ContainerFacts
from ...engines.containers import (
    Alarm,
    ContainerMiner,
    MinerSummary,
    PlantReading,
    PlantTable,
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


def container_facts(
    table: PlantTable,
    data: ContainerData | None,
    hosts: frozenset[str],
    read_at: float | None,
) -> ContainerFacts:
    """Return the facts of a container; without data it does not answer."""
    if data is None:
        return ContainerFacts(
            fresh=False, miner_hosts=hosts, model=table.model, read_at=read_at
        )
    plant, alarms = data.plant, data.alarms
    supplies = [plant.values.get(key) for key in table.supply_temperatures]
    return ContainerFacts(
        fresh=True,
        miner_hosts=hosts,
        model=table.model,
        running=plant.running,
        connected=plant.connected,
        alarms=None
        if alarms is None
        else tuple(
            AlarmFact(key=each.key, name=each.name, severity=each.severity)
            for each in alarms
        ),
        bits=plant.alarm_states,
        numbers=plant.values,
        supply=max((each for each in supplies if each is not None), default=None),
        power=plant.total_power,
        read_at=read_at,
    )
