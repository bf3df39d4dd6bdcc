"""Options of a container."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfTemperature
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
)

from ....engines.containers import PlantTable, PressureUnit, plant
from ..const import (
    COLDEST,
    CONF_CONTROLS,
    CONF_MINER_READINGS,
    CONF_MODEL,
    CONF_PRESSURE_UNIT,
    CONF_SET_POINT_HIGHEST,
    CONF_SET_POINT_LOWEST,
    CONF_SEVERITIES,
    CONF_THRESHOLDS,
    HOTTEST,
)
from .alarms import (
    Words,
    find_mistakes,
    severities_selector,
    thresholds_selector,
    with_plain_names,
)


def _schema(table: PlantTable, words: Words) -> vol.Schema:
    degrees = NumberSelector(
        NumberSelectorConfig(
            min=COLDEST,
            max=HOTTEST,
            step=table.bounds.step,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=UnitOfTemperature.CELSIUS,
        )
    )
    fields: dict[vol.Marker, Any] = {
        vol.Required(CONF_CONTROLS): BooleanSelector(),
        vol.Required(CONF_SET_POINT_LOWEST): degrees,
        vol.Required(CONF_SET_POINT_HIGHEST): degrees,
        vol.Required(CONF_MINER_READINGS): BooleanSelector(),
    }
    if table.has_pressures:
        fields[vol.Required(CONF_PRESSURE_UNIT)] = PRESSURE_UNIT
    fields[vol.Optional(CONF_THRESHOLDS)] = thresholds_selector(table, words)
    fields[vol.Optional(CONF_SEVERITIES)] = severities_selector(table, words)
    return vol.Schema(fields)


PRESSURE_UNIT = SelectSelector(
    SelectSelectorConfig(options=list(PressureUnit), translation_key="pressure_unit")
)


def options_of(table: PlantTable, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options in force: the user's, and the plant's defaults."""
    return {
        CONF_CONTROLS: False,
        CONF_SET_POINT_LOWEST: table.bounds.low,
        CONF_SET_POINT_HIGHEST: table.bounds.high,
        CONF_MINER_READINGS: False,
        CONF_PRESSURE_UNIT: PressureUnit.MPA,
        CONF_THRESHOLDS: [],
        CONF_SEVERITIES: [],
        **options,
    }


class ContainerOptionsFlow(OptionsFlowWithReload):
    """Options of a container."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go to this kind's options, whose texts are its own."""
        return await self.async_step_container(user_input)

    async def async_step_container(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for controls, bounds, units, how much is shown, and about alarms."""
        table = plant(self.config_entry.data[CONF_MODEL])
        errors: dict[str, str] = {}
        if user_input is not None:
            user_input = with_plain_names(user_input)
            errors = find_mistakes(table, user_input)
            low = user_input[CONF_SET_POINT_LOWEST]
            high = user_input[CONF_SET_POINT_HIGHEST]
            if low >= high:
                errors[CONF_SET_POINT_HIGHEST] = "bounds_crossed"
            if not errors:
                return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="container",
            data_schema=self.add_suggested_values_to_schema(
                _schema(table, await Words.async_load(self.hass)),
                user_input or options_of(table, dict(self.config_entry.options)),
            ),
            errors=errors,
            description_placeholders={"name": self.config_entry.title},
        )
