"""Step about a rig's worker: from the pool's list, or typed."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util

from ....engines.pools import POOLS, AccountReport
from ..const import CONF_POOL, CONF_WORKER
from ..identity import find_worker
from ..stored import account_of
from .account import ANSWERED, RigAccountFlow
from .steps import Part
from .texts import Texts

CONF_USE_UNSEEN = "use_unseen"

NAMELESS = " "
"""Stands for an empty name, which a form does not take."""


class RigWorkerFlow(RigAccountFlow):
    """Steps from the pool to one of an account's workers."""

    async def async_step_rig_worker(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the worker; one that the pool has not seen only if the user insists."""
        if self._report is None:
            self._report = await self._ask_pool(account_of(self._rig), max_age=60)
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
            rig = self._rig | {CONF_WORKER: name}
            unseen = answer.worker is None and report.outcome in ANSWERED
            if not typed:
                errors[CONF_WORKER] = "none_chosen"
            elif answer.ambiguous:
                errors[CONF_WORKER] = "worker_ambiguous"
            elif entry := find_worker(self.hass, rig, self._own_entry_id):
                errors[CONF_WORKER] = "worker_in_use"
                other = entry.title
            elif unseen and not user_input.get(CONF_USE_UNSEEN):
                errors[CONF_WORKER] = "worker_unseen"
            else:
                self._rig = rig
                return await self._part_known(Part.WORKER)
        elif report.outcome not in ANSWERED:
            errors["base"] = f"pool_{report.outcome}"
            detail = report.detail
        schema = await self._worker_schema(
            report, unseen=errors.get(CONF_WORKER) == "worker_unseen"
        )
        return self.async_show_form(
            step_id="rig_worker",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._rig
            ),
            errors=errors,
            description_placeholders={
                "pool": POOLS[self._rig[CONF_POOL]].name,
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
            if not find_worker(
                self.hass, self._rig | {CONF_WORKER: worker.name}, self._own_entry_id
            )
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
        if unseen:
            fields[vol.Required(CONF_USE_UNSEEN, default=False)] = BooleanSelector()
        return vol.Schema(fields)
