"""What the controller answers, right or wrong, byte by byte."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
import json
from typing import Any

from aiohttp import web

_JSON = "application/json; charset=utf-8"
_PAGE = b"<!DOCTYPE html><html><head><title>AntBox</title></head><body></body></html>"
_HUGE = 16 * 1024 * 1024
"""Bytes of a body that no client should read to its end."""


class Corruption(StrEnum):
    """How an answer can be spoilt."""

    EMPTY = "empty"
    """No body."""
    HTML = "html"
    """The controller's own web page, and HTTP 200."""
    HUGE = "huge"
    """Right JSON, with 16 MiB of padding."""
    NOT_JSON = "not_json"
    """Bytes that are no text of any kind."""
    OK_FALSE = "ok_false"
    """The right answer but for `ok`."""
    PARAMS_NULL = "params_null"
    """The right answer without its content."""
    TEXT_PLAIN = "text_plain"
    """The right answer as another content type."""
    TRUNCATED = "truncated"
    """The first half, as if it were all."""
    WRONG_METHOD = "wrong_method"
    """The answer to another question."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; one that breaks off ends in the middle of its body."""

    body: bytes
    status: int = 200
    content_type: str = _JSON
    headers: dict[str, str] = field(default_factory=dict)
    breaks_off: bool = False


def _dumped(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def answer(content: object, status: int = 200) -> Reply:
    """Return an answer in JSON without spaces."""
    return Reply(_dumped(content), status)


def done(operation: str, params: object, *, ok: bool = True) -> Reply:
    """Return the answer to an operation that the controller knows."""
    return answer({"ok": ok, "method": operation, "params": params})


UNSUPPORTED = answer({"status": "error", "error": "ERR_UNSUPPORTED"}, 400)


def no_route(method: str, path: str) -> Reply:
    """Return what the web server answers where there is nothing."""
    message = f"Route {method}:{path} not found"
    return answer({"message": message, "error": "Not Found", "statusCode": 404}, 404)


def spoil(reply: Reply, how: Corruption) -> Reply:
    """Return the answer spoilt."""
    match how:
        case Corruption.EMPTY:
            return replace(reply, body=b"")
        case Corruption.HTML:
            return Reply(_PAGE, content_type="text/html; charset=utf-8")
        case Corruption.HUGE:
            return _changed(reply, padding="x" * _HUGE)
        case Corruption.NOT_JSON:
            return replace(reply, body=b"\xff\xfe\x00{ok: yes")
        case Corruption.OK_FALSE:
            return _changed(reply, ok=False)
        case Corruption.PARAMS_NULL:
            return _changed(reply, params=None)
        case Corruption.TEXT_PLAIN:
            return replace(reply, content_type="text/plain; charset=utf-8")
        case Corruption.TRUNCATED:
            return replace(reply, body=reply.body[: len(reply.body) // 2])
        case Corruption.WRONG_METHOD:
            return _changed(reply, method="historyData")


async def send(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """Send an answer, whole or broken off."""
    headers = {"Content-Type": reply.content_type, **reply.headers}
    if not reply.breaks_off:
        return web.Response(body=reply.body, status=reply.status, headers=headers)
    response = web.StreamResponse(status=reply.status, headers=headers)
    response.content_length = len(reply.body)
    await response.prepare(request)
    await response.write(reply.body[: len(reply.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def break_off(request: web.BaseRequest) -> web.StreamResponse:
    """Close the connection in place of an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _changed(reply: Reply, **members: Any) -> Reply:
    return replace(reply, body=_dumped({**json.loads(reply.body), **members}))
