"""Serves `/metrics` and `/healthz` over HTTP, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
import json

from .errors import MetricsServerError

_WITHIN = 5.0
"""Seconds that a request may take."""
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@asynccontextmanager
async def serve_metrics(
    host: str,
    port: int,
    *,
    text: Callable[[], str],
    find_ailments: Callable[[], list[str]],
) -> AsyncIterator[int]:
    """Serve while entered, as the port that is returned; MetricsServerError.

    `/healthz` answers with 200, or with 503 and what is wrong.
    """

    def answer(path: str) -> tuple[HTTPStatus, str, str]:
        match path:
            case "/metrics":
                return HTTPStatus.OK, _TEXT, text()
            case "/healthz":
                wrong = find_ailments()
                status = HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK
                body = json.dumps({"ok": not wrong, "wrong": wrong})
                return status, "application/json", body
        return HTTPStatus.NOT_FOUND, _TEXT, "/metrics and /healthz are here\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whatever is wrong with a request, it is that of its sender.
        with suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            async with asyncio.timeout(_WITHIN):
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, _ = head.decode("latin-1").split("\r\n")[0].split(" ")
                status, kind, body = answer(target.partition("?")[0])
                if method not in {"GET", "HEAD"}:
                    status, body = HTTPStatus.METHOD_NOT_ALLOWED, ""
                sent = body.encode()
                writer.write(
                    f"HTTP/1.1 {status.value} {status.phrase}\r\n"
                    f"Content-Type: {kind}\r\nContent-Length: {len(sent)}\r\n"
                    "Connection: close\r\n\r\n".encode()
                )
                writer.write(b"" if method == "HEAD" else sent)
                await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(serve, host, port)
    except (OSError, OverflowError) as err:
        reason = err.strerror if isinstance(err, OSError) else None
        raise MetricsServerError(
            f"metrics cannot be served at {host}:{port}: {reason or err}"
        ) from None
    async with server:
        yield server.sockets[0].getsockname()[1]
