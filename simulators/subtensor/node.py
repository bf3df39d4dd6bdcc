"""A node of the simulated chain: a websocket that JSON-RPC is spoken on."""

import asyncio
from contextlib import suppress
import itertools
from typing import Any, override

from aiohttp import web

from simulators.clock import Clock
from simulators.commands import command
from simulators.http import Wire

from .chain import Chain
from .connection import SUBSCRIBING, Connection
from .faults import Faults
from .rpc import Rpc, View
from .traffic import Traffic

PORT = 9944
_LARGEST_REQUEST = 15 * 1024 * 1024


class SubtensorNode(Faults):
    """Serves one chain; any number of nodes may serve the same."""

    def __init__(
        self,
        chain: Chain,
        clock: Clock,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        metadata: bytes | None = None,
    ) -> None:
        """Serve at that address; port 0 is any free one."""
        self._known = View(chain)
        super().__init__(Wire(host, port, self._welcome), self._known, clock)
        self.chain = chain
        self.traffic = Traffic()
        self._rpc = Rpc(self._known, metadata)
        self._rpc.also = SUBSCRIBING
        self._ids = itertools.count(1)
        self._connections: set[Connection] = set()
        self._published = self._known.head.hash, self._known.finalised.number

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"ws://{self.host}:{self.port}"

    @override
    async def start(self) -> None:
        """Listen, and follow the chain."""
        await super().start()
        self.chain.listeners.add(self._publish)

    @override
    async def stop(self) -> None:
        """Close for good."""
        self.chain.listeners.discard(self._publish)
        await super().stop()

    @override
    def describe(self) -> dict[str, Any]:
        """Return what this node knows and what is wrong with it."""
        return {
            **super().describe(),
            "model": "Subtensor node",
            "head": self._known.head.number,
            "finalised": self._known.finalised.number,
            "connections": len(self._connections),
            "requests": self.traffic.requests,
            "received": self.traffic.received,
            "sent": self.traffic.sent,
        }

    async def settle(self) -> None:
        """Wait until all that is to be sent is sent."""
        for connection in tuple(self._connections):
            await connection.drained()

    @command
    def drop(self) -> None:
        """Break every connection, once."""
        for connection in tuple(self._connections):
            connection.abort()

    @override
    @command
    def restore(self) -> None:
        """Undo every fault, and publish the blocks that were missed."""
        super().restore()
        self._marks.clear()
        self._listen()
        self._publish()

    async def _welcome(self, request: web.BaseRequest) -> web.StreamResponse:
        if self.elsewhere is not None:
            return web.Response(status=302, headers={"Location": self.elsewhere})
        socket = web.WebSocketResponse(compress=False, max_msg_size=_LARGEST_REQUEST)
        await socket.prepare(request)
        transport = request.transport
        if not isinstance(transport, asyncio.Transport):
            return socket
        connection = Connection(
            socket,
            transport,
            view=self._known,
            rpc=self._rpc,
            faults=self,
            traffic=self.traffic,
            new_id=self._new_id,
        )
        self.traffic.connections += 1
        self._connections.add(connection)
        flooding = asyncio.create_task(connection.flood()) if self.flooding else None
        try:
            with suppress(ConnectionError):
                await connection.serve()
        finally:
            self._connections.discard(connection)
            if flooding is not None:
                flooding.cancel()
        return socket

    def _new_id(self) -> str:
        """Return an id that no other subscription of this node has."""
        return f"simulated{next(self._ids):07}"

    def _publish(self) -> None:
        """Send subscribers what is new to this node."""
        head, finalised = self._known.head, self._known.finalised
        before, final = self._published
        self._published = head.hash, finalised.number
        news = [("head", head)] if head.hash != before else []
        for number in range(final + 1, finalised.number + 1):
            block = self.chain.at(number)
            if block is not None:
                news.append(("finalised", block))
        for connection in tuple(self._connections):
            for what, block in news:
                connection.publish(what, block)
