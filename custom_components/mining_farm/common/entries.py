"""The entries of a kind."""

from collections.abc import Iterator
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow

from ..const import CONF_KIND, DOMAIN, Kind


def entries_of(
    hass: HomeAssistant, *kinds: Kind, excluding: str | None = None
) -> Iterator[ConfigEntry[Any]]:
    """Yield the entries of some kinds that are not ignored, except one by its id."""
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        if entry.data.get(CONF_KIND) in kinds and entry.entry_id != excluding:
            yield entry


def already_set_up(entry: ConfigEntry[Any]) -> AbortFlow:
    """Return what ends a flow for something that an entry has, to be raised."""
    return AbortFlow(
        reason="already_configured", description_placeholders={"name": entry.title}
    )
