"""The frame around every answer: `{"ok": true, "method": …, "params": …}`."""

from http import HTTPStatus
import json

from ..errors import ControllerFaultError, RefusedError, UnknownDeviceError
from .values import flag


def unwrap(status: int, body: bytes, operation: str) -> object:
    """Return an answer's params.

    Raises RefusedError for `ok: false` and HTTP errors, ControllerFaultError for those
    from 500 on, UnknownDeviceError for what no controller says.
    """
    answer = _object(body)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ControllerFaultError(f"HTTP {status}")
    if answer is None:
        raise UnknownDeviceError(f"HTTP {status} without a JSON object")
    if status >= HTTPStatus.BAD_REQUEST:
        if {"ok", "error"}.isdisjoint(answer):
            raise UnknownDeviceError(f"HTTP {status} and foreign JSON")
        raise RefusedError(f"HTTP {status}")
    if status != HTTPStatus.OK:
        raise UnknownDeviceError(f"HTTP {status}")
    if flag(answer.get("ok")) is False or answer.get("status") == "error":
        raise RefusedError("the answer is not ok")
    if "ok" not in answer or answer.get("method") != operation:
        raise UnknownDeviceError("the answer is not to what was asked")
    if flag(answer["ok"]) is not True:
        raise UnknownDeviceError("the answer is neither ok nor not")
    return answer.get("params")


def _object(body: bytes) -> dict[str, object] | None:
    """Return the JSON object in a body, whatever its content type says."""
    try:
        answer = json.loads(body)
    except ValueError, RecursionError:
        return None
    return answer if isinstance(answer, dict) else None
