"""Device of a site, and the base class of its entities."""

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from ...common.entity import EntryEntity
from ...const import DOMAIN
from .coordinator import FarmConfigEntry, SiteCoordinator


def device_info(entry: FarmConfigEntry) -> DeviceInfo:
    """Describe the site to the device registry."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        entry_type=DeviceEntryType.SERVICE,
    )


class SiteEntity(EntryEntity[SiteCoordinator]):
    """An entity of a site."""
