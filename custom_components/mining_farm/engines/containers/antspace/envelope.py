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
    try:
        answer = json.loads(body)
    except ValueError, RecursionError:
        return None
    return answer if isinstance(answer, dict) else None
