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
from ...engines.edge_collector import MinerProfile
from .const import CONF_MAC
from .coordinator import MinerConfigEntry, MinerCoordinator
from .detail import Detail, farm_unique_ids
from .registered import async_settle

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
        _async_add(coordinator, domain, async_add_entities, entities)

    return add


@callback
def _async_add(
    miner: MinerCoordinator,
    domain: str,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities: Sequence[Entity],
) -> None:
    if miner.settles:
        for entity in entities:
            async_settle(miner.hass, miner.config_entry, domain, entity)
    async_add_entities(entities)


type EntitiesOf = Callable[[MinerCoordinator], Iterable[MinerEntity | BoardEntity]]
"""Returns the entities of what a miner is known to have."""


class _EntitiesByProfile:
    """The entities of the platform that is being set up."""

    __slots__ = ("_added", "_async_add_entities", "_domain", "_entities_of")

    def __init__(
        self,
        async_add_entities: AddConfigEntryEntitiesCallback,
        entities_of: EntitiesOf,
    ) -> None:
        """Have added none."""
        self._domain = async_get_current_platform().domain
        self._async_add_entities = async_add_entities
        self._entities_of = entities_of
        # A tuple: a thousand miners have one for each platform, and seldom look.
        self._added: tuple[str | None, ...] = ()

    @callback
    def add(self, miner: MinerCoordinator) -> None:
        """Add those that are new."""
        at_farm_detail = miner.detail is Detail.FARM
        wanted = farm_unique_ids(miner.config_entry) if at_farm_detail else None
        new = [
            entity
            for entity in self._entities_of(miner)
            if entity.unique_id not in self._added
            and (wanted is None or entity.unique_id in wanted)
        ]
        self._added += tuple(entity.unique_id for entity in new)
        _async_add(miner, self._domain, self._async_add_entities, new)


@callback
def async_add_by_profile(
    coordinator: MinerCoordinator,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities_of: EntitiesOf,
) -> None:
    """Add the entities of what the miner is known to have, and later of what is new."""
    entities = _EntitiesByProfile(async_add_entities, entities_of)
    coordinator.async_on_profile(entities.add)


@callback
def async_add_controls(
    coordinator: MinerCoordinator,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities_of: EntitiesOf,
) -> None:
    """Add the entities of what the miner can be ordered, where control is allowed."""
    if coordinator.controls:
        async_add_by_profile(coordinator, async_add_entities, entities_of)
