"""Config flow of a rig: added part by part, and each part changed by itself later."""

from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util

from ....common.entries import entries_of
from ....const import CONF_KIND, CONF_MINER_ENTRY, Kind
from ....engines.pools import POOLS
from ....engines.restart import proposed_limit, usual_gap
from ..const import (
    CONF_ARMED,
    CONF_KASA_CREDENTIALS_HASH,
    CONF_OUTLET,
    CONF_POOL,
    CONF_SECOND_POOL,
    CONF_WORKER,
    OUTLET_NONE,
)
from ..identity import (
    find_miner_user,
    find_outlet_user,
    find_worker,
    memory_of,
    pool_place,
    rig_entries,
    rig_title,
)
from ..policy import pool_defaults
from .outlet import RigOutletFlow
from .policy import entered_policy, policy_schema, policy_values
from .reauth import RigReauthFlow
from .steps import Part
from .texts import Texts
from .worker import RigWorkerFlow


class RigFlow(RigWorkerFlow, RigOutletFlow, RigReauthFlow):
    """Adds a rig, or changes what it was set up with."""

    async def async_step_rig(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Begin a new rig with its pool."""
        self._rig = {CONF_KIND: Kind.RIG}
        return await self.async_step_rig_pool()

    async def async_step_rig_reconfigure(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which part is to be changed."""
        entry = self._get_reconfigure_entry()
        self._rig = dict(entry.data)
        options = ["rig_pool", "rig_worker", "rig_second_pool"]
        if CONF_SECOND_POOL in self._rig:
            options += ["rig_second_worker", "rig_no_second_pool"]
        options.append("rig_outlet")
        if CONF_KASA_CREDENTIALS_HASH in self._rig:
            options.append("rig_kasa_auth")
        if self._miners() or CONF_MINER_ENTRY in self._rig:
            options.append("rig_miner")
        return self.async_show_menu(
            step_id="rig_reconfigure",
            menu_options=options,
            description_placeholders={"name": entry.title},
        )

    @override
    async def _part_known(self, part: Part) -> ConfigFlowResult:
        # Another account may have the rig under another name, or not at all.
        if part is Part.ACCOUNT:
            return await self.async_step_rig_worker()
        if part is Part.SECOND_ACCOUNT:
            return await self.async_step_rig_second_worker()
        if self.source == SOURCE_RECONFIGURE:
            return self._save_rig()
        match part:
            case Part.WORKER | Part.SECOND_WORKER:
                return await self.async_step_rig_outlet()
            case Part.OUTLET if self._miners():
                return await self.async_step_rig_miner()
            case _:
                return await self.async_step_rig_policy()

    async def async_step_rig_no_second_pool(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Forget the second account."""
        self._replace((CONF_SECOND_POOL,), {})
        return self._save_rig()

    async def async_step_rig_miner(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the miner entry that reads the machine itself."""
        errors: dict[str, str] = {}
        other = ""
        if user_input is not None:
            if user := find_miner_user(self.hass, user_input, self._own_entry_id):
                errors[CONF_MINER_ENTRY] = "miner_in_use"
                other = user.title
            else:
                self._replace((CONF_MINER_ENTRY,), user_input)
                return await self._part_known(Part.MINER)
        miners = {entry.entry_id: entry.title for entry in self._miners()}
        options = [
            SelectOptionDict(value=entry_id, label=title)
            for entry_id, title in miners.items()
        ]
        # The miner that was linked may have been removed.
        suggested = self._rig if self._rig.get(CONF_MINER_ENTRY) in miners else {}
        if self.source != SOURCE_RECONFIGURE:
            suggested = self._proposed_miner(miners)
        schema = vol.Schema(
            {
                vol.Optional(CONF_MINER_ENTRY): SelectSelector(
                    SelectSelectorConfig(
                        options=options, mode=SelectSelectorMode.DROPDOWN
                    )
                )
            }
        )
        return self.async_show_form(
            step_id="rig_miner",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders={"rig": other},
        )

    def _proposed_miner(self, miners: Mapping[str, str]) -> dict[str, Any]:
        """Return the only miner with the worker's name in its own."""
        worker = self._rig[CONF_WORKER].rpartition(".")[2].casefold()
        found = [key for key in miners if worker in miners[key].casefold().split()]
        return {CONF_MINER_ENTRY: found[0]} if len(found) == 1 else {}

    async def async_step_rig_policy(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask when to restart, and whether for real."""
        if user_input is not None:
            armed = bool(user_input.get(CONF_ARMED))
            return self._add_rig({**entered_policy(user_input), CONF_ARMED: armed})
        pool = self._rig[CONF_POOL]
        proposed = pool_defaults(pool)
        schema = policy_schema(ask_armed=self._rig[CONF_OUTLET] != OUTLET_NONE)
        return self.async_show_form(
            step_id="rig_policy",
            data_schema=self.add_suggested_values_to_schema(
                schema, policy_values(proposed)
            ),
            description_placeholders={
                "pool": POOLS[pool].name,
                "usual": await self._async_usual(),
            },
        )

    async def _async_usual(self) -> str:
        """Return which limit suits the rig, as far as that is known before it is watched."""
        texts, now = await Texts.async_load(self.hass), dt_util.utcnow()
        place = pool_place(self._rig)
        known = [
            (proposed, usual, entry.title)
            for entry in rig_entries(self.hass)
            if pool_place(entry.data) == place
            and (memory := memory_of(entry)) is not None
            and (proposed := proposed_limit(now, memory)) is not None
            and (usual := usual_gap(now, memory)) is not None
        ]
        if known:
            proposed, usual, title = max(known)
            return f"\n\n{texts.neighbours_gap(usual, proposed, title)}"
        return f"\n\n{texts.solo()}" if POOLS[self._rig[CONF_POOL]].solo else ""

    def _add_rig(self, options: dict[str, Any]) -> ConfigFlowResult:
        """Create the entry, unless another flow was faster."""
        for find in (find_worker, find_outlet_user, find_miner_user):
            if (other := find(self.hass, self._rig)) is not None:
                return self.async_abort(
                    reason="rig_already_configured",
                    description_placeholders={"name": other.title},
                )
        title = rig_title(self.hass, self._rig)
        return self.async_create_entry(title=title, data=self._rig, options=options)

    def _save_rig(self) -> ConfigFlowResult:
        """Store what was changed and reload the entry."""
        entry = self._get_reconfigure_entry()
        return self.async_update_reload_and_abort(entry, data=self._rig)

    def _miners(self) -> list[ConfigEntry[Any]]:
        """Return the miners that no other rig has linked."""
        return [
            entry
            for entry in entries_of(self.hass, Kind.MINER)
            if not find_miner_user(
                self.hass, {CONF_MINER_ENTRY: entry.entry_id}, self._own_entry_id
            )
        ]
