"""One HTTP exchange with a miner: one deadline, one size limit, one connection."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple, TypedDict, Unpack

import aiohttp
from yarl import URL

from ..address import Address
from ..controls import ControlError, ControlFailure, MaybeDoneError
from ..credentials import Credentials
from ..errors import Failure, MinerError
from .bounds import refuse_large, refuse_wide

_CHUNK = 1 << 16


class Answer(NamedTuple):
    """Status, body and headers of an answer."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Extras(TypedDict, total=False):
    """What a request may carry besides its path."""

    json: object
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str]
    digest: aiohttp.DigestAuthMiddleware | None
    """Answers the challenge of HTTP digest; one object remembers it for all requests."""


def digest_of(
    credentials: Credentials | None, username: str
) -> aiohttp.DigestAuthMiddleware | None:
    """Return how an account answers a challenge of HTTP digest; None without one."""
    if credentials is None:
        return None
    # A name with a colon is refused by aiohttp; no device has one, so it may as well fail.
    name = (credentials.username or username).replace(":", "")
    return aiohttp.DigestAuthMiddleware(name, credentials.password)


class _NeverConnectedError(Exception):
    """No connection came about, so nothing was sent."""


async def async_get(
    address: Address, path: str, deadline_s: float, **extras: Unpack[Extras]
) -> Answer:
    """Read a path; MinerError where no whole answer comes within the deadline."""
    return await async_ask(address, "GET", path, deadline_s, **extras)


async def async_ask(
    address: Address,
    method: str,
    path: str,
    deadline_s: float,
    **extras: Unpack[Extras],
) -> Answer:
    """Send what changes nothing, such as a login; MinerError without a whole answer."""
    try:
        return await _async_exchange(address, method, path, deadline_s, extras)
    except TimeoutError as err:
        raise MinerError(Failure.TIMEOUT, f"no answer within {deadline_s:g} s") from err
    except _NeverConnectedError as err:
        reason = err.__cause__
        refused = isinstance(getattr(reason, "os_error", None), ConnectionRefusedError)
        raise MinerError(
            Failure.REFUSED if refused else Failure.UNREACHABLE,
            "connection refused" if refused else "cannot be reached",
        ) from err
    # Without their texts: they may hold the URL, and some devices want a secret in that.
    except aiohttp.ClientResponseError:
        raise MinerError(Failure.NOT_CGMINER, "the answer is no HTTP") from None
    except aiohttp.ClientError, OSError:
        raise MinerError(Failure.INVALID_REPLY, "the connection broke") from None


async def async_send(
    address: Address,
    method: str,
    path: str,
    deadline_s: float,
    **extras: Unpack[Extras],
) -> Answer:
    """Send a write once.

    Raises ControlError where nothing was sent, and MaybeDoneError where it was and no
    whole answer came.
    """
    try:
        return await _async_exchange(address, method, path, deadline_s, extras)
    except _NeverConnectedError as err:
        raise ControlError(
            ControlFailure.NO_ANSWER, "nothing was sent: no connection"
        ) from err
    except TimeoutError as err:
        raise MaybeDoneError(f"no answer within {deadline_s:g} s") from err
    except aiohttp.ClientError, OSError, MinerError:
        raise MaybeDoneError("the answer was lost") from None


async def _async_exchange(
    address: Address,
    method: str,
    path: str,
    deadline_s: float,
    extras: Extras,
) -> Answer:
    digest = extras.get("digest")
    # An own connector for each exchange: no connection is used twice, which small web
    # servers break, and no proxy or cookie of the machine is involved.
    async with (
        asyncio.timeout(deadline_s),
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=1,
                force_close=True,
                # The system's own, which knows names such as bitaxe.local.
                resolver=aiohttp.ThreadedResolver(),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            # Digest asks again only where the device has refused: nothing was done.
            middlewares=(_once,) if digest is None else (digest, _once),
        ) as session,
        session.request(
            method,
            URL.build(
                scheme="http",
                host=address.host,
                port=address.port,
                path=path,
                query=extras.get("query", {}),
            ),
            json=extras.get("json"),
            data=extras.get("form"),
            headers=extras.get("headers"),
            allow_redirects=False,
        ) as response,
    ):
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            refuse_large(len(body))
        refuse_wide(body)
        return Answer(response.status, bytes(body), response.headers)


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request once: aiohttp sends some again where the connection broke."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError as err:
        raise _NeverConnectedError from err
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as err:
        raise aiohttp.ClientPayloadError("the connection broke") from err
