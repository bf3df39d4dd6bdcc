"""Config flow: what to add; each kind goes on with its own steps."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.core import callback
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .const import CONF_KIND, DOMAIN, ENTRY_MINOR_VERSION, ENTRY_VERSION, Kind
from .kinds import is_known, kind_flows, kind_of

FLOWS = kind_flows()


class UnusableOptionsFlow(OptionsFlow):
    """Options of an entry that could not be set up."""

    async def async_step_init(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """End with words."""
        return self.async_abort(reason="entry_unusable")


# Home Assistant registers one flow class for a domain and finds steps by their names in
# it: all kinds' steps have to be its methods.
class MiningFarmConfigFlow(
    *(flow.steps for flow in FLOWS.values()),  # type: ignore[misc]  # By the registry
    ConfigFlow,
    domain=DOMAIN,
):
    """Adds an entry of any kind."""

    VERSION = ENTRY_VERSION
    MINOR_VERSION = ENTRY_MINOR_VERSION

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to add."""
        return self.async_show_menu(
            step_id="user",
            menu_options=[step for flow in FLOWS.values() for step in flow.menu],
        )

    @override
    async def async_step_dhcp(
        self, discovery_info: DhcpServiceInfo
    ) -> ConfigFlowResult:
        """Follow a known device to its new address, or offer a new one."""
        mac = format_mac(discovery_info.macaddress)
        known = await self.async_set_unique_id(mac)
        if known is not None and known.source != SOURCE_IGNORE:
            # Anyone in the network can send such a packet: it moves nothing by itself.
            if (follow := FLOWS[kind_of(known)].follow) is not None:
                return await follow(self, known, discovery_info.ip)
        self._abort_if_unique_id_configured()
        offers = (flow.offer_discovered for flow in FLOWS.values())
        offer = next(offer for offer in offers if offer)
        return await offer(self, mac, discovery_info)

    @override
    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Offer a device that announced itself, or follow a known one."""
        offers = (flow.offer_announced for flow in FLOWS.values())
        offer = next(offer for offer in offers if offer)
        return await offer(self, discovery_info)

    async def async_step_import(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Add one of many entries that another flow has prepared."""
        import_one = FLOWS[Kind(import_data[CONF_KIND])].import_one
        assert import_one is not None  # noqa: S101 Flows of other kinds prepare none
        return await import_one(self, import_data)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change what an entry was set up with."""
        entry = self._get_reconfigure_entry()
        if not _may_change(entry):
            return self.async_abort(reason="entry_unusable")
        return await FLOWS[kind_of(entry)].reconfigure(self, user_input)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Ask again for what was refused."""
        reauth = FLOWS[Kind(entry_data[CONF_KIND])].reauth
        assert reauth is not None  # noqa: S101 Kinds without secrets never start one
        return await reauth(self, entry_data)

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of the entry's kind."""
        if not _may_change(config_entry) or (
            config_entry.state is ConfigEntryState.SETUP_ERROR
        ):
            return UnusableOptionsFlow()
        return FLOWS[kind_of(config_entry)].options()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what the entry's kind may have as parts."""
        if not _may_change(config_entry):
            return {}
        return dict(FLOWS[kind_of(config_entry)].subentries)


def _may_change(entry: ConfigEntry) -> bool:
    """Return whether this version knows what the entry holds."""
    return is_known(entry) and entry.version == ENTRY_VERSION
