"""What can go wrong in an auction, by who has to act."""

from enum import StrEnum


class AuctionError(Exception):
    """Anything that the auction engine refuses or could not do."""


class NumberError(AuctionError, ValueError):
    """A text is not a decimal of at most 18 places."""


class CommitmentError(AuctionError, ValueError):
    """Workers or prices make no valid commitment."""


class WorkersFileError(AuctionError, ValueError):
    """A workers file or its settings are not usable; has line and reason."""

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        """Name the reason and, where it is known, the line (from 1)."""
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.reason = reason
        self.line = line


class WalletError(AuctionError):
    """A hotkey's file cannot be used for signing."""


class EncryptedHotkeyError(WalletError):
    """A hotkey's file is encrypted: it must be stored without a password."""


class SigningPart(StrEnum):
    """A part of what is signed."""

    CALL = "call"
    """The numbers of pallet and call."""
    CONTENT = "content"
    ERA = "era"
    NONCE = "nonce"
    TIP = "tip"
    EXTENSIONS = "extensions"
    """What is signed besides the call is more, less or something else."""
    GENESIS = "genesis"


class UnsafeExtrinsicError(WalletError):
    """What a node has us sign is not what was meant: nothing was signed."""

    def __init__(self, reason: str, part: SigningPart = SigningPart.EXTENSIONS) -> None:
        """Name the first part that is not as it must be."""
        super().__init__(reason)
        self.part = part


class ChainError(AuctionError):
    """The chain gave no answer, or one that cannot be trusted. Never means "nothing there"."""


class ChainUnavailableError(ChainError):
    """No endpoint answers."""


class ExtrinsicRefusedError(ChainError):
    """The chain refused an extrinsic: it is not in a block."""


class ExtrinsicUnconfirmedError(ChainError):
    """An extrinsic was sent; whether it is in a block is not known."""


class AuctionUndefinedError(AuctionError):
    """The chain holds no mechanism share: no validator can hold this auction either."""


class SolverError(AuctionError):
    """No solver found the winners in time."""


class SolverEndedError(SolverError):
    """The solver's process has ended without an answer."""


class RoutingError(AuctionError):
    """A proxy's file is missing or not as documented; nothing was written."""


class JournalError(AuctionError):
    """The journal of publications cannot be read or written: nothing may be sent."""


class MetricsServerError(AuctionError):
    """The metrics cannot be served at the address that was asked for."""
