"""The plain-text form of a reply: `STATUS=S,Code=70,..|STATS=0,ID=..,..|`."""

import re
from typing import Any

from ..errors import Failure, MinerError

# Neither pattern can fail at any place, so a megabyte of anything is scanned once.
_SECTION = re.compile(r"((?:[^|\\]++|\\.?)*+)(?:\||\Z)", re.DOTALL)
# Bitmain leaves commas in braces and Avalon in brackets, both unescaped:
# `chain_xtime6={X52=1,X54=1}`, `SYSTEMSTATU[Work: In Work, Hash Board: 2 ]`.
_FIELD = re.compile(
    r"((?:[^=,\\]|\\.?)*+)"
    r"(?:=((?:\{[^{}|]*+\}|\[[^\[\]|]*+\]|\\.?|[^,\\])*+))?+(?:,|\Z)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def decode_text_reply(text: str, command: str) -> dict[str, Any]:
    """Return a text reply in the shape of the JSON one, with every value as text.

    A joined command's reply (`CMD=stats|..|CMD=devs|..`) comes out joined as well.
    Raises MinerError when the closing `|` is missing: the reply was cut.
    """
    if not text.endswith("|"):
        raise MinerError(Failure.INVALID_REPLY, "the text reply is cut")
    reply: dict[str, Any] = {}
    joined: dict[str, Any] = {}
    name = command
    for section in _SECTION.findall(text):
        fields = _fields(section)
        if "CMD" in fields:
            name = fields["CMD"]
            reply = {}
            joined[name] = [reply]
        elif "STATUS" in fields and "STATUS" not in reply:
            reply["STATUS"] = [fields]
        elif fields:
            reply.setdefault(name.upper(), []).append(fields)
    return joined or reply


def _fields(section: str) -> dict[str, str]:
    """Return the key=value pairs of one section; a bare word (`SUMMARY`) is dropped."""
    return {
        _plain(match[1]): _plain(match[2])
        for match in _FIELD.finditer(section)
        if match[2] is not None and match[1]
    }


def _plain(text: str) -> str:
    """Return the text without its escapes."""
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text
