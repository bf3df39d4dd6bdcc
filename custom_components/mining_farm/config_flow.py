"""Config flow: what to add, and where each kind goes on by itself."""

from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, OptionsFlow
from homeassistant.core import callback

from .const import DOMAIN
from .kinds.miner.flow_many import MinerManyFlow
from .kinds.miner.options import MinerOptionsFlow


class MiningFarmConfigFlow(MinerManyFlow, domain=DOMAIN):
    """Adds an entry of any kind."""

    VERSION = 1

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to add."""
        return self.async_show_menu(
            step_id="user", menu_options=["miner", "miner_many"]
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change what an entry was set up with."""
        return await self._reconfigure_miner(user_input)

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of the entry's kind."""
        return MinerOptionsFlow()
