"""Steps for whose bids these are: a hotkey that signs, or an address to watch."""

from abc import abstractmethod
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlowResult
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ....common.forms import SelectorTexts
from ....const import DOMAIN
from ....engines import auction
from ..const import (
    CONF_DIRECTORY,
    CONF_HOTKEY,
    CONF_HOTKEY_NAME,
    CONF_NETUID,
    CONF_WALLET,
)
from ..identity import short_address, wallet_unique_id
from .chain import WalletChainFlow
from .checks import (
    RefusedError,
    absolute,
    checked_address,
    hotkeys_in,
    proposed_directory,
    refuse_served,
)

CONF_SAVE_ANYWAY = "save_anyway"
DIRECTORY_SCHEMA = vol.Schema({vol.Required(CONF_DIRECTORY): TextSelector()})
ADDRESS_SCHEMA = vol.Schema({vol.Required(CONF_HOTKEY): TextSelector()})
STRANGER_SCHEMA = vol.Schema(
    {vol.Required(CONF_SAVE_ANYWAY, default=False): BooleanSelector()}
)


class WalletKeyFlow(WalletChainFlow):
    """Asks for the hotkey, and shows what the chain knows of it."""

    _wallet_directory: str
    _wallet_hotkeys: dict[str, auction.HotkeyFile]

    async def async_step_wallet_key(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to sign or to watch."""
        return self.async_show_menu(
            step_id="wallet_key", menu_options=["wallet_directory", "wallet_address"]
        )

    async def async_step_wallet_directory(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the wallet directory and find its hotkeys."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            directory = absolute(self.hass, user_input[CONF_DIRECTORY])
            try:
                await refuse_served(self.hass, directory)
                self._wallet_hotkeys = await hotkeys_in(directory)
            except RefusedError as err:
                errors["base"], detail = err.key, err.detail
            else:
                self._wallet_directory = directory
                return await self.async_step_wallet_hotkey()
        suggested = user_input
        if suggested is None:
            proposed = self._wallet.get(CONF_DIRECTORY) or await proposed_directory(
                self.hass
            )
            suggested = {CONF_DIRECTORY: proposed}
        return self.async_show_form(
            step_id="wallet_directory",
            data_schema=self.add_suggested_values_to_schema(
                DIRECTORY_SCHEMA, suggested
            ),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    async def async_step_wallet_hotkey(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user pick one of the hotkeys that were found."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            try:
                return await self._take_hotkey(
                    self._wallet_hotkeys[user_input[CONF_HOTKEY]]
                )
            except RefusedError as err:
                errors["base"], detail = err.key, err.detail
        texts = await SelectorTexts.async_load(self.hass)
        options = [
            SelectOptionDict(value=key, label=self._label(texts, file))
            for key, file in self._wallet_hotkeys.items()
        ]
        schema = vol.Schema(
            {
                vol.Required(CONF_HOTKEY): SelectSelector(
                    SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
                )
            }
        )
        return self.async_show_form(
            step_id="wallet_hotkey",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._proposed_hotkey()
            ),
            errors=errors,
            description_placeholders={
                "detail": detail,
                "directory": self._wallet_directory,
            },
        )

    async def async_step_wallet_address(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the address to watch."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            try:
                address = checked_address(user_input[CONF_HOTKEY])
            except RefusedError as err:
                errors["base"], detail = err.key, err.detail
            else:
                return await self._show_known({CONF_HOTKEY: address})
        return self.async_show_form(
            step_id="wallet_address",
            data_schema=self.add_suggested_values_to_schema(ADDRESS_SCHEMA, user_input),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    async def async_step_wallet_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what the chain knows of the hotkey."""
        if user_input is not None:
            return await self._wallet_key_known()
        assert self._wallet_subnet is not None  # noqa: S101
        own = self._wallet_subnet.members[self._wallet[CONF_HOTKEY]]
        return self.async_show_form(
            step_id="wallet_confirm",
            data_schema=vol.Schema({}),
            description_placeholders={
                **self._seen(),
                "uid": str(own.uid),
                "stake": f"{own.stake_rao / auction.RAO:,.4f}",
            },
        )

    async def async_step_wallet_stranger(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether an address that is no member is to be watched all the same."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if user_input[CONF_SAVE_ANYWAY]:
                return await self._wallet_key_known()
            errors["base"] = "wallet_stranger"
        return self.async_show_form(
            step_id="wallet_stranger",
            data_schema=STRANGER_SCHEMA,
            errors=errors,
            description_placeholders=self._seen(),
        )

    @abstractmethod
    async def _wallet_key_known(self) -> ConfigFlowResult:
        """Go on once it is known whose bids these are."""

    async def _take_hotkey(self, file: auction.HotkeyFile) -> ConfigFlowResult:
        """Go on with a hotkey that can sign; RefusedError."""
        if file.ss58 is None or not file.usable:
            raise RefusedError("wallet_hotkey_unusable", file.problem or "")
        await refuse_served(self.hass, str(file.path))
        known = {
            CONF_HOTKEY: file.ss58,
            CONF_DIRECTORY: self._wallet_directory,
            CONF_WALLET: file.wallet,
            CONF_HOTKEY_NAME: file.name,
        }
        if self.source == SOURCE_RECONFIGURE:
            if file.ss58 != self._wallet[CONF_HOTKEY]:
                raise RefusedError("wallet_another_hotkey", self._wallet[CONF_HOTKEY])
            self._wallet |= known
            return await self.async_step_wallet_save()
        if self._member(file.ss58) is None:
            # It cannot bid, and to register it takes a coldkey, which is not our matter.
            raise RefusedError("wallet_not_registered", file.ss58)
        return await self._show_known(known)

    async def _show_known(self, known: dict[str, Any]) -> ConfigFlowResult:
        """Take whose bids these are, and show what the chain knows of it."""
        self._wallet |= known
        # Core would abort this flow for one that is left open in another window.
        await self.async_set_unique_id(
            wallet_unique_id(self._wallet), raise_on_progress=False
        )
        self._abort_if_known()
        if self._member(known[CONF_HOTKEY]) is None:
            return await self.async_step_wallet_stranger()
        return await self.async_step_wallet_confirm()

    def _abort_if_known(self) -> None:
        """Abort where the hotkey has an entry on this subnet."""
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, wallet_unique_id(self._wallet)
        )
        self._abort_if_unique_id_configured(
            description_placeholders={"name": entry.title} if entry else None
        )

    def _member(self, address: str | None) -> auction.Neuron | None:
        if self._wallet_subnet is None or address is None:
            return None
        return self._wallet_subnet.members.get(address)

    def _seen(self) -> dict[str, str]:
        assert self._wallet_subnet is not None  # noqa: S101
        return {
            "address": self._wallet[CONF_HOTKEY],
            "netuid": str(self._wallet[CONF_NETUID]),
            "endpoint": self._wallet_subnet.endpoint,
            "block": f"{self._wallet_subnet.block:,}",
        }

    def _label(self, texts: SelectorTexts, file: auction.HotkeyFile) -> str:
        """Return a hotkey's name and address, whether it can bid, and what is unsafe."""
        label = self._standing(texts, file)
        if not file.cautions:
            return label
        caution = "; ".join(file.cautions)
        return texts("wallet_hotkey", "caution", label=label, caution=caution)

    def _standing(self, texts: SelectorTexts, file: auction.HotkeyFile) -> str:
        name = f"{file.wallet} / {file.name}"
        address = short_address(file.ss58) if file.ss58 else "?"
        if file.problem is not None:
            return texts(
                "wallet_hotkey",
                "unusable",
                hotkey=name,
                address=address,
                problem=file.problem,
            )
        if self._wallet_subnet is None:
            return texts("wallet_hotkey", "usable", hotkey=name, address=address)
        if (member := self._member(file.ss58)) is None:
            return texts("wallet_hotkey", "stranger", hotkey=name, address=address)
        return texts(
            "wallet_hotkey",
            "member",
            hotkey=name,
            address=address,
            uid=str(member.uid),
        )

    def _proposed_hotkey(self) -> dict[str, Any]:
        """Return the one hotkey that goes on from here, if there is only one."""
        if self._wallet_subnet is None:
            wanted = {self._wallet[CONF_HOTKEY]}
        else:
            wanted = set(self._wallet_subnet.members)
        fitting = [
            key
            for key, file in self._wallet_hotkeys.items()
            if file.usable and file.ss58 in wanted
        ]
        return {CONF_HOTKEY: fitting[0]} if len(fitting) == 1 else {}
