"""An outlet, whatever makes it, and everything that can be wrong with one."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletReading:
    """What an outlet reports at one moment; None for what it does not report."""

    on: bool
    watts: float | None
    """Power in W."""
    energy_kwh: float | None
    """Energy in kWh ever since its counter was last reset."""
    on_for: float | None = field(default=None, compare=False)
    """For how many s its relay has been closed."""


class Outlet(Protocol):
    """One relay that feeds one rig."""

    @property
    def id(self) -> str:
        """Identity that survives a new name and a new address."""

    @property
    def name(self) -> str:
        """Its name as last seen; empty when it has none."""

    async def async_read(self) -> OutletReading:
        """Return what is true now.

        Raises any OutletError except OutletNotConfirmedError.
        """

    async def async_turn_on(self) -> None:
        """Send the command once and return when a reading confirms it.

        Raises OutletNotConfirmedError when the command was sent and no reading confirmed
        it in time. After any other OutletError no command was sent.
        """

    async def async_turn_off(self) -> None:
        """Send the command once and return when a reading confirms it.

        Raises OutletNotConfirmedError when the command was sent and no reading confirmed
        it in time. After any other OutletError no command was sent.
        """

    async def async_close(self) -> None:
        """Let go of the connection; the outlet stays as it is."""


class OutletError(Exception):
    """An outlet could not be used."""


class OutletUnreachableError(OutletError):
    """No usable answer came in time."""


class OutletAuthError(OutletError):
    """The device wants credentials: there are none, or they are wrong."""


class OutletGoneError(OutletError):
    """Another device answers at the address, or the device has no such outlet any more."""


class OutletUnsupportedError(OutletError):
    """The device has no outlet to switch, or it has several and none was chosen."""


class OutletNotConfirmedError(OutletError):
    """A command was sent, and no reading confirmed it in time."""

    def __init__(self, message: str, *, seen_on: bool | None) -> None:
        """Keep the state last seen after the command, None if none was seen."""
        super().__init__(message)
        self.seen_on = seen_on
