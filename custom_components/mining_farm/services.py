"""Actions of every kind."""

from homeassistant.core import HomeAssistant, callback

from .kinds.container.services import (
    async_setup_services as async_setup_container_services,
)
from .kinds.rig.services import async_setup_services as async_setup_rig_services
from .kinds.wallet.services import async_setup_services as async_setup_wallet_services


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    async_setup_container_services(hass)
    async_setup_rig_services(hass)
    async_setup_wallet_services(hass)
