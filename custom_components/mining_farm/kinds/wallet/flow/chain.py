"""Steps from the network's name to a subnet that answered."""

import asyncio
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ....common.progress import async_end_progress
from ....const import CONF_KIND, DOMAIN, Kind
from ....engines.auction import NETWORKS
from ..const import (
    CONF_ENDPOINTS,
    CONF_GENESIS,
    CONF_NETUID,
    DEFAULT_NETUID,
    DEFAULT_NETWORK,
)
from .checks import RefusedError, Subnet, ask_chain, checked_endpoints, load_libraries

ENDPOINTS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_ENDPOINTS, default=[DEFAULT_NETWORK]): SelectSelector(
            SelectSelectorConfig(
                options=list(NETWORKS),
                multiple=True,
                custom_value=True,
                mode=SelectSelectorMode.DROPDOWN,
            )
        )
    }
)
NETWORK_SCHEMA = ENDPOINTS_SCHEMA.extend(
    {
        vol.Required(CONF_NETUID, default=DEFAULT_NETUID): vol.All(
            NumberSelector(
                NumberSelectorConfig(min=0, max=65535, mode=NumberSelectorMode.BOX)
            ),
            # Core's number selector returns a float.
            vol.Coerce(int),
        )
    }
)


class WalletChainFlow(ConfigFlow):
    """Asks for the chain and tries it."""

    _wallet: dict[str, Any]
    """The entry's data as far as they are known."""
    _wallet_entered: dict[str, Any] | None = None
    _wallet_asking: asyncio.Task[Subnet | RefusedError] | None = None
    _wallet_subnet: Subnet | None = None
    _wallet_refusal: RefusedError | None = None

    async def async_step_wallet(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Begin a new wallet with its network and subnet."""
        if user_input is None and self._wallet_refusal is None:
            self._wallet = {CONF_KIND: Kind.WALLET}
        if user_input is not None and self._take_chain(user_input):
            return await self.async_step_wallet_ask()
        errors, detail = self._told_refusal()
        return self.async_show_form(
            step_id="wallet",
            data_schema=self.add_suggested_values_to_schema(
                NETWORK_SCHEMA, self._wallet_entered
            ),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    async def async_step_wallet_endpoints(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for other endpoints of the same network."""
        if user_input is not None and self._take_chain(user_input):
            return await self.async_step_wallet_ask()
        errors, detail = self._told_refusal()
        return self.async_show_form(
            step_id="wallet_endpoints",
            data_schema=self.add_suggested_values_to_schema(
                ENDPOINTS_SCHEMA, self._wallet_entered or self._wallet
            ),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    def _take_chain(self, user_input: dict[str, Any]) -> bool:
        """Take what was entered; return whether it can be tried."""
        self._wallet_entered = user_input
        try:
            endpoints = checked_endpoints(user_input[CONF_ENDPOINTS])
        except RefusedError as err:
            self._wallet_refusal = err
            return False
        self._wallet |= {**user_input, CONF_ENDPOINTS: endpoints}
        return True

    def _told_refusal(self) -> tuple[dict[str, str], str]:
        """Return the last refusal as a form's error with its detail, once."""
        refusal, self._wallet_refusal = self._wallet_refusal, None
        return ({"base": refusal.key}, refusal.detail) if refusal else ({}, "")

    async def async_step_wallet_ask(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Install packages and ask the chain while the user watches the progress."""
        if self._wallet_asking is None:
            # Core would hand this call's input to the next step if the task ended in it.
            self._wallet_asking = self.hass.async_create_task(
                self._ask(), f"{DOMAIN} chain", eager_start=False
            )
        if not self._wallet_asking.done():
            return self.async_show_progress(
                step_id="wallet_ask",
                progress_action="wallet_ask",
                progress_task=self._wallet_asking,
            )
        asking, self._wallet_asking = self._wallet_asking, None
        reconfigures = self.source == SOURCE_RECONFIGURE
        match asking.result():
            case Subnet() as subnet:
                self._wallet_subnet = subnet
                self._wallet[CONF_GENESIS] = subnet.genesis
            case refusal:
                self._wallet_refusal = refusal
        if self._wallet_refusal is not None:
            return async_end_progress(
                self, "wallet_endpoints" if reconfigures else "wallet"
            )
        return async_end_progress(self, "wallet_save" if reconfigures else "wallet_key")

    async def _ask(self) -> Subnet | RefusedError:
        """Return the subnet, or why it is not known."""
        try:
            await load_libraries(self.hass)
            return await ask_chain(
                self._wallet[CONF_ENDPOINTS],
                self._wallet[CONF_NETUID],
                # Of a wallet that is reconfigured, which stays on its chain.
                self._wallet.get(CONF_GENESIS),
            )
        except RefusedError as err:
            return err

    async def async_step_wallet_save(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Store what was changed and reload the wallet."""
        return self.async_update_reload_and_abort(
            self._get_reconfigure_entry(), data=self._wallet
        )

    @override
    @callback
    def async_remove(self) -> None:
        """Ask no more for a user who has left."""
        if self._wallet_asking is not None:
            self._wallet_asking.cancel()
        super().async_remove()
