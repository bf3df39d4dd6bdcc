"""Step about a rig's worker: from the pool's list, or typed."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlowResult
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util

from ....engines.pools import POOLS, AccountReport
from ..const import CONF_POOL, CONF_SECOND_POOL, CONF_WORKER
from ..identity import find_worker, worker_key
from ..stored import account_data, account_of
from .account import ANSWERED, RigAccountFlow
from .steps import Part
from .texts import Texts

CONF_USE_UNSEEN = "use_unseen"
CONF_ADD_SECOND = "add_second"

NAMELESS = " "
"""Stands for an empty name, which a form does not take."""


class RigWorkerFlow(RigAccountFlow):
    """Steps from the pool to one of an account's workers."""

    async def async_step_rig_worker(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the worker; one that the pool has not seen only if the user insists."""
        self._second = False
        return await self._async_choose_worker(user_input, step_id="rig_worker")

    async def async_step_rig_second_worker(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the rig's name at the second account."""
        self._second = True
        return await self._async_choose_worker(user_input, step_id="rig_second_worker")

    async def _async_choose_worker(
        self, user_input: dict[str, Any] | None, *, step_id: str
    ) -> ConfigFlowResult:
        if self._report is None:
            self._report = await self._ask_pool(account_of(self._at_pool), max_age=60)
        report = self._report
        errors: dict[str, str] = {}
        detail = other = ""
        unseen = False
        if user_input is not None:
            typed = user_input.get(CONF_WORKER, "")
            name = typed.strip()
            answer = report.find(name)
            if answer.worker is not None:
                name = answer.worker.name
            at_pool = {**account_data(account_of(self._at_pool)), CONF_WORKER: name}
            unseen = answer.worker is None and report.outcome in ANSWERED
            if not typed:
                errors[CONF_WORKER] = "none_chosen"
            elif answer.ambiguous:
                errors[CONF_WORKER] = "worker_ambiguous"
            elif worker_key(at_pool) in self._own_keys():
                errors[CONF_WORKER] = "worker_is_same"
            elif entry := find_worker(self.hass, at_pool, self._own_entry_id):
                errors[CONF_WORKER] = "worker_in_use"
                other = entry.title
            elif unseen and not user_input.get(CONF_USE_UNSEEN):
                errors[CONF_WORKER] = "worker_unseen"
            else:
                self._replace_at_pool((CONF_WORKER,), {CONF_WORKER: name})
                self._report = None
                if self._second:
                    return await self._part_known(Part.SECOND_WORKER)
                if user_input.get(CONF_ADD_SECOND):
                    return await self.async_step_rig_second_pool()
                return await self._part_known(Part.WORKER)
        elif report.outcome not in ANSWERED:
            errors["base"] = f"pool_{report.outcome}"
            detail = report.detail
        schema = await self._worker_schema(
            report, unseen=errors.get(CONF_WORKER) == "worker_unseen"
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._suggested_worker()
            ),
            errors=errors,
            description_placeholders={
                "pool": POOLS[self._at_pool[CONF_POOL]].name,
                "detail": detail,
                "rig": other,
            },
        )

    async def _worker_schema(
        self, report: AccountReport, *, unseen: bool
    ) -> vol.Schema:
        """Return the list of the workers that no other rig is."""
        texts = await Texts.async_load(self.hass)
        now = dt_util.utcnow()
        options = [
            SelectOptionDict(
                value=worker.name or NAMELESS,
                label=texts.worker(worker.name, worker.last_share, now),
            )
            for worker in sorted(report.workers, key=lambda w: w.name.casefold())
            if not self._is_taken(worker.name)
        ]
        # Of a field that is required, the dialog chooses the first option by itself:
        # the star that marks those is part of this one's label.
        fields: dict[vol.Marker, Any] = {
            vol.Optional(CONF_WORKER): SelectSelector(
                SelectSelectorConfig(
                    options=options,
                    custom_value=True,
                    mode=SelectSelectorMode.DROPDOWN,
                )
            )
        }
        if not self._second and self.source != SOURCE_RECONFIGURE:
            fields[vol.Required(CONF_ADD_SECOND, default=False)] = BooleanSelector()
        if unseen:
            fields[vol.Required(CONF_USE_UNSEEN, default=False)] = BooleanSelector()
        return vol.Schema(fields)

    def _is_taken(self, name: str) -> bool:
        """Return whether a worker is this rig at its other account, or another rig."""
        at_pool = {**account_data(account_of(self._at_pool)), CONF_WORKER: name}
        if worker_key(at_pool) in self._own_keys():
            return True
        return find_worker(self.hass, at_pool, self._own_entry_id) is not None

    def _own_keys(self) -> list[tuple[str, ...]]:
        """Return what the rig is at the account that is not asked for."""
        other = self._rig if self._second else self._rig.get(CONF_SECOND_POOL, {})
        return [worker_key(other)] if CONF_WORKER in other else []

    def _suggested_worker(self) -> dict[str, Any]:
        """Return the worker that is known; at a second account, of the same name."""
        if not self._second or CONF_WORKER in self._at_pool:
            return self._at_pool
        assert self._report is not None  # noqa: S101
        same = self._report.find(self._rig[CONF_WORKER].rpartition(".")[2]).worker
        return {} if same is None else {CONF_WORKER: same.name}
