"""Reads a whole container at once; what fails is missing and takes nothing with it."""

from datetime import datetime

from .driver import Driver
from .errors import ContainerError
from .models import MinerSummary, Snapshot
from .rows import PlantTable
from .status import status_in_silence, status_of


async def take_snapshot(table: PlantTable, driver: Driver, at: datetime) -> Snapshot:
    """Return the container's state, as of a time; a failed read is part of it."""
    try:
        plant = await driver.read_plant()
    except ContainerError as err:
        return Snapshot(
            at=at,
            status=status_in_silence(driver.silent_for),
            plant=None,
            miners=None,
            failure=err,
        )
    miners: MinerSummary | None = None
    try:
        # MiningOS drops the whole snapshot where only this fails; no leak may wait for it.
        miners = await driver.read_miners()
    except ContainerError as err:
        failure: ContainerError | None = err
    else:
        failure = None
    return Snapshot(
        at=at,
        status=status_of(table, plant),
        plant=plant,
        miners=miners,
        failure=failure,
    )
