"""AxeOS devices on loopback, recorded or simulated, and writers in driven time."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
import json
from typing import Any, Self

from aiohttp import web

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    Credentials,
    MinerSnapshot,
    Order,
    Outcome,
    Pools,
    Turn,
    Value,
    Waiting,
    Writer,
    create_reader,
    registry,
)
from simulators.antminer import AntminerSimulator
from simulators.axeos import AxeOsSimulator
from simulators.clock import ManualClock
from simulators.http import Wire

type Exchange = Mapping[str, Any]


class Replayed:
    """Answers each request by the first exchange that fits and was not used, else the last."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        """Take the exchanges of one case."""
        self._exchanges = exchanges
        self._used = [0] * len(exchanges)
        self._wire = Wire("127.0.0.1", 0, self._answer)
        self.requests: list[tuple[str, str, Any]] = []

    async def __aenter__(self) -> Self:
        """Listen."""
        self._wire.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self._wire.stop()

    @property
    def host(self) -> str:
        """Address that it listens on."""
        return self._wire.host

    @property
    def port(self) -> int:
        """Port that it listens on."""
        return self._wire.port

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """Requests that were for anything but looking."""
        return [each for each in self.requests if each[0] != "GET"]

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.requests.append((request.method, request.path, body))
        fitting = [
            index
            for index, each in enumerate(self._exchanges)
            if (each["method"], each["path"]) == (request.method, request.path)
        ]
        if not fitting:
            return web.json_response({"error": "unknown route"}, status=404)
        unused = [index for index in fitting if not self._used[index]]
        index = (unused or fitting[-1:])[0]
        self._used[index] += 1
        found = self._exchanges[index]
        content = found.get("reply_text")
        if content is None:
            reply = found.get("reply_json")
            content = "" if reply is None else json.dumps(reply)
        return web.Response(text=content, status=found["status"])


def writer_of(
    device: AxeOsSimulator | Replayed,
    clock: ManualClock,
    driver: str = "axeos",
    credentials: Credentials | None = None,
) -> Writer:
    """Return a writer whose waiting moves the clock."""
    return writer_at(device.host, registry.Way(driver, device.port), clock, credentials)


def writer_at(
    host: str,
    way: registry.Way,
    clock: ManualClock,
    credentials: Credentials | None = None,
) -> Writer:
    """Return a writer whose waiting moves the clock, by a way to a miner."""

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)
        for _ in range(3):
            await asyncio.sleep(0)

    waiting = Waiting(sleep=sleep, monotonic=clock.now)
    turn = Turn(asyncio.Lock(), asyncio.Semaphore())
    writer = registry.create_writer(way, host, turn, waiting, credentials)
    assert writer is not None
    return writer


async def carry_out(
    writer: Writer, command: Command, value: Value | Pools | None = None
) -> Outcome:
    """Carry out one order."""
    order = Order(command=command, value=value)
    return await writer.async_carry_out(order, lambda _: None)


async def read(device: AxeOsSimulator | Replayed) -> MinerSnapshot:
    """Read once by the driver."""
    return await create_reader(device.host, device.port, driver="axeos").async_poll()


class Axes:
    """Starts devices that live as long as the test, in its time."""

    def __init__(self, stack: AsyncExitStack) -> None:
        """Start none."""
        self._stack = stack
        self.clock = ManualClock()

    async def simulated(self, model: str = "gamma") -> AxeOsSimulator:
        """Start a simulated device."""
        return await self._stack.enter_async_context(
            AxeOsSimulator(model, clock=self.clock)
        )

    async def antminer(
        self, model: str = "s19jpro", **options: Any
    ) -> AntminerSimulator:
        """Start a simulated stock Antminer with its pages."""
        return await self._stack.enter_async_context(
            AntminerSimulator(
                model, clock=self.clock, uptime=86_400.0, web_port=0, **options
            )
        )

    async def replayed(self, exchanges: Sequence[Exchange]) -> Replayed:
        """Serve the exchanges of one case."""
        return await self._stack.enter_async_context(Replayed(exchanges))
