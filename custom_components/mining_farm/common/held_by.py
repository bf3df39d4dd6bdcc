"""Who keeps a machine down, and why, as a sensor of the machine's own device."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import callback

from ..const import Kind
from ..engines.farm import Hold, Owner
from .coordinator import FarmCoordinator
from .entity import EntryEntity
from .entries import entries_of
from .holds import MachineIds, async_holds
from .keeping import async_keeper

NOTHING: Final = "nothing"
HELD_BY: Final = SensorEntityDescription(
    key="held_by",
    translation_key="held_by",
    device_class=SensorDeviceClass.ENUM,
    options=[NOTHING, *Owner],
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


def described_hold(hold: Hold) -> dict[str, Any]:
    """Return a hold as actions and attributes show it."""
    return {
        "owner": hold.owner,
        "kind": hold.kind,
        "watts": hold.watts,
        "reason": hold.reason,
        "since": hold.since.isoformat(),
        "by": hold.by,
    }


class HeldBySensor[CoordinatorT: FarmCoordinator[Any]](
    EntryEntity[CoordinatorT], SensorEntity
):
    """Known whether or not the machine answers."""

    def __init__(
        self, coordinator: CoordinatorT, description: SensorEntityDescription
    ) -> None:
        """Be on from the start where there is a farm, and off in a house without one."""
        super().__init__(coordinator, description)
        if any(True for _ in entries_of(coordinator.hass, Kind.FARM)):
            self._attr_entity_registry_enabled_default = True

    @abstractmethod
    def machine_id(self) -> str:
        """Return the id of the machine that the device is part of."""

    @property
    @override
    def available(self) -> bool:
        return not async_holds(self.hass).lost

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(async_holds(self.hass).listen(self._holds_changed))

    @callback
    def _holds_changed(self, machine_ids: MachineIds) -> None:
        if self.machine_id() in machine_ids:
            self._handle_coordinator_update()

    @property
    @override
    def native_value(self) -> str:
        ruling = async_holds(self.hass).of(self.machine_id()).ruling
        return NOTHING if ruling is None else ruling.owner

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        machine_id = self.machine_id()
        record = async_holds(self.hass).of(machine_id)
        if (ruling := record.ruling) is None:
            return None
        return {
            "reason": ruling.reason,
            "since": ruling.since.isoformat(),
            "by": ruling.by,
            "holds": [described_hold(each) for each in record.holds],
            "phase": async_keeper(self.hass).phase(machine_id),
        }
