"""All makers of containers: their plants by model, and who is at an address."""

from dataclasses import dataclass

import aiohttp

from .antspace import ANTSPACE
from .driver import Driver, Maker
from .errors import AnswerLostError, ContainerError, UnreachableError
from .models import PlantReading, PressureUnit
from .rows import PlantTable

MAKERS: tuple[Maker, ...] = (ANTSPACE,)
"""In the order in which an address is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A container that answered."""

    host: str
    port: int
    table: PlantTable
    reading: PlantReading


def plant(model: str) -> PlantTable:
    """Return a plant by its model; KeyError where no maker has it."""
    return _find_model(model)[1]


def connect(
    session: aiohttp.ClientSession,
    host: str,
    port: int,
    *,
    model: str,
    pressure_unit: PressureUnit = PressureUnit.MPA,
) -> Driver:
    """Return a client of a known model; KeyError where no maker has it."""
    maker, _ = _find_model(model)
    return maker.connect(session, host, port, model=model, pressure_unit=pressure_unit)


def _find_model(model: str) -> tuple[Maker, PlantTable]:
    for maker in MAKERS:
        for table in maker.plants:
            if table.model == model:
                return maker, table
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
                table = plant(reading.model)
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
