"""Repair flow for a rig whose restarts did not help."""

import voluptuous as vol

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult

from .controls import async_reset, async_set_power
from .coordinator import RigConfigEntry


class UnstableRigFlow(RepairsFlow):
    """Try again, or leave the rig switched off."""

    def __init__(self, entry: RigConfigEntry) -> None:
        """Take the rig's entry."""
        self._entry = entry

    async def async_step_init(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask whether to try again or to leave the rig off."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["try_again", "leave_off"],
            description_placeholders={"name": self._entry.title},
        )

    async def async_step_try_again(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Forget the restarts that did not help."""
        await async_reset(self._entry.runtime_data)
        return self.async_create_entry(data={})

    async def async_step_leave_off(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Switch the rig off until the user switches it on."""
        if user_input is None:
            return self.async_show_form(
                step_id="leave_off",
                data_schema=vol.Schema({}),
                description_placeholders={"name": self._entry.title},
            )
        coordinator = self._entry.runtime_data
        await async_set_power(coordinator, on=False)
        await async_reset(coordinator)
        return self.async_create_entry(data={})


def create_fix_flow(entry: RigConfigEntry) -> RepairsFlow:
    """Return the flow for the one issue that can be fixed here."""
    return UnstableRigFlow(entry)
