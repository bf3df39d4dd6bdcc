"""One HTTP exchange with a miner: one deadline, one size limit, one connection."""

import asyncio
from typing import NamedTuple

import aiohttp
from yarl import URL

from ..controls import ControlError, ControlFailure, MaybeDoneError
from ..errors import Failure, MinerError

MAX_BODY = 1 << 18
"""Bytes of the largest answer that is read; real ones end below 20 kB."""

_CHUNK = 1 << 16


class Address(NamedTuple):
    """Where a miner is."""

    host: str
    port: int


class Answer(NamedTuple):
    """Status and body of an answer."""

    status: int
    body: bytes


class _NeverConnectedError(Exception):
    """No connection came about, so nothing was sent."""


async def async_get(address: Address, path: str, deadline_s: float) -> Answer:
    """Read a path; MinerError where no whole answer comes within the deadline."""
    try:
        return await _async_exchange(address, "GET", path, None, deadline_s)
    except TimeoutError as err:
        raise MinerError(Failure.TIMEOUT, f"no answer within {deadline_s:g} s") from err
    except _NeverConnectedError as err:
        reason = err.__cause__
        refused = isinstance(getattr(reason, "os_error", None), ConnectionRefusedError)
        raise MinerError(
            Failure.REFUSED if refused else Failure.UNREACHABLE,
            "connection refused" if refused else "cannot be reached",
        ) from err
    except aiohttp.ClientResponseError as err:
        raise MinerError(Failure.NOT_CGMINER, "the answer is no HTTP") from err
    except (aiohttp.ClientError, OSError) as err:
        raise MinerError(Failure.INVALID_REPLY, "the connection broke") from err


async def async_send(
    address: Address, method: str, path: str, json: object, deadline_s: float
) -> Answer:
    """Send a write once.

    Raises ControlError where nothing was sent, and MaybeDoneError where it was and no
    whole answer came.
    """
    try:
        return await _async_exchange(address, method, path, json, deadline_s)
    except _NeverConnectedError as err:
        raise ControlError(
            ControlFailure.NO_ANSWER, "nothing was sent: no connection"
        ) from err
    except TimeoutError as err:
        raise MaybeDoneError(f"no answer within {deadline_s:g} s") from err
    except (aiohttp.ClientError, OSError, MinerError) as err:
        raise MaybeDoneError("the answer was lost") from err


async def _async_exchange(
    address: Address, method: str, path: str, json: object, deadline_s: float
) -> Answer:
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
            middlewares=(_once,),
        ) as session,
        session.request(
            method,
            URL.build(scheme="http", host=address.host, port=address.port, path=path),
            json=json,
            allow_redirects=False,
        ) as response,
    ):
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > MAX_BODY:
                raise MinerError(
                    Failure.INVALID_REPLY,
                    f"the answer is longer than {MAX_BODY} bytes",
                )
        return Answer(response.status, bytes(body))


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
