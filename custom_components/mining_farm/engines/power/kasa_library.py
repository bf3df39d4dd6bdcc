"""python-kasa, loaded in a thread when the first plug is spoken to.

Its 150 modules take about a second to import, and many a farm has no such plug.
"""

import asyncio
from importlib import import_module
import sys
from typing import TYPE_CHECKING

from aiohttp import ClientSession, CookieJar

from .kasa_models import KasaAddress

if TYPE_CHECKING:
    from .kasa_driver import Driver

_USES = f"{__package__}.kasa_discovery"
"""The module that imports all others which use the library."""


async def async_load() -> None:
    """Have it loaded; all else here demands that, or does it."""
    if _USES not in sys.modules:
        await asyncio.to_thread(import_module, _USES)


def create_cookie_jar() -> CookieJar:
    """Return the cookie jar for a session with one device.

    Devices send cookies for an IP address, unquoted: aiohttp's own jar drops the first
    and quotes the second.
    """
    from kasa.httpclient import get_cookie_jar  # noqa: PLC0415

    return get_cookie_jar()


async def async_open(
    address: KasaAddress, session: ClientSession | None, exchange_timeout: float
) -> Driver:
    """Return a driver for the device at an address, as `kasa_opening` does."""
    await async_load()
    from . import kasa_opening  # noqa: PLC0415

    return await kasa_opening.async_open(address, session, exchange_timeout)


def failures() -> tuple[type[Exception], ...]:
    """Return what an answer that never came, or that makes no sense, can raise."""
    from .kasa_driver import FAILURES  # noqa: PLC0415

    return FAILURES


def refuses_credentials(error: Exception) -> bool:
    """Return whether a device refused what it was sent to log in with."""
    from kasa import AuthenticationError  # noqa: PLC0415

    return isinstance(error, AuthenticationError)
