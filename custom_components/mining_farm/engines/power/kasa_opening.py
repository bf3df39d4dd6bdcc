"""Opening a device in the language that it speaks."""

import asyncio

from aiohttp import ClientSession
from kasa import (
    Credentials as LibraryCredentials,
    DeviceConfig,
    DeviceConnectionParameters,
    IotProtocol,
    SmartProtocol,
)
from kasa.device_factory import get_protocol
from kasa.iot import IotPlug
from kasa.smart import SmartDevice

from .kasa_driver import Driver
from .kasa_iot import IotDriver
from .kasa_models import Credentials, KasaAddress
from .kasa_smart import SmartDriver
from .models import OutletUnsupportedError

_UPDATE_EXCHANGES = 3


async def async_open(
    address: KasaAddress, session: ClientSession | None, exchange_timeout: float
) -> Driver:
    """Return a driver for the device at an address; a legacy one is not contacted yet.

    Raises OutletUnsupportedError, AuthenticationError and any of FAILURES.
    """
    protocol = get_protocol(_config_of(address, session))
    if isinstance(protocol, IotProtocol):
        return IotDriver(IotPlug(address.host, protocol=protocol))
    # Cameras and vacuums speak it over other transports.
    if type(protocol) is not SmartProtocol:
        raise OutletUnsupportedError(f"{address.host} cannot be used as an outlet")
    device = SmartDevice(address.host, protocol=protocol)
    try:
        # Fails soon where no device answers; the library itself retries for long.
        async with asyncio.timeout(exchange_timeout):
            await protocol.query({"get_device_info": None}, retry_count=0)
        async with asyncio.timeout(_UPDATE_EXCHANGES * exchange_timeout):
            await device.update()
    except BaseException:
        await device.disconnect()
        raise
    return SmartDriver(device)


def library_credentials(credentials: Credentials | None) -> LibraryCredentials | None:
    """Return the library's form of an account."""
    if credentials is None:
        return None
    return LibraryCredentials(credentials.username, credentials.password)


def _config_of(address: KasaAddress, session: ClientSession | None) -> DeviceConfig:
    """Return the library's form of an address; without parameters a legacy device.

    OutletUnsupportedError for parameters that the library does not understand.
    """
    config = DeviceConfig(
        address.host,
        credentials=library_credentials(address.credentials),
        credentials_hash=address.credentials_hash,
        http_client=session,
    )
    if address.connection_parameters is not None:
        try:
            config.connection_type = DeviceConnectionParameters.from_dict(
                dict(address.connection_parameters)
            )
        except (LookupError, TypeError, ValueError) as err:
            raise OutletUnsupportedError(
                f"how {address.host} is spoken to is not known here"
            ) from err
    return config
