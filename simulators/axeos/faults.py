"""What can go wrong between a client and the device, on command."""

from typing import override

from simulators.commands import command
from simulators.device import SimulatedDevice
from simulators.http import Wire


class Faults(SimulatedDevice[Wire]):
    """The faults of one device; they stay until `restore`."""

    def __init__(self, wire: Wire) -> None:
        """Begin without any."""
        super().__init__(wire)
        self._lag_s = 0.0

    @property
    @override
    def faults(self) -> frozenset[str]:
        """Commands whose effect lasts."""
        return super().faults | ({"delay"} if self._lag_s else set())

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
        """Do what a write asks for, and break the connection before the answer."""
        self._marks.add("drop_writes")

    @command
    def ignore_writes(self) -> None:
        """Answer that a write was done, and change nothing."""
        self._marks.add("ignore_writes")

    @command
    def error_in_ok(self) -> None:
        """Answer writes by HTTP 200 with an error in it, and change nothing."""
        self._marks.add("error_in_ok")

    @command
    def break_down(self) -> None:
        """Answer writes by HTTP 500, and change nothing."""
        self._marks.add("break_down")

    @command
    def lock(self) -> None:
        """Answer writes by HTTP 401, as to a caller that may only read."""
        self._marks.add("lock")

    @command
    def speak_html(self) -> None:
        """Answer reads by a web page."""
        self._marks.add("speak_html")

    @command
    def hide_options(self) -> None:
        """Close the connection in place of listing the options of the chip."""
        self._marks.add("hide_options")

    def _cure_all(self) -> None:
        self._lag_s = 0.0
        self._marks.clear()
