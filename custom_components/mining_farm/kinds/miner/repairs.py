"""Repair flows for a miner that may have moved, or that may mine for somebody else."""

import voluptuous as vol

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult

from .const import CONF_NEW_POOL
from .coordinator import MinerConfigEntry
from .whereabouts import Answerer, async_move, async_who_answers


class MovedMinerFlow(RepairsFlow):
    """Asks whether what answers at another address is the miner."""

    def __init__(self, entry: MinerConfigEntry) -> None:
        """Take the miner's entry."""
        self._entry = entry

    async def async_step_init(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Go to the only question."""
        return await self.async_step_moved()

    async def async_step_moved(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Move the entry if the user says that it is the same miner."""
        whereabouts = self._entry.runtime_data.whereabouts
        if (host := whereabouts.elsewhere) is None:
            return self.async_abort(reason="settled")
        errors: dict[str, str] = {}
        if user_input is not None:
            match await async_who_answers(self._entry, host):
                case Answerer.SAME | Answerer.UNTOLD:
                    whereabouts.forget()
                    async_move(self.hass, self._entry, host)
                    return self.async_create_entry(data={})
                case Answerer.ANOTHER:
                    errors["base"] = "another_miner"
                case Answerer.SILENT:
                    errors["base"] = "silent"
        return self.async_show_form(
            step_id="moved",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders={"name": self._entry.title, "host": host},
        )


class NewPoolFlow(RepairsFlow):
    """Asks whether a pool or worker is the user's own."""

    def __init__(self, entry: MinerConfigEntry) -> None:
        """Take the miner's entry."""
        self._entry = entry

    async def async_step_init(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Go to the only question."""
        return await self.async_step_own()

    async def async_step_own(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Accept what the miner works for if the user says that it is his."""
        if user_input is not None:
            self._entry.runtime_data.pool_watch.accept()
            return self.async_create_entry(data={})
        pool, worker = self._entry.data[CONF_NEW_POOL] or (None, None)
        return self.async_show_form(
            step_id="own",
            data_schema=vol.Schema({}),
            description_placeholders={
                "name": self._entry.title,
                "pool": pool or "?",
                "worker": worker or "?",
            },
        )


def create_fix_flow(entry: MinerConfigEntry) -> RepairsFlow:
    """Return the flow for what a miner asks its user, one thing at a time."""
    # What a miner works for that may be another one is no question yet.
    if entry.runtime_data.whereabouts.elsewhere is None:
        return NewPoolFlow(entry)
    return MovedMinerFlow(entry)
