"""The frame around every answer: `{"ok": true, "method": …, "params": …}`."""

from http import HTTPStatus
import json
from typing import Any, Final

from ..errors import ControllerFaultError, RefusedError, UnknownDeviceError
from .values import flag

MAX_VALUES: Final = 40_000
"""In the widest answer that is read; the list of a thousand miners has some 12,000."""
MAX_DEPTH: Final = 16
"""Nesting of the deepest answer that is read; real ones end at 4."""

_BEFORE_VALUES = (b",", b"[", b"{")


def unwrap(status: int, body: bytes, operation: str) -> object:
    """Return an answer's params.

    Raises RefusedError for `ok: false` and HTTP errors, ControllerFaultError for those
    from 500 on, UnknownDeviceError for what no controller says.
    """
    answer = _object(body)
    # Whatever the body holds: a controller that failed may have done what was asked.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ControllerFaultError(f"HTTP {status}")
    if answer is None:
        raise UnknownDeviceError(f"HTTP {status} without a JSON object")
    if status >= HTTPStatus.BAD_REQUEST:
        # An unknown operation is refused by an error without an ok (MiningOS's mock).
        if {"ok", "error"}.isdisjoint(answer):
            raise UnknownDeviceError(f"HTTP {status} and foreign JSON")
        raise RefusedError(f"HTTP {status}")
    if status != HTTPStatus.OK:
        raise UnknownDeviceError(f"HTTP {status}")
    if flag(answer.get("ok")) is False or answer.get("status") == "error":
        raise RefusedError("the answer is not ok")
    # Only the method distinguishes a late answer to the request before.
    if "ok" not in answer or answer.get("method") != operation:
        raise UnknownDeviceError("the answer is not to what was asked")
    if flag(answer["ok"]) is not True:
        raise UnknownDeviceError("the answer is neither ok nor not")
    return answer.get("params")


def _object(body: bytes) -> dict[str, object] | None:
    """Return the JSON object in a body, whatever its content type says."""
    if sum(body.count(mark) for mark in _BEFORE_VALUES) > MAX_VALUES:
        return None
    try:
        answer = json.loads(body)
    except ValueError, RecursionError:
        return None
    return answer if isinstance(answer, dict) and not _is_deep(answer) else None


def _is_deep(answer: dict[str, object]) -> bool:
    """Return whether an answer nests deeper than any controller's."""
    level: list[Any] = [answer]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
    return bool(level)
