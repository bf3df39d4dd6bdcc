"""Asks again for a password that a miner does not take any more."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_USERNAME

from ....engines.edge_collector import SignIn
from ..coordinator import MinerConfigEntry
from ..stored import ordering_way
from .many import MinerManyFlow
from .sign_in import (
    account_data,
    account_schema,
    async_entry_account_failure,
    entered_account,
    wanted_account,
)


class MinerReauthFlow(MinerManyFlow):
    """Steps that renew the account of one miner."""

    async def reauth_miner(self, _entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Ask for the account that was refused."""
        return await self.async_step_miner_reauth()

    async def async_step_miner_reauth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for an account until the miner takes one."""
        entry: MinerConfigEntry = self._get_reauth_entry()
        way = ordering_way(entry.data)
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            account = entered_account(user_input)
            failure = await async_entry_account_failure(entry, account)
            if failure is None:
                return self.async_update_reload_and_abort(
                    entry, data_updates=account_data(account)
                )
            errors["base"], detail = failure.failure, str(failure)
        known = {CONF_USERNAME: entry.data.get(CONF_USERNAME)}
        return self.async_show_form(
            step_id="miner_reauth",
            data_schema=self.add_suggested_values_to_schema(
                account_schema(wanted_account(way) or SignIn()), user_input or known
            ),
            errors=errors,
            description_placeholders={"name": entry.title, "detail": detail},
        )
