"""Opening a device in the language that it speaks."""

from aiohttp import ClientSession
from kasa import (
    Device,
    DeviceConfig,
    DeviceConnectionParameters,
    IotProtocol,
    SmartCamProtocol,
    UnsupportedDeviceError,
)
from kasa.device_factory import get_protocol
from kasa.iot import IotPlug

from .kasa_driver import Driver
from .kasa_iot import IotDriver
from .kasa_models import KasaAddress
from .kasa_smart import SmartDriver
from .models import OutletUnsupportedError


async def async_open(address: KasaAddress, session: ClientSession | None) -> Driver:
    """Return a driver for the device at an address.

    Raises OutletUnsupportedError, AuthenticationError and any of FAILURES.
    """
    config = _config_of(address, session)
    protocol = get_protocol(config)
    if isinstance(protocol, IotProtocol):
        return IotDriver(IotPlug(address.host, protocol=protocol))
    if protocol is None or isinstance(protocol, SmartCamProtocol):
        raise OutletUnsupportedError(f"{address.host} is not a plug")
    try:
        device = await Device.connect(config=config)
    except UnsupportedDeviceError as err:
        raise OutletUnsupportedError(f"{address.host} is not a plug") from err
    return SmartDriver(device)


def _config_of(address: KasaAddress, session: ClientSession | None) -> DeviceConfig:
    """Return the library's form of an address; without parameters a legacy device."""
    config = DeviceConfig(
        address.host,
        credentials=address.credentials,
        credentials_hash=address.credentials_hash,
        http_client=session,
    )
    if address.connection_parameters is not None:
        config.connection_type = DeviceConnectionParameters.from_dict(
            dict(address.connection_parameters)
        )
    return config
