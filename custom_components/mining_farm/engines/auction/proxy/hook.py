"""Tells machines of a result directly: by a program of the user's, or over HTTP."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
import json
import os
import signal
from typing import Any
from urllib.parse import urlsplit

from ..errors import RoutingError
from ..models import AuctionResult, OwnBid, Window
from ..regular_file import run_within

WITHIN = 30.0
"""Seconds that a hook has by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where the results go: the path of a program, or an http(s) URL."""

    target: str
    within: float = WITHIN
    """Seconds until it must be done."""

    @property
    def is_url(self) -> bool:
        """Return whether it is called over HTTP."""
        return self.target.startswith(("http://", "https://"))


class HookCaller:
    """Calls a hook once for each window, and again where its own result is another."""

    def __init__(
        self, hook: Hook, describe: Callable[[AuctionResult], Mapping[str, Any]]
    ) -> None:
        """Describe results as JSON with this."""
        self._hook = hook
        self._describe = describe
        self._done: tuple[Window, tuple[OwnBid, ...]] | None = None

    async def __call__(self, result: AuctionResult) -> bool:
        """Return whether it had to be called; RoutingError where it has failed."""
        now = result.window, result.own
        if now == self._done:
            return False
        body = json.dumps(self._describe(result)).encode() + b"\n"
        await (_post if self._hook.is_url else _run)(self._hook, body)
        self._done = now
        return True


async def _run(hook: Hook, body: bytes) -> None:
    """Run a program with a result as its input; it ends with its deadline."""
    try:
        process = await asyncio.create_subprocess_exec(
            hook.target, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, process_group=0
        )
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else None
        raise RoutingError(f"the hook cannot be started: {reason or err}") from None
    try:
        async with asyncio.timeout(hook.within):
            # One that does not read its input is no failure.
            await process.communicate(body)
    except TimeoutError:
        raise RoutingError(f"the hook has not ended within {hook.within:g} s") from None
    finally:
        await _end(process)
    if process.returncode:
        raise RoutingError(f"the hook ended with exit status {process.returncode}")


async def _end(process: Process) -> None:
    """End a program, and all that it has left running."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await asyncio.shield(process.wait())


async def _post(hook: Hook, body: bytes) -> None:
    """Send a result over HTTP; an answer of 2xx is wanted, and followed nowhere else."""
    try:
        status = await run_within(hook.within, partial(_request, hook, body))
    except TimeoutError:
        reason = f"the hook has not answered within {hook.within:g} s"
        raise RoutingError(reason) from None
    except (OSError, HTTPException, ValueError) as err:
        # Its words may repeat the URL, which may hold a key.
        raise RoutingError(
            f"the hook cannot be reached ({type(err).__name__})"
        ) from None
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise RoutingError(f"the hook answers with status {status}")


def _request(hook: Hook, body: bytes) -> int:
    parts = urlsplit(hook.target)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=hook.within)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    finally:
        connection.close()
