"""Searching and identifying plugs, without python-kasa before it is needed."""

from collections.abc import Iterable

from .kasa_connection import SessionFactory
from .kasa_library import async_load
from .kasa_models import Credentials, KasaDevice, NeedsCredentials


async def async_discover(
    targets: Iterable[str], *, session_factory: SessionFactory | None = None
) -> list[KasaDevice | NeedsCredentials]:
    """Return the plugs and strips that answer, as `kasa_discovery` does."""
    await async_load()
    from . import kasa_discovery  # noqa: PLC0415

    return await kasa_discovery.async_discover(targets, session_factory=session_factory)


async def async_identify(
    host: str,
    credentials: Credentials | None = None,
    credentials_hash: str | None = None,
    *,
    session_factory: SessionFactory | None = None,
) -> KasaDevice:
    """Return the plug or strip at an address, as `kasa_discovery` does."""
    await async_load()
    from . import kasa_discovery  # noqa: PLC0415

    return await kasa_discovery.async_identify(
        host, credentials, credentials_hash, session_factory=session_factory
    )
