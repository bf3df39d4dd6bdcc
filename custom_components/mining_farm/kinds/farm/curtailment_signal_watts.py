"""Lets a farm draw no more W than an entity says, a number that moves all day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import State
from homeassistant.util import dt as dt_util

from ...engines.farm import (
    Allowance,
    Candidate,
    Curtailment,
    Held,
    Load,
    Target,
    drawn,
    drew,
    eased,
    heard,
    plan,
    replanned,
)
from . import issues
from .const import SIGNAL_NAME
from .coordinator import SiteCoordinator
from .curtailment_plan import candidates_of, held_of
from .data import SignalData
from .stored import tempo_of
from .told_watts import watts_of

UNHEEDED_FOR: Final = timedelta(hours=24)
"""For so long at most nothing is begun after a human has released it."""


class WattsSignal:
    """A signal that says how many W the farm may draw at most."""

    silent_issue = issues.WATTS_SILENT

    def __init__(self, site: SiteCoordinator, entity_id: str) -> None:
        """Take the farm."""
        self._site = site
        self._entity_id = entity_id
        self._tempo = tempo_of(site.config_entry.options)
        self._allowance = Allowance()
        self._released_at: datetime | None = None
        self._returning: dict[str, float] = {}
        """W that machines drew that were let go, and do not run yet."""

    async def async_heed(self, state: State | None) -> bool:
        """Tell machines otherwise once there is reason enough."""
        allowed, now = watts_of(state), dt_util.utcnow()
        self._show(allowed, now)
        if allowed is None:
            self._allowance = self._allowance.unheard
            return False
        held = self._held()
        draws = drawn(self._site.facts_by_machine, held, self._still_returning())
        self._allowance, to = heard(self._allowance, now, allowed, draws, self._tempo)
        if self._site.curtailments.heeded and self._current is None:
            await self._async_leave_released(now, free=draws < allowed)
        elif to is not None:
            await self._async_follow(now, to, draws, held)
        return True

    async def async_wait(self, silent: timedelta) -> None:
        """Leave everything as it is: silence neither stops machines nor starts them."""

    @property
    def _current(self) -> Curtailment | None:
        """The curtailment that this signal has begun."""
        current = self._site.curtailments.get(SIGNAL_NAME)
        ours = current is not None and current.signal == self._entity_id
        return current if ours else None

    def _held(self) -> dict[str, Held]:
        if self._current is None:
            return {}
        return held_of(self._site, self._site.curtailments.held(SIGNAL_NAME))

    def _still_returning(self) -> Mapping[str, float]:
        holds = self._site.holds
        self._returning = {
            machine_id: watts
            for machine_id, watts in self._returning.items()
            if not (record := holds.of(machine_id)).empty and record.want is None
        }
        return self._returning

    async def _async_leave_released(self, now: datetime, *, free: bool) -> None:
        """Begin nothing that a human released until all was allowed once, or for a day."""
        self._released_at = self._released_at or now
        if free or now - self._released_at >= UNHEEDED_FOR:
            self._released_at = None
            await self._site.curtailments.async_signal_off()

    async def _async_follow(
        self, now: datetime, to: float, draws: float, held: Mapping[str, Held]
    ) -> None:
        current = self._current
        if current is None:
            if to < draws:
                await self._async_begin(now, to)
            return
        if not self._may_change(to, draws, held):
            return
        after = replanned(current, self._candidates(), held, to)
        if not (after.count or after.need):
            await self._async_end(now, current)
        elif _chosen(after) != _chosen(current):
            await self._site.curtailments.async_adjust(SIGNAL_NAME, after, held)
            self._note_changed(now, current, eased(after, held))

    def _may_change(self, to: float, draws: float, held: Mapping[str, Held]) -> bool:
        """Return whether nothing is under way that may yet change the answer."""
        return to < draws or not any(one.under_way for one in held.values())

    def _candidates(self) -> list[Candidate]:
        source = self._site.curtailments.source(SIGNAL_NAME)
        return list(
            candidates_of(self._site, source=source, returning=self._still_returning())
        )

    async def _async_begin(self, now: datetime, to: float) -> None:
        planned = plan(self._candidates(), Target(to=to))
        if not planned.count or self._site.curtailments.get(SIGNAL_NAME):
            return
        await self._site.curtailments.async_curtail(
            SIGNAL_NAME,
            Curtailment(
                since=now,
                signal=self._entity_id,
                need=planned.need,
                loads=planned.loads,
                count=planned.count,
            ),
            heeds=True,
        )
        self._allowance = self._allowance.changed(now)

    async def _async_end(self, now: datetime, current: Curtailment) -> None:
        let_go = dict.fromkeys(self._held())
        await self._site.curtailments.async_release(SIGNAL_NAME, by=None)
        self._note_changed(now, current, let_go)
        await self._site.curtailments.async_signal_off()

    def _note_changed(
        self, now: datetime, before: Curtailment, easier: Mapping[str, Load | None]
    ) -> None:
        self._allowance, loads = self._allowance.changed(now), before.by_machine
        for machine_id, load in easier.items():
            watts = drew(loads.get(machine_id, ()))
            if load is None and watts is not None:
                self._returning[machine_id] = watts

    def _show(self, allowed: float | None, now: datetime) -> None:
        """Show what is allowed; numbers that move are shown with the next sums."""
        before, since = self._site.signal, None
        if allowed is None:
            since = (before and before.unknown_since) or now
        self._site.signal = SignalData(
            entity_id=self._entity_id, allowed=allowed, unknown_since=since
        )
        if before is None or before.unknown_since != since:
            self._site.async_update_soon()


def _chosen(curtailment: Curtailment) -> set[tuple[str, float | None]]:
    """Return what is done to which machines, whatever is known of each at the moment."""
    loads = curtailment.loads[: curtailment.count]
    return {(load.machine, load.to) for load in loads}
