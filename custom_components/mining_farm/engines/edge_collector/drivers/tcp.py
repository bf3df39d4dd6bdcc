"""One request and one reply over TCP: one write, a bounded read, one deadline."""

import asyncio
from collections.abc import AsyncGenerator
import contextlib
from enum import StrEnum
import socket
from typing import NamedTuple

from ..errors import Failure, MinerError
from .bounds import MAX_BYTES, refuse_large, refuse_wide

_CHUNK = 1 << 16
_STEPS = 8


class TransportError(MinerError):
    """Nothing usable came over the wire this time; asking again may help."""


class LateError(TransportError):
    """The miner took the connection and was not done by the deadline."""


class Ending(StrEnum):
    """What ended a reply."""

    NUL = "nul"
    """The terminator of the API: the reply is whole."""
    EOF = "eof"
    RESET = "reset"
    DEADLINE = "deadline"


class RawReply(NamedTuple):
    """At least one byte, and what came after the last one."""

    data: bytes
    ending: Ending


async def async_exchange(
    host: str, port: int, request: bytes, deadline_s: float
) -> RawReply:
    """Send one request and return its reply, all of it within the deadline.

    Raises TransportError when not a single byte came, and MinerError when more came
    than a miner would ever send. The socket is closed on every way out.
    """
    buffer = bytearray()
    late: type[TransportError] = TransportError
    try:
        async with _async_deadline(deadline_s):
            sock = await _async_connect(host, port)
            late = LateError
            with sock:
                # cgminer receives once: a request in two segments is broken JSON.
                await asyncio.get_running_loop().sock_sendall(sock, request)
                ending = await _async_receive(sock, buffer)
    except TimeoutError:
        ending = Ending.DEADLINE
    except OSError:
        ending = Ending.RESET
    refuse_large(len(buffer))
    if buffer:
        refuse_wide(buffer)
        return RawReply(bytes(buffer), ending)
    if ending is Ending.DEADLINE:
        raise late(Failure.TIMEOUT, f"no answer within {deadline_s:g} s")
    # A miner closes the connection of an address that is not on its allow list unread,
    # so its kernel may send a reset instead of an orderly end.
    raise TransportError(
        Failure.DENIED,
        "connection closed without an answer: "
        "this computer is probably not on the miner's API allow list",
    )


@contextlib.asynccontextmanager
async def _async_deadline(seconds: float) -> AsyncGenerator[None]:
    """Raise TimeoutError after so many seconds in which this machine had time to listen.

    While the event loop is held up (a thousand miners on a slow machine) replies wait in
    the socket: a step of the deadline that ends late counts as long as it was meant.
    """
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle
    async with asyncio.timeout(None) as timeout:

        def step(left: int) -> None:
            nonlocal timer
            if left:
                timer = loop.call_later(seconds / _STEPS, step, left - 1)
            else:
                timeout.reschedule(loop.time())

        timer = loop.call_later(seconds / _STEPS, step, _STEPS - 1)
        try:
            yield
        finally:
            timer.cancel()


async def _async_receive(sock: socket.socket, buffer: bytearray) -> Ending:
    """Fill the buffer up to the first NUL, the end of the stream or the size limit."""
    loop = asyncio.get_running_loop()
    while len(buffer) <= MAX_BYTES:
        chunk = await loop.sock_recv(sock, _CHUNK)
        if not chunk:
            return Ending.EOF
        buffer += chunk
        # Firmware that does not close behind its NUL would hold every poll for long.
        if 0 in chunk:
            return Ending.NUL
    return Ending.EOF


async def _async_connect(host: str, port: int) -> socket.socket:
    """Return a connected socket; TransportError says why none of the addresses did."""
    loop = asyncio.get_running_loop()
    errors: list[Exception] = []
    try:
        for family, destination in await _async_resolve(host, port):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(0)
                await loop.sock_connect(sock, destination)
            except OSError as err:
                sock.close()
                errors.append(err)
            except BaseException:
                sock.close()
                raise
            else:
                return sock
    except (OSError, ValueError, OverflowError) as err:
        errors.append(err)
    raise _connect_error(errors)


def _connect_error(errors: list[Exception]) -> TransportError:
    """Return the most informative failure; refused by one address beats the rest."""
    if any(
        isinstance(err, ConnectionRefusedError | ConnectionResetError) for err in errors
    ):
        return TransportError(
            Failure.REFUSED,
            "connection refused: the API is off, or the miner is restarting",
        )
    reason = errors[-1] if errors else "the name has no address"
    if isinstance(reason, TimeoutError):
        return TransportError(Failure.TIMEOUT, "no connection in time")
    return TransportError(Failure.UNREACHABLE, f"cannot be reached: {reason}")


async def _async_resolve(
    host: str, port: int
) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
    """Return the addresses of a host; a literal one costs no thread."""
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):
            socket.inet_pton(family, host)
            return [(family, (host, port))]
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    )
    return [(family, destination) for family, _, _, _, destination in found]
