"""A node on loopback without a runtime: blocks, subscriptions, and faults on demand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
import json
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

GENESIS = f"0x{'00' * 31}01"


class JsonRpcError(Exception):
    """An answer that is this error object."""


class FakeNode:
    """Answers what needs no types; `answers` adds methods or takes their place."""

    def __init__(self, height: int = 100, genesis: str = GENESIS) -> None:
        self.height = height
        self.genesis = genesis
        self.silent = False
        """Nothing is answered and no subscriber notified any more."""
        self.headless = False
        """Of no head is notified any more, but everything is answered."""
        self.refuses_subscriptions = False
        self.limited: str | None = None
        """What Retry-After says to whoever connects; empty: nothing. None: no limit."""
        self.turned_away = 0
        self.asked: list[str] = []
        self.answers: dict[str, Callable[..., Any]] = {}
        self.connections: dict[ServerConnection, dict[str, str]] = {}
        self.opened = 0
        self._server: Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is, with a key that must be shown nowhere."""
        return f"ws://127.0.0.1:{self.port}/v1/k3y"

    def hash(self, number: int) -> str:
        """Return the hash of a block."""
        return self.genesis if number == 0 else f"0x{number:064x}"

    async def start(self) -> Self:
        """Listen, on the same port as before."""
        self._server = await serve(
            self._serve, "127.0.0.1", self.port, process_request=self._admit
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Drop everybody and listen no more."""
        self.drop()
        if self._server is not None:
            self._server.close(close_connections=False)
            self._server = None
        await asyncio.sleep(0)

    def drop(self) -> None:
        """Cut every connection, without a word."""
        for connection in self.connections:
            connection.transport.abort()

    async def advance(self, blocks: int = 1) -> None:
        """Add blocks and notify subscribers; what is 2 blocks old is finalised."""
        self.height += blocks
        for connection, subscriptions in tuple(self.connections.items()):
            for name, method in subscriptions.items():
                await self.notify(connection, name, method)

    async def notify(
        self, connection: ServerConnection, name: str, method: str
    ) -> None:
        """Notify one subscriber of the current block."""
        finalised = "Finalized" in method
        if self.silent or (self.headless and not finalised):
            return
        number = self.height - 2 if finalised else self.height
        await connection.send(
            json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": method,
                    "params": {
                        "subscription": name,
                        "result": {"number": hex(number)},
                    },
                }
            )
        )

    def _admit(self, connection: ServerConnection, _: Request) -> Response | None:
        if self.limited is None:
            return None
        self.turned_away += 1
        response = connection.respond(HTTPStatus.TOO_MANY_REQUESTS, "")
        if self.limited:
            response.headers["Retry-After"] = self.limited
        return response

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections[connection] = {}
        self.opened += 1
        try:
            async for text in connection:
                message = json.loads(text)
                self.asked.append(message["method"])
                if not self.silent:
                    await self._answer(connection, message)
        finally:
            del self.connections[connection]

    async def _answer(
        self, connection: ServerConnection, message: dict[str, Any]
    ) -> None:
        method, params = message["method"], message["params"]
        reply: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
        try:
            reply["result"] = self._result(method, params)
        except JsonRpcError as error:
            (reply["error"],) = error.args
        except LookupError as error:
            reply["error"] = {"code": -32601, "message": f"{error.args[0]}"}
        except ValueError as error:
            reply["error"] = {"code": 4003, "message": f"{error}"}
        if method.startswith("chain_subscribe") and not self.refuses_subscriptions:
            name = f"{method}-{message['id']}"
            self.connections[connection][name] = method
            # As real nodes may: notified before the subscription is answered.
            await self.notify(connection, name, method)
            reply["result"] = name
        await connection.send(json.dumps(reply))

    def _result(self, method: str, params: list[Any]) -> Any:
        if (answer := self.answers.get(method)) is not None:
            return answer(*params)
        match method, params:
            case "chain_getBlockHash", []:
                return self.hash(self.height)
            case "chain_getBlockHash", [int(number)]:
                return self.hash(number) if number <= self.height else None
            case "chain_getFinalizedHead", []:
                return self.hash(self.height - 2)
            case "chain_getHeader", []:
                return {"number": hex(self.height)}
            case "chain_getHeader", [str(block)]:
                return {"number": hex(int(block, 16))}
        if method.startswith("chain_"):
            return None
        raise LookupError("Method not found")


@asynccontextmanager
async def nodes(*heights: int) -> AsyncIterator[list[FakeNode]]:
    """Run nodes of one chain at these heights."""
    running = [await FakeNode(height).start() for height in heights]
    try:
        yield running
    finally:
        for node in running:
            await node.stop()


async def eventually(true: Callable[[], object], within: float = 60) -> None:
    """Wait until something is true that a node's answers make true."""
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.005)
