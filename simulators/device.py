"""One simulated device at an address of its own, and several that start together."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, Self, override

from .commands import Device, command

type Groups = Mapping[str, Mapping[str, Device]]
"""Devices by kind ("miners") and name."""


class Wire(Protocol):
    """The network side of a device."""

    host: str
    port: int

    def open(self) -> None:
        """Listen, if it does not yet."""

    def close(self) -> None:
        """Refuse connections and break those there are."""

    async def stop(self) -> None:
        """Close for good."""


@dataclass(slots=True)
class Traffic:
    """What clients did so far."""

    open: int = 0
    """Connections or requests that are not over."""
    most_open: int = 0

    @contextmanager
    def exchange(self) -> Iterator[None]:
        """Count one that is under way."""
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            yield
        finally:
            self.open -= 1


class Startable(ABC):
    """Started and stopped by hand, or by `async with`."""

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @abstractmethod
    async def start(self) -> None:
        """Begin."""

    @abstractmethod
    async def stop(self) -> None:
        """Free everything."""


class SimulatedDevice[W: Wire](Startable):
    """A device on a wire; its state outlives a stop and start."""

    def __init__(self, wire: W) -> None:
        """Be without faults."""
        self._wire = wire
        self._marks: set[str] = set()

    @override
    async def start(self) -> None:
        """Begin to listen."""
        self._listen()

    @override
    async def stop(self) -> None:
        """Free the port."""
        await self._wire.stop()

    @property
    def host(self) -> str:
        """Address that it listens on."""
        return self._wire.host

    @property
    def port(self) -> int:
        """Port that it listens on."""
        return self._wire.port

    @property
    def faults(self) -> frozenset[str]:
        """Commands whose effect lasts."""
        return frozenset(self._marks)

    def describe(self) -> dict[str, Any]:
        """Return its present state, fit for JSON."""
        return {"host": self.host, "port": self.port, "faults": sorted(self.faults)}

    @command
    def refuse(self) -> None:
        """Refuse connections while the device itself goes on."""
        self._marks.add("refuse")
        self._wire.close()

    def _listen(self) -> None:
        if "refuse" not in self._marks:
            self._wire.open()


class Part(Protocol):
    """What starts and stops with others."""

    async def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """Free everything."""


class Devices(Startable):
    """Devices that start together or not at all."""

    def __init__(self, groups: Groups) -> None:
        """Hold these devices."""
        self.groups = groups
        self._running = AsyncExitStack()

    @override
    async def start(self) -> None:
        """Start everything, or nothing."""
        async with AsyncExitStack() as starting:
            for part in self._parts():
                await part.start()
                starting.push_async_callback(part.stop)
            self._running = starting.pop_all()

    @override
    async def stop(self) -> None:
        """Stop everything, the last first."""
        await self._running.aclose()

    def _parts(self) -> Iterator[Part]:
        for devices in self.groups.values():
            yield from devices.values()
