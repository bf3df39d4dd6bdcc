"""What can go wrong between a client and a miner that takes orders, on command."""

from typing import override

from simulators.commands import command
from simulators.device import SimulatedDevice, Wire


class OrderFaults[W: Wire](SimulatedDevice[W]):
    """The faults of one device; they stay until `restore`."""

    def __init__(self, wire: W) -> None:
        """Begin without any."""
        super().__init__(wire)
        self._lag_s = 0.0

    @property
    @override
    def faults(self) -> frozenset[str]:
        """Commands whose effect lasts."""
        return super().faults | ({"delay"} if self._lag_s else set())

    @command
    def restore(self) -> None:
        """Undo every fault."""
        self._lag_s = 0.0
        self._marks.clear()
        self._listen()

    @command
    def delay(self, seconds: float) -> None:
        """Answer that much later; what is asked is done at once."""
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self._lag_s = seconds

    @command
    def hang(self) -> None:
        """Accept requests, and do and answer nothing."""
        self._marks.add("hang")

    @command
    def drop_writes(self) -> None:
        """Do what an order asks for, and break the connection before the answer."""
        self._marks.add("drop_writes")

    @command
    def ignore_writes(self) -> None:
        """Answer that an order was done, and change nothing."""
        self._marks.add("ignore_writes")

    @command
    def error_in_ok(self) -> None:
        """Answer orders as if they were done, with an error in the text."""
        self._marks.add("error_in_ok")

    @command
    def break_down(self) -> None:
        """Answer orders by what is no answer, and change nothing."""
        self._marks.add("break_down")

    @command
    def lock(self) -> None:
        """Refuse orders as one that was set to be only read."""
        self._marks.add("lock")

    @command
    def speak_html(self) -> None:
        """Answer reads by a web page."""
        self._marks.add("speak_html")

    def has(self, fault: str) -> bool:
        """Return whether a fault lasts."""
        return fault in self._marks


PAGE = "<!DOCTYPE html><html><head><title>Welcome</title></head></html>"
