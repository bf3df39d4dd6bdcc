"""What a container reports of each miner, where its user wants that."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfTemperature
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.entity import FarmEntity
from ...common.units import TERAHASHES_PER_SECOND
from ...const import DOMAIN
from ...engines.containers import ContainerMiner
from .coordinator import ContainerCoordinator
from .entity import miner_identifier

MOST_MINERS = 1000
"""Several times what a container holds; what lists more is broken.

Those that are gone make room for new ones, the longest gone first.
"""


@dataclass(frozen=True, kw_only=True)
class MinerReadingDescription(SensorEntityDescription):
    """A number of one miner."""

    value_fn: Callable[[ContainerMiner], float | None]


MINER_READINGS = (
    MinerReadingDescription(
        key="hashrate",
        translation_key="hashrate",
        native_unit_of_measurement=TERAHASHES_PER_SECOND,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda miner: miner.hashrate_5s,
    ),
    MinerReadingDescription(
        key="chip_max_temp",
        translation_key="chip_max_temp",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda miner: miner.chip_max_temp,
    ),
    MinerReadingDescription(
        key="board_max_temp",
        translation_key="board_max_temp",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda miner: miner.board_max_temp,
    ),
)


@callback
def async_add_miner_readings(
    coordinator: ContainerCoordinator,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the readings of all miners that were ever listed, and later of new ones."""
    journal = coordinator.journal
    added: dict[str, None] = {}
    """The longest gone first, those that are listed last."""

    @callback
    def add(ips: Iterable[str]) -> None:
        new = [ip for ip in ips if ip not in added][: MOST_MINERS - len(added)]
        if not new:
            return
        added.update(dict.fromkeys(new))
        async_add_entities(
            [
                MinerReading(coordinator, description, ip)
                for ip in new
                for description in MINER_READINGS
            ]
        )

    @callback
    def make_room(listed: Collection[str]) -> None:
        gone = [ip for ip in added if ip not in listed]
        missing = len(gone) + len(listed) - MOST_MINERS
        for ip in gone[: max(missing, 0)]:
            del added[ip]
            async_remove_miner(coordinator, ip)

    @callback
    def add_listed() -> None:
        if not coordinator.fresh:
            return
        listed = coordinator.data.miners_by_ip
        # One that its user removed may come back.
        for ip in [ip for ip in added if ip not in journal.miners]:
            del added[ip]
        for ip in listed:
            if ip in added:
                added[ip] = added.pop(ip)
        # A list that cannot be true takes the place of nothing.
        if len(listed) <= MOST_MINERS:
            make_room(listed)
        add(sorted(listed))

    add(sorted(journal.miners, key=journal.number_of)[-MOST_MINERS:])
    add_listed()
    coordinator.config_entry.async_on_unload(coordinator.async_add_listener(add_listed))


@callback
def async_remove_miner(coordinator: ContainerCoordinator, ip: str) -> None:
    """Remove a miner's device, with its entities, and its number."""
    entry = coordinator.config_entry
    identifier = miner_identifier(entry, coordinator.journal.number_of(ip))
    coordinator.journal.forget_miner(ip)
    registry = dr.async_get(coordinator.hass)
    device = registry.async_get_child_device_by_identifier(
        (DOMAIN, identifier), entry.entry_id
    )
    if device is not None:
        registry.async_remove_device(device.id)


class MinerReading(FarmEntity[ContainerCoordinator], SensorEntity):
    """One number of one miner, unavailable while the container does not list it."""

    entity_description: MinerReadingDescription

    def __init__(
        self,
        coordinator: ContainerCoordinator,
        description: MinerReadingDescription,
        ip: str,
    ) -> None:
        """Hang the entity on the miner, a child device of the container."""
        super().__init__(coordinator)
        number = coordinator.journal.number_of(ip)
        identifier = miner_identifier(coordinator.config_entry, number)
        self.entity_description = description
        self._ip = ip
        self._attr_unique_id = f"{identifier}_{description.key}"
        self._attr_device_info = ChildDeviceInfo(
            identifiers={(DOMAIN, identifier)},
            parent_device_id=coordinator.device_id,
            translation_key="container_miner",
            translation_placeholders={"number": str(number)},
        )

    @property
    @override
    def available(self) -> bool:
        return super().available and self._ip in self.coordinator.data.miners_by_ip

    @property
    @override
    def native_value(self) -> float | None:
        miner = self.coordinator.data.miners_by_ip[self._ip]
        return self.entity_description.value_fn(miner)
