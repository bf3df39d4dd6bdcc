"""A pool on loopback that answers as a test says, and time that a test drives."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
import json
from typing import Any

from aiohttp import web

from .replies import NOW

type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Time:
    """A clock whose hands are moved by sleeping and by tests."""

    def __init__(self) -> None:
        """Start at the moment of the written replies."""
        self.now = NOW
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        """Return the time, aware UTC."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let that time pass at once."""
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Let time pass, or be set back."""
        self.now += timedelta(seconds=seconds)


class FakePool:
    """Answers every request with what `answer` returns, and counts them."""

    def __init__(self) -> None:
        """Begin with an account without workers."""
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.under_way = 0
        self.most_under_way = 0
        self.answer: Answer = reply({"worker": []})
        self.url = ""
        self._runner = web.ServerRunner(
            web.Server(self._serve, access_log=None), shutdown_timeout=0.1
        )

    async def start(self) -> None:
        """Listen on any free port of loopback."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close everything; further connections are refused."""
        await self._runner.cleanup()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, web.BaseRequest)
        self.requests.append(request.path_qs)
        self.headers.append({k.lower(): v for k, v in request.headers.items()})
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self.answer(request)  # type: ignore[arg-type]
        finally:
            self.under_way -= 1


def reply(
    body: Any, status: int = 200, headers: dict[str, str] | None = None
) -> Answer:
    """Return an answer that always is the same; dated by no clock."""
    text = body if isinstance(body, str) else json.dumps(body)

    async def answer(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0)
        dated = {"Date": "-", **(headers or {})}
        return web.Response(status=status, text=text, headers=dated)

    return answer


def replies(*answers: Answer) -> Answer:
    """Return one answer after the other; the last one for ever."""
    left = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer
