"""From the bytes of a reply to its dictionary, and what its STATUS says."""

from collections.abc import Mapping
from json import JSONDecoder
from typing import Any, NamedTuple

from ..errors import Failure, MinerError
from ..values import text
from .bounds import refuse_deep
from .json_repair import repair_json
from .text_replies import decode_text_reply

REPEATED = "[]"
"""Suffix of the key that holds all values, in order, of a key that came repeatedly."""


_SECTIONS = frozenset(
    {"STATS", "DEVS", "SUMMARY", "POOLS", "VERSION", "TEMPS", "FANS", "DEVDETAILS"}
)


class ReplyStatus(NamedTuple):
    """What a reply says of itself; the letter is empty where it says nothing."""

    letter: str
    """S ok, I info, W warning, E error, F fatal."""
    code: int | None
    message: str
    description: str
    """Name and version of the mining software."""


def decode_reply(raw: bytes, command: str) -> dict[str, Any]:
    """Return the reply to a command, JSON or text, mended where firmware breaks it.

    Of a key that comes repeatedly the last value counts, as in JSON; all of them stand
    under the key + "[]" (Hammer D10 prints `temp1` once per sensor).
    Raises MinerError: NOT_CGMINER for another protocol, INVALID_REPLY for a reply that
    is cut, nested beyond MAX_DEPTH or broken beyond repair.
    """
    if not raw:
        raise MinerError(
            Failure.DENIED, "the miner closed the connection without a byte"
        )
    # A leading comma, and a second reply behind the NUL as from a Whatsminer whose
    # btminer restarts, are known from public clients.
    data = raw.lstrip(b"\0 \t\r\n,").partition(b"\0")[0]
    if data.startswith(b"{"):
        return _decode_json(data)
    reply = data.decode(errors="replace")
    if reply.startswith(("STATUS=", "CMD=")):
        return decode_text_reply(reply.rstrip(), command)
    if not reply:
        raise MinerError(Failure.INVALID_REPLY, "the reply is empty")
    raise MinerError(
        Failure.NOT_CGMINER, f"no reply of the CGMiner API: {reply[:40]!r}"
    )


def split_joined(reply: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the replies in a joined or array reply, by command; else nothing.

    Joined (`a+b`) replies stand in lists of one, those of an array command do not.
    """
    replies: dict[str, dict[str, Any]] = {}
    for command, member in reply.items():
        match member:
            case [{"STATUS": _} as inner, *_] | ({"STATUS": _} as inner):
                replies[command] = inner
    # The STATUS of a single reply is an object with a STATUS in it, too.
    return {} if "STATUS" in reply else replies


def reply_status(reply: Mapping[str, Any]) -> ReplyStatus:
    """Return the STATUS of a reply.

    A list of one on most firmware, an object in Bitmain's new API, and on Whatsminer a
    letter with its fields beside it.
    """
    match reply.get("STATUS"):
        case [Mapping() as status, *_]:
            pass
        case Mapping() as status:
            pass
        case _:
            status = reply
    letter = status.get("STATUS")
    return ReplyStatus(
        letter=letter.strip().upper()[:1] if isinstance(letter, str) else "",
        code=_code(status.get("Code")),
        message=text(status.get("Msg")) or "",
        description=text(status.get("Description")) or "",
    )


def raise_for_status(reply: Mapping[str, Any]) -> None:
    """Raise MinerError when the miner answers that it will not or cannot.

    Decided by the letter, as codes differ. A joined reply passes: its members
    have a STATUS each. Without STATUS and without any section that a command brings it
    is another program's JSON: NOT_CGMINER.
    """
    match reply.get("STATUS"):
        case [{"STATUS": "S"}]:
            return
    status = reply_status(reply)
    if status.letter in ("S", "I", "W") or split_joined(reply):
        return
    said = f"{status.message} (code {status.code})"
    if not status.letter:
        if not _SECTIONS.isdisjoint(reply):
            return
        raise MinerError(Failure.NOT_CGMINER, "the reply has no STATUS")
    if status.code == 45:
        raise MinerError(Failure.DENIED, said)
    # VNish gives code 0 to a command that it does not know.
    if status.code == 14 or "invalid command" in status.message.lower():
        raise MinerError(Failure.UNKNOWN_COMMAND, said)
    raise MinerError(Failure.COMMAND_FAILED, said)


def _decode_json(data: bytes) -> dict[str, Any]:
    """Return the first complete document, as it is or else mended."""
    reply: dict[str, Any]
    refuse_deep(data)
    document = data.decode(errors="replace")
    try:
        try:
            reply = _DECODER.raw_decode(document)[0]
        except ValueError:
            reply = _DECODER.raw_decode(repair_json(document))[0]
    except (ValueError, RecursionError) as err:
        raise MinerError(
            Failure.INVALID_REPLY, f"cut or broken beyond repair: {err}"
        ) from None
    return reply


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of the reply with repeated keys kept."""
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    values: dict[str, list[Any]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return result | {
        key + REPEATED: several for key, several in values.items() if len(several) > 1
    }


# Not strict: StrongU passes raw control characters through. NaN and Infinity are null.
_DECODER = JSONDecoder(
    object_pairs_hook=_object, parse_constant=lambda _: None, strict=False
)


def _code(value: object) -> int | None:
    """Return the number of a STATUS; text replies and some firmware quote it."""
    match value:
        case bool():
            return None
        case int():
            return value
        case str() if value.isdecimal() and len(value) < 10:
            return int(value)
        case _:
            return None
