"""Actions of every kind."""

from homeassistant.core import HomeAssistant, callback

from .kinds import services_modules

# Imported here, where Home Assistant imports the integration outside the event loop.
MODULES = tuple(services_modules())


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for module in MODULES:
        module.async_setup_services(hass)
