"""Simulated plugs on loopback addresses of their own, and time that a test drives."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
import itertools
import os
from typing import Any, Protocol

from kasa import IotProtocol, SmartProtocol
from kasa.httpclient import HttpClient
import pytest

from custom_components.mining_farm.engines.power import (
    KasaAddress,
    KasaConnection,
    KasaOutlet,
)
from simulators.clock import ManualClock
from simulators.kasa import KasaSimulator

SHORT = 0.2
"""Seconds for an exchange that a test knows to fail."""

FAULTS = ["refuse", "hang", "deny", "drop", "garble", "power_off"]
"""Commands of a simulated device after which it gives no usable answer."""

_NUMBERS = itertools.count(1)


def free_host() -> str:
    """Return a loopback address that no other test of this or another run uses."""
    number, pid = next(_NUMBERS), os.getpid()
    return f"127.{100 + pid // 256 % 100}.{pid % 256}.{number % 254 + 1}"


class StartPlug(Protocol):
    """Starts a simulated device that lives as long as the test."""

    def __call__(self, model: str, **options: Any) -> Awaitable[KasaSimulator]:
        """Start it at a free address by default."""


class OpenOutlet(Protocol):
    """Opens an outlet that is closed at the end of the test."""

    def __call__(
        self, simulator: KasaSimulator, number: int | None = None, **options: Any
    ) -> KasaOutlet:
        """Open the outlet of a plug, or that of a strip, on a connection of its own."""


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library repeat its attempts without waiting in between."""
    for protocol in (IotProtocol, SmartProtocol):
        monkeypatch.setattr(protocol, "BACKOFF_SECONDS_AFTER_TIMEOUT", 0)
    monkeypatch.setattr(HttpClient, "WAIT_BETWEEN_REQUESTS_ON_OSERROR", 0)


@pytest.fixture
def clock() -> ManualClock:
    """Time of devices and outlets, starting on 17 March 2030."""
    return ManualClock(1_900_000_000.0)


@pytest.fixture
def sleep(clock: ManualClock) -> Callable[[float], Awaitable[None]]:
    """Return a sleep that moves the clock and takes no time."""

    async def _sleep(seconds: float) -> None:
        clock.advance(seconds)
        await asyncio.sleep(0)

    return _sleep


@pytest.fixture
async def start_plug(loopback: None, clock: ManualClock) -> AsyncGenerator[StartPlug]:
    """Start simulated devices that share the test's clock."""
    async with AsyncExitStack() as running:

        async def _start(model: str, **options: Any) -> KasaSimulator:
            settings = {"host": free_host(), "clock": clock, **options}
            return await running.enter_async_context(KasaSimulator(model, **settings))

        yield _start


@pytest.fixture
async def open_outlet(
    clock: ManualClock, sleep: Callable[[float], Awaitable[None]]
) -> AsyncGenerator[OpenOutlet]:
    """Open outlets that live by the test's clock."""
    async with AsyncExitStack() as stack:

        def _open(
            simulator: KasaSimulator, number: int | None = None, **options: Any
        ) -> KasaOutlet:
            connection = options.pop("connection", None) or KasaConnection(
                address_of(simulator),
                exchange_timeout=options.pop("exchange_timeout", 5.0),
            )
            outlet = KasaOutlet(
                connection,
                None if number is None else child_id(simulator, number),
                sleep=sleep,
                monotonic=clock.now,
                **options,
            )
            stack.push_async_callback(outlet.async_close)
            return outlet

        yield _open


def address_of(simulator: KasaSimulator) -> KasaAddress:
    """Return the address under which a simulated device was once stored."""
    return KasaAddress(host=simulator.host, device_id=simulator.mac)


def child_id(simulator: KasaSimulator, number: int) -> str:
    """Return the id of an outlet of a strip, as python-kasa has it."""
    return f"{simulator.mac}_{simulator.outlets[number - 1].id}"


def switchings(simulator: KasaSimulator) -> int:
    """Return how many commands arrived on the wire, carried out or not."""
    return sum(b"set_relay_state" in r for r in simulator.traffic.requests)


async def arrived(simulator: KasaSimulator, requests: int) -> None:
    """Wait until so many requests have come to a device in all."""
    async with asyncio.timeout(5):
        while len(simulator.traffic.requests) < requests:
            await asyncio.sleep(0)
