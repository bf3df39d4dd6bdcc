"""Finding Kasa devices, and finding out what is at an address."""

import asyncio
from collections.abc import Iterable
from functools import cache
import logging

from kasa import (
    Device,
    DeviceConnectionParameters,
    DeviceEncryptionType,
    DeviceFamily,
    Discover,
    UnsupportedDeviceError,
)
from kasa.iot import IotDevice

from .kasa_connection import (
    AT_ONCE,
    EXCHANGE_TIMEOUT,
    KasaConnection,
    SessionFactory,
    was_refused,
)
from .kasa_driver import FAILURES
from .kasa_iot import iot_device
from .kasa_models import Credentials, KasaAddress, KasaDevice, NeedsCredentials
from .kasa_opening import library_credentials
from .models import (
    OutletAuthError,
    OutletError,
    OutletUnreachableError,
    OutletUnsupportedError,
)

_LOGGER = logging.getLogger(__name__)

EVERYWHERE = "255.255.255.255"
SEARCH_TIME = 5
"""Seconds in which devices answer a search."""
_TRY_ALL_TIME = 20.0

_PLUG_FAMILIES = {
    DeviceFamily.IotSmartPlugSwitch,
    DeviceFamily.SmartKasaPlug,
    DeviceFamily.SmartKasaSwitch,
    DeviceFamily.SmartTapoPlug,
    DeviceFamily.SmartTapoSwitch,
}
_KLAP = DeviceConnectionParameters(
    DeviceFamily.IotSmartPlugSwitch, DeviceEncryptionType.Klap
)


class _Asking:
    """How devices are asked who they are."""

    def __init__(
        self,
        credentials: Credentials | None,
        credentials_hash: str | None,
        session_factory: SessionFactory | None,
        exchange_timeout: float,
    ) -> None:
        self._credentials = credentials
        self._credentials_hash = credentials_hash
        self._session_factory = session_factory
        self._exchange_timeout = exchange_timeout
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def async_ask(
        self, host: str, parameters: DeviceConnectionParameters | None = None
    ) -> KasaDevice:
        """Return what is at an address, spoken to as a legacy device by default."""
        address = KasaAddress(
            host=host,
            device_id="",
            connection_parameters=None if parameters is None else parameters.to_dict(),
            credentials=self._credentials,
            credentials_hash=self._credentials_hash,
        )
        connection = KasaConnection(
            address,
            session_factory=self._session_factory,
            limit=self._limit,
            exchange_timeout=self._exchange_timeout,
        )
        connection.attach()
        try:
            return await connection.async_describe()
        finally:
            await connection.async_detach()


async def async_identify(
    host: str,
    credentials: Credentials | None = None,
    credentials_hash: str | None = None,
    *,
    session_factory: SessionFactory | None = None,
    exchange_timeout: float = EXCHANGE_TIMEOUT,
    search_time: int = SEARCH_TIME,
) -> KasaDevice:
    """Return the plug or strip at an address.

    Raises OutletUnreachableError, OutletAuthError and OutletUnsupportedError.
    """
    sessions = None if session_factory is None else cache(session_factory)
    asking = _Asking(credentials, credentials_hash, sessions, exchange_timeout)
    try:
        return await asking.async_ask(host)
    except OutletUnreachableError as err:
        no_legacy = err
    if (found := await _async_search_one(host, search_time)) is not None:
        if not found.config.uses_http:
            raise no_legacy
        return await asking.async_ask(host, found.config.connection_type)
    if not was_refused(no_legacy):
        raise no_legacy
    # Somebody is there whom a search does not reach, as behind a router.
    parameters = await _async_try_all(host, credentials, sessions)
    if parameters is None:
        # Distinguishes a device that refuses these credentials from one that is no Kasa.
        parameters = _KLAP
    try:
        return await asking.async_ask(host, parameters)
    except OutletUnreachableError:
        raise no_legacy from None


async def async_discover(
    targets: Iterable[str] = (EVERYWHERE,),
    credentials: Credentials | None = None,
    *,
    session_factory: SessionFactory | None = None,
    exchange_timeout: float = EXCHANGE_TIMEOUT,
    search_time: int = SEARCH_TIME,
) -> list[KasaDevice | NeedsCredentials]:
    """Return the plugs and strips that answer at these addresses or broadcast addresses.

    Legacy devices report everything at once; the others are asked with the credentials.
    """
    searches = await asyncio.gather(
        *(
            Discover.discover(target=target, discovery_timeout=search_time)
            for target in targets
        ),
        return_exceptions=True,
    )
    found: dict[str, Device] = {}
    for search in searches:
        if isinstance(search, BaseException):
            _LOGGER.debug("Search failed: %s", search)
        else:
            found |= search
    asking = _Asking(credentials, None, session_factory, exchange_timeout)
    devices = await asyncio.gather(
        *(
            _async_answered(asking, host, device, known=credentials is not None)
            for host, device in sorted(found.items())
            if device.config.connection_type.device_family in _PLUG_FAMILIES
        )
    )
    return [device for device in devices if device is not None]


async def _async_answered(
    asking: _Asking, host: str, device: Device, *, known: bool
) -> KasaDevice | NeedsCredentials | None:
    """Return the device that answered a search; None if it cannot be used."""
    try:
        if isinstance(device, IotDevice) and not device.config.uses_http:
            return iot_device(device.sys_info, host)
        if known:
            return await asking.async_ask(host, device.config.connection_type)
    except OutletAuthError:
        pass
    except (OutletError, *FAILURES) as err:
        _LOGGER.debug("%s answered a search and cannot be read: %s", host, err)
        return None
    return NeedsCredentials(host=host, mac=device.mac, model=device.model)


async def _async_try_all(
    host: str, credentials: Credentials | None, sessions: SessionFactory | None
) -> DeviceConnectionParameters | None:
    """Return how a device lets itself be spoken to, found by trying every way."""
    if credentials is None:
        return None
    session = None if sessions is None else sessions()
    try:
        async with asyncio.timeout(_TRY_ALL_TIME):
            device = await Discover.try_connect_all(
                host,
                credentials=library_credentials(credentials),
                http_client=session,
            )
    except FAILURES:
        return None
    return None if device is None else device.config.connection_type


async def _async_search_one(host: str, search_time: int) -> Device | None:
    """Return the device that answers a search at its own address; not opened."""
    try:
        found = await Discover.discover_single(host, discovery_timeout=search_time)
    except UnsupportedDeviceError as err:
        raise OutletUnsupportedError(f"{host} cannot be used as an outlet") from err
    except FAILURES:
        return None
    return found
