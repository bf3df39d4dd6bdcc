"""JSON-RPC over one websocket: requests with a deadline, and subscriptions."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import itertools
import json
import logging
import re
import ssl
from typing import Any, Self, override

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)
from websockets.http11 import Response

from ..errors import ChainError, ChainUnavailableError

# By default websockets ends a connection at a message of 1 MiB. Metadata take half of
# it, and all neurons come in one answer.
_MAX_MESSAGE = 64 * 1024 * 1024
_EARLY = 8
# A head comes every 12 s, in less than 4 kB; many come at once after an outage.
_UNASKED_AT_ONCE = 1000
_UNASKED_PER_SECOND = 50
_UNASKED_SIZE = 4096
_NO_METHOD = -32601
# That of Substrate's own server, of a host of public nodes, and that of HTTP.
_LIMITS = frozenset((-32999, -32029, 429))
# Proxies before nodes have codes of their own. Those above 0 are the chain's: its
# refusals of an extrinsic have such words as well.
_LIMIT_WORDS = re.compile(
    r"rate.?limit|too many requests|limit exceeded", re.IGNORECASE
)
_LONGEST_REST = 24 * 3600.0
# The library's own logger would spell out the URL, which may hold an API key.
_SILENT = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001


BROKEN = "the connection broke"
FLOODED = "the endpoint floods us with messages"

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_SELF_SIGNED = frozenset((18, 19))
"""OpenSSL's verification errors: the certificate, or one of its chain, is self-signed."""
_EXPIRED = 10
_OTHER_HOST = frozenset((62, 64))


class ConnectionLostError(ChainUnavailableError):
    """The connection ended before an answer came."""


class EndpointLimitedError(ConnectionLostError):
    """The endpoint limits the number of requests: by HTTP 429, or in place of an answer."""

    def __init__(self, how: str, retry_after: float | None = None) -> None:
        """Keep for how many seconds it wants to be left alone, where it says so."""
        super().__init__(f"the endpoint limits the number of requests ({how})")
        self.retry_after = retry_after


class NodeError(ChainError):
    """The node answered with a JSON-RPC error."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        """Keep the node's words and its code."""
        super().__init__(reason)
        self.code = code

    @property
    def is_lacking(self) -> bool:
        """Whether the node has no such method, or its runtime no such function."""
        return self.code == _NO_METHOD or (
            "Exported method" in str(self) and "is not found" in str(self)
        )

    @property
    def is_limit(self) -> bool:
        """Whether it stands for an answer because there were too many requests."""
        if self.code in _LIMITS:
            return True
        return (self.code or 0) < 0 and bool(_LIMIT_WORDS.search(str(self)))


