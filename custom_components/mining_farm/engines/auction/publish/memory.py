"""What upkeep must not forget when it is killed: a record of JSON types."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol, Self

from ..errors import JournalError


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An extrinsic that was about to be sent; whether it was, the chain will show."""

    cause: str
    payload: bytes
    head: int
    """The best block when it was written down."""
    expires: int | None = None
    """No block from this one on can hold it; None: not yet known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The chain's last word about a cause."""

    cause: str
    head: int
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepMemory:
    """Everything upkeep knows from before."""

    scope: str = ""
    """Chain, subnet and hotkey it belongs to: elsewhere it means nothing."""
    intent: Intent | None = None
    settled_at: int | None = None
    """The final block that settled the last one: older ones do not know."""
    refusal: Refusal | None = None
    forced_at: int | None = None
    """The best block when one was last sent only because it was forced."""

    def as_record(self) -> dict[str, Any]:
        """Return it in JSON types."""
        record = asdict(self)
        if self.intent is not None:
            record["intent"]["payload"] = self.intent.payload.hex()
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Return what as_record gave; JournalError for anything else."""
        try:
            intent, refusal = record["intent"], record["refusal"]
            if intent is not None:
                payload = bytes.fromhex(intent["payload"])
                intent = Intent(**{**intent, "payload": payload})
            memory = cls(
                scope=record["scope"],
                intent=intent,
                settled_at=record["settled_at"],
                refusal=None if refusal is None else Refusal(**refusal),
                # The first version did not keep it.
                forced_at=record.get("forced_at"),
            )
        except (KeyError, TypeError, ValueError) as err:
            raise JournalError("the journal of publications is damaged") from err
        match memory:
            case UpkeepMemory(
                scope=str(),
                intent=None | Intent(cause=str(), head=int(), expires=None | int()),
                settled_at=None | int(),
                refusal=None | Refusal(cause=str(), head=int(), times=int()),
                forced_at=None | int(),
            ):
                return memory
        raise JournalError("the journal of publications is damaged")


class UpkeepJournal(Protocol):
    """Keeps one record; what was saved is on the disk when save returns."""

    async def load(self) -> Mapping[str, Any] | None:
        """Return the record; None where none was ever saved; JournalError."""

    async def save(self, record: Mapping[str, Any]) -> None:
        """Replace the record; JournalError where it may not last."""
