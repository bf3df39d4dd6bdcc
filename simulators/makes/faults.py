"""What else can go wrong with makes that want a password, or report what they take."""

from simulators.commands import command
from simulators.device import Wire
from simulators.faults import OrderFaults


class Faults[W: Wire](OrderFaults[W]):
    """The faults of one device; they stay until `restore`."""

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
