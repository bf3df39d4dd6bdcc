"""A miner's device, its hashboards as child devices, and their entities."""

from collections.abc import Callable, Iterable, Sequence

from homeassistant.const import CONF_HOST
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)

from ...common.address import host_in_url
from ...common.entity import EntryEntity, FarmEntity
from ...const import DOMAIN
from ...engines.edge_collector import Capabilities, MinerProfile
from .const import CONF_MAC
from .coordinator import MinerConfigEntry, MinerCoordinator
from .detail import Detail, async_settle, farm_unique_ids

MANUFACTURERS = (
    ("antminer", "Bitmain"),
    ("whatsminer", "MicroBT"),
    ("avalon", "Canaan"),
    ("innosilicon", "Innosilicon"),
)


def board_identifier(entry: MinerConfigEntry, board_id: int) -> str:
    """Return what identifies a hashboard's device and starts its entities' ids."""
    return f"{entry.entry_id}_board_{board_id}"


def device_info(entry: MinerConfigEntry, profile: MinerProfile) -> DeviceInfo:
    """Describe the miner to the device registry."""
    mac = entry.data.get(CONF_MAC)
    model = profile.model or ""
    return DeviceInfo(
        configuration_url=f"http://{host_in_url(entry.data[CONF_HOST])}",
        connections={(dr.CONNECTION_NETWORK_MAC, mac)} if mac else set(),
        identifiers={(DOMAIN, entry.entry_id)},
        manufacturer=profile.maker
        or next(
            (maker for name, maker in MANUFACTURERS if name in model.lower()), None
        ),
        model=profile.model,
        name=entry.title,
        serial_number=profile.hardware_id,
        sw_version=profile.firmware,
    )


class MinerEntity(EntryEntity[MinerCoordinator]):
    """An entity of the miner itself."""

    def __init__(
        self, coordinator: MinerCoordinator, description: EntityDescription
    ) -> None:
        """Have every entity enabled where the user wants all of them."""
        super().__init__(coordinator, description)
        if coordinator.detail is Detail.EVERYTHING:
            self._attr_entity_registry_enabled_default = True


class BoardEntity(FarmEntity[MinerCoordinator]):
    """An entity of one hashboard."""

    def __init__(
        self,
        coordinator: MinerCoordinator,
        description: EntityDescription,
        board_id: int,
    ) -> None:
        """Hang the entity on the board, a child device of the miner."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        identifier = board_identifier(entry, board_id)
        self.board_id = board_id
        self.entity_description = description
        self._attr_unique_id = f"{identifier}_{description.key}"
        self._attr_device_info = ChildDeviceInfo(
            identifiers={(DOMAIN, identifier)},
            parent_device_id=coordinator.device_id,
            translation_key="hashboard",
            translation_placeholders={"board": str(board_id)},
        )
        if coordinator.detail is Detail.EVERYTHING:
            self._attr_entity_registry_enabled_default = True


type AddEntities = Callable[[Sequence[Entity]], None]


@callback
def entity_adder(
    coordinator: MinerCoordinator, async_add_entities: AddConfigEntryEntitiesCallback
) -> AddEntities:
    """Return what adds entities of the platform that is being set up."""
    domain = async_get_current_platform().domain

    @callback
    def add(entities: Sequence[Entity]) -> None:
        if coordinator.detail_changed:
            for entity in entities:
                async_settle(coordinator.hass, coordinator.config_entry, domain, entity)
        async_add_entities(entities)

    return add


@callback
def async_add_by_profile(
    coordinator: MinerCoordinator,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities_of: Callable[[MinerProfile], Iterable[MinerEntity | BoardEntity]],
) -> None:
    """Add the entities of what the miner is known to have, and later of what is new."""
    added: set[str | None] = set()
    add_entities = entity_adder(coordinator, async_add_entities)
    wanted = (
        farm_unique_ids(coordinator.config_entry)
        if coordinator.detail is Detail.FARM
        else None
    )

    @callback
    def add(profile: MinerProfile) -> None:
        new = [
            entity
            for entity in entities_of(profile)
            if entity.unique_id not in added
            and (wanted is None or entity.unique_id in wanted)
        ]
        added.update(entity.unique_id for entity in new)
        add_entities(new)

    coordinator.async_on_profile(add)


@callback
def async_add_controls(
    coordinator: MinerCoordinator,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities_of: Callable[[Capabilities], Iterable[MinerEntity]],
) -> None:
    """Add the entities of what the miner can be ordered, where control is allowed."""
    if coordinator.controls:
        async_add_by_profile(
            coordinator,
            async_add_entities,
            lambda _profile: entities_of(coordinator.capabilities),
        )
