"""Cooling containers: watched, and controlled where the user allows it."""

from functools import partial

from homeassistant.const import CONF_HOST, CONF_PORT, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ...common.members import async_offer
from ...const import DOMAIN
from ...engines.containers import PressureUnit, Write, connect
from . import issues
from .const import CONF_MINER_READINGS, CONF_MODEL, CONF_PRESSURE_UNIT
from .controls import async_stop
from .coordinator import ContainerConfigEntry, ContainerCoordinator
from .entity import device_info, miner_identifier
from .journal import ContainerJournal
from .stored_shape import CONTAINER_SHAPE

STORED_SHAPE = CONTAINER_SHAPE
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
    driver = connect(
        async_get_clientsession(hass),
        entry.data[CONF_HOST],
        entry.data[CONF_PORT],
        model=entry.data[CONF_MODEL],
        pressure_unit=PressureUnit(
            entry.options.get(CONF_PRESSURE_UNIT, PressureUnit.MPA)
        ),
    )
    return ContainerCoordinator(hass, entry, driver)


@callback
def async_register_devices(hass: HomeAssistant, entry: ContainerConfigEntry) -> None:
    """Register the container's device."""
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **device_info(entry)
    )
    entry.runtime_data.device_id = device.id


@callback
def async_join(hass: HomeAssistant, entry: ContainerConfigEntry) -> None:
    """Offer other entries what is known of the container, and its trouble to repairs."""
    container = entry.runtime_data
    stops = container.offers(Write.STOP)
    async_offer(
        hass,
        entry,
        container.facts,
        refresh=container.async_refresh,
        stop_cooling=partial(async_stop, container, force=True) if stops else None,
    )
    container.async_follow_issues()


async def async_remove_entry(hass: HomeAssistant, entry: ContainerConfigEntry) -> None:
    """Remove what was kept of a container."""
    await ContainerJournal(hass, entry.entry_id).async_remove()
    issues.delete_all(hass, entry.entry_id)


async def async_remove_device(
    hass: HomeAssistant, entry: ContainerConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Remove a miner that the container no longer lists; nothing else can be removed."""
    container = entry.runtime_data
    for ip, number in container.journal.miners.items():
        if (DOMAIN, miner_identifier(entry, number)) in device.identifiers:
            if entry.options.get(CONF_MINER_READINGS) and (
                container.fresh and ip in container.data.miners_by_ip
            ):
                return False
            container.journal.forget_miner(ip)
            return True
    return False
