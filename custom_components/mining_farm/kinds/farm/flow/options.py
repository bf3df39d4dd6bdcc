"""Options of a farm. Whether it is armed is set by its switch."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import STATE_UNAVAILABLE, Platform, UnitOfPower, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
from homeassistant.util.unit_conversion import PowerConverter

from ..const import (
    CONF_ASLEEP_ONLY,
    CONF_LESS_AFTER,
    CONF_MEMBERS,
    CONF_MORE_AFTER,
    CONF_SIGNAL,
    CONF_SIGNAL_WATTS,
    CONF_START_SECONDS,
    CONF_STARTS,
    LESS_AFTER,
    MORE_AFTER,
    MOST_MINUTES,
    MOST_SECONDS,
    MOST_STARTS,
    MOST_WATTS,
    START_SECONDS,
    STARTS,
)
from ..told_watts import NUMBERS, is_power, tells_watts
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
            if other:
                errors[CONF_MEMBERS] = "in_another_farm"
            errors |= _refused_signal(self.hass, user_input)
            if not errors:
                kept = {
                    key: value
                    for key, value in entry.options.items()
                    if key not in (CONF_SIGNAL, CONF_SIGNAL_WATTS)
                }
                return self.async_create_entry(data={**kept, **user_input})
        schema = vol.Schema({**members_schema(self.hass), **_PACE, **_SIGNAL})
        return self.async_show_form(
            step_id="farm",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or entry.options
            ),
            errors=errors,
            description_placeholders={"other": other},
        )


def _refused_signal(hass: HomeAssistant, entered: dict[str, Any]) -> dict[str, str]:
    """Return what cannot be used of a signal: a number says the W itself."""
    entity_id = entered.get(CONF_SIGNAL)
    if entity_id is None or not tells_watts(entity_id):
        return {}
    if CONF_SIGNAL_WATTS in entered:
        return {CONF_SIGNAL_WATTS: "signal_says_watts"}
    state = hass.states.get(entity_id)
    # One that is not there at the moment has no unit.
    if state is None or state.state == STATE_UNAVAILABLE or is_power(state):
        return {}
    return {CONF_SIGNAL: "no_power_unit"}


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
_SWITCHES = [Platform.BINARY_SENSOR, Platform.SWITCH, "input_boolean"]
_SIGNAL = {
    vol.Optional(CONF_SIGNAL): EntitySelector(
        EntitySelectorConfig(
            # The form offers what the filter lets through; the domains are what is taken.
            domain=[*_SWITCHES, *NUMBERS],
            filter=[
                {"domain": _SWITCHES},
                {
                    "domain": list(NUMBERS),
                    "unit_of_measurement": sorted(
                        filter(None, PowerConverter.VALID_UNITS)
                    ),
                },
            ],
        )
    ),
    vol.Optional(CONF_SIGNAL_WATTS): _number(0, MOST_WATTS, UnitOfPower.WATT),
    vol.Required(CONF_LESS_AFTER, default=LESS_AFTER): _number(
        0, MOST_MINUTES, UnitOfTime.MINUTES
    ),
    vol.Required(CONF_MORE_AFTER, default=MORE_AFTER): _number(
        0, MOST_MINUTES, UnitOfTime.MINUTES
    ),
}
