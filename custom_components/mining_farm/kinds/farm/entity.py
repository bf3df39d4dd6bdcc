"""Device of a site, and the base class of its entities."""

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ...common.entity import EntryEntity, FarmEntity
from ...const import DOMAIN
from .coordinator import FarmConfigEntry, SiteCoordinator
from .group import CoolingGroup


def device_info(entry: FarmConfigEntry) -> DeviceInfo:
    """Describe the site to the device registry."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        entry_type=DeviceEntryType.SERVICE,
    )


class SiteEntity(EntryEntity[SiteCoordinator]):
    """An entity of a site."""


def group_device_info(site: SiteCoordinator, group: CoolingGroup) -> DeviceInfo:
    """Describe a cooling group to the device registry.

    No child of the site: Home Assistant wants both in one subentry then.
    """
    entry = site.config_entry
    return DeviceInfo(
        identifiers={(DOMAIN, f"{entry.entry_id}_{group.shape.id}")},
        name=f"{entry.title} {group.shape.name}",
        entry_type=DeviceEntryType.SERVICE,
    )


class GroupEntity(FarmEntity[SiteCoordinator]):
    """An entity of a cooling group."""

    def __init__(
        self,
        site: SiteCoordinator,
        group: CoolingGroup,
        description: EntityDescription,
    ) -> None:
        """Hang the entity on the group's device."""
        super().__init__(site)
        entry = site.config_entry
        self.cooling = group
        self.entity_description = description
        self._attr_unique_id = f"{entry.entry_id}_{group.shape.id}_{description.key}"
        self._attr_device_info = group_device_info(site, group)
