"""One folder per kind of config entry; its platforms are imported when one loads."""

from typing import Any, Protocol, cast

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.importlib import async_import_module

from ..common.coordinator import FarmCoordinator
from ..const import CONF_KIND, Kind


class KindModule(Protocol):
    """What the package of a kind offers."""

    PLATFORMS: list[Platform]

    def async_create_coordinator(
        self, hass: HomeAssistant, entry: ConfigEntry
    ) -> FarmCoordinator[Any]:
        """Return what becomes the entry's runtime data once it was polled."""

    def async_register_devices(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Register the devices that entities refer to; the platforms follow."""

    async def async_remove_entry(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Forget what was kept of the entry beside its data."""

    async def async_remove_device(
        self, hass: HomeAssistant, entry: ConfigEntry, device: dr.AnyDeviceEntry
    ) -> bool:
        """Return whether the user may remove a device."""


class PlatformModule(Protocol):
    """What `kinds/<kind>/<platform>.py` offers."""

    async def async_setup_entry(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Add the entities of one entry."""


class DiagnosticsModule(Protocol):
    """What `kinds/<kind>/diagnostics.py` offers."""

    async def async_get_config_entry_diagnostics(
        self, hass: HomeAssistant, entry: ConfigEntry
    ) -> dict[str, Any]:
        """Return what the entry knows, without secrets."""


def _name(entry: ConfigEntry) -> str:
    return f"{__name__}.{Kind(entry.data[CONF_KIND])}"


async def async_get_kind(hass: HomeAssistant, entry: ConfigEntry) -> KindModule:
    """Return the package of the entry's kind."""
    return cast(KindModule, await async_import_module(hass, _name(entry)))


async def async_setup_platform(
    hass: HomeAssistant,
    entry: ConfigEntry,
    platform: Platform,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Hand one platform of an entry to its kind."""
    module = cast(
        PlatformModule, await async_import_module(hass, f"{_name(entry)}.{platform}")
    )
    await module.async_setup_entry(hass, entry, async_add_entities)


async def async_get_diagnostics(
    hass: HomeAssistant, entry: ConfigEntry
) -> DiagnosticsModule:
    """Return the diagnostics of the entry's kind."""
    return cast(
        DiagnosticsModule,
        await async_import_module(hass, f"{_name(entry)}.diagnostics"),
    )
