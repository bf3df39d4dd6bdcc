"""One request and one reply over TCP: one write, a bounded read, one deadline."""

import asyncio
import contextlib
from enum import StrEnum
from functools import lru_cache
import os
import socket
from typing import Any, NamedTuple, Self

from ..errors import Failure, MinerError
from .bounds import MAX_BYTES, refuse_large, refuse_wide

_CHUNK = 1 << 14
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
    loop = asyncio.get_running_loop()
    left_s = deadline_s
    if (literal := _literal(host)) is not None:
        addresses: _Addresses = ((literal, (host, port)),)
    else:
        began = loop.time()
        addresses = await _async_resolve(host, port, deadline_s)
        left_s -= loop.time() - began
    deadline = _Deadline(loop, left_s)
    errors: list[Exception] = []
    try:
        for family, destination in addresses:
            with _Conversation(loop, request) as conversation:
                deadline.ends(conversation.ended)
                conversation.begin(family, destination)
                try:
                    ending = await conversation.ended
                except (OSError, ValueError, OverflowError) as err:
                    if not conversation.connected:
                        errors.append(err)
                        continue
                    ending = Ending.RESET
            return _reply(conversation, ending, deadline_s)
    finally:
        deadline.cancel()
    raise _connect_error(errors)


def _reply(conversation: _Conversation, ending: Ending, deadline_s: float) -> RawReply:
    """Return what came; TransportError where nothing did."""
    received = conversation.received
    refuse_large(len(received))
    if received:
        refuse_wide(received)
        return RawReply(bytes(received), ending)
    if ending is Ending.DEADLINE:
        late = LateError if conversation.connected else TransportError
        raise late(Failure.TIMEOUT, f"no answer within {deadline_s:g} s")
    # A miner closes the connection of an address that is not on its allow list unread,
    # so its kernel may send a reset instead of an orderly end.
    raise TransportError(
        Failure.DENIED,
        "connection closed without an answer: "
        "this computer is probably not on the miner's API allow list",
    )


class _Deadline:
    """Ends a conversation after so many seconds in which this machine could listen.

    While the event loop is held up (a thousand miners on a slow machine) replies wait in
    the socket: a step of the deadline that ends late counts as long as it was meant.
    """

    __slots__ = ("_ended", "_is_over", "_loop", "_step_s", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        """Begin to count."""
        self._loop = loop
        self._step_s = max(0.0, seconds) / _STEPS
        self._ended: asyncio.Future[Ending] | None = None
        self._is_over = False
        self._timer = loop.call_later(self._step_s, self._step, _STEPS - 1)

    def ends(self, ended: asyncio.Future[Ending]) -> None:
        """End this conversation in time."""
        self._ended = ended
        self._end_if_over()

    def cancel(self) -> None:
        """Count no longer."""
        self._timer.cancel()

    def _step(self, left: int) -> None:
        if left:
            self._timer = self._loop.call_later(self._step_s, self._step, left - 1)
        else:
            self._is_over = True
            self._end_if_over()

    def _end_if_over(self) -> None:
        if self._is_over and self._ended is not None and not self._ended.done():
            self._ended.set_result(Ending.DEADLINE)


class _Conversation:
    """Connects to one address, sends the request, and takes what comes back.

    By callbacks of the loop: a coroutine for each step would cost more than the steps.
    """

    __slots__ = (
        "_is_read",
        "_is_written",
        "_left",
        "_loop",
        "_sock",
        "connected",
        "ended",
        "received",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, request: bytes) -> None:
        """Do nothing yet."""
        self.ended: asyncio.Future[Ending] = loop.create_future()
        """OSError where it broke off."""
        self.connected = False
        self.received = bytearray()
        self._loop = loop
        self._left = request
        self._sock: socket.socket | None = None
        self._is_read = self._is_written = False

    def __enter__(self) -> Self:
        """Be entered."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the loop and of the socket."""
        if (sock := self._sock) is None:
            return
        if self._is_read:
            self._loop.remove_reader(sock)
        self._write_no_more(sock)
        sock.close()

    def begin(self, family: socket.AddressFamily, destination: Any) -> None:  # noqa: ANN401
        """Connect to an address."""
        try:
            sock = self._sock = socket.socket(family, socket.SOCK_STREAM)
            sock.setblocking(False)  # noqa: FBT003
            sock.connect(destination)
        except BlockingIOError, InterruptedError:
            self._is_written = True
            self._loop.add_writer(sock, self._on_connected, sock)
        except (OSError, ValueError, OverflowError) as err:
            self._fail(err)
        else:
            self._on_connected(sock)

    def _on_connected(self, sock: socket.socket) -> None:
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._fail(OSError(error, os.strerror(error)))
            return
        self.connected = self._is_read = True
        self._loop.add_reader(sock, self._on_readable, sock)
        self._send(sock)

    def _send(self, sock: socket.socket) -> None:
        # cgminer receives once: a request in two segments is broken JSON.
        try:
            sent = sock.send(self._left)
        except BlockingIOError, InterruptedError:
            sent = 0
        except OSError as err:
            self._fail(err)
            return
        self._left = self._left[sent:]
        if self._left:
            self._is_written = True
            self._loop.add_writer(sock, self._send, sock)
        else:
            self._write_no_more(sock)

    def _write_no_more(self, sock: socket.socket) -> None:
        if self._is_written:
            self._is_written = False
            self._loop.remove_writer(sock)

    def _on_readable(self, sock: socket.socket) -> None:
        """Take a chunk, up to the first NUL, the end of the stream or the size limit."""
        try:
            chunk = sock.recv(_CHUNK)
        except BlockingIOError, InterruptedError:
            return
        except OSError as err:
            self._fail(err)
            return
        self.received += chunk
        # Firmware that does not close behind its NUL would hold every poll for long.
        if 0 in chunk:
            self._end(Ending.NUL)
        elif not chunk or len(self.received) > MAX_BYTES:
            self._end(Ending.EOF)

    def _end(self, ending: Ending) -> None:
        if not self.ended.done():
            self.ended.set_result(ending)

    def _fail(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)


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


type _Addresses = tuple[tuple[socket.AddressFamily, object], ...]


async def _async_resolve(host: str, port: int, deadline_s: float) -> _Addresses:
    """Return the addresses of a name; looking it up takes a thread."""
    try:
        async with asyncio.timeout(deadline_s):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
    except TimeoutError:
        raise TransportError(
            Failure.TIMEOUT, f"no answer within {deadline_s:g} s"
        ) from None
    except (OSError, ValueError, OverflowError) as err:
        raise _connect_error([err]) from err
    return tuple((family, destination) for family, _, _, _, destination in found)


@lru_cache(maxsize=4096)
def _literal(host: str) -> socket.AddressFamily | None:
    """Return the family of a literal address; None for a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError, ValueError):
            socket.inet_pton(family, host)
            return family
    return None
