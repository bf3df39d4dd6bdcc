"""Options of a miner: all of its usual entities, or the essentials only."""

import re
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)

from ....common.entity import LAST_SEEN
from ..binary_sensor import BOARD_PROBLEM, CONNECTIVITY, PROBLEM
from ..const import (
    CONF_CONTROLS,
    CONF_ESSENTIALS,
    CONF_LEAST_CHANGE,
    CONF_LEAST_REST,
    CONF_POOL_WATCH,
    LEAST_CHANGE,
    LEAST_REST,
)
from ..coordinator import MinerConfigEntry
from ..entity import ESSENTIAL_KEYS
from ..event import COMMAND, POOL
from ..sensor import (
    BOARD_SENSORS,
    BOARD_STATUS,
    BOARDS_TOTAL,
    FAILED_BOARDS,
    MINER_SENSORS,
    REASON,
    STATUS,
)
from ..stored import stored_profile
from ..switch import MINING

ESSENTIALS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_ESSENTIALS, default=False): BooleanSelector(),
        vol.Required(CONF_POOL_WATCH, default=False): BooleanSelector(),
    }
)
MINUTES = NumberSelector(
    NumberSelectorConfig(
        min=0,
        max=120,
        mode=NumberSelectorMode.BOX,
        unit_of_measurement=UnitOfTime.MINUTES,
    )
)
CONTROLS_SCHEMA = ESSENTIALS_SCHEMA.extend(
    {
        vol.Required(CONF_CONTROLS, default=False): BooleanSelector(),
        vol.Required(CONF_LEAST_REST, default=LEAST_REST): MINUTES,
        vol.Required(CONF_LEAST_CHANGE, default=LEAST_CHANGE): MINUTES,
    }
)
"""Of miners that can be controlled."""
_KEY = re.compile(r"(?:board_\d+_)(?P<board>.+)|(?P<miner>.+)")
USUAL_KEYS = {
    description.key
    for description in (
        STATUS,
        BOARDS_TOTAL,
        FAILED_BOARDS,
        REASON,
        LAST_SEEN,
        CONNECTIVITY,
        PROBLEM,
        COMMAND,
        POOL,
        MINING,
        *MINER_SENSORS,
    )
    if description.entity_registry_enabled_default
}
USUAL_BOARD_KEYS = {
    description.key
    for description in (BOARD_STATUS, BOARD_PROBLEM, *BOARD_SENSORS)
    if description.entity_registry_enabled_default
}


@callback
def apply_essentials(
    hass: HomeAssistant, entry: MinerConfigEntry, *, essentials: bool
) -> None:
    """Disable all but the essential entities, or enable the usual ones again."""
    # Core takes `entity_registry_enabled_default` only when it first registers an
    # entity, so known ones are changed here; those that the user disabled are not.
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        key = _KEY.fullmatch(entity.unique_id.removeprefix(f"{entry.entry_id}_"))
        if key is None:
            continue
        if essentials:
            wanted = key["miner"] in ESSENTIAL_KEYS
            if not wanted and entity.disabled_by is None:
                registry.async_update_entity(
                    entity.entity_id, disabled_by=er.RegistryEntryDisabler.INTEGRATION
                )
        elif entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION and (
            key["miner"] in USUAL_KEYS or key["board"] in USUAL_BOARD_KEYS
        ):
            registry.async_update_entity(entity.entity_id, disabled_by=None)


class MinerOptionsFlow(OptionsFlowWithReload):
    """Options of a miner."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go to this kind's options, whose texts are its own."""
        return await self.async_step_miner(user_input)

    async def async_step_miner(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which entities the user wants, and whether the miner may be controlled."""
        if user_input is not None:
            apply_essentials(
                self.hass, self.config_entry, essentials=user_input[CONF_ESSENTIALS]
            )
            return self.async_create_entry(data=user_input)
        profile = stored_profile(self.config_entry.data)
        only_read = profile is None or profile.capabilities is None
        return self.async_show_form(
            step_id="miner",
            data_schema=self.add_suggested_values_to_schema(
                ESSENTIALS_SCHEMA if only_read else CONTROLS_SCHEMA,
                self.config_entry.options,
            ),
        )
