"""Options of a miner: which of its entities there are, and whether it may be controlled."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_HOST, CONF_USERNAME, UnitOfPower, UnitOfTime
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)

from ....common.power_switch import CONF_SWITCH_ENTITY, find_switch_user, own_entities
from ....engines.edge_collector import (
    Capabilities,
    Command,
    Credentials,
    MinerError,
    MinerSnapshot,
    SignIn,
    Way,
    Wear,
    async_find_second,
)
from ..const import (
    CONF_CONTROLS,
    CONF_DETAIL,
    CONF_LEAST_CHANGE,
    CONF_LEAST_REST,
    CONF_LEAST_RESTART,
    CONF_LEAST_RETUNE,
    CONF_POOL_WATCH,
    CONF_POWER_MAXIMUM,
    CONF_POWER_MINIMUM,
    CONF_POWER_SENSOR,
    CONF_TAKE_OVER,
    LEAST_CHANGE,
    LEAST_REST,
    LEAST_RESTART,
    LEAST_RETUNE,
)
from ..detail import Detail
from ..stored import ordering_way, second_data, stored_credentials, stored_profile
from ..take_over import takeable
from .add import DETAIL
from .sign_in import (
    account_data,
    account_schema,
    async_entry_account_failure,
    entered_account,
    wanted_account,
)

READING_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_DETAIL, default=Detail.STANDARD): DETAIL,
        vol.Required(CONF_POOL_WATCH, default=False): BooleanSelector(),
        vol.Optional(CONF_POWER_SENSOR): EntitySelector(
            EntitySelectorConfig(domain="sensor", device_class="power")
        ),
        vol.Optional(CONF_SWITCH_ENTITY): EntitySelector(
            EntitySelectorConfig(domain="switch")
        ),
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
WATTS = NumberSelector(
    NumberSelectorConfig(
        min=50,
        max=20_000,
        mode=NumberSelectorMode.BOX,
        unit_of_measurement=UnitOfPower.WATT,
    )
)
CONTROLS_SCHEMA = READING_SCHEMA.extend(
    {
        vol.Required(CONF_CONTROLS, default=False): BooleanSelector(),
        vol.Required(CONF_LEAST_REST, default=LEAST_REST): MINUTES,
    }
)
"""Of miners that can be controlled."""
LEAST_TIMES = {
    Wear.LIVE: vol.Required(CONF_LEAST_CHANGE, default=LEAST_CHANGE),
    Wear.RETUNES: vol.Required(CONF_LEAST_RETUNE, default=LEAST_RETUNE),
    Wear.RESTARTS: vol.Required(CONF_LEAST_RESTART, default=LEAST_RESTART),
}
POWER_LIMITS = {
    vol.Optional(CONF_POWER_MINIMUM): WATTS,
    vol.Optional(CONF_POWER_MAXIMUM): WATTS,
}


def options_schema(capabilities: Capabilities | None) -> vol.Schema:
    """Ask for what concerns a miner: less of one that can only be read."""
    if capabilities is None:
        return READING_SCHEMA
    wears = set(capabilities.wear.values())
    schema = CONTROLS_SCHEMA.extend(
        {field: MINUTES for wear, field in LEAST_TIMES.items() if wear in wears}
    )
    if Command.POWER_TARGET in capabilities.unbounded:
        schema = schema.extend(POWER_LIMITS)
    return schema


class MinerOptionsFlow(OptionsFlowWithReload):
    """Options of a miner."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go to this kind's options, whose texts are its own."""
        return await self.async_step_miner(user_input)

    _wanted: dict[str, Any]
    _takes_over = False
    _second: tuple[Way, MinerSnapshot] | None = None

    async def async_step_miner(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which entities the user wants, and whether the miner may be controlled."""
        errors: dict[str, str] = {}
        other = ""
        if user_input is not None:
            self._takes_over = user_input.pop(CONF_TAKE_OVER, False)
            self._wanted = user_input
            error, other = self._switch_error(user_input.get(CONF_SWITCH_ENTITY))
            if error:
                errors[CONF_SWITCH_ENTITY] = error
            elif not _limits_in_order(user_input):
                errors["base"] = "bounds_crossed"
            elif self._takes_over:
                return await self.async_step_miner_take_over()
            else:
                return await self._async_go_on()
        else:
            await self._async_look_for_second()
        return self.async_show_form(
            step_id="miner",
            data_schema=self.add_suggested_values_to_schema(
                options_schema(self._capabilities).extend(
                    {vol.Required(CONF_TAKE_OVER, default=False): BooleanSelector()}
                    if takeable(self.hass, self.config_entry)
                    else {}
                ),
                user_input or self.config_entry.options,
            ),
            errors=errors,
            description_placeholders={"rig": other},
        )

    def _switch_error(self, entity_id: str | None) -> tuple[str, str]:
        """Return why a switch may not cut this miner's power, and what it feeds."""
        if entity_id is None:
            return "", ""
        if entity_id in own_entities(self.hass):
            return "switch_of_our_own", ""
        entry = find_switch_user(
            self.hass, entity_id, excluding=self.config_entry.entry_id
        )
        return ("", "") if entry is None else ("switch_in_use", entry.title)

    async def async_step_miner_take_over(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show whose ids our entities are going to have, and go on."""
        entry = self.config_entry
        pairs = takeable(self.hass, entry)
        if user_input is not None:
            self.hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_TAKE_OVER: pairs}
            )
            return await self._async_go_on()
        return self.async_show_form(
            step_id="miner_take_over",
            data_schema=vol.Schema({}),
            description_placeholders={
                "name": entry.title,
                "map": "\n".join(f"- {old} ← {new}" for new, old in pairs.items()),
            },
        )

    async def _async_go_on(self) -> ConfigFlowResult:
        if self._wanted.get(CONF_CONTROLS):
            return await self._async_allow()
        return self._finish()

    async def async_step_miner_sign_in(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the account without which the miner takes no orders."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            account = entered_account(user_input)
            failure = await self._async_failure(account)
            if failure is None:
                return self._finish(account_data(account))
            errors["base"], detail = failure.failure, str(failure)
        return self.async_show_form(
            step_id="miner_sign_in",
            data_schema=self.add_suggested_values_to_schema(
                account_schema(wanted_account(self._way) or SignIn()),
                user_input or {CONF_USERNAME: self._data.get(CONF_USERNAME)},
            ),
            errors=errors,
            description_placeholders={
                "name": self.config_entry.title,
                "detail": detail,
            },
        )

    @property
    def _data(self) -> Mapping[str, Any]:
        return self.config_entry.data

    @property
    def _way(self) -> Way:
        """By which the miner would take orders."""
        return ordering_way(self._data) if self._second is None else self._second[0]

    @property
    def _capabilities(self) -> Capabilities | None:
        if self._second is not None:
            return self._second[1].capabilities
        profile = stored_profile(self._data)
        return None if profile is None else profile.capabilities

    async def _async_look_for_second(self) -> None:
        """Look for pages of a miner that was added before they were looked for."""
        entry = self.config_entry
        if (
            self._capabilities is None
            and entry.state is ConfigEntryState.LOADED
            and (known := entry.runtime_data.data) is not None
        ):
            way = ordering_way(self._data)
            self._second = await async_find_second(
                self._data[CONF_HOST], way.port, known
            )

    async def _async_allow(self) -> ConfigFlowResult:
        """Ask for an account where one is wanted and none is known to be right."""
        if wanted_account(self._way) is None:
            return self._finish()
        account = stored_credentials(self._data)
        if account is not None and await self._async_failure(account) is None:
            return self._finish()
        return await self.async_step_miner_sign_in()

    async def _async_failure(self, account: Credentials) -> MinerError | None:
        second = None if self._second is None else self._second[0]
        return await async_entry_account_failure(self.config_entry, account, second)

    def _finish(self, account: Mapping[str, Any] | None = None) -> ConfigFlowResult:
        """Store the options; and the account, and the way that it is for."""
        entry = self.config_entry
        second = {} if self._second is None else second_data(*self._second, entry.data)
        if account or second or self._takes_over:
            self.hass.config_entries.async_update_entry(
                entry, data={**entry.data, **second, **(account or {})}
            )
            if entry.options == self._wanted:
                self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_create_entry(data=self._wanted)


def _limits_in_order(wanted: Mapping[str, Any]) -> bool:
    least, most = wanted.get(CONF_POWER_MINIMUM), wanted.get(CONF_POWER_MAXIMUM)
    return least is None or most is None or least < most
