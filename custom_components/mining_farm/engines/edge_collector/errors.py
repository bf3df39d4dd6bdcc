"""Why a miner could not be read."""

from enum import StrEnum


class Failure(StrEnum):
    """The kinds of failure that call for different action by the user."""

    REFUSED = "refused"
    """Nothing listens: API off, miner rebooting, or mining process restarting."""
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    """No route, or the name does not resolve."""
    DENIED = "denied"
    """Closed without a byte, or code 45: this address is not on the miner's allow list."""
    NOT_CGMINER = "not_cgminer"
    """Something answers, but not with the CGMiner API."""
    INVALID_REPLY = "invalid_reply"
    """Truncated, oversized or malformed beyond repair."""
    UNKNOWN_COMMAND = "unknown_command"
    """Code 14: this firmware has no such command."""
    COMMAND_FAILED = "command_failed"
    """STATUS E or F with any other code."""
    AUTH_FAILED = "auth_failed"
    """It reads nothing without a password, or not with this one."""
    ANOTHER_MINER = "another_miner"
    """Another one than the account is for answers; nothing was sent to it."""


class MinerError(Exception):
    """A miner could not be read; `failure` says in which way."""

    def __init__(self, failure: Failure, message: str) -> None:
        """Keep the kind of failure beside the text."""
        super().__init__(message)
        self.failure = failure
