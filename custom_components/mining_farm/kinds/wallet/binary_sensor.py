"""Whether the chain answers, and whether the wallet is in trouble."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import WalletConfigEntry, WalletCoordinator
from .entity import WalletEntity


@dataclass(frozen=True, kw_only=True)
class WalletBinarySensorDescription(BinarySensorEntityDescription):
    """Something that is so or not."""

    is_on_fn: Callable[[WalletCoordinator], bool | None]


CONNECTED = BinarySensorEntityDescription(
    key="connected",
    translation_key="wallet_connected",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)
BANNED = WalletBinarySensorDescription(
    key="banned",
    translation_key="banned",
    device_class=BinarySensorDeviceClass.PROBLEM,
    is_on_fn=lambda wallet: (
        None
        if wallet.data.result is None
        else wallet.hotkey in wallet.data.result.banned
    ),
)
UNREGISTERED = WalletBinarySensorDescription(
    key="unregistered",
    translation_key="unregistered",
    device_class=BinarySensorDeviceClass.PROBLEM,
    is_on_fn=lambda wallet: (
        None if wallet.data.is_member is None else not wallet.data.is_member
    ),
)
UNDER_DELIVERY = WalletBinarySensorDescription(
    key="under_delivery",
    translation_key="under_delivery",
    device_class=BinarySensorDeviceClass.PROBLEM,
    is_on_fn=lambda wallet: wallet.delivery().short,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WalletConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the wallet's binary sensors."""
    coordinator = entry.runtime_data
    sensors: list[WalletEntity] = [
        ConnectedSensor(coordinator, CONNECTED),
        WalletBinarySensor(coordinator, BANNED),
        WalletBinarySensor(coordinator, UNREGISTERED),
    ]
    if coordinator.machines:
        sensors.append(WalletBinarySensor(coordinator, UNDER_DELIVERY))
    async_add_entities(sensors)


class ConnectedSensor(WalletEntity, BinarySensorEntity):
    """Whether any endpoint answers for the chain."""

    # A coordinator's entity is unavailable after a failed update: it could never be
    # off.
    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.fresh


class WalletBinarySensor(WalletEntity, BinarySensorEntity):
    """Something that needs attention."""

    entity_description: WalletBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        return self.entity_description.is_on_fn(self.coordinator)
