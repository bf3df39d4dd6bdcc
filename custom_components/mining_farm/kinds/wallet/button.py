"""Publishes a wallet's commitment at once."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.rights import async_require_administrator
from .controls import async_publish
from .coordinator import WalletConfigEntry
from .entity import WalletEntity

PUBLISH = ButtonEntityDescription(
    key="publish_commitment", translation_key="publish_commitment"
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WalletConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the button to a wallet that has a key."""
    if entry.runtime_data.signer is not None:
        async_add_entities([PublishButton(entry.runtime_data, PUBLISH)])


class PublishButton(WalletEntity, ButtonEntity):
    """Checks the commitment now, and publishes it where that is due."""

    @override
    async def async_press(self) -> None:
        """Check now instead of within five minutes; for administrators."""
        await async_require_administrator(self.hass, self._context)
        await async_publish(self.coordinator, force=False)
