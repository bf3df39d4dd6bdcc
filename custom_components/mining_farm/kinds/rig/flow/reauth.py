"""Reauthentication steps: a new token for a pool, new credentials for a plug."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import callback

from ....engines.pools import POOLS, Outcome
from ....engines.power import OutletError
from ..const import (
    CONF_KASA_CREDENTIALS_HASH,
    CONF_KASA_DEVICE_ID,
    CONF_KASA_HOST,
    CONF_POOL,
    CONF_SECOND_POOL,
    CONF_TOKEN,
)
from ..coordinator import RigConfigEntry
from ..identity import account_key, rig_entries
from ..reauth import CONF_REASON, REASON_OUTLET, REASON_SECOND_POOL
from ..stored import account_of, kasa_address_data
from .account import ANSWERED, PASSWORD, RigAccountFlow
from .kasa import CREDENTIALS_SCHEMA, FAILURES, entered_credentials, without_password
from .kasa_access import async_identify_kasa

TOKEN_SCHEMA = vol.Schema({vol.Required(CONF_TOKEN): PASSWORD})


class RigReauthFlow(RigAccountFlow):
    """Asks for a new token or for new credentials, and gives them to all that need them."""

    async def reauth_rig(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Ask for the token or the credentials that were rejected."""
        if entry_data.get(CONF_REASON) == REASON_OUTLET:
            return await self.async_step_rig_reauth_outlet()
        self._second = entry_data.get(CONF_REASON) == REASON_SECOND_POOL
        return await self.async_step_rig_reauth_pool()

    async def async_step_rig_reauth_pool(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the token that the pool accepts."""
        entry: RigConfigEntry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        detail = ""
        refused = entry.data
        if self._second and CONF_SECOND_POOL in entry.data:
            refused = entry.data[CONF_SECOND_POOL]
        if user_input is not None:
            token = user_input[CONF_TOKEN].strip()
            account = account_of({**refused, CONF_TOKEN: token})
            report = await self._ask_pool(account)
            if report.outcome in self._accepted:
                return self._renew_token(entry, refused, token)
            errors["base"] = f"pool_{report.outcome}"
            detail = report.detail
        return self.async_show_form(
            step_id="rig_reauth_pool",
            data_schema=TOKEN_SCHEMA,
            errors=errors,
            description_placeholders={
                "name": entry.title,
                "pool": POOLS[refused[CONF_POOL]].name,
                "detail": detail,
            },
        )

    @property
    def _accepted(self) -> tuple[Outcome, ...]:
        """Answers that come only after the token was accepted."""
        return (*ANSWERED, Outcome.ACCOUNT_UNKNOWN) if self._second else ANSWERED

    async def async_step_rig_reauth_outlet(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the credentials that the plug accepts."""
        entry: RigConfigEntry = self._get_reauth_entry()
        host = entry.data[CONF_KASA_HOST]
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            credentials = entered_credentials(user_input)
            try:
                device = await async_identify_kasa(self.hass, host, credentials)
            except OutletError as err:
                errors["base"] = FAILURES[type(err)]
                detail = str(err)
            else:
                if device.device_id.casefold() == _device(entry.data):
                    updates = kasa_address_data(device)
                    return self._renew(
                        entry, CONF_KASA_CREDENTIALS_HASH, _device, updates
                    )
                errors["base"] = "another_plug"
        return self.async_show_form(
            step_id="rig_reauth_outlet",
            data_schema=self.add_suggested_values_to_schema(
                CREDENTIALS_SCHEMA, without_password(user_input)
            ),
            errors=errors,
            description_placeholders={
                "name": entry.title,
                "host": host,
                "detail": detail,
            },
        )

    @callback
    def _renew_token(
        self, entry: RigConfigEntry, refused: Mapping[str, Any], token: str
    ) -> ConfigFlowResult:
        """Store a token that was accepted, wherever the refused one is."""
        for other in rig_entries(self.hass, entry.entry_id):
            data = with_token(other.data, refused, token)
            if data != other.data:
                self.hass.config_entries.async_update_entry(other, data=data)
                # Also ends the flow that asks for the same token.
                self.hass.config_entries.async_schedule_reload(other.entry_id)
        return self.async_update_reload_and_abort(
            entry, data=with_token(entry.data, refused, token)
        )

    @callback
    def _renew(
        self,
        entry: RigConfigEntry,
        secret: str,
        key: Callable[[Mapping[str, Any]], Hashable],
        updates: dict[str, Any],
    ) -> ConfigFlowResult:
        """Store what was accepted, also for the rigs to which the same thing happened.

        `key` identifies the account or device; rigs of another one may yet have
        the same secret.
        """
        old = entry.data.get(secret)
        for other in rig_entries(self.hass, entry.entry_id):
            if key(other.data) == key(entry.data):
                known = updates
            elif old and old == other.data.get(secret) and secret in updates:
                known = {secret: updates[secret]}
            else:
                continue
            self.hass.config_entries.async_update_entry(
                other, data={**other.data, **known}
            )
            # Also ends the flow that asks for the same secret.
            self.hass.config_entries.async_schedule_reload(other.entry_id)
        return self.async_update_reload_and_abort(entry, data_updates=updates)


def with_token(
    data: Mapping[str, Any], refused: Mapping[str, Any], token: str
) -> dict[str, Any]:
    """Return an entry's data with a token in place of the refused one.

    It is that of every account that is the same, or has the same token.
    """

    def renewed(account: Mapping[str, Any]) -> dict[str, Any]:
        old = refused.get(CONF_TOKEN)
        same = account_key(account) == account_key(refused) or (
            old and account.get(CONF_TOKEN) == old
        )
        return {**account, CONF_TOKEN: token} if same else {**account}

    known = renewed(data)
    if isinstance(second := data.get(CONF_SECOND_POOL), Mapping):
        known[CONF_SECOND_POOL] = renewed(second)
    return known


def _device(data: Mapping[str, Any]) -> str:
    return str(data.get(CONF_KASA_DEVICE_ID, "")).casefold()
