"""Form of a rig's policy: when to restart, how often, and whether for real."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..const import (
    CONF_ARMED,
    CONF_DRAW_IS_EVIDENCE,
    CONF_FIRST_STEP,
    CONF_MINER_STEPS,
    CONF_POWER_SENSOR,
    CONF_REPEAT_ON_SILENCE,
)
from ..policy import MINER_STEPS, POLICY_FIELDS, PolicyField
from .steps import CONF_ADVANCED

EXTRAS = (
    CONF_DRAW_IS_EVIDENCE,
    CONF_FIRST_STEP,
    CONF_MINER_STEPS,
    CONF_POWER_SENSOR,
    CONF_REPEAT_ON_SILENCE,
)
"""What is stored only where it is chosen."""
STEP_DOMAINS = ["button", "input_button", "script", "scene", "switch"]
"""What can be pressed, run or turned on before the power is cut."""


def policy_schema(*, ask_armed: bool) -> vol.Schema:
    """Return the form; what few people change is out of sight at first."""
    fields: dict[vol.Marker, Any] = {
        vol.Required(field.key, default=field.default): _number(field)
        for field in POLICY_FIELDS
        if not field.advanced
    }
    if ask_armed:
        fields[vol.Required(CONF_ARMED, default=False)] = BooleanSelector()
    advanced: dict[vol.Marker, Any] = {
        vol.Required(field.key, default=field.default): _number(field)
        for field in POLICY_FIELDS
        if field.advanced
    }
    for key in (CONF_REPEAT_ON_SILENCE, CONF_DRAW_IS_EVIDENCE):
        advanced[vol.Required(key, default=False)] = BooleanSelector()
    advanced[vol.Optional(CONF_FIRST_STEP)] = EntitySelector(
        EntitySelectorConfig(domain=STEP_DOMAINS)
    )
    advanced[vol.Optional(CONF_MINER_STEPS)] = SelectSelector(
        SelectSelectorConfig(
            options=list(MINER_STEPS),
            multiple=True,
            mode=SelectSelectorMode.LIST,
            translation_key="rig_miner_steps",
        )
    )
    advanced[vol.Optional(CONF_POWER_SENSOR)] = EntitySelector(
        EntitySelectorConfig(filter={"domain": "sensor", "device_class": "power"})
    )
    fields[vol.Required(CONF_ADVANCED)] = section(
        vol.Schema(advanced), {"collapsed": True}
    )
    return vol.Schema(fields)


def policy_values(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's values for an entry's options."""
    advanced = {
        field.key: options[field.key]
        for field in POLICY_FIELDS
        if field.advanced and field.key in options
    } | {key: options[key] for key in EXTRAS if key in options}
    return {**options, CONF_ADVANCED: advanced}


def entered_policy(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options entered in a form."""
    values = {**user_input, **user_input[CONF_ADVANCED]}
    return {field.key: field.plain(values[field.key]) for field in POLICY_FIELDS} | {
        key: values[key] for key in EXTRAS if values.get(key)
    }


def _number(field: PolicyField) -> Any:  # noqa: ANN401
    config = NumberSelectorConfig(
        min=field.least,
        max=field.most,
        step=field.step,
        mode=NumberSelectorMode.BOX,
    )
    if field.unit is not None:
        config["unit_of_measurement"] = field.unit
    selector = NumberSelector(config)
    return vol.All(selector, vol.Coerce(int)) if field.integer else selector
