"""What simulated makes have in common: a machine, and what can go wrong beside it."""

from abc import abstractmethod
from typing import Any, override

from simulators.clock import Clock, SystemClock
from simulators.commands import command
from simulators.device import Wire
from simulators.faults import OrderFaults

from .machine import Machine


class Make[W: Wire](OrderFaults[W]):
    """A device at an address of its own; its state outlives a stop and start."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        clock: Clock | None = None,
        machine: Machine | None = None,
    ) -> None:
        """Be one side of a machine."""
        self.clock = clock or SystemClock()
        self.machine = machine or Machine(clock=self.clock)
        super().__init__(self.wire(host, port))

    @abstractmethod
    def wire(self, host: str, port: int) -> W:
        """Return what listens at its address."""

    @abstractmethod
    def written(self) -> list[str]:
        """Return the orders that it was sent, in a word each."""

    @override
    def describe(self) -> dict[str, Any]:
        """Return its present state, fit for JSON."""
        machine = self.machine
        return {
            **super().describe(),
            "paused": machine.paused,
            "power_target": machine.power_target,
            "level": machine.level,
            "writes": self.written(),
        }

    @command
    def forbid(self) -> None:
        """Report that no orders are taken, where the device can report that."""
        self._marks.add("forbid")

    @command
    def change_password(self) -> None:
        """Have another password than before."""
        self._marks.add("change_password")

    @command
    def old_firmware(self) -> None:
        """Lack what newer firmware of the same make has."""
        self._marks.add("old_firmware")
