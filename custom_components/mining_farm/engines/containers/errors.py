"""Why a container could not be read or controlled; texts name host and port at most."""

from enum import StrEnum
from typing import ClassVar


class Failure(StrEnum):
    """What went wrong, as callers distinguish it."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNKNOWN_DEVICE = "unknown_device"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"
    OUT_OF_BOUNDS = "out_of_bounds"
    MINERS_HASHING = "miners_hashing"
    UNSUPPORTED = "unsupported"

    @property
    def nothing_sent(self) -> bool:
        """Return whether the command was refused here, before anything was sent."""
        return self in {
            Failure.OUT_OF_BOUNDS,
            Failure.MINERS_HASHING,
            Failure.UNSUPPORTED,
        }


class ContainerError(Exception):
    """A container could not be read or controlled."""

    failure: ClassVar[Failure]


class UnreachableError(ContainerError):
    """No whole answer came: refused, no route, no such name, or the connection broke."""

    failure = Failure.UNREACHABLE


class AnswerLostError(UnreachableError):
    """The connection broke before the whole answer: the request may have been done."""


class DeadlineError(AnswerLostError):
    """No whole answer came within the deadline."""

    failure = Failure.TIMEOUT


class UnknownDeviceError(ContainerError):
    """Something answers, but not as this maker's controller does."""

    failure = Failure.UNKNOWN_DEVICE


class RefusedError(ContainerError):
    """The controller answered that it did not do it."""

    failure = Failure.REFUSED


class ControllerFaultError(RefusedError):
    """The controller failed while it answered: the request may have been done."""


class UnconfirmedError(ContainerError):
    """A write was sent once, but no read-back showed its effect."""

    failure = Failure.UNCONFIRMED


class OutOfBoundsError(ContainerError):
    """A set point is no number, out of bounds or off the step; nothing was sent."""

    failure = Failure.OUT_OF_BOUNDS


class MinersHashingError(ContainerError):
    """Stopping was refused: miners hash, or that is unknown; nothing was written."""

    failure = Failure.MINERS_HASHING

    def __init__(self, message: str, hashrate: float | None) -> None:
        """Keep the total hashrate in TH/s beside the text; None where unknown."""
        super().__init__(message)
        self.hashrate = hashrate


class UnsupportedError(ContainerError):
    """The plant has no such command; nothing was sent."""

    failure = Failure.UNSUPPORTED
