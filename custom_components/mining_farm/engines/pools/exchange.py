"""One HTTP exchange with a pool, bounded in time, size and redirects."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple

import aiohttp
from yarl import URL

from .models import Outcome, PoolRequest

BODY_LIMIT = 2 * 1024 * 1024
_CHUNK = 64 * 1024
_REDIRECTS = 3

type Timeout = Callable[[float], AbstractAsyncContextManager[object]]
"""Ends what runs in it after so many seconds with TimeoutError, like asyncio.timeout."""


class HttpAnswer(NamedTuple):
    """A complete answer: status, headers and text."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is none, in words that hold no address."""

    reason: str
    outcome: Outcome = Outcome.UNREACHABLE


async def async_exchange(
    session: aiohttp.ClientSession,
    request: PoolRequest,
    deadline: float,
    timeout: Timeout = asyncio.timeout,
) -> HttpAnswer | NoAnswer:
    """Ask, and return the answer or why there is none; raises for no trouble at all."""
    try:
        async with timeout(deadline):
            return await _async_follow(session, request)
    except TimeoutError:
        return NoAnswer(f"no answer within {deadline:g} s")
    except aiohttp.ClientConnectorDNSError:
        return NoAnswer("the host's name does not resolve")
    except aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError:
        return NoAnswer("the host's TLS certificate is not valid")
    except aiohttp.ClientConnectorError:
        return NoAnswer("the host refuses connections or is out of reach")
    except aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError:
        return NoAnswer("the address or the token cannot be sent")
    except aiohttp.ClientError, OSError:
        return NoAnswer("the connection broke")


async def _async_follow(
    session: aiohttp.ClientSession, request: PoolRequest
) -> HttpAnswer | NoAnswer:
    """Ask; follow redirects that stay with the host and as safe as they were."""
    url = URL(request.url, encoded=True)
    for _ in range(_REDIRECTS + 1):
        async with session.request(
            request.method,
            url,
            headers=request.headers,
            json=request.json,
            data=request.form,
            # aiohttp takes all headers but Authorization and Cookie along to another
            # host, and most pools have their token in a header of another name.
            allow_redirects=False,
        ) as response:
            target = _target(url, response) if request.method == "GET" else None
            if target is None:
                return await _async_read(response)
        if not _stays(url, target):
            return NoAnswer("the host sends us to another one", Outcome.API_ERROR)
        url = target
    return NoAnswer("the host sends us in circles", Outcome.API_ERROR)


def _stays(url: URL, target: URL) -> bool:
    """Return whether a redirect leads to the same origin, or from http to its https."""
    if target.origin() == url.origin():
        return True
    return target.host == url.host and (
        (url.scheme, url.port, target.scheme, target.port) == ("http", 80, "https", 443)
    )


def _target(url: URL, response: aiohttp.ClientResponse) -> URL | None:
    location = response.headers.get("Location")
    if location is None or response.status not in (301, 302, 303, 307, 308):
        return None
    return url.join(URL(location, encoded=True))


async def _async_read(response: aiohttp.ClientResponse) -> HttpAnswer | NoAnswer:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > BODY_LIMIT:
            reason = f"the answer is longer than {BODY_LIMIT} bytes"
            return NoAnswer(reason, Outcome.API_ERROR)
    return HttpAnswer(
        response.status, dict(response.headers), body.decode(errors="replace")
    )
