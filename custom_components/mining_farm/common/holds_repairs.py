"""Repair flows for holds that a human has to judge."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import callback

from ..engines.farm import Record
from .holds import async_holds
from .holds_issues import HOLDS_OLD, update_issues
from .keeping import async_keeper


class LostHoldsFlow(RepairsFlow):
    """Go on without holds that cannot be read."""

    async def async_step_init(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask for the word of a human."""
        return self.async_show_menu(step_id="init", menu_options=["go_on"])

    async def async_step_go_on(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Start from no holds but those that were placed since."""
        holds = async_holds(self.hass)
        await holds.async_settle()
        update_issues(self.hass, holds)
        for machine_id in holds:
            async_keeper(self.hass).check(machine_id)
        return self.async_create_entry(data={})


class OldHoldsFlow(RepairsFlow):
    """Put machines down that are awake under holds of long ago, or let them go."""

    async def async_step_init(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask which."""
        return self.async_show_menu(step_id="init", menu_options=["put_down", "let_go"])

    async def async_step_put_down(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Take the holds for true."""
        holds = async_holds(self.hass)
        doubted = frozenset(holds.doubted)
        await holds.async_trust(doubted)
        update_issues(self.hass, holds)
        for machine_id in doubted:
            async_keeper(self.hass).check(machine_id)
        return self.async_create_entry(data={})

    async def async_step_let_go(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Forget them; what is down stays down until somebody starts it."""
        holds = async_holds(self.hass)
        await holds.async_change(set(holds.doubted), lambda _: Record())
        update_issues(self.hass, holds)
        return self.async_create_entry(data={})


@callback
def create_holds_flow(issue_id: str) -> RepairsFlow:
    """Return the flow for an issue about holds."""
    return OldHoldsFlow() if issue_id == HOLDS_OLD else LostHoldsFlow()
