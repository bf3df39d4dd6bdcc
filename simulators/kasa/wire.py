"""The two sides of a plug: TCP, where a client may keep its connection, and UDP."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
import random
import socket
import struct

from simulators import device
from simulators.clock import Clock, sleep

from .cipher import HEADER_SIZE, body_size, frame, scramble, unscramble

BROADCAST = "127.255.255.255"
"""Where all simulated devices hear a search at once."""
_BACKLOG = 10
_LARGEST_REQUEST = 1 << 16
_LARGEST_DATAGRAM = 1 << 16
_GARBAGE_SIZE = 300
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class WireFault(StrEnum):
    """What can be wrong with a reply."""

    DENY = "deny"
    """Connections are closed unread."""
    DROP = "drop"
    """The request is carried out, and the connection reset in place of the reply."""
    GARBLE = "garble"
    """The request is carried out, and random bytes come back."""
    HANG = "hang"
    """The request is received, and that is all."""


@dataclass(slots=True)
class Traffic(device.Traffic):
    """What clients did so far; connections are what is open."""

    connections: int = 0
    requests: deque[bytes] = field(default_factory=lambda: deque(maxlen=1000))
    """Plain text over TCP, oldest first."""
    searches: int = 0
    """Requests over UDP."""


class Wire:
    """Listens while it is open."""

    def __init__(
        self,
        host: str,
        port: int,
        answer: Callable[[bytes], bytes | None],
        clock: Clock,
    ) -> None:
        """Answer with plain text to plain text; port 0 is any free port."""
        self.host = host
        self.port = port
        self.latency = 0.0
        """Seconds between the request, which is carried out, and its reply."""
        self.traffic = Traffic()
        self._answer = answer
        self._clock = clock
        self._fault: WireFault | None = None
        self._after = 0
        self._times: int | None = None
        self._sockets: list[socket.socket] = []
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def fault(self) -> WireFault | None:
        """What is wrong with replies, or is going to be."""
        return self._fault

    def fail(
        self, fault: WireFault | None, after: int = 0, times: int | None = None
    ) -> None:
        """Be at fault after some more replies, for some replies or for ever."""
        self._fault, self._after, self._times = fault, after, times
        if fault is WireFault.DENY and not after:
            self._drop_connections()

    def open(self) -> None:
        """Listen; needs a running event loop."""
        if self._sockets:
            return
        loop = asyncio.get_running_loop()
        tcp = self._bind(socket.SOCK_STREAM, self.host)
        tcp.listen(_BACKLOG)
        self.port = tcp.getsockname()[1]
        udp = self._bind(socket.SOCK_DGRAM, self.host)
        everyone = self._bind(socket.SOCK_DGRAM, BROADCAST)
        loop.add_reader(tcp, self._accept, tcp)
        loop.add_reader(udp, self._receive, udp, udp)
        loop.add_reader(everyone, self._receive, everyone, udp)

    def close(self) -> None:
        """Refuse connections and drop those that there are."""
        loop = asyncio.get_running_loop()
        for bound in self._sockets:
            loop.remove_reader(bound)
            bound.close()
        self._sockets.clear()
        self._drop_connections()

    async def stop(self) -> None:
        """Close for good."""
        self.close()
        if self._serving:
            await asyncio.wait(self._serving)

    def _drop_connections(self) -> None:
        for task in self._serving:
            task.cancel()

    def _bind(self, kind: socket.SocketKind, host: str) -> socket.socket:
        bound = socket.socket(socket.AF_INET, kind)
        # Every simulated device hears what is sent to the broadcast address.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.settimeout(0)
        self._sockets.append(bound)
        try:
            bound.bind((host, self.port))
        except OSError:
            self.close()
            raise
        return bound

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except BlockingIOError, ConnectionError:
            return
        connection.settimeout(0)
        task = asyncio.get_running_loop().create_task(self._serve(connection))
        self._serving.add(task)
        task.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        self._serving.discard(task)
        if not task.cancelled():
            task.result()

    async def _serve(self, connection: socket.socket) -> None:
        traffic = self.traffic
        traffic.connections += 1
        gone = suppress(ConnectionError, asyncio.IncompleteReadError)
        with traffic.exchange(), connection, gone:
            if self._fault is WireFault.DENY and self._strike():
                return
            while await self._exchange(connection):
                pass

    async def _exchange(self, connection: socket.socket) -> bool:
        """Answer one request; return whether the connection goes on."""
        size = body_size(await _read(connection, HEADER_SIZE))
        if size > _LARGEST_REQUEST:
            return False
        request = unscramble(await _read(connection, size))
        self.traffic.requests.append(request)
        fault = self._fault if self._fault is not WireFault.DENY else None
        if fault is not None and not self._strike():
            fault = None
        if fault is WireFault.HANG:
            await asyncio.Event().wait()
        reply = self._answer(request)
        if self.latency:
            await sleep(self._clock, self.latency)
        if fault is WireFault.DROP:
            _reset(connection)
        if fault is WireFault.DROP or reply is None:
            return False
        data = frame(reply)
        if fault is WireFault.GARBLE:
            noise = random.Random(self.traffic.connections)
            data = struct.pack(">I", _GARBAGE_SIZE) + noise.randbytes(_GARBAGE_SIZE)
        await asyncio.get_running_loop().sock_sendall(connection, data)
        return True

    def _receive(self, listener: socket.socket, own: socket.socket) -> None:
        """Answer a search from the device's own address."""
        with suppress(BlockingIOError, ConnectionError):
            cipher, client = listener.recvfrom(_LARGEST_DATAGRAM)
            self.traffic.searches += 1
            if self._fault is None and (reply := self._answer(unscramble(cipher))):
                own.sendto(scramble(reply), client)

    def _strike(self) -> bool:
        """Return whether the fault strikes this time, and count."""
        if self._after:
            self._after -= 1
            return False
        if self._times is not None:
            self._times -= 1
            if self._times <= 0:
                self._fault = None
        return True


async def _read(connection: socket.socket, size: int) -> bytes:
    """Return exactly that many bytes; raise IncompleteReadError when the client goes."""
    loop, data = asyncio.get_running_loop(), b""
    while len(data) < size:
        chunk = await loop.sock_recv(connection, size - len(data))
        if not chunk:
            raise asyncio.IncompleteReadError(data, size)
        data += chunk
    return data


def _reset(connection: socket.socket) -> None:
    """Let the coming close reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
