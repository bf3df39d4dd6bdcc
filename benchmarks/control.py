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

from . import control_action
from .client_process import PYASIC, PYASIC_RS, ClientProcess, Samples, interpreter_with
from .loop_watch import LoopWatch, Stalls
from .machine import load
from .simulated import MAKES, Make, Simulated
from .table import figure, table

_BASE = ipaddress.ip_address("127.30.0.0")
_PORT = 8099
_OURS = "edge_collector"
_AT_ONCE = 64
"""Exchanges under way, as the integration has them."""
_REPLY_S = 0.03
_PAUSED = b'"miningPaused": true'

type Pause = Callable[[Sequence[str]], Awaitable[None]]


def measure(*, quick: bool) -> Iterator[str]:
    """Yield the tables."""
    yield _polls(3 if quick else 20)
    yield _pauses((1, 100) if quick else (1, 100, 800))
    yield _actions((20,) if quick else (200,))


def _hosts(count: int) -> list[str]:
    return [str(_BASE + number) for number in range(1, count + 1)]


def _polls(polls: int) -> str:
    """Return a table of the makes, each polled by us and by others."""
    rows, notes = [], [f"{polls} polls each, after those that learn; replies at once"]
    clients = dict(_clients(notes))
    for number, (name, make) in enumerate(MAKES.items(), 1):
        host = str(_BASE + number)
        try:
            with Simulated(name, [host], make.port) as simulated:
                for client, interpreter in clients.items():
                    who = f"{name}, {client}"
                    try:
                        row = _row(client, interpreter, make, simulated, polls)
                    except RuntimeError as err:
                        row = ("-",) * (len(_HEADER) - 1)
                        notes.append(f"{who}: {err}")
                    rows.append((who, *row))
        except RuntimeError as err:
            notes.append(f"{name}: not measured at port {make.port}: {err}")
    notes += (
        "pyasic: without configuration, MAC and firmware where these fail it",
        "the miners listen at their true ports: API, CGMiner API and page for people",
        load(),
    )
    return table("One poll of each make over loopback", _HEADER, rows, notes)


_HEADER = ("make", "requests", "wall ms", "CPU ms", "reads the rate")
_MODULES = {"pyasic": "pyasic_client", "pyasic-rs": "pyasic_rs_client"}


def _clients(notes: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the clients that run here, and what runs them; note the others."""
    yield _OURS, sys.executable
    for requirement in (PYASIC, PYASIC_RS):
        name, _, version = requirement.partition("==")
        try:
            yield name, interpreter_with(requirement)
        except RuntimeError as err:
            notes.append(f"{name}: not measured: {err}")
        else:
            notes.append(f"{name}: {version}")


def _row(
    client: str,
    interpreter: str,
    make: Make,
    simulated: Simulated,
    polls: int,
) -> tuple[str, ...]:
    """Return requests, wall and CPU time of a poll; RuntimeError where there is none."""
    described = f"{make.password}@{simulated.host}"
    if client == _OURS:
        beside = "+" if make.beside else ""
        described += f":{make.port}/{make.driver}{beside}"
    module = _MODULES.get(client, "makes_client")
    samples = Samples()
    with ClientProcess(module, interpreter, [described], quiet=True) as process:
        before = simulated.requests()
        samples.add(process.poll(polls))
        asked = simulated.requests() - before
    wall, _, cpu, _ = samples.summary
    reads = "yes" if sum(samples.rates) else "no"
    return figure(asked / polls, 1), figure(wall, 1), figure(cpu, 1), reads


def _pauses(sizes: Sequence[int]) -> str:
    """Return a table of how long it takes until the last miner is seen to be paused."""
    rows = []
    for size in sizes:
        for name, pause in ((_OURS, _pause), ("bare asyncio", bare_pause)):
            hosts = _hosts(size)
            with Simulated("Bitaxe (AxeOS)", hosts, _PORT, _REPLY_S) as simulated:
                started = time.process_time()
                took, stalls = asyncio.run(_timed(pause, hosts))
                cpu = (time.process_time() - started) * 1000
                asked = simulated.requests()
            delays = (stalls.late_ms, stalls.busy_ms)
            figures = map(figure, (took, cpu, *delays))
            rows.append((f"{size}, {name}", *figures, str(asked)))
    notes = (
        "Bitaxes; each reply takes 30 ms, and a pause shows after 1 s",
        f"{_AT_ONCE} exchanges at once; the miners share the machine with the client",
        load(),
    )
    header = (
        "miners",
        "s until the last is confirmed",
        "CPU ms",
        "worst loop delay ms",
        "longest work of the loop ms",
        "requests",
    )
    return table("Pause of many miners", header, rows, notes)


def _actions(sizes: Sequence[int]) -> str:
    """Return a table of miners that are paused by one call of an action."""
    rows = []
    for size in sizes:
        paused = control_action.pause(_hosts(size), _PORT, _REPLY_S)
        until = (paused.stopping, paused.first, paused.half, paused.took)
        delays = (paused.stalls.late_ms, paused.stalls.busy_ms)
        figures = map(figure, (*until, *delays))
        rows.append((str(size), str(paused.confirmed), *figures))
    header = (
        "miners",
        "confirmed",
        "s until half show that they stop",
        "s until the first is shown as paused",
        "s until half are",
        "s until the response",
        "worst loop delay ms",
        "longest work of the loop ms",
    )
    notes = (
        "Home Assistant with an entry for each miner; the table above has the engine alone",
        load(),
    )
    return table("One call of mining_farm.pause", header, rows, notes)


async def _timed(pause: Pause, hosts: Sequence[str]) -> tuple[float, Stalls]:
    async with LoopWatch() as watch:
        started = time.perf_counter()
        await pause(hosts)
        took = time.perf_counter() - started
    return took, watch.stalls


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


async def bare_pause(hosts: Sequence[str], port: int = _PORT) -> None:
    """Pause with the least that asyncio can do: nothing is parsed or checked."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(host: str, method: str, path: str) -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
        async with slots:
            reader, writer = await asyncio.open_connection(host, port)
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
