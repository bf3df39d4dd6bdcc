"""A miner's device, its hashboards as child devices, and their entities."""

from collections.abc import Callable, Iterable

from homeassistant.const import CONF_HOST
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.address import host_in_url
from ...common.entity import EntryEntity, FarmEntity
from ...const import DOMAIN
from ...engines.edge_collector import Capabilities, MinerProfile
from .const import CONF_ESSENTIALS, CONF_MAC
from .coordinator import MinerConfigEntry, MinerCoordinator

MANUFACTURERS = (
    ("antminer", "Bitmain"),
    ("whatsminer", "MicroBT"),
    ("avalon", "Canaan"),
    ("innosilicon", "Innosilicon"),
)

ESSENTIAL_KEYS = {
    "status",
    "hashrate",
    "temp_chip_max",
    "boards_healthy",
    "connectivity",
    "problem",
    "mining",
}
"""Entities of a miner that is one of hundreds."""


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
        """Leave all but the essential entities disabled where the user wants that."""
        super().__init__(coordinator, description)
        entry = coordinator.config_entry
        if entry.options.get(CONF_ESSENTIALS) and description.key not in ESSENTIAL_KEYS:
            self._attr_entity_registry_enabled_default = False


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
        if entry.options.get(CONF_ESSENTIALS):
            self._attr_entity_registry_enabled_default = False


@callback
def async_add_by_profile(
    coordinator: MinerCoordinator,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities_of: Callable[[MinerProfile], Iterable[MinerEntity | BoardEntity]],
) -> None:
    """Add the entities of what the miner is known to have, and later of what is new."""
    added: set[str | None] = set()

    @callback
    def add(profile: MinerProfile) -> None:
        new = [
            entity for entity in entities_of(profile) if entity.unique_id not in added
        ]
        added.update(entity.unique_id for entity in new)
        async_add_entities(new)

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
