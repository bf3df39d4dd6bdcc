"""Control: what a poll of each make costs, and how long it takes until all are paused."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
import ipaddress
import sys
import time

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    Order,
    Turn,
    Waiting,
)
from custom_components.mining_farm.engines.edge_collector.registry import (
    Way,
    create_writer,
)

from .client_process import ClientProcess, Samples, pyasic_interpreter
from .loop_watch import LoopWatch
from .machine import load
from .simulated import MAKES, Simulated
from .table import figure, table

_BASE = ipaddress.ip_address("127.30.0.0")
_PORT = 8099
_AT_ONCE = 64
"""Exchanges under way, as the integration has them."""
_REPLY_S = 0.03
_PAUSED = b'"miningPaused": true'

type Pause = Callable[[Sequence[str]], Awaitable[None]]


def measure(*, quick: bool) -> Iterator[str]:
    """Yield the tables."""
    yield _polls(3 if quick else 20)
    yield _pauses((1, 100) if quick else (1, 100, 800))


def _hosts(count: int) -> list[str]:
    return [str(_BASE + number) for number in range(1, count + 1)]


def _polls(polls: int) -> str:
    """Return a table of the makes, each polled by us and by pyasic."""
    rows, notes = [], [f"{polls} polls each, after those that learn; replies at once"]
    python = None
    try:
        python = pyasic_interpreter()
    except RuntimeError as err:
        notes.append(f"pyasic: not measured: {err}")
    for number, (name, make) in enumerate(MAKES.items(), 1):
        host = str(_BASE + number)
        beside = "+" if make.beside else ""
        ours = f"{make.driver}{beside}@{host}:{make.port}"
        try:
            with Simulated(name, [host], make.port) as simulated:
                rows.append(
                    (
                        name,
                        *_row("makes_client", sys.executable, ours, simulated, polls),
                        *_row("pyasic_client", python, host, simulated, polls),
                    )
                )
        except RuntimeError as err:
            notes.append(f"{name}: not measured at port {make.port}: {err}")
    notes.append("a dash: the library does not know the miner, or fails on it")
    header = ("make", *_COLUMNS, *(f"pyasic: {column}" for column in _COLUMNS))
    return table("One poll of each make over loopback", header, rows, [*notes, load()])


_COLUMNS = ("connections", "wall ms", "CPU ms")


def _row(
    module: str, python: str | None, host: str, simulated: Simulated, polls: int
) -> tuple[str, ...]:
    """Return connections, wall and CPU time of a poll, dashes where there is none."""
    if python is None:
        return ("-",) * len(_COLUMNS)
    samples = Samples()
    try:
        with ClientProcess(module, python, [host], quiet=True) as client:
            before = simulated.requests()
            samples.add(client.poll(polls))
            asked = simulated.requests() - before
    except RuntimeError:
        return ("-",) * len(_COLUMNS)
    wall, _, cpu, _ = samples.summary
    return figure(asked / polls, 1), figure(wall, 1), figure(cpu, 1)


def _pauses(sizes: Sequence[int]) -> str:
    """Return a table of how long it takes until the last miner is seen to be paused."""
    rows = []
    for size in sizes:
        for name, pause in (("edge_collector", _pause), ("bare asyncio", _bare_pause)):
            hosts = _hosts(size)
            with Simulated("Bitaxe (AxeOS)", hosts, _PORT, _REPLY_S) as simulated:
                took, late = asyncio.run(_timed(pause, hosts))
                asked = simulated.requests()
            rows.append((f"{size}, {name}", *map(figure, (took, late)), str(asked)))
    notes = (
        "Bitaxes; each reply takes 30 ms, and a pause shows after 1 s",
        f"{_AT_ONCE} exchanges at once; the miners share the machine with the client",
        load(),
    )
    header = (
        "miners",
        "s until the last is confirmed",
        "worst loop delay ms",
        "requests",
    )
    return table("Pause of many miners", header, rows, notes)


async def _timed(pause: Pause, hosts: Sequence[str]) -> tuple[float, float]:
    async with LoopWatch() as watch:
        started = time.perf_counter()
        await pause(hosts)
        took = time.perf_counter() - started
    return took, watch.stalls.late_ms


async def _pause(hosts: Sequence[str]) -> None:
    """Pause by the engine, as the integration does."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def pause(host: str) -> None:
        turn = Turn(asyncio.Lock(), slots)
        writer = create_writer(Way("axeos", _PORT), host, turn, Waiting())
        if writer is None:
            raise RuntimeError("there is nothing that writes to a Bitaxe")
        order = Order(command=Command.PAUSE)
        # Whatever is not confirmed raises.
        await writer.async_carry_out(order, lambda _: None)

    await asyncio.gather(*map(pause, hosts))


async def _bare_pause(hosts: Sequence[str]) -> None:
    """Pause with the least that asyncio can do: nothing is parsed or checked."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(host: str, method: str, path: str) -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
        async with slots:
            reader, writer = await asyncio.open_connection(host, _PORT)
            writer.write(f"{head}Content-Length: 0\r\n\r\n".encode())
            reply = await reader.read()
            writer.close()
        return reply

    async def pause(host: str) -> None:
        await ask(host, "GET", "/api/system/info")
        await ask(host, "POST", "/api/system/pause")
        while _PAUSED not in await ask(host, "GET", "/api/system/info"):
            await asyncio.sleep(1)

    await asyncio.gather(*map(pause, hosts))
