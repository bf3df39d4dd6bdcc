"""The TCP side of a miner: one accept loop, one recv, one reply, close.

A client that connects and sends nothing keeps everyone else waiting in the backlog, as
on the real machines (cgminer's api.c).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
import ipaddress
import random
import socket
import struct

from simulators.clock import Clock, sleep

_BACKLOG = 100
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Hang:
    """The kernel accepts, and no answer ever comes."""


@dataclass(frozen=True, slots=True)
class Deny:
    """Every client is closed with zero bytes, or reset."""

    reset: bool


@dataclass(frozen=True, slots=True)
class Drip:
    """The reply comes `size` bytes at a time, `interval` seconds apart."""

    size: int
    interval: float


@dataclass(frozen=True, slots=True)
class Cut:
    """The reply ends after that share of it: with a close, or with a reset."""

    share: float
    reset: bool


@dataclass(frozen=True, slots=True)
class Garble:
    """That many random bytes come instead of the reply."""

    size: int


@dataclass(frozen=True, slots=True)
class Flood:
    """That much comes again and again, until the client goes."""

    block: bytes


@dataclass(frozen=True, slots=True)
class Instead:
    """Something else comes in place of the reply to the n-th connection."""

    reply: Callable[[int], bytes]


type WireFault = Hang | Deny | Drip | Cut | Garble | Flood | Instead


@dataclass(slots=True)
class Traffic:
    """What clients did so far."""

    connections: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    requests: deque[bytes] = field(default_factory=lambda: deque(maxlen=100))
    """The last hundred, oldest first."""


class Wire:
    """Listens while it is open, and answers one client after the other."""

    def __init__(
        self,
        host: str,
        port: int,
        answer: Callable[[bytes], bytes],
        *,
        clock: Clock,
        allow: Sequence[str],
        read_limit: int,
        read_timeout: float | None,
    ) -> None:
        """Answer clients from the networks in `allow`; port 0 is any free port."""
        self.host = host
        self.port = port
        self.latency = 0.0
        """Seconds that each reply takes."""
        self.traffic = Traffic()
        self._answer = answer
        self._clock = clock
        self._allow = [ipaddress.ip_network(network) for network in allow]
        self._read_limit = read_limit
        self._read_timeout = read_timeout
        self._fault: WireFault | None = None
        self._listener: socket.socket | None = None
        self._reserved: socket.socket | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def fault(self) -> WireFault | None:
        """What is wrong with the replies."""
        return self._fault

    @fault.setter
    def fault(self, fault: WireFault | None) -> None:
        self._fault = fault
        self._watch()

    def open(self) -> None:
        """Listen; needs a running event loop."""
        if self._listener is None:
            self._free()
            self._listener = self._bind()
            self._listener.listen(_BACKLOG)
            self.port = self._listener.getsockname()[1]
            self._watch()

    def close(self) -> None:
        """Refuse connections and drop the present one, and keep the port."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
            self._reserved = self._bind()
        if self._serving is not None:
            self._serving.cancel()

    async def stop(self) -> None:
        """Close for good."""
        self.close()
        self._free()
        if self._serving is not None:
            await asyncio.wait([self._serving])

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.settimeout(0)
            bound.bind((self.host, self.port))
        except OSError as error:
            bound.close()
            where = f"{self.host}:{self.port}"
            raise OSError(error.errno, f"{where}: {error.strerror}") from error
        return bound

    def _free(self) -> None:
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None

    def _watch(self) -> None:
        """Wait for the next client if there is a reason to."""
        if self._listener is None or self._serving is not None:
            return
        loop = asyncio.get_running_loop()
        if isinstance(self._fault, Hang):
            loop.remove_reader(self._listener)
        else:
            loop.add_reader(self._listener, self._accept, self._listener)

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, (address, *_) = listener.accept()
        except BlockingIOError, ConnectionError:
            return
        connection.settimeout(0)
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)
        self._serving = loop.create_task(self._serve(connection, address))
        self._serving.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        self._serving = None
        self._watch()
        if not task.cancelled():
            task.result()

    async def _serve(self, connection: socket.socket, address: str) -> None:
        with connection, suppress(ConnectionError):
            self.traffic.connections += 1
            request = await self._receive(connection)
            if not request:
                return
            if not self._allows(address):
                if isinstance(self._fault, Deny) and self._fault.reset:
                    _reset(connection)
                return
            self.traffic.bytes_in += len(request)
            self.traffic.requests.append(request)
            if self.latency:
                await sleep(self._clock, self.latency)
            await self._deliver(connection, self._answer(request))

    async def _receive(self, connection: socket.socket) -> bytes:
        """Return what one recv brings; nothing if the client went or took too long."""
        receiving = asyncio.get_running_loop().sock_recv(connection, self._read_limit)
        if self._read_timeout is None:
            return await receiving

        def give_up() -> None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)

        timer = self._clock.call_later(self._read_timeout, give_up)
        try:
            return await receiving
        finally:
            timer.cancel()

    async def _deliver(self, connection: socket.socket, reply: bytes) -> None:
        match self._fault:
            case Drip(size, interval):
                for start in range(0, len(reply), size):
                    await self._send(connection, reply[start : start + size])
                    await sleep(self._clock, interval)
            case Cut(share, reset):
                await self._send(connection, reply[: int(len(reply) * share)])
                if reset:
                    _reset(connection)
            case Garble(size):
                garbage = random.Random(self.traffic.connections).randbytes(size)
                await self._send(connection, garbage)
            case Flood(block):
                while True:
                    await self._send(connection, block)
            case Instead(other):
                await self._send(connection, other(self.traffic.connections))
            case _:
                await self._send(connection, reply)

    async def _send(self, connection: socket.socket, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(connection, data)
        self.traffic.bytes_out += len(data)

    def _allows(self, address: str) -> bool:
        if isinstance(self._fault, Deny):
            return False
        client = ipaddress.ip_address(address)
        return any(client in network for network in self._allow)


def _reset(connection: socket.socket) -> None:
    """Let the coming close reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
