"""The form that says which entries belong to a farm."""

from typing import Any

import voluptuous as vol

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    AreaSelector,
    AreaSelectorConfig,
    LabelSelector,
    LabelSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ....common.entries import entries_of
from ....const import Kind
from ..const import CONF_AREAS, CONF_LABELS, CONF_MEMBERS
from ..stored import Selection

MEMBER_KEYS = (CONF_AREAS, CONF_LABELS, CONF_MEMBERS)


@callback
def members_schema(hass: HomeAssistant) -> dict[Any, Any]:
    """Return the fields that choose members."""
    entries = entries_of(hass, Kind.MINER, Kind.RIG, Kind.CONTAINER, Kind.WALLET)
    options = [
        SelectOptionDict(value=entry.entry_id, label=entry.title)
        for entry in sorted(entries, key=lambda entry: entry.title.casefold())
    ]
    return {
        vol.Optional(CONF_AREAS, default=[]): AreaSelector(
            AreaSelectorConfig(multiple=True)
        ),
        vol.Optional(CONF_LABELS, default=[]): LabelSelector(
            LabelSelectorConfig(multiple=True)
        ),
        vol.Optional(CONF_MEMBERS, default=[]): SelectSelector(
            SelectSelectorConfig(
                options=options, multiple=True, mode=SelectSelectorMode.DROPDOWN
            )
        ),
    }


@callback
def taken_by(
    hass: HomeAssistant, picked: list[str], *, excluding: str | None = None
) -> str | None:
    """Return the name of another farm that one of these was picked for."""
    for farm in entries_of(hass, Kind.FARM, excluding=excluding):
        if not Selection.of(farm.options).entries.isdisjoint(picked):
            return farm.title
    return None
