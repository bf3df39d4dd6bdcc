"""How much of a reply is read, whatever the protocol: one bad device costs itself only."""

import json
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


def refuse_large(size: int) -> None:
    """Raise MinerError for a reply of more bytes than any miner sends."""
    if size > MAX_BYTES:
        raise MinerError(
            Failure.INVALID_REPLY, f"the reply is longer than {MAX_BYTES} bytes"
        )


def refuse_wide(data: bytes | bytearray) -> None:
    """Raise MinerError for a reply of more values than any miner has, before it is read."""
    if sum(data.count(mark) for mark in _BEFORE_VALUES) > MAX_VALUES:
        raise MinerError(
            Failure.INVALID_REPLY, f"the reply has more than {MAX_VALUES} values"
        )


def refuse_deep(reply: object) -> None:
    """Raise MinerError when JSON nests deeper than MAX_DEPTH."""
    level: list[Any] = [reply]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise MinerError(Failure.INVALID_REPLY, "the reply is nested too deeply")


def load_json(data: bytes | str) -> Any:  # noqa: ANN401  As json.loads
    """Return JSON of bounded width and depth; ValueError for anything else."""
    try:
        refuse_wide(data.encode() if isinstance(data, str) else data)
        loaded = json.loads(data)
        if isinstance(loaded, dict | list):
            refuse_deep(loaded)
    except (MinerError, RecursionError) as err:
        raise ValueError(str(err)) from err
    return loaded
