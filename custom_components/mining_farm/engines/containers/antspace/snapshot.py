"""Reads a whole container at once; what fails is missing and takes nothing with it."""

from datetime import datetime

from .client import AntspaceClient
from .errors import AntspaceError
from .models import MinerSummary, Snapshot
from .status import status_in_silence, status_of


async def take_snapshot(client: AntspaceClient, at: datetime) -> Snapshot:
    """Return the container as it is, as of a time; raises for no trouble of its own."""
    try:
        plant = await client.cooler_state()
    except AntspaceError as err:
        return Snapshot(
            at=at,
            status=status_in_silence(client.silent_for),
            plant=None,
            miners=None,
            failure=err,
        )
    miners: MinerSummary | None = None
    try:
        miners = await client.miner_info()
    except AntspaceError as err:
        failure: AntspaceError | None = err
    else:
        failure = None
    return Snapshot(
        at=at, status=status_of(plant), plant=plant, miners=miners, failure=failure
    )
