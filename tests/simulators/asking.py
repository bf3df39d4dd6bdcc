"""A client for simulated miners that shows every byte."""

import asyncio
from contextlib import suppress
import itertools
import json
import os
from typing import Any

from simulators.antminer import AntminerSimulator

_BASES = itertools.count(1)


def free_base() -> str:
    """Return a base of a farm that no other test of this or another run uses."""
    number, pid = next(_BASES), os.getpid()
    return f"127.{110 + pid % 100}.{number * 4 % 252}.0"


async def ask(simulator: AntminerSimulator, request: str | bytes) -> bytes:
    """Send a request in one write and return all that comes until the close."""
    data = request if isinstance(request, bytes) else request.encode()
    reader, writer = await asyncio.open_connection(simulator.host, simulator.port)
    try:
        writer.write(data)
        return await reader.read()
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def ask_json(simulator: AntminerSimulator, command: str, **more: Any) -> Any:
    """Send one command as JSON and return the parsed reply, `}{` mended."""
    reply = await ask(simulator, json.dumps({"command": command, **more}))
    assert reply.endswith(b"\0")
    return json.loads(reply[:-1].replace(b"}{", b"},{"))


async def device(simulator: AntminerSimulator) -> dict[str, Any]:
    """Return the row of `stats` that holds the boards."""
    row: dict[str, Any] = (await ask_json(simulator, "stats"))["STATS"][1]
    return row


async def settle() -> None:
    """Let the simulator's own callbacks run."""
    for _ in range(10):
        await asyncio.sleep(0)
