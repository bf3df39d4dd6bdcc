"""How much of a reply is read, whatever the protocol: one bad device costs itself only."""

from itertools import accumulate
import json
import re
from typing import Any

from ..errors import Failure, MinerError

MAX_BYTES = 1 << 18
"""Of the largest reply that is read; real ones end below 50 kB."""
MAX_VALUES = 4096
"""In the widest reply that is read; real ones end at 500."""
MAX_DEPTH = 32
"""Nesting of the deepest reply that is read; real ones end at 6."""

# Each value in JSON or text comes behind one of these; so do some texts' own characters.
_BEFORE_VALUES = (b",", b"[", b"{", b"|")
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def refuse_large(size: int) -> None:
    """Raise MinerError for a reply of more bytes than any miner sends."""
    if size > MAX_BYTES:
        raise MinerError(
            Failure.INVALID_REPLY, f"the reply is longer than {MAX_BYTES} bytes"
        )


def refuse_wide(data: bytes | bytearray) -> None:
    """Raise MinerError for a reply of more values than any miner has, before it is read."""
    # So many values take as many bytes at least.
    if len(data) <= MAX_VALUES:
        return
    if sum(data.count(mark) for mark in _BEFORE_VALUES) > MAX_VALUES:
        raise MinerError(
            Failure.INVALID_REPLY, f"the reply has more than {MAX_VALUES} values"
        )


def refuse_deep(data: bytes | bytearray) -> None:
    """Raise MinerError for JSON nested deeper than any miner's, before it is read."""
    if data.count(b"{") + data.count(b"[") <= MAX_DEPTH:
        return
    # Brackets in texts are no nesting, but looking for texts is the slower way.
    if _depth(data) > MAX_DEPTH and _depth(_TEXT.sub(b"", data)) > MAX_DEPTH:
        raise MinerError(Failure.INVALID_REPLY, "the reply is nested too deeply")


def _depth(data: bytes | bytearray) -> int:
    steps = (1 if each in b"[{" else -1 for each in data.translate(None, _NO_BRACKETS))
    return max(accumulate(steps), default=0)


def load_json(data: bytes | str) -> Any:  # noqa: ANN401  As json.loads
    """Return JSON of bounded width and depth; ValueError for anything else."""
    try:
        raw = data.encode() if isinstance(data, str) else data
        refuse_wide(raw)
        refuse_deep(raw)
        return json.loads(data)
    except (MinerError, RecursionError) as err:
        raise ValueError(str(err)) from err
