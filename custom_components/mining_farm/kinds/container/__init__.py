"""Cooling containers: watched, and steered where their user wants it."""

from homeassistant.const import CONF_HOST, CONF_PORT, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ...engines.antspace import AntspaceClient, Model, PressureUnit
from .const import CONF_MODEL, CONF_PRESSURE_UNIT
from .coordinator import ContainerConfigEntry, ContainerCoordinator
from .entity import device_info
from .issues import delete_all
from .memory import ContainerMemory

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CLIMATE,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.SWITCH,
]


@callback
def async_create_coordinator(
    hass: HomeAssistant, entry: ContainerConfigEntry
) -> ContainerCoordinator:
    """Return what polls the entry's container."""
    client = AntspaceClient(
        async_get_clientsession(hass),
        entry.data[CONF_HOST],
        entry.data[CONF_PORT],
        model=Model(entry.data[CONF_MODEL]),
        pressure_unit=PressureUnit(
            entry.options.get(CONF_PRESSURE_UNIT, PressureUnit.MPA)
        ),
    )
    return ContainerCoordinator(hass, entry, client)


@callback
def async_register_devices(hass: HomeAssistant, entry: ContainerConfigEntry) -> None:
    """Register the container's device."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **device_info(entry)
    )


async def async_remove_entry(hass: HomeAssistant, entry: ContainerConfigEntry) -> None:
    """Forget what was kept of a container."""
    await ContainerMemory(hass, entry.entry_id).async_remove()
    delete_all(hass, entry.entry_id)


async def async_remove_device(
    hass: HomeAssistant, entry: ContainerConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """A container's device goes with its entry."""
    return False
