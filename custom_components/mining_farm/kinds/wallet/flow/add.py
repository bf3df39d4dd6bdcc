"""Config flow of a wallet: the chain, whose bids, what is bid, and who learns of it."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult

from ..const import CONF_ARMED, CONF_HOTKEY_NAME
from ..identity import wallet_title
from .key import WalletKeyFlow
from .proxy import PROXY_KEYS, WalletProxySteps
from .steps import replaced
from .workers import WalletWorkersSteps


class WalletFlow(WalletKeyFlow, WalletWorkersSteps, WalletProxySteps):
    """Adds a wallet, or changes what it was set up with."""

    _wallet_options: dict[str, Any]

    async def async_step_wallet_reconfigure(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is to be changed."""
        entry = self._get_reconfigure_entry()
        self._wallet = dict(entry.data)
        return self.async_show_menu(
            step_id="wallet_reconfigure",
            menu_options=["wallet_endpoints", "wallet_directory"],
            description_placeholders={"name": entry.title},
        )

    @override
    async def _wallet_key_known(self) -> ConfigFlowResult:
        self._wallet_options = {CONF_ARMED: False}
        if CONF_HOTKEY_NAME in self._wallet:
            return await self.async_step_wallet_workers()
        # Nothing is bid for an address that is only watched.
        return await self.async_step_wallet_proxy()

    @property
    @override
    def _wallet_known(self) -> Mapping[str, Any]:
        return self._wallet_options

    @property
    @override
    def _wallet_entry_id(self) -> str | None:
        return None

    @override
    async def _wallet_part_known(
        self, keys: tuple[str, ...], known: dict[str, Any]
    ) -> ConfigFlowResult:
        self._wallet_options = replaced(self._wallet_options, keys, known)
        if keys != PROXY_KEYS:
            return await self.async_step_wallet_proxy()
        # Another flow may have been faster, and would be replaced without a word.
        self._abort_if_known()
        return self.async_create_entry(
            title=wallet_title(self._wallet),
            data=self._wallet,
            options=self._wallet_options,
        )
