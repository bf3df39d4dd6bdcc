"""Steps for the proxy that follows what was won."""

from pathlib import Path
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ....engines.auction import Certainty
from ..const import (
    CONF_PROXY,
    CONF_PROXY_FILE,
    CONF_PROXY_FROM,
    CONF_PROXY_POOL,
    CONF_PROXY_SENTINEL,
    DEFAULT_POOL_NAME,
    PROXY_BRAIINS,
    PROXY_IHP,
    PROXY_NONE,
)
from ..identity import find_proxy_user
from .checks import RefusedError, absolute, check_proxy
from .steps import WalletSteps

PROXY_KEYS = (
    CONF_PROXY,
    CONF_PROXY_FILE,
    CONF_PROXY_SENTINEL,
    CONF_PROXY_POOL,
    CONF_PROXY_FROM,
)
BRAIINS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_PROXY_FILE): TextSelector(),
        vol.Optional(CONF_PROXY_SENTINEL): TextSelector(),
        vol.Required(
            CONF_PROXY_FROM, default=Certainty.CONFIRMED.value
        ): SelectSelector(
            SelectSelectorConfig(
                options=[
                    Certainty.CONFIRMED.value,
                    Certainty.PROVEN.value,
                    Certainty.PROVISIONAL.value,
                ],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="wallet_proxy_from",
            )
        ),
    }
)
IHP_SCHEMA = BRAIINS_SCHEMA.extend(
    {vol.Required(CONF_PROXY_POOL, default=DEFAULT_POOL_NAME): TextSelector()}
)
USUAL_SENTINELS = {PROXY_IHP: ".reload-ihp", PROXY_BRAIINS: ".reconfigure"}
"""Beside the file, as the proxies' own set-ups have them."""


class WalletProxySteps(WalletSteps):
    """Steps from the kind of proxy to a file that can be updated."""

    async def async_step_wallet_proxy(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which proxy there is."""
        return self.async_show_menu(
            step_id="wallet_proxy",
            menu_options=["wallet_no_proxy", "wallet_ihp", "wallet_braiins"],
        )

    async def async_step_wallet_no_proxy(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Route nothing."""
        return await self._wallet_part_known(PROXY_KEYS, {CONF_PROXY: PROXY_NONE})

    async def async_step_wallet_ihp(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the files of InfiniteHash's proxy."""
        errors, detail = await self._try_proxy(PROXY_IHP, user_input)
        if user_input is not None and not errors:
            return await self._proxy_known(PROXY_IHP, user_input)
        return self.async_show_form(
            step_id="wallet_ihp",
            data_schema=self._filled_in(IHP_SCHEMA, PROXY_IHP, user_input),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    async def async_step_wallet_braiins(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the files of Braiins Farm Proxy."""
        errors, detail = await self._try_proxy(PROXY_BRAIINS, user_input)
        if user_input is not None and not errors:
            return await self._proxy_known(PROXY_BRAIINS, user_input)
        return self.async_show_form(
            step_id="wallet_braiins",
            data_schema=self._filled_in(BRAIINS_SCHEMA, PROXY_BRAIINS, user_input),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    async def _try_proxy(
        self, proxy: str, user_input: dict[str, Any] | None
    ) -> tuple[dict[str, str], str]:
        """Return what is wrong with a proxy's files, and nothing before they are given."""
        if user_input is None:
            return {}, ""
        options = self._entered(proxy, user_input)
        if user := find_proxy_user(self.hass, options, self._wallet_entry_id):
            return {"base": "wallet_proxy_in_use"}, user.title
        try:
            await check_proxy(options)
        except RefusedError as err:
            return {"base": err.key}, err.detail
        return {}, ""

    async def _proxy_known(
        self, proxy: str, user_input: dict[str, Any]
    ) -> ConfigFlowResult:
        entered = self._entered(proxy, user_input)
        return await self._wallet_part_known(PROXY_KEYS, entered)

    def _entered(self, proxy: str, user_input: dict[str, Any]) -> dict[str, Any]:
        """Return what is stored of a form."""
        file = absolute(self.hass, user_input[CONF_PROXY_FILE])
        if sentinel := user_input.get(CONF_PROXY_SENTINEL, "").strip():
            sentinel = absolute(self.hass, sentinel)
        else:
            sentinel = str(Path(file).with_name(USUAL_SENTINELS[proxy]))
        entered = {
            CONF_PROXY: proxy,
            CONF_PROXY_FILE: file,
            CONF_PROXY_SENTINEL: sentinel,
            CONF_PROXY_FROM: user_input[CONF_PROXY_FROM],
        }
        if proxy == PROXY_IHP:
            entered[CONF_PROXY_POOL] = user_input[CONF_PROXY_POOL].strip()
        return entered

    def _filled_in(
        self, schema: vol.Schema, proxy: str, user_input: dict[str, Any] | None
    ) -> vol.Schema:
        known = (
            self._wallet_known if self._wallet_known.get(CONF_PROXY) == proxy else {}
        )
        return self.add_suggested_values_to_schema(schema, user_input or known)
