"""The process that talks to the chain.

Decoding the chain's types holds Python's lock for up to 300 ms at a time, in a thread
as well: only another process keeps that away from the caller's event loop.

Started by `chain.thread` with the number of a socket; it ends when that is closed.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
import resource
import signal
import socket
import sys
from typing import Final

from ..models import BlockRef, ChainFacts
from .keeper import Listener
from .pace import Pace
from .peer import Handlers, Peer
from .service import ChainService

_MEMORY: Final = 1024 * 1024 * 1024
"""Bytes; some 100 MB are used."""
_OOM_SCORE: Final = Path("/proc/self/oom_score_adj")


class _Served:
    """One chain service, once the other end has said of what."""

    def __init__(self) -> None:
        self.peer: Peer | None = None
        self.service: asyncio.Future[ChainService] = (
            asyncio.get_running_loop().create_future()
        )
        self._running: asyncio.Task[None] | None = None

    async def open(
        self,
        urls: tuple[str, ...],
        netuid: int,
        block_time: float,
        within: float,
        known: ChainFacts,
    ) -> None:
        """Begin to keep a connection to a chain."""
        assert self.peer is not None  # noqa: S101 Set before anything is read
        notify = self.peer.notify
        service = ChainService(
            urls,
            netuid=netuid,
            pace=Pace(block_time),
            listener=Listener(
                head=lambda block: notify("head", block),
                endpoints=lambda states: notify("endpoints", states),
            ),
            read_within=within,
            known=known,
        )
        self._running = asyncio.create_task(service.run())
        self._running.add_done_callback(self._end)
        self.service.set_result(service)

    async def close(self) -> None:
        """End the connection to the chain."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    def _end(self, running: asyncio.Task[None]) -> None:
        """End with what keeps the connection: nothing would ever be answered again."""
        if not running.cancelled() and running.exception() and self.peer is not None:
            self.peer.close()

    async def read(self, name: str, *args: object) -> object:
        """Call one of the service's reads."""
        return await getattr(await self.service, name)(*args)

    async def publish(self, ticket: int, payload: bytes, hotkey: str) -> BlockRef:
        """Publish; the other end signs, by its ticket for the wallet that it is for."""
        peer = self.peer
        assert peer is not None  # noqa: S101 Set before anything is read

        async def sign(data: bytes) -> bytes:
            return bytes(await peer.call("sign", ticket, data))

        return await (await self.service).publish(payload, hotkey, sign)


async def serve(connected: socket.socket) -> None:
    """Serve the other end of a socket until it is closed."""
    reader, writer = await asyncio.open_connection(sock=connected)
    served = _Served()
    handlers: Handlers = {
        "open": served.open,
        "read": served.read,
        "publish": served.publish,
    }
    served.peer = Peer(reader, writer, handlers)
    try:
        await served.peer.run()
    finally:
        await served.close()


def _stay_small() -> None:
    """Let nodes that send too much end this process, and no other one."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, most))
    with suppress(OSError):
        _OOM_SCORE.write_text("500")


def main() -> None:
    """Serve the socket whose number is the only argument."""
    # Ctrl-C is for the one who started us: it closes the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stay_small()
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
