"""One HTTP exchange with a controller: one deadline, one connection, one request."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import aiohttp
from yarl import URL

from ..errors import (
    AnswerLostError,
    DeadlineError,
    UnknownDeviceError,
    UnreachableError,
)

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
                allow_redirects=False,
                # Pooled connections may break just as they are used again.
                headers={"Connection": "close"},
                middlewares=(_never_again,),
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


async def _never_again(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request once: aiohttp sends a GET again where the connection broke.

    Every write is a GET here, and one that broke may have been carried out.
    """
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as err:
        raise AnswerLostError("the connection broke") from err


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > BODY_LIMIT:
            raise UnknownDeviceError(f"the answer is longer than {BODY_LIMIT} bytes")
    return bytes(body)