class _Connecting(connect):
    """The library's, but to where it was sent and nowhere else.

    A URL's path or query may be a key, and a node within the network is none that a
    node outside may choose.
    """

    @override
    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Connection:
    """One open connection; it is never re-made, and a request is never sent twice."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._subscriptions: dict[str, asyncio.Queue[Any]] = {}
        self._early: dict[str, deque[Any]] = {}
        self._lost = asyncio.Event()
        self._reason = BROKEN
        self._unasked = _Allowance()
        self.limit: EndpointLimitedError | None = None
        """That the endpoint limits requests, which ended the connection."""
        self.heard_at = asyncio.get_running_loop().time()
        """When the last message that was wanted came, in the loop's time."""
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect; ChainUnavailableError says why not, without the URL."""
        try:
            socket = await _Connecting(
                url,
                max_size=_MAX_MESSAGE,
                # The keeper has its own, shorter deadlines: it asks a quiet endpoint
                # itself.
                ping_interval=None,
                open_timeout=None,
                close_timeout=1,
                logger=_SILENT,
            )
        except ssl.SSLCertVerificationError as error:
            # A ValueError as well.
            raise ChainUnavailableError(_distrusted(error)) from None
        except ssl.SSLError:
            reason = "the endpoint speaks no TLS that is safe"
            raise ChainUnavailableError(reason) from None
        except InvalidURI, ValueError:
            # The library encodes hosts without a look at what idna refuses.
            raise ChainUnavailableError("the endpoint's URL is not usable") from None
        except InvalidStatus as error:
            raise _refusal(error.response) from None
        except InvalidHandshake:
            reason = "the endpoint speaks no websocket"
            raise ChainUnavailableError(reason) from None
        except ConnectionRefusedError:
            reason = "the endpoint refuses connections"
            raise ChainUnavailableError(reason) from None
        except OSError, EOFError, WebSocketException:
            raise ChainUnavailableError("the endpoint is out of reach") from None
        return cls(socket)

    async def request(self, method: str, params: Sequence[Any] = ()) -> Any:  # noqa: ANN401 JSON
        """Return the result; NodeError, or ConnectionLostError when it ends first."""
        number = next(self._numbers)
        future = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        try:
            if self._lost.is_set():
                raise ConnectionLostError(self._reason)
            await self._socket.send(json.dumps(message))
            return await future
        except WebSocketException, OSError:
            raise ConnectionLostError(self._reason) from None
        finally:
            del self._waiting[number]
            # It may have failed while the message was still being sent.
            if future.done() and not future.cancelled():
                future.exception()

    @asynccontextmanager
    async def subscribe(
        self, method: str, params: Sequence[Any] = (), *, end: str
    ) -> AsyncIterator[asyncio.Queue[Any]]:
        """Subscribe, and hand out a queue of what comes; None: the connection broke."""
        name = str(await self.request(method, params))
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self._subscriptions[name] = queue
        for result in self._early.pop(name, ()):
            queue.put_nowait(result)
        if self._lost.is_set():
            queue.put_nowait(None)
        try:
            yield queue
        finally:
            del self._subscriptions[name]
            if not self._lost.is_set():
                message = {"jsonrpc": "2.0", "id": 0, "method": end, "params": [name]}
                with suppress(WebSocketException, OSError):
                    await self._socket.send(json.dumps(message))

    async def lost(self) -> str:
        """Wait until the connection ends; return why."""
        await self._lost.wait()
        return self._reason

    async def close(self) -> None:
        """End the connection."""
        self._reader.cancel()
        await asyncio.wait([self._reader])
        await self._socket.close()

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                try:
                    message = json.loads(text)
                except ValueError, RecursionError:
                    self._reason = "the endpoint sends what is no JSON"
                    break
                taken = isinstance(message, dict) and self._take(message)
                if self.limit is not None:
                    break
                if taken:
                    continue
                if not self._unasked.takes(len(text)):
                    self._reason = FLOODED
                    break
        except WebSocketException, OSError:
            pass
        finally:
            self._lost.set()
            for future in self._waiting.values():
                if not future.done():
                    reason = self.limit or ConnectionLostError(self._reason)
                    future.set_exception(reason)
            for queue in self._subscriptions.values():
                queue.put_nowait(None)

    def _take(self, message: Mapping[str, Any]) -> bool:
        """Hand a message on; return whether it answers a request."""
        match message:
            case {"params": {"subscription": name, "result": result}}:
                if (queue := self._subscriptions.get(str(name))) is not None:
                    self._hear()
                    queue.put_nowait(result)
                else:
                    self._keep_early(str(name), result)
            case {"id": int(number)}:
                future = self._waiting.get(number)
                if future is None or future.done():
                    return False
                self._hear()
                if "result" in message:
                    future.set_result(message["result"])
                    return True
                error = _node_error(message.get("error"))
                if error.is_limit:
                    self.limit = EndpointLimitedError(f"JSON-RPC error {error.code}")
                else:
                    future.set_exception(error)
                return True
        return False

    def _hear(self) -> None:
        self.heard_at = asyncio.get_running_loop().time()

    def _keep_early(self, name: str, result: object) -> None:
        """Keep what comes before the subscription is answered, or after it has ended."""
        self._early.setdefault(name, deque(maxlen=_EARLY)).append(result)
        if len(self._early) > _EARLY:
            del self._early[next(iter(self._early))]


class _Allowance:
    """How much may come that was not asked for: so much at once, so much a second."""

    def __init__(self) -> None:
        self._left = float(_UNASKED_AT_ONCE)
        self._at = asyncio.get_running_loop().time()

    def takes(self, size: int) -> bool:
        """Count a message of so many characters; False: it is one too many."""
        now = asyncio.get_running_loop().time()
        grown = self._left + (now - self._at) * _UNASKED_PER_SECOND
        self._left = min(grown, _UNASKED_AT_ONCE) - max(1.0, size / _UNASKED_SIZE)
        self._at = now
        return self._left >= 0


def _distrusted(error: ssl.SSLCertVerificationError) -> str:
    """Return why a certificate does not prove who the endpoint is."""
    match error.verify_code:
        case code if code in _SELF_SIGNED:
            return "the endpoint's certificate is self-signed"
        case code if code == _EXPIRED:
            return "the endpoint's certificate has expired"
        case code if code in _OTHER_HOST:
            return "the endpoint's certificate is that of another host"
        case _:
            return "the endpoint's certificate is not trusted"


def _refusal(response: Response) -> ChainUnavailableError:
    """Return why an endpoint did not open a websocket, by its HTTP status."""
    match response.status_code:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return EndpointLimitedError("HTTP 429", _retry_after(response.headers))
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN as status:
            reason = f"the endpoint refuses us or our key (HTTP {int(status)})"
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            reason = f"the endpoint is out of order (HTTP {status})"
        case status if status in _REDIRECTS:
            reason = f"the endpoint sends us elsewhere (HTTP {status})"
        case status:
            reason = f"the endpoint has no websocket at this address (HTTP {status})"
    return ChainUnavailableError(reason)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After (RFC 9110): seconds, or a date."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), _LONGEST_REST)
    try:
        left = parsedate_to_datetime(text) - datetime.now(UTC)
    except TypeError, ValueError:
        return None
    return min(max(left.total_seconds(), 0.0), _LONGEST_REST)


def _node_error(error: object) -> NodeError:
    """Spell an error object: message and, where it is a text, the data with it."""
    if not isinstance(error, Mapping):
        return NodeError("the node answers with neither a result nor an error")
    words = [str(error.get("message") or "unknown error")]
    if isinstance(data := error.get("data"), str):
        words.append(data)
    code = error.get("code")
    return NodeError(": ".join(words), code if isinstance(code, int) else None)
