"""The registry of the kinds of config entry, and what each kind's folder offers.

A new kind is its folder, its name in `Kind` and its line in `OFFERS`. All else finds the
kind by its name; its modules are imported when something needs them first.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from typing import Any, Final, Protocol, cast

from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.importlib import async_import_module

from ..common.coordinator import FarmCoordinator
from ..common.kind_flow import KindFlow
from ..common.stored_shape import StoredShape
from ..const import CONF_KIND, DOMAIN, Kind


class Module(StrEnum):
    """Modules that not every kind has; each is the name of a module in its folder."""

    SERVICES = "services"
    REPAIRS = "repairs"
    LIBRARIES = "libraries"
    MIGRATION = "migration"
    OWED = "owed"
    SETUP = "setup"
    """What the package itself offers of other kinds; imported with the first entry."""


OFFERS: Final[Mapping[Kind, frozenset[Module]]] = {
    Kind.MINER: frozenset({Module.SERVICES, Module.REPAIRS, Module.MIGRATION}),
    Kind.RIG: frozenset({Module.SERVICES, Module.REPAIRS, Module.OWED}),
    Kind.CONTAINER: frozenset({Module.SERVICES, Module.REPAIRS}),
    Kind.WALLET: frozenset({Module.SERVICES, Module.LIBRARIES, Module.SETUP}),
    Kind.FARM: frozenset({Module.SERVICES}),
}


class KindModule(Protocol):
    """What `kinds/<kind>` offers, or its module `setup`."""

    PLATFORMS: list[Platform]
    STORED_SHAPE: StoredShape

    def async_create_coordinator(
        self, hass: HomeAssistant, entry: ConfigEntry
    ) -> FarmCoordinator[Any]:
        """Return what becomes the entry's runtime data once it was polled."""

    def async_register_devices(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Register the devices that entities refer to; the platforms follow."""

    def async_join(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Offer facts and levers to other entries, for as long as it is loaded."""

    async def async_remove_entry(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Remove what was kept of the entry beside its data."""

    async def async_remove_device(
        self, hass: HomeAssistant, entry: ConfigEntry, device: dr.AnyDeviceEntry
    ) -> bool:
        """Return whether the user may remove a device."""


class FlowModule(Protocol):
    """What `kinds/<kind>/flow` offers."""

    FLOW: KindFlow[Any]


class PlatformModule(Protocol):
    """What `kinds/<kind>/<platform>.py` offers."""

    async def async_setup_entry(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Add the entities of one entry."""


class ServicesModule(Protocol):
    """What `kinds/<kind>/services.py` offers."""

    def async_setup_services(self, hass: HomeAssistant) -> None:
        """Register the actions of the kind."""


class RepairsModule(Protocol):
    """What `kinds/<kind>/repairs.py` offers."""

    def create_fix_flow(self, entry: ConfigEntry) -> RepairsFlow:
        """Return the flow for the issues of an entry that a user can fix."""


class LibrariesModule(Protocol):
    """What `kinds/<kind>/libraries.py` offers."""

    async def async_load(self, hass: HomeAssistant) -> None:
        """Install what only this kind needs; ConfigEntryNotReady."""


class MigrationModule(Protocol):
    """What `kinds/<kind>/migration.py` offers."""

    def async_migrate(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Bring an entry of an older minor version up to date."""


class OwedModule(Protocol):
    """What `kinds/<kind>/owed.py` offers."""

    async def async_look_after(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """See to what a disabled entry still owes, once Home Assistant has started."""


class DiagnosticsModule(Protocol):
    """What `kinds/<kind>/diagnostics.py` offers."""

    async def async_get_config_entry_diagnostics(
        self, hass: HomeAssistant, entry: ConfigEntry
    ) -> dict[str, Any]:
        """Return what the entry knows, without secrets."""


def kind_of(entry: ConfigEntry) -> Kind:
    """Return the kind of an entry; ValueError where this version knows none like it."""
    return Kind(str(entry.data.get(CONF_KIND)))


def is_known(entry: ConfigEntry) -> bool:
    """Return whether this version knows entries of that kind."""
    return entry.data.get(CONF_KIND) in list(Kind)


def kind_flows() -> dict[Kind, KindFlow[Any]]:
    """Return the flows of all kinds, in the order of the menu; imports them."""
    # This may block: Home Assistant imports config flows outside the event loop.
    return {
        kind: cast(FlowModule, import_module(f"{__name__}.{kind}.flow")).FLOW
        for kind in Kind
    }


def services_modules() -> Iterator[ServicesModule]:
    """Yield the actions of the kinds that have some; imports them."""
    for kind, modules in OFFERS.items():
        if Module.SERVICES in modules:
            yield cast(
                ServicesModule,
                import_module(f"{__name__}.{kind}.{Module.SERVICES}"),
            )


async def async_get_kind(hass: HomeAssistant, entry: ConfigEntry) -> KindModule:
    """Return what sets up entries of that kind."""
    kind = kind_of(entry)
    apart = Module.SETUP in OFFERS[kind]
    name = f"{kind}.{Module.SETUP}" if apart else kind
    return cast(KindModule, await _async_import(hass, name))


async def async_load_libraries(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Have what only the entry's kind needs installed; ConfigEntryNotReady."""
    kind = kind_of(entry)
    if Module.LIBRARIES in OFFERS[kind]:
        module = await _async_import(hass, f"{kind}.{Module.LIBRARIES}")
        await cast(LibrariesModule, module).async_load(hass)


async def async_migrate(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Bring an entry of an older minor version up to date, where its kind has changed."""
    if is_known(entry) and Module.MIGRATION in OFFERS[kind_of(entry)]:
        module = await _async_import(hass, f"{kind_of(entry)}.{Module.MIGRATION}")
        cast(MigrationModule, module).async_migrate(hass, entry)


async def async_look_after_disabled(hass: HomeAssistant) -> None:
    """See to what disabled entries still owe that ended in the middle of something."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.disabled_by is None or not is_known(entry):
            continue
        kind = kind_of(entry)
        if Module.OWED in OFFERS[kind]:
            module = await _async_import(hass, f"{kind}.{Module.OWED}")
            await cast(OwedModule, module).async_look_after(hass, entry)


async def async_get_repairs(
    hass: HomeAssistant, entry: ConfigEntry
) -> RepairsModule | None:
    """Return the repairs of the entry's kind; None where it has none."""
    if not is_known(entry):
        return None
    kind = kind_of(entry)
    if Module.REPAIRS not in OFFERS[kind]:
        return None
    return cast(RepairsModule, await _async_import(hass, f"{kind}.{Module.REPAIRS}"))


async def async_get_diagnostics(
    hass: HomeAssistant, entry: ConfigEntry
) -> DiagnosticsModule:
    """Return the diagnostics of the entry's kind."""
    return cast(
        DiagnosticsModule, await _async_import(hass, f"{kind_of(entry)}.diagnostics")
    )


async def async_setup_platform(
    hass: HomeAssistant,
    entry: ConfigEntry,
    platform: Platform,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Hand one platform of an entry to its kind."""
    module = cast(
        PlatformModule, await _async_import(hass, f"{kind_of(entry)}.{platform}")
    )
    await module.async_setup_entry(hass, entry, async_add_entities)


async def _async_import(hass: HomeAssistant, name: str) -> object:
    return await async_import_module(hass, f"{__name__}.{name}")
