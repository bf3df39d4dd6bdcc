"""Config flow: what to add; each kind goes on with its own steps."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.core import callback

from .const import CONF_KIND, DOMAIN, Kind
from .kinds import kind_flows, kind_of

FLOWS = kind_flows()


class MiningFarmConfigFlow(
    *(flow.steps for flow in FLOWS.values()),  # type: ignore[misc]  # By the registry
    ConfigFlow,
    domain=DOMAIN,
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
            menu_options=[step for flow in FLOWS.values() for step in flow.menu],
        )

    async def async_step_import(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Add one of many entries that another flow has prepared."""
        import_one = FLOWS[Kind(import_data[CONF_KIND])].import_one
        assert import_one is not None  # noqa: S101 Flows of other kinds prepare none
        return await import_one(self, import_data)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change what an entry was set up with."""
        kind = kind_of(self._get_reconfigure_entry())
        return await FLOWS[kind].reconfigure(self, user_input)

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
        return FLOWS[kind_of(config_entry)].options()
