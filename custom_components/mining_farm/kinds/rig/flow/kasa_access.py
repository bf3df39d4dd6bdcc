"""Finds, identifies and reads Kasa devices for the config flow."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from aiohttp import ClientSession

from homeassistant.components import network
from homeassistant.core import HomeAssistant

from ....engines.power import (
    Credentials,
    KasaConnections,
    KasaDevice,
    KasaOutlet,
    NeedsCredentials,
    OutletAuthError,
    OutletError,
    OutletReading,
    SessionFactory,
    async_discover,
    async_identify,
)
from ..resources import create_kasa_session


@asynccontextmanager
async def _sessions(hass: HomeAssistant) -> AsyncIterator[SessionFactory]:
    """Make sessions for newer devices, and detach them in the end."""
    made: list[ClientSession] = []

    def make() -> ClientSession:
        session = create_kasa_session(hass)
        made.append(session)
        return session

    try:
        yield make
    finally:
        for session in made:
            session.detach()


async def async_search_kasa(hass: HomeAssistant) -> list[KasaDevice | NeedsCredentials]:
    """Return the plugs and strips that answer in any of the networks."""
    targets = await network.async_get_ipv4_broadcast_addresses(hass)
    async with _sessions(hass) as session_factory:
        return await async_discover(
            [str(target) for target in targets], session_factory=session_factory
        )


async def async_identify_kasa(
    hass: HomeAssistant,
    host: str,
    credentials: Credentials | None = None,
    known_hashes: Iterable[str] = (),
) -> KasaDevice:
    """Return what is at an address.

    Tried are what opens the user's other devices, then his credentials or none. Raises
    OutletUnreachableError, OutletAuthError and OutletUnsupportedError.
    """
    async with _sessions(hass) as session_factory:
        for known_hash in known_hashes:
            with suppress(OutletAuthError):
                return await async_identify(
                    host,
                    credentials_hash=known_hash,
                    session_factory=session_factory,
                )
        return await async_identify(host, credentials, session_factory=session_factory)


async def async_read_kasa(
    connections: KasaConnections, device: KasaDevice
) -> dict[str, OutletReading]:
    """Return a reading by outlet id; a device that falls silent is not waited for."""
    connection = connections.to(device.address)
    outlets = [
        KasaOutlet(connection, info.id if device.is_strip else None)
        for info in device.outlets
    ]
    readings: dict[str, OutletReading] = {}
    with suppress(OutletError):
        for outlet in outlets:
            readings[outlet.id] = await outlet.async_read()
    for outlet in outlets:
        await outlet.async_close()
    return readings
