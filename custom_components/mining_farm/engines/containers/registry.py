"""All makers of containers: their plants by model, and who is at an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import aiohttp

from .antspace import ANTSPACE
from .driver import Driver, Maker
from .errors import AnswerLostError, ContainerError, UnreachableError
from .models import PlantReading, PressureUnit
from .rows import PlantTable

MAKERS: tuple[Maker, ...] = (ANTSPACE,)
"""In the order in which an address is tried."""

PLANTS: Mapping[str, PlantTable] = MappingProxyType(
    {table.model: table for maker in MAKERS for table in maker.plants}
)
"""Every plant by its model, which is unique over all makers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A container that answered."""

    host: str
    port: int
    table: PlantTable
    reading: PlantReading


def connect(
    session: aiohttp.ClientSession,
    host: str,
    port: int,
    *,
    model: str,
    pressure_unit: PressureUnit = PressureUnit.MPA,
) -> Driver:
    """Return a client of a known model; KeyError where no maker has it."""
    for maker in MAKERS:
        if any(table.model == model for table in maker.plants):
            return maker.connect(
                session, host, port, model=model, pressure_unit=pressure_unit
            )
    raise KeyError(model)


async def find(session: aiohttp.ClientSession, host: str, port: int | None) -> Found:
    """Return the container at an address, on a maker's usual ports where none is given.

    Only reads are sent. Of all that failed, the error that says most is raised.
    """
    failures: list[ContainerError] = []
    for maker in MAKERS:
        for tried in maker.ports if port is None else (port,):
            try:
                reading = await maker.connect(session, host, tried).read_plant()
            except ContainerError as err:
                failures.append(err)
            else:
                table = PLANTS[reading.model]
                return Found(host=host, port=tried, table=table, reading=reading)
    raise max(failures, key=_evidence)


def _evidence(err: ContainerError) -> int:
    """Return how much an error says about what is there, 0 for nothing at all."""
    match err:
        case AnswerLostError():
            return 1
        case UnreachableError():
            return 0
        case _:
            return 2
