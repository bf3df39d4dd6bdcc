"""What a maker of containers offers: who it is, its plants, and a client of each."""

from dataclasses import dataclass
from typing import Protocol

import aiohttp

from .models import MinerSummary, PlantReading, PressureUnit
from .rows import PlantTable


class Driver(Protocol):
    """A client of one container; every method raises a ContainerError for no answer.

    A write is sent once and never repeated, and its answer is no proof: commands.py
    reads the effect back. A reading has the model, also where none was given.
    """

    @property
    def address(self) -> str:
        """Return the address as texts show it."""

    @property
    def page(self) -> str | None:
        """Return the URL of the controller's own page; None where it has none."""

    @property
    def silent_for(self) -> float | None:
        """Return the seconds since the last good answer; None before the first."""

    async def read_plant(self, within: float | None = None) -> PlantReading:
        """Return the plant's state; `within` so many seconds where less than usual."""

    async def read_miners(self) -> MinerSummary:
        """Return what the controller knows of its miners."""

    async def start_cooling(self) -> None:
        """Start cooling."""

    async def stop_cooling(self) -> None:
        """Stop cooling, whatever the miners do."""

    async def reset_faults(self) -> None:
        """Clear latched faults."""

    async def set_temperature(self, celsius: float) -> None:
        """Hold a supply temperature in °C and end PID mode; bounds are the caller's."""

    async def set_pid(self) -> None:
        """Let the controller pick its target."""


class Connect(Protocol):
    """Builds a driver; nothing is sent."""

    def __call__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        port: int,
        *,
        model: str | None = None,
        pressure_unit: PressureUnit = PressureUnit.MPA,
    ) -> Driver:
        """Return a client of a plant; one without a model takes any of its maker's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """A maker of containers, as the registry lists it."""

    plants: tuple[PlantTable, ...]
    ports: tuple[int, ...]
    """Where its controllers usually listen, likeliest first."""
    connect: Connect
