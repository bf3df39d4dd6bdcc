"""Repair flows for a rig whose restarts did not help, and for one found off."""

import voluptuous as vol

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult

from .controls import async_reset, async_set_power
from .coordinator import RigConfigEntry
from .owed import async_settle


class RigRepairFlow(RepairsFlow):
    """Asks what is to be done with a rig."""

    def __init__(self, entry: RigConfigEntry) -> None:
        """Take the rig's entry."""
        self._entry = entry

    def _ask(self, *options: str) -> RepairsFlowResult:
        return self.async_show_menu(
            step_id="init",
            menu_options=list(options),
            description_placeholders={"name": self._entry.title},
        )


class UnstableRigFlow(RigRepairFlow):
    """Try again, or leave the rig switched off."""

    async def async_step_init(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask whether to try again or to leave the rig off."""
        return self._ask("try_again", "leave_off")

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


class FoundOffFlow(RigRepairFlow):
    """Turn on an outlet that was found off, or leave it off."""

    async def async_step_init(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask whether the outlet may be turned on."""
        return self._ask("turn_on", "leave_off")

    async def async_step_turn_on(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Turn the outlet on."""
        return await self._async_settle(on=True)

    async def async_step_leave_off(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave the outlet off until the user switches it on."""
        return await self._async_settle(on=False)

    async def _async_settle(self, *, on: bool) -> RepairsFlowResult:
        coordinator = self._entry.runtime_data
        if coordinator.power.memory.lost:
            await async_reset(coordinator)
        await async_set_power(coordinator, on=on)
        return self.async_create_entry(data={})


class DisabledRigFlow(RigRepairFlow):
    """Turn on the outlet of a disabled rig, or leave it off."""

    async def async_step_init(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask whether the outlet may be turned on."""
        return self._ask("turn_on", "leave_off")

    async def async_step_turn_on(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Turn the outlet on."""
        if not await async_settle(self.hass, self._entry, on=True):
            return self.async_abort(
                reason="outlet_failed",
                description_placeholders={"name": self._entry.title},
            )
        return self.async_create_entry(data={})

    async def async_step_leave_off(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave the outlet off, also when the rig is enabled again."""
        await async_settle(self.hass, self._entry, on=False)
        return self.async_create_entry(data={})


def create_fix_flow(entry: RigConfigEntry) -> RepairsFlow:
    """Return the flow for what a rig asks its user; it asks one thing at a time."""
    if entry.disabled_by is not None:
        return DisabledRigFlow(entry)
    if entry.runtime_data.data.ask_human:
        return FoundOffFlow(entry)
    return UnstableRigFlow(entry)
