"""Without one Home Assistant sets up no entry."""

from homeassistant.config_entries import ConfigFlow


class IdleConfigFlow(ConfigFlow, domain="idle"):
    """Never started."""
