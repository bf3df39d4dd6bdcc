"""Runs one client: what to poll comes in on stdin, what it took goes out on stdout.

Imports nothing but the standard library, as pyasic has an environment of its own.
"""

import asyncio
import importlib
import json
import sys
import time
from typing import cast

from . import ClientModule, Poll


async def _measure(
    client: ClientModule, poll: Poll, repetitions: int, interval_s: float
) -> dict[str, list[float]]:
    """Return wall and CPU time in ms of each poll, and how many rates the last one read."""
    wall, cpu = [], []
    readings: object = None
    for _ in range(repetitions):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        readings = await poll(interval_s)
        cpu.append((time.process_time() - cpu_start) * 1000)
        wall.append((time.perf_counter() - wall_start) * 1000)
    return {"wall_ms": wall, "cpu_ms": cpu, "rates": [client.count_rates(readings)]}


async def _run(client: ClientModule, hosts: list[str]) -> None:
    poll = await client.prepare(hosts)
    print(json.dumps({"version": client.version()}), flush=True)
    # Between two orders nothing else runs in this loop, so that it may block.
    for order in sys.stdin:
        print(json.dumps(await _measure(client, poll, **json.loads(order))), flush=True)


if __name__ == "__main__":
    name, *addresses = sys.argv[1:]
    module = importlib.import_module(f"{__package__}.{name}")
    asyncio.run(_run(cast(ClientModule, module), addresses))
