"""One HTTP exchange with a controller: one deadline, one connection, one request."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import override

import aiohttp
from aiohttp.connector import Connection
from yarl import URL

from ..errors import (
    AnswerLostError,
    DeadlineError,
    UnknownDeviceError,
    UnreachableError,
)

# Several times the longest answer: a minerInfo of 1000 miners has about 200 kB.
BODY_LIMIT = 1024 * 1024
_CHUNK = 64 * 1024

type Timeout = Callable[[float], AbstractAsyncContextManager[object]]
"""Ends what runs in it after so many seconds with TimeoutError, like asyncio.timeout."""


async def fetch(
    session: aiohttp.ClientSession,
    url: URL,
    deadline: float,
    timeout: Timeout = asyncio.timeout,
) -> tuple[int, bytes]:
    """Ask once and return HTTP status and body; raises a ContainerError for no answer."""
    try:
        async with (
            timeout(deadline),
            session.get(
                url,
                # A redirect could lead to a write, which is a GET like any read.
                allow_redirects=False,
                headers={"Connection": "close"},
                middlewares=(_once_by_itself,),
            ) as response,
        ):
            return response.status, await _body(response)
    except TimeoutError as err:
        raise DeadlineError(f"no answer within {deadline:g} s") from err
    except aiohttp.ClientConnectorError as err:
        raise UnreachableError("no connection") from err
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as err:
        raise UnreachableError("no valid address") from err
    except aiohttp.ClientResponseError as err:
        raise UnknownDeviceError("the answer is no HTTP") from err
    except (aiohttp.ClientError, OSError) as err:
        raise AnswerLostError("the connection broke") from err


class _LastOfItsConnection(aiohttp.ClientResponse):
    """A response after which its connection is closed.

    Cheap controllers answer `Connection: keep-alive`, also to a client that said close,
    and break the connection when it is used again. aiohttp goes by the answer's header.
    """

    @override
    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        if connection.protocol is not None:
            connection.protocol.force_close()
        return await super().start(connection)


async def _once_by_itself(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request once, on a connection that no other request uses.

    aiohttp sends a GET again where the connection broke. Every write is a GET here, and
    one that broke may have been carried out.
    """
    request.response_class = _LastOfItsConnection
    try:
        return await handler(request)
    # A ClientOSError as well, but without a connection nothing was sent.
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as err:
        raise AnswerLostError("the connection broke") from err


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        # Counted unpacked: aiohttp has undone gzip by now.
        if len(body) > BODY_LIMIT:
            raise UnknownDeviceError(f"the answer is longer than {BODY_LIMIT} bytes")
    return bytes(body)
