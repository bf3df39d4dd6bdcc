"""Whether commitments are published, or only rehearsed."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.rights import async_require_administrator
from .controls import async_set_armed
from .coordinator import WalletConfigEntry
from .entity import WalletEntity

ARMED = SwitchEntityDescription(
    key="armed", translation_key="wallet_armed", entity_category=EntityCategory.CONFIG
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WalletConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switch to a wallet that has a key."""
    if entry.runtime_data.signer is not None:
        async_add_entities([ArmedSwitch(entry.runtime_data, ARMED)])


class ArmedSwitch(WalletEntity, SwitchEntity):
    """Arms the wallet."""

    # Disarming has to work while the chain is silent.
    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.armed

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Publish for real, within the ceilings; for administrators."""
        await async_require_administrator(self.hass, self._context)
        await async_set_armed(self.coordinator, armed=True)
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Only rehearse."""
        await async_set_armed(self.coordinator, armed=False)
        self.async_write_ha_state()
