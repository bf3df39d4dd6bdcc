"""Asks each protocol for readings and orders while its replies are mutated.

What a device answered once is kept, and from then on handed out changed in place of an
exchange: no socket, no waiting. A reading or one error comes of it, whatever it is.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
import random
from types import SimpleNamespace
from typing import Any

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    Credentials,
    MinerError,
    MinerSnapshot,
    Order,
    Turn,
    Value,
    Waiting,
    registry,
)
from custom_components.mining_farm.engines.edge_collector.drivers import api, http
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer import client
from custom_components.mining_farm.engines.edge_collector.drivers.tcp import (
    Ending,
    RawReply,
)
from custom_components.mining_farm.engines.edge_collector.drivers.whatsminer import (
    frames,
)
from simulators.antminer import AntminerSimulator
from simulators.axeos import AxeOsSimulator
from simulators.clock import ManualClock

from .makes import MAKES, ONLY_READ
from .mutation import mutate

PROTOCOLS = ("cgminer", "axeos", *MAKES, *ONLY_READ)
ORDERS_EVERY = 4
"""One of so many trials is an order, and no reading."""
MOST_TEXT = 200_000
"""Characters of the longest reading, written out."""
_WHOLE = 0.6
"""Share of the answers that stay as they are."""
_ODD_STATUSES = (204, 302, 400, 401, 403, 404, 405, 429, 500, 503)

type Tally = Counter[str]


class Recorded:
    """What a device answered, by what it was asked."""

    def __init__(self, chance: random.Random) -> None:
        """Know no answer yet."""
        self._chance = chance
        self._answers: dict[Any, bytes] = {}
        self.mutating = False

    def keep(self, asked: Any, answer: bytes) -> None:
        """Remember an answer."""
        self._answers[asked] = answer

    def body(self, asked: Any) -> bytes:
        """Return an answer to what was asked, else to something else; most are mutated.

        Some are whole, so that what is asked after them is reached, too.
        """
        known = self._answers.get(asked)
        if known is None:
            known = self._chance.choice(list(self._answers.values()))
        return known if self._chance.random() < _WHOLE else mutate(self._chance, known)

    def status(self) -> int:
        """Return the status of an HTTP answer."""
        odd = self._chance.random() < 0.1
        return self._chance.choice(_ODD_STATUSES) if odd else 200


@contextmanager
def exchanged(recorded: Recorded) -> Iterator[None]:
    """Hand out recorded answers in place of every exchange, once they are mutated."""
    saved: list[tuple[Any, str, Any]] = []

    def put(module: Any, name: str, make: Callable[[Any], Any]) -> None:
        whole = getattr(module, name)
        saved.append((module, name, whole))
        setattr(module, name, make(whole))

    def http_exchange(whole: Any) -> Any:
        async def exchange(
            address: Any, method: str, path: str, deadline_s: float, extras: Any
        ) -> http.Answer:
            asked = (method, path, str(extras.get("json")))
            if recorded.mutating:
                body = recorded.body(asked)
                headers = {"Set-Cookie": "session=1"}
                return http.Answer(recorded.status(), body, headers)
            answer: http.Answer = await whole(address, method, path, deadline_s, extras)
            recorded.keep(asked, answer.body)
            return answer

        return exchange

    def tcp_exchange(whole: Any) -> Any:
        async def exchange(
            host: str, port: int, request: bytes, deadline_s: float
        ) -> RawReply:
            if recorded.mutating:
                return RawReply(recorded.body(request) or b"\0", Ending.EOF)
            reply: RawReply = await whole(host, port, request, deadline_s)
            recorded.keep(request, reply.data)
            return reply

        return exchange

    def connection(whole: Any) -> Any:
        async def connect(address: Any) -> Any:
            if not recorded.mutating:
                reader, writer = await whole(address)
                return _Kept(reader, recorded), writer
            reader = asyncio.StreamReader()
            reader.feed_data(recorded.body("frame"))
            reader.feed_eof()
            return reader, _Nowhere()

        return connect

    put(http, "_async_exchange", http_exchange)
    put(api, "async_exchange", tcp_exchange)
    put(client, "async_exchange", tcp_exchange)
    put(frames, "_async_connect", connection)
    try:
        yield
    finally:
        for module, name, whole in saved:
            setattr(module, name, whole)


class _Kept:
    """A stream whose frames are remembered."""

    def __init__(self, reader: asyncio.StreamReader, recorded: Recorded) -> None:
        self._reader = reader
        self._recorded = recorded
        self._frame = b""

    async def readexactly(self, size: int) -> bytes:
        """Read, and keep what was read of the present frame."""
        data = await self._reader.readexactly(size)
        self._frame += data
        self._recorded.keep(("frame", id(self)), self._frame)
        return data


class _Nowhere:
    """A stream to nobody."""

    transport = SimpleNamespace(abort=lambda: None)

    def write(self, data: bytes) -> None:
        """Take it."""

    async def drain(self) -> None:
        """Have sent it."""


async def async_fuzz(protocol: str, trials: int, seed: int) -> Tally:
    """Return how many trials ended in which way; raises what should not happen."""
    chance = random.Random(seed)
    recorded, clock = Recorded(chance), ManualClock()
    async with AsyncExitStack() as stack:
        stack.enter_context(exchanged(recorded))
        simulator, driver, account = _device(protocol, clock)
        await stack.enter_async_context(simulator)
        way = registry.Way(driver, simulator.port)
        tally: Tally = Counter()
        await _async_trial(way, account, clock, Command.PAUSE, Counter())
        await _async_trial(way, account, clock, None, Counter())
        recorded.mutating = True
        for trial in range(trials):
            command = None
            if trial % ORDERS_EVERY == 0:
                command = chance.choice(list(Command))
            await _async_trial(way, account, clock, command, tally)
            # No trial waits for anything: without this the loop never ran, and kept
            # every deadline that was over.
            await asyncio.sleep(0)
    return tally


def _device(protocol: str, clock: ManualClock) -> tuple[Any, str, Credentials | None]:
    match protocol:
        case "cgminer":
            return AntminerSimulator("s19jpro", clock=clock), "cgminer", None
        case "axeos":
            return AxeOsSimulator(clock=clock), "axeos", None
    driver, make = {**MAKES, **ONLY_READ}[protocol]
    simulator = make(clock=clock)
    return simulator, driver, Credentials(password=simulator.machine.password)


async def _async_trial(
    way: registry.Way,
    account: Credentials | None,
    clock: ManualClock,
    command: Command | None,
    tally: Tally,
) -> None:
    try:
        if command is None:
            tally[await _async_read(way, account)] += 1
        else:
            tally[await _async_order(way, account, clock, command)] += 1
    except MinerError as err:
        tally[f"reading: {err.failure}"] += 1
    except ControlError as err:
        tally[f"order: {err.failure}"] += 1


async def _async_read(way: registry.Way, account: Credentials | None) -> str:
    driver = next(d for d in registry.DRIVERS if d.name == way.driver)
    if account is None or way.driver == "cgminer":
        snapshot = await driver.async_identify("127.0.0.1", way.port, 1.0)
    else:
        reader = driver.reader("127.0.0.1", way.port, 1.0, account)
        snapshot = await reader.async_poll()
    _require_bounded(snapshot)
    return "reading"


def _require_bounded(snapshot: MinerSnapshot) -> None:
    """Raise for a reading that could grow without end, or is beyond all bounds."""
    assert len(repr(snapshot)) < MOST_TEXT
    assert snapshot.hashrate_ghs is None or 0 <= snapshot.hashrate_ghs <= 1e9
    assert snapshot.power_w is None or snapshot.power_w >= 0
    assert snapshot.uptime_s is None or snapshot.uptime_s >= 0


async def _async_order(
    way: registry.Way,
    account: Credentials | None,
    clock: ManualClock,
    command: Command,
) -> str:
    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    waiting = Waiting(interval=120.0, sleep=sleep, monotonic=clock.now)
    turn = Turn(asyncio.Lock(), asyncio.Semaphore())
    writer = registry.create_writer(way, "127.0.0.1", turn, waiting, account)
    if writer is None:
        return "order: none"
    values: dict[Command, Value] = {Command.LEVEL: "low", Command.LOCATE: True}
    value = values.get(command, 60.0)
    order = Order(command=command, value=value)
    return f"order: {await writer.async_carry_out(order, lambda _: None)}"
