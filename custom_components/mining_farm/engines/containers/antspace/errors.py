"""Why a container could not be read or steered; texts name host and port at most."""


class AntspaceError(Exception):
    """A container could not be read or steered."""


class UnreachableError(AntspaceError):
    """No whole answer came: refused, no route, no such name, or the line broke."""


class AnswerLostError(UnreachableError):
    """The line broke before the whole answer: what was asked may have been done."""


class DeadlineError(AnswerLostError):
    """No whole answer came within the deadline."""


class NotAntspaceError(AntspaceError):
    """Something answers, but not as an Antspace controller does."""


class RefusedError(AntspaceError):
    """The controller answered that it did not do it: `ok: false` or an HTTP error."""


class UnconfirmedError(AntspaceError):
    """A write was sent once, but no read-back showed its effect."""


class OutOfBoundsError(AntspaceError):
    """A set point is no number, out of bounds or off the step; nothing was sent."""


class MinersHashingError(AntspaceError):
    """Stopping was refused: miners hash, or nobody knows; nothing was written."""

    def __init__(self, message: str, hashrate: float | None) -> None:
        """Keep the total hashrate in TH/s beside the text; None where unknown."""
        super().__init__(message)
        self.hashrate = hashrate
