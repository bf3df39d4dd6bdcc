"""Actions of every kind."""

from homeassistant.core import HomeAssistant, callback

from .kinds.rig.services import async_setup_services as async_setup_rig_services


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    async_setup_rig_services(hass)
