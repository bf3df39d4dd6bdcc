"""Config flow of a farm: its name, and who belongs to it."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_NAME

from ....common.entries import already_set_up, entries_of
from ....const import CONF_KIND, Kind
from ..const import CONF_ARMED, CONF_MEMBERS
from .members import MEMBER_KEYS, members_schema, taken_by


class FarmFlow(ConfigFlow):
    """Adds a farm, or gives it another name."""

    async def async_step_farm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for its name and members; it rehearses until it is armed."""
        errors: dict[str, str] = {}
        other = ""
        if user_input is not None:
            other = taken_by(self.hass, user_input[CONF_MEMBERS]) or ""
            if not other:
                self._farm_abort_if_named(user_input[CONF_NAME])
                return self.async_create_entry(
                    title=user_input[CONF_NAME],
                    data={CONF_KIND: Kind.FARM},
                    options={
                        CONF_ARMED: False,
                        **{key: user_input[key] for key in MEMBER_KEYS},
                    },
                )
            errors[CONF_MEMBERS] = "in_another_farm"
        schema = vol.Schema({vol.Required(CONF_NAME): str, **members_schema(self.hass)})
        suggested = user_input or {CONF_NAME: self.hass.config.location_name}
        return self.async_show_form(
            step_id="farm",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders={"other": other},
        )

    async def async_step_farm_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another name."""
        entry = self._get_reconfigure_entry()
        if user_input is not None:
            return self.async_update_and_abort(entry, title=user_input[CONF_NAME])
        return self.async_show_form(
            step_id="farm_reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({vol.Required(CONF_NAME): str}), {CONF_NAME: entry.title}
            ),
        )

    def _farm_abort_if_named(self, name: str) -> None:
        for farm in entries_of(self.hass, Kind.FARM):
            if farm.title.casefold() == name.casefold():
                raise already_set_up(farm)
