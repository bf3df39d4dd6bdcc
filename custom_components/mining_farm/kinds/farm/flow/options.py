"""Options of a farm. Whether it is armed is set by its switch."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import Platform, UnitOfPower, UnitOfTime
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)

from ..const import (
    CONF_ASLEEP_ONLY,
    CONF_MEMBERS,
    CONF_SIGNAL,
    CONF_SIGNAL_WATTS,
    CONF_START_SECONDS,
    CONF_STARTS,
    MOST_SECONDS,
    MOST_STARTS,
    MOST_WATTS,
    START_SECONDS,
    STARTS,
)
from .members import members_schema, taken_by


class FarmOptionsFlow(OptionsFlowWithReload):
    """Members, what an emergency stop does, and how fast machines start."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go to this kind's options, whose texts are its own."""
        return await self.async_step_farm(user_input)

    async def async_step_farm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for all of them."""
        errors: dict[str, str] = {}
        other = ""
        entry = self.config_entry
        if user_input is not None:
            picked = user_input[CONF_MEMBERS]
            other = taken_by(self.hass, picked, excluding=entry.entry_id) or ""
            if not other:
                kept = {
                    key: value
                    for key, value in entry.options.items()
                    if key not in (CONF_SIGNAL, CONF_SIGNAL_WATTS)
                }
                return self.async_create_entry(data={**kept, **user_input})
            errors[CONF_MEMBERS] = "in_another_farm"
        schema = vol.Schema({**members_schema(self.hass), **_PACE, **_SIGNAL})
        return self.async_show_form(
            step_id="farm",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or entry.options
            ),
            errors=errors,
            description_placeholders={"other": other},
        )


def _number(least: int, most: int, unit: str | None = None) -> object:
    config = NumberSelectorConfig(min=least, max=most, mode=NumberSelectorMode.BOX)
    if unit is not None:
        config["unit_of_measurement"] = unit
    # Core's number selector returns a float.
    return vol.All(NumberSelector(config), vol.Coerce(int))


_PACE = {
    vol.Required(CONF_ASLEEP_ONLY, default=False): BooleanSelector(),
    vol.Required(CONF_STARTS, default=STARTS): _number(1, MOST_STARTS),
    vol.Required(CONF_START_SECONDS, default=START_SECONDS): _number(
        1, MOST_SECONDS, UnitOfTime.SECONDS
    ),
}
_SIGNAL = {
    vol.Optional(CONF_SIGNAL): EntitySelector(
        EntitySelectorConfig(
            domain=[Platform.BINARY_SENSOR, Platform.SWITCH, "input_boolean"]
        )
    ),
    vol.Optional(CONF_SIGNAL_WATTS): _number(0, MOST_WATTS, UnitOfPower.WATT),
}
