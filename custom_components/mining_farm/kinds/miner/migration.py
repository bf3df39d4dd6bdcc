"""Brings the entries of earlier versions up to this one."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .const import CONF_DETAIL
from .detail import Detail

ESSENTIALS = "essentials_only"


@callback
def async_migrate(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Turn the essentials of minor version 1 into a detail."""
    options = dict(entry.options)
    essentials = options.pop(ESSENTIALS, False)
    detail = Detail.FARM if essentials is True else Detail.STANDARD
    hass.config_entries.async_update_entry(
        entry, options={CONF_DETAIL: str(detail), **options}
    )
