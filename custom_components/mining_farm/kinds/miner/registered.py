"""What Home Assistant's registries hold of a miner: that of its detail, and nothing else."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_RESTORED, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity

from ...const import DOMAIN
from ...engines.edge_collector import SET_POINTS
from .const import CONF_DETAIL_SHOWN
from .coordinator import MinerConfigEntry, MinerCoordinator
from .detail import Detail, farm_unique_ids

COMMAND_KEY = "command"
ORDERING_PLATFORMS = frozenset(
    {Platform.BUTTON, Platform.NUMBER, Platform.SELECT, Platform.SWITCH}
)


@callback
def async_remove_rest(miner: MinerCoordinator) -> None:
    """Take out what the options leave out.

    Home Assistant remembers ids, names and areas of what is removed, should it return.
    """
    registry = er.async_get(miner.hass)
    entry = miner.config_entry
    kept = farm_unique_ids(entry) if miner.detail is Detail.FARM else None
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if (kept and entity.unique_id not in kept) or _is_replaced(miner, entity):
            registry.async_remove(entity.entity_id)
    if kept:
        _remove_parts(dr.async_get(miner.hass), entry.entry_id)


def _is_replaced(miner: MinerCoordinator, entity: er.RegistryEntry) -> bool:
    """Return whether control that is allowed now, or is not any more, ends an entity."""
    key = entity.unique_id.removeprefix(f"{miner.config_entry.entry_id}_")
    if not miner.controls:
        reports = (entity.domain, key) == (Platform.EVENT, COMMAND_KEY)
        return reports or entity.domain in ORDERING_PLATFORMS
    return entity.domain == Platform.SENSOR and any(
        key == command and miner.capabilities.takes(command) for command in SET_POINTS
    )


def _remove_parts(registry: dr.DeviceRegistry, entry_id: str) -> None:
    for part in dr.async_child_entries_for_config_entry(registry, entry_id):
        registry.async_remove_device(part.id)
    # Core has not made children yet of those that an earlier version registered.
    for device in dr.async_entries_for_config_entry(registry, entry_id):
        if (DOMAIN, entry_id) not in device.identifiers:
            registry.async_remove_device(device.id)


@callback
def async_settle(
    hass: HomeAssistant, entry: MinerConfigEntry, domain: str, entity: Entity
) -> None:
    """Let an entity that was known before be on or off as a new one is.

    It is not added yet: Home Assistant restores what is removed as it was then, and
    looks at the default of new entities alone. What the user has disabled stays so, and
    so does what is off where he wants no new entities.
    """
    registry = er.async_get(hass)
    key = (domain, DOMAIN, str(entity.unique_id))
    entity_id = registry.async_get_entity_id(*key)
    if entity_id is not None:
        known = registry.entities[entity_id]
    elif (removed := registry.deleted_entities.get(key)) is not None:
        known = registry.async_get_or_create(
            *key,
            config_entry=entry,
            # Where another has taken its id meanwhile.
            suggested_object_id=removed.entity_id.partition(".")[2],
        )
    else:
        return
    off = er.RegistryEntryDisabler.INTEGRATION
    wanted = None if entity.entity_registry_enabled_default else off
    if known.disabled_by not in (None, off) or known.disabled_by is wanted:
        return
    if wanted is None and entry.pref_disable_new_entities:
        return
    registry.async_update_entity(known.entity_id, disabled_by=wanted)
    # Core leaves what an unloaded entity has left behind, until the next start.
    left = hass.states.get(known.entity_id)
    if wanted is off and left is not None and left.attributes.get(ATTR_RESTORED):
        hass.states.async_remove(known.entity_id)


@callback
def async_note_shown(hass: HomeAssistant, entry: ConfigEntry, detail: Detail) -> None:
    """Remember for which detail the entities that are on and off were chosen.

    Farm detail chooses none: what it has removed is as another one left it.
    """
    noted = entry.data.get(CONF_DETAIL_SHOWN)
    if noted == detail or (noted is not None and detail is Detail.FARM):
        return
    data = {**entry.data, CONF_DETAIL_SHOWN: str(detail)}
    hass.config_entries.async_update_entry(entry, data=data)
