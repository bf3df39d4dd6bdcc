"""Replies as no miner should send them: changed in one value, cut, or not even JSON."""

from copy import deepcopy
import json
import random
from typing import Any

_ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    -(2**70),
    1e300,
    -0.5,
    "",
    "0",
    "-1",
    "1e999",
    "NaN",
    "\u0000\u202e\ud800",
    "x" * 5000,
    "9" * 5000,
    [],
    [None] * 300,
    [[]],
    {},
    {"": {"": []}},
    [{"id": 0}, {"id": 0}],
)
_DEEP = (b"[" * 3000, b'{"a":' * 2000, b"[" * 200 + b"]" * 200)


def mutate(chance: random.Random, body: bytes) -> bytes:
    """Return a reply with something wrong in it."""
    match chance.randrange(8):
        case 0:
            return body[: chance.randrange(len(body) + 1)]
        case 1:
            return _scrambled(chance, body)
        case 2:
            place = chance.randrange(len(body) + 1)
            return body[:place] + chance.choice(_DEEP) + body[place:]
        case 3:
            return chance.randbytes(chance.randrange(200))
        case 4:
            return body + body
    return _with_odd_values(chance, body)


def _scrambled(chance: random.Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randrange(1, 6)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _with_odd_values(chance: random.Random, body: bytes) -> bytes:
    """Exchange one to three values of a JSON document, or the whole of it."""
    end = b"\0" if body.endswith(b"\0") else b""
    try:
        document = json.loads(body.rstrip(b"\0"))
    except ValueError:
        return _scrambled(chance, body)
    for _ in range(chance.randrange(1, 4)):
        document = _exchanged(chance, document)
    return json.dumps(document).encode() + end


def _exchanged(chance: random.Random, document: Any) -> Any:
    places = list(_places(document))
    if not places or chance.random() < 0.02:
        return deepcopy(chance.choice(_ODD))
    container, key = chance.choice(places)
    if chance.random() < 0.1:
        del container[key]
    else:
        container[key] = deepcopy(chance.choice(_ODD))
    return document


def _places(document: Any) -> list[tuple[Any, Any]]:
    """Return every container in a document with each of its keys."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        each = waiting.pop()
        keys = list(each) if isinstance(each, dict) else []
        if isinstance(each, list):
            keys = list(range(len(each)))
        for key in keys:
            found.append((each, key))
            waiting.append(each[key])
    return found
