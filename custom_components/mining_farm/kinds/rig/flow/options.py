"""Options of a rig: its policy. Arming is a switch entity, not an option here."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.util import dt as dt_util

from ....engines.restart import proposed_limit, usual_gap
from ..const import CONF_POOL
from ..identity import memory_of
from ..policy import pool_defaults
from .policy import EXTRAS, entered_policy, policy_schema, policy_values
from .texts import Texts


class RigOptionsFlow(OptionsFlowWithReload):
    """Options of a rig."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go to this kind's options, whose texts are its own."""
        return await self.async_step_rig(user_input)

    async def _async_usual(self) -> str:
        """Return what the rig's own gaps between shares propose, if that is known."""
        if (memory := memory_of(self.config_entry)) is None:
            return ""
        now = dt_util.utcnow()
        usual, proposed = usual_gap(now, memory), proposed_limit(now, memory)
        if usual is None or proposed is None:
            return ""
        texts = await Texts.async_load(self.hass)
        return f"\n\n{texts.usual_gap(usual, proposed)}"

    async def async_step_rig(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask when to restart."""
        stored = self.config_entry.options
        if user_input is not None:
            # What was chosen once and is not any more must go.
            kept = {key: stored[key] for key in stored if key not in EXTRAS}
            return self.async_create_entry(data={**kept, **entered_policy(user_input)})
        pool = self.config_entry.data[CONF_POOL]
        return self.async_show_form(
            step_id="rig",
            data_schema=self.add_suggested_values_to_schema(
                policy_schema(ask_armed=False),
                policy_values({**pool_defaults(pool), **stored}),
            ),
            description_placeholders={"usual": await self._async_usual()},
        )
