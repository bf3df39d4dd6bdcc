"""Steps about a rig's outlet: a Kasa device, a switch of Home Assistant, or none."""

from typing import Any

import voluptuous as vol

from homeassistant.components.switch import DOMAIN as SWITCH_DOMAIN
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import EntitySelector, EntitySelectorConfig

from ....common.power_switch import CONF_SWITCH_ENTITY, find_switch_user, own_entities
from ..stored import OUTLET_KEYS, no_outlet_data, switch_data
from .kasa import RigKasaFlow
from .steps import Part

OUTLETS = ["rig_kasa_search", "rig_kasa", "rig_switch", "rig_no_outlet"]


class RigOutletFlow(RigKasaFlow):
    """Steps to the one outlet that feeds a rig, and no other rig."""

    async def async_step_rig_outlet(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what kind of outlet it is."""
        return self.async_show_menu(step_id="rig_outlet", menu_options=OUTLETS)

    async def async_step_rig_kasa_none(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that the search found nothing, and ask for the kind of outlet again."""
        return self.async_show_menu(step_id="rig_kasa_none", menu_options=OUTLETS)

    async def async_step_rig_switch(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a switch of any other integration."""
        errors: dict[str, str] = {}
        other = ""
        if user_input is not None:
            entity_id = user_input[CONF_SWITCH_ENTITY]
            known = switch_data(entity_id)
            if entry := find_switch_user(
                self.hass, entity_id, excluding=self._own_entry_id
            ):
                errors[CONF_SWITCH_ENTITY] = "switch_in_use"
                other = entry.title
            elif self.hass.states.get(entity_id) is None:
                errors[CONF_SWITCH_ENTITY] = "switch_unknown"
            else:
                self._replace(OUTLET_KEYS, known)
                return await self._part_known(Part.OUTLET)
        schema = vol.Schema(
            {
                vol.Required(CONF_SWITCH_ENTITY): EntitySelector(
                    EntitySelectorConfig(
                        filter={"domain": SWITCH_DOMAIN},
                        exclude_entities=own_entities(self.hass),
                    )
                )
            }
        )
        return self.async_show_form(
            step_id="rig_switch",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._rig
            ),
            errors=errors,
            description_placeholders={"rig": other},
        )

    async def async_step_rig_no_outlet(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Only watch the rig."""
        self._replace(OUTLET_KEYS, no_outlet_data())
        return await self._part_known(Part.OUTLET)
