"""Options of a wallet. Whether it is armed is set by its switch."""

from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ....common.entries import entries_of
from ....const import Kind
from ....engines.auction import MAX_WORKERS
from ..const import (
    CONF_HOTKEY_NAME,
    CONF_LOWER_BID,
    CONF_MACHINES,
    CONF_PAUSE_LOST,
    CONF_PRICE_CEILING,
    CONF_WORKER_CEILING,
)
from ..libraries import async_import
from .checks import RefusedError, checked_price
from .proxy import WalletProxySteps
from .steps import replaced
from .workers import WalletWorkersSteps

CEILING_KEYS = (CONF_PRICE_CEILING, CONF_WORKER_CEILING)
MACHINE_KEYS = (CONF_MACHINES, CONF_LOWER_BID, CONF_PAUSE_LOST)
CEILINGS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_PRICE_CEILING): TextSelector(),
        vol.Required(CONF_WORKER_CEILING): vol.All(
            NumberSelector(
                NumberSelectorConfig(
                    min=1, max=MAX_WORKERS, mode=NumberSelectorMode.BOX
                )
            ),
            # Core's number selector returns a float.
            vol.Coerce(int),
        ),
    }
)


class WalletOptionsFlow(WalletWorkersSteps, WalletProxySteps, OptionsFlowWithReload):
    """Options of a wallet, each part saved by itself."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go to this kind's options, whose texts are its own."""
        # The entry may not be loaded.
        await async_import(self.hass)
        return await self.async_step_wallet(user_input)

    async def async_step_wallet(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is to be changed; an address that is watched has no bid."""
        options = ["wallet_proxy", "wallet_machines"]
        if CONF_HOTKEY_NAME in self.config_entry.data:
            options = ["wallet_ceilings", "wallet_workers", *options]
        return self.async_show_menu(step_id="wallet", menu_options=options)

    async def async_step_wallet_ceilings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how far the leave to publish goes."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            try:
                price = checked_price(user_input[CONF_PRICE_CEILING])
            except RefusedError as err:
                errors[CONF_PRICE_CEILING], detail = err.key, err.detail
            else:
                entered = {**user_input, CONF_PRICE_CEILING: price}
                return await self._wallet_part_known(CEILING_KEYS, entered)
        return self.async_show_form(
            step_id="wallet_ceilings",
            data_schema=self.add_suggested_values_to_schema(
                CEILINGS_SCHEMA, user_input or self._wallet_known
            ),
            errors=errors,
            description_placeholders={"detail": detail, "most": str(MAX_WORKERS)},
        )

    async def async_step_wallet_machines(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the miners and rigs that deliver what is promised."""
        errors: dict[str, str] = {}
        if user_input is not None:
            # What is paused delivers nothing: the bid would shrink with each loss.
            if not (user_input[CONF_LOWER_BID] and user_input[CONF_PAUSE_LOST]):
                return await self._wallet_part_known(MACHINE_KEYS, user_input)
            errors[CONF_PAUSE_LOST] = "wallet_pause_or_lower"
        machines = {
            entry.entry_id: entry.title
            for entry in entries_of(self.hass, Kind.MINER, Kind.RIG)
        }
        options = [
            SelectOptionDict(value=entry_id, label=title)
            for entry_id, title in sorted(
                machines.items(), key=lambda machine: machine[1].casefold()
            )
        ]
        # A machine that was linked may have been removed.
        linked = [
            each
            for each in self._wallet_known.get(CONF_MACHINES, [])
            if each in machines
        ]
        schema = vol.Schema(
            {
                vol.Optional(CONF_MACHINES, default=[]): SelectSelector(
                    SelectSelectorConfig(
                        options=options,
                        multiple=True,
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                ),
                vol.Required(CONF_LOWER_BID, default=False): BooleanSelector(),
                vol.Required(CONF_PAUSE_LOST, default=False): BooleanSelector(),
            }
        )
        return self.async_show_form(
            step_id="wallet_machines",
            data_schema=self.add_suggested_values_to_schema(
                schema,
                {
                    CONF_MACHINES: linked,
                    CONF_LOWER_BID: self._wallet_known.get(CONF_LOWER_BID, False),
                    CONF_PAUSE_LOST: self._wallet_known.get(CONF_PAUSE_LOST, False),
                }
                if user_input is None
                else user_input,
            ),
            errors=errors,
        )

    @property
    @override
    def _wallet_known(self) -> Mapping[str, Any]:
        return self.config_entry.options

    @property
    @override
    def _wallet_entry_id(self) -> str | None:
        return self.config_entry.entry_id

    @override
    async def _wallet_part_known(
        self, keys: tuple[str, ...], known: dict[str, Any]
    ) -> ConfigFlowResult:
        return self.async_create_entry(
            data=replaced(self.config_entry.options, keys, known)
        )
