"""Lets the user say what a container's pressures are in."""

from typing import TYPE_CHECKING

import voluptuous as vol

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult

from .const import CONF_PRESSURE_UNIT
from .flow.options import PRESSURE_UNIT

if TYPE_CHECKING:
    from .coordinator import ContainerConfigEntry


class PressureFlow(RepairsFlow):
    """Ask for the unit; the entry is reloaded with it."""

    def __init__(self, entry: ContainerConfigEntry) -> None:
        """Take the container's entry."""
        self._entry = entry

    async def async_step_init(
        self, _issue: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask for the unit; what a fix begins with is the issue and no answer."""
        return await self.async_step_unit()

    async def async_step_unit(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask for the unit."""
        if user_input is None:
            return self.async_show_form(
                step_id="unit",
                data_schema=vol.Schema(
                    {vol.Required(CONF_PRESSURE_UNIT): PRESSURE_UNIT}
                ),
                description_placeholders={"name": self._entry.title},
            )
        self.hass.config_entries.async_update_entry(
            self._entry, options={**self._entry.options, **user_input}
        )
        # OptionsFlowWithReload reloads for its own flow only, and Home Assistant allows no
        # update listener beside it.
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})


def create_fix_flow(entry: ContainerConfigEntry) -> RepairsFlow:
    """Return the flow for the one issue that can be fixed here."""
    return PressureFlow(entry)
