"""An HTTP server of a simulated device, which can refuse and break off at once."""

import asyncio
from collections.abc import Awaitable, Callable
import socket

from aiohttp import web

_BACKLOG = 100

type Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Wire:
    """An HTTP server whose port stays its own while it refuses."""

    def __init__(self, host: str, port: int, handler: Handler) -> None:
        """Answer by `handler`; port 0 is any free port."""
        self.host = host
        self.port = port
        self._handler = handler
        self._http: web.Server | None = None
        self._listener: socket.socket | None = None
        self._reserved: socket.socket | None = None
        self._welcoming: set[asyncio.Task[object]] = set()

    def open(self) -> None:
        """Listen; needs a running event loop."""
        if self._listener is not None:
            return
        self._free()
        self._http = self._http or web.Server(
            self._handler, access_log=None, handler_cancellation=True
        )
        self._listener = self._bind()
        self._listener.listen(_BACKLOG)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._listener, self._accept, self._listener)

    def close(self) -> None:
        """Refuse connections, break the present ones, and keep the port."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
            self._reserved = self._bind()
        for connection in self._http.connections if self._http else ():
            if connection.transport is not None:
                connection.transport.abort()

    async def stop(self) -> None:
        """Close for good."""
        self.close()
        self._free()
        await asyncio.gather(*self._welcoming, return_exceptions=True)
        if self._http is not None:
            await self._http.shutdown(timeout=0.1)

    def _bind(self) -> socket.socket:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.settimeout(0)
            bound.bind((self.host, self.port))
        except BaseException:
            bound.close()
            raise
        self.port = bound.getsockname()[1]
        return bound

    def _free(self) -> None:
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except BlockingIOError, ConnectionError:
            return
        connection.settimeout(0)
        loop = asyncio.get_running_loop()
        assert self._http is not None
        task = loop.create_task(loop.connect_accepted_socket(self._http, connection))
        self._welcoming.add(task)
        task.add_done_callback(self._welcoming.discard)
