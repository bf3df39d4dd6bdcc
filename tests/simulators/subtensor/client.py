"""A client for the simulated chain that speaks plain JSON-RPC, and signs by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b
import itertools
import json
from typing import Any

import aiohttp

from simulators.subtensor import ALICE, Key
from simulators.subtensor.chain import NETUID, Chain
from simulators.subtensor.scale import blob, compact, uint
from simulators.subtensor.storage import data_field


class AnsweredError(Exception):
    """An answer that is an error."""


class Client:
    """Sends requests and keeps notifications by subscription."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._ids = itertools.count(1)
        self._told: dict[str, list[Any]] = {}

    async def ask(self, method: str, *parameters: Any) -> Any:
        """Return a result; an error raises."""
        number = next(self._ids)
        request = {"jsonrpc": "2.0", "id": number, "method": method}
        await self.socket.send_json({**request, "params": parameters})
        while (answer := await self._next()).get("id") != number:
            self._keep(answer)
        if "error" in answer:
            raise AnsweredError(json.dumps(answer["error"]))
        return answer["result"]

    async def updates(self, subscription: str, count: int) -> list[Any]:
        """Return the first results of a subscription, and forget them."""
        while len(self._told.get(subscription, [])) < count:
            self._keep(await self._next())
        taken, left = (
            self._told[subscription][:count],
            self._told[subscription][count:],
        )
        self._told[subscription] = left
        return taken

    async def left(self, subscription: str) -> list[Any]:
        """Return what else came before an answer that is asked for now."""
        await self.ask("system_chain")
        return self._told.pop(subscription, [])

    async def _next(self) -> Any:
        async with asyncio.timeout(60):
            message = await self.socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise ConnectionError(message.type.name)
        return json.loads(message.data)

    def _keep(self, message: Any) -> None:
        parameters = message["params"]
        kept = self._told.setdefault(parameters["subscription"], [])
        kept.append(parameters["result"])


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    """Connect to a node."""
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        yield Client(socket)


def signed(
    chain: Chain,
    payload: bytes,
    *,
    key: Key = ALICE,
    nonce: int = 0,
    current: int | None = None,
    period: int = 8,
    spec_version: int = 318,
) -> str:
    """Return a set_commitment in hex, with an era that begins with `current`."""
    birth = chain.head.number if current is None else current
    era = uint(period.bit_length() - 2 | birth % period << 4, 2)
    info = compact(1) + data_field(payload)
    call = bytes((18, 0)) + uint(NETUID, 2) + info
    extra = era + compact(nonce) + compact(0) + b"\0"
    born = chain.hash_at(birth)
    assert born is not None
    implied = uint(spec_version, 4) + uint(1, 4) + chain.genesis + born + b"\0"
    message = call + extra + implied
    if len(message) > 256:
        message = blake2b(message, digest_size=32).digest()
    head = b"\x84\x00" + key.account + b"\x01" + key.sign(message)
    return f"0x{blob(head + extra + call).hex()}"
