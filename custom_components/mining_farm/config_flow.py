"""Config flow: what to add, and where each kind goes on by itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_HOST
from homeassistant.core import callback
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo

from .const import CONF_KIND, DOMAIN, Kind
from .kinds.container.flow.add import ContainerFlow
from .kinds.container.flow.options import ContainerOptionsFlow
from .kinds.miner.flow.many import MinerManyFlow
from .kinds.miner.flow.options import MinerOptionsFlow
from .kinds.rig.flow.import_file import RigImportFlow
from .kinds.rig.flow.options import RigOptionsFlow
from .kinds.wallet.flow.add import WalletFlow
from .kinds.wallet.flow.options import WalletOptionsFlow


class MiningFarmConfigFlow(
    MinerManyFlow, RigImportFlow, ContainerFlow, WalletFlow, domain=DOMAIN
):
    """Adds an entry of any kind."""

    VERSION = 1

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to add."""
        return self.async_show_menu(
            step_id="user",
            menu_options=[step for kind in KINDS.values() for step in kind.menu],
        )

    @override
    async def async_step_dhcp(
        self, discovery_info: DhcpServiceInfo
    ) -> ConfigFlowResult:
        """Follow a known device to its new address, or offer a new one."""
        mac = format_mac(discovery_info.macaddress)
        await self.async_set_unique_id(mac)
        self._abort_if_unique_id_configured(updates={CONF_HOST: discovery_info.ip})
        return await self._offer_miner(mac, discovery_info)

    async def async_step_import(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Add one of many entries that another flow has prepared."""
        return await ONE_OF_MANY[import_data[CONF_KIND]](self, import_data)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change what an entry was set up with."""
        kind = self._get_reconfigure_entry().data[CONF_KIND]
        return await KINDS[kind].reconfigure(self, user_input)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Ask again for what was refused; kinds without secrets never come here."""
        return await REAUTH[entry_data[CONF_KIND]](self, entry_data)

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of the entry's kind."""
        return KINDS[config_entry.data[CONF_KIND]].options()


type Flow = MiningFarmConfigFlow


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFlow:
    """Where a kind's own steps begin."""

    menu: tuple[str, ...]
    reconfigure: Callable[[Flow, dict[str, Any] | None], Awaitable[ConfigFlowResult]]
    options: Callable[[], OptionsFlow]


KINDS: dict[str, KindFlow] = {
    Kind.MINER: KindFlow(
        menu=("miner", "miner_many"),
        reconfigure=MinerManyFlow.reconfigure_miner,
        options=MinerOptionsFlow,
    ),
    Kind.RIG: KindFlow(
        menu=("rig", "rig_import"),
        reconfigure=RigImportFlow.async_step_rig_reconfigure,
        options=RigOptionsFlow,
    ),
    Kind.CONTAINER: KindFlow(
        menu=("container",),
        reconfigure=ContainerFlow.async_step_container_reconfigure,
        options=ContainerOptionsFlow,
    ),
    Kind.WALLET: KindFlow(
        menu=("wallet",),
        reconfigure=WalletFlow.async_step_wallet_reconfigure,
        options=WalletOptionsFlow,
    ),
}
ONE_OF_MANY: dict[
    str, Callable[[Flow, dict[str, Any]], Awaitable[ConfigFlowResult]]
] = {Kind.MINER: MinerManyFlow.import_miner, Kind.RIG: RigImportFlow.import_rig}
REAUTH: dict[str, Callable[[Flow, Mapping[str, Any]], Awaitable[ConfigFlowResult]]] = {
    Kind.RIG: RigImportFlow.reauth_rig
}
