"""Timeouts that a test lets expire, so that no machine is too slow for what comes first."""

import asyncio
from contextlib import suppress

import pytest


class Timeouts:
    """All timeouts that were started, by their length in seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Note each timeout from now on."""
        self._started: list[tuple[float | None, asyncio.Timeout]] = []
        real = asyncio.timeout

        def timeout(delay: float | None) -> asyncio.Timeout:
            started = real(delay)
            self._started.append((delay, started))
            return started

        monkeypatch.setattr(asyncio, "timeout", timeout)

    def expire(self, delay: float) -> None:
        """Let those of a length expire now that are still running."""
        now = asyncio.get_running_loop().time()
        for length, timeout in self._started:
            if length == delay:
                with suppress(RuntimeError):
                    timeout.reschedule(now)
