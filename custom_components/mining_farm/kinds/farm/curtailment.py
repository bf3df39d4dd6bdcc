"""Lets a site draw less for a time: in waves, made up for, and back when it ends."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ...common.complaint import Complaint
from ...common.following import Phase, Told
from ...common.holds import async_holds
from ...common.keeping import async_keeper
from ...const import DOMAIN
from ...engines.farm import (
    Curtailment,
    CurtailmentProgress as Progress,
    Held,
    Hold,
    HoldKind,
    Load,
    MachineFacts,
    Owner,
    eased,
    freed,
    next_wave,
)
from . import issues
from .const import CONF_SIGNAL, SIGNAL_NAME
from .curtailment_progress import progress_of
from .curtailment_record import CurtailmentRecord
from .data import CurtailmentData
from .told_watts import tells_watts

LOOKED_AT_EVERY: Final = timedelta(seconds=10)
MOST_IN_FORCE: Final = 20
"""Each is stored with all machines that it may stop, and looked at every time."""
QUIET_START: Final = timedelta(minutes=3)
"""After a start no signal begins or ends anything: its state may be that of before."""
UNKNOWN: Final = MachineFacts()


class Publish(Protocol):
    """Publishes an event of the site."""

    def __call__(self, event: str, **attributes: Any) -> None:
        """Publish an event with what it says."""


class Curtailments:
    """The curtailments of one site, by name, on disk until each has ended."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        *,
        facts: Callable[[], Mapping[str, MachineFacts]],
        publish: Publish,
        changed: Callable[[], None],
    ) -> None:
        """Take the farm's entry, what is known of its machines, and who hears of it."""
        self._hass = hass
        self._entry = entry
        self._facts = facts
        self._publish = publish
        self._changed = changed
        self._record = CurtailmentRecord(hass, entry)
        self._holds = async_holds(hass)
        self._keeper = async_keeper(hass)
        self._loaded_at: datetime | None = None
        self._turn = asyncio.Lock()
        self._complaints: dict[str, Complaint] = {}

    async def async_load(self) -> None:
        """Read what is in force, and finish what a crash cut short."""
        await self._record.async_load()
        self._loaded_at = dt_util.utcnow()
        await self._async_finish_ended()

    @callback
    def async_start(self) -> None:
        """Follow the time, the signals and the machines while the entry is loaded."""
        on_unload = self._entry.async_on_unload
        on_unload(
            async_track_time_interval(
                self._hass, self._look, LOOKED_AT_EVERY, cancel_on_shutdown=True
            )
        )
        on_unload(self._keeper.listen(self._told))

    @property
    def _in_force(self) -> Mapping[str, Curtailment]:
        return self._record.in_force

    @property
    def data(self) -> tuple[CurtailmentData, ...]:
        """How far each has come."""
        return tuple(self._data(*each) for each in self._in_force.items())

    @property
    def heeded(self) -> bool:
        """Whether the farm's own signal has begun one since it was off."""
        return self._record.heeded

    def get(self, name: str) -> Curtailment | None:
        """Return the one of a name; None where it is not in force."""
        return self._in_force.get(name)

    def source(self, name: str) -> str:
        """Return what names the holds of a curtailment."""
        return self._record.source(name)

    def held(self, name: str) -> dict[str, Progress]:
        """Return how far the machines are that one holds."""
        source, curtailment = self.source(name), self._in_force[name]
        return {
            machine_id: self._progress(machine_id, curtailment, source)
            for machine_id in self._holds.held_by(Owner.CURTAILMENT, source)
        }

    async def async_settle(self) -> None:
        """Wait until what is under way is on disk."""
        async with self._turn:
            pass

    async def async_signal_off(self) -> None:
        """Heed the farm's own signal again once it is on; HomeAssistantError."""
        if self._record.heeded:
            async with self._turn:
                await self._record.async_keep(self._in_force, heeded=False)

    async def async_curtail(
        self, name: str, curtailment: Curtailment, *, heeds: bool = False
    ) -> None:
        """Begin one; ServiceValidationError of a name in force, HomeAssistantError.

        `heeds`: for the farm's own signal, which begins no second one while it is on.
        """
        async with self._turn:
            if name in self._in_force:
                raise _refusal("curtailed_already", name)
            if len(self._in_force) >= MOST_IN_FORCE:
                raise _refusal("curtailed_enough", self._entry.title)
            await self._record.async_keep(
                {**self._in_force, name: curtailment}, heeded=heeds or None
            )
            self._publish(
                "curtailed", name=name, by=curtailment.by, machines=curtailment.count
            )
            await self._async_follow(name, curtailment)
        self._changed()

    async def async_adjust(
        self, name: str, curtailment: Curtailment, held: Mapping[str, Held]
    ) -> None:
        """Let one that is in force follow another number of W; HomeAssistantError.

        Nothing is done to one that ended meanwhile.
        """
        async with self._turn:
            if (before := self._in_force.get(name)) is None:
                return
            curtailment = replace(curtailment, left=before.left)
            await self._record.async_keep({**self._in_force, name: curtailment})
            await self._async_ease(name, curtailment, held)
            await self._async_follow(name, curtailment)
        self._changed()

    async def _async_ease(
        self, name: str, curtailment: Curtailment, held: Mapping[str, Held]
    ) -> None:
        easier = eased(curtailment, held)
        free = [machine_id for machine_id, load in easier.items() if load is None]
        await self._holds.async_release(
            Owner.CURTAILMENT, self._record.source(name), free
        )
        await self._async_place(
            name, curtailment, (load for load in easier.values() if load is not None)
        )

    async def async_release(self, name: str | None, *, by: str | None) -> None:
        """End one, or all; ServiceValidationError of none, HomeAssistantError."""
        async with self._turn:
            ending = [each for each in self._in_force if name in (None, each)]
            if not ending:
                raise _refusal("not_curtailed", name or self._entry.title)
            for each in ending:
                await self._async_end(each, by=by)
        self._changed()

    @callback
    def _look(self, _now: datetime | None = None) -> None:
        if self._loaded_at is not None and not self._turn.locked():
            self._entry.async_create_background_task(
                self._hass, self._async_look(), f"{self._entry.title} curtailment"
            )

    @callback
    def _told(self, machine_id: str, told: Told, _about: Mapping[str, Any]) -> None:
        concerned = {
            name: one
            for name, one in self._in_force.items()
            if machine_id in one.by_machine
        }
        if not concerned:
            return
        if told is Told.CHANGED_BY_HAND:
            self._record.note(
                {
                    name: replace(one, left=one.left | {machine_id})
                    for name, one in concerned.items()
                    if self._is_lowered(machine_id, name)
                }
            )
        self._look()

    def _is_lowered(self, machine_id: str, name: str) -> bool:
        hold = self._holds.of(machine_id).by(
            Owner.CURTAILMENT, self._record.source(name)
        )
        return hold is not None and hold.kind is HoldKind.AT_MOST

    async def _async_look(self) -> None:
        """End those whose time has come, and go on with the others."""
        async with self._turn:
            await self._async_finish_ended()
            await self._async_keep_noted()
            waiting: dict[str, HomeAssistantError] = {}
            for name, curtailment in tuple(self._in_force.items()):
                try:
                    if curtailment.over(dt_util.utcnow()) or self._is_off(
                        name, curtailment
                    ):
                        await self._async_end(name, by=None)
                    else:
                        await self._async_follow(name, curtailment)
                except HomeAssistantError as err:
                    waiting[name] = err
                    self._complaint(name).tell(err)
                else:
                    self._complaint(name).settle()
            issues.update_waiting_curtailments(self._hass, self._entry, waiting)

    def _complaint(self, name: str) -> Complaint:
        if name not in self._complaints:
            what = f"The curtailment {name} waits"
            self._complaints[name] = Complaint(what)
        return self._complaints[name]

    async def _async_finish_ended(self) -> None:
        """Release holds whose curtailment is over: a crash or a full disk kept them."""
        for name in self._record.held_names() - self._in_force.keys():
            with suppress(HomeAssistantError):
                await self._holds.async_release(
                    Owner.CURTAILMENT, self._record.source(name)
                )

    async def _async_keep_noted(self) -> None:
        """Store that machines were set otherwise; it is in force where that fails."""
        if self._record.noted:
            with suppress(HomeAssistantError):
                await self._record.async_keep(self._in_force)

    def _is_off(self, name: str, curtailment: Curtailment) -> bool:
        """Return whether the signal says that it is over: an unknown one does not."""
        now, loaded_at, signal = dt_util.utcnow(), self._loaded_at, curtailment.signal
        if loaded_at is None or now - loaded_at < QUIET_START or signal is None:
            return False
        if name == SIGNAL_NAME and tells_watts(signal):
            # A number ends nothing: whoever follows it does, unless it was given up.
            return self._entry.options.get(CONF_SIGNAL) != signal
        state = self._hass.states.get(signal)
        return state is not None and state.state == STATE_OFF

    async def _async_follow(self, name: str, curtailment: Curtailment) -> None:
        """Lower and stop the machines whose turn it is."""
        source = self._record.source(name)
        progress = {
            machine_id: self._progress(machine_id, curtailment, source)
            for machine_id in curtailment.by_machine
        }
        await self._async_place(name, curtailment, next_wave(curtailment, progress))

    async def _async_place(
        self, name: str, curtailment: Curtailment, loads: Iterable[Load]
    ) -> None:
        machines: dict[tuple[HoldKind, float | None], list[str]] = {}
        for load in loads:
            machines.setdefault((load.kind, load.to), []).append(load.machine)
        # All of a wave is one write.
        await asyncio.gather(
            *(
                self._holds.async_place(
                    ids,
                    Hold(
                        owner=Owner.CURTAILMENT,
                        source=self._record.source(name),
                        kind=kind,
                        watts=watts,
                        reason=name,
                        since=dt_util.utcnow(),
                        by=curtailment.by,
                    ),
                )
                for (kind, watts), ids in machines.items()
            )
        )

    async def _async_end(self, name: str, *, by: str | None) -> None:
        """Let go: from then on its machines start in turn, through the gate."""
        rest = {key: one for key, one in self._in_force.items() if key != name}
        # The record first: holds without one are released at the next start.
        await self._record.async_keep(rest)
        await self._holds.async_release(Owner.CURTAILMENT, self._record.source(name))
        self._publish("curtailment_ended", name=name, by=by)
        self._complaints.pop(name, None)

    def _progress(
        self, machine_id: str, curtailment: Curtailment, source: str
    ) -> Progress:
        record = self._holds.of(machine_id)
        return progress_of(
            self._facts().get(machine_id, UNKNOWN),
            record,
            record.by(Owner.CURTAILMENT, source),
            self._keeper.phase(machine_id),
            left=machine_id in curtailment.left,
            everything=curtailment.need is None,
            loaded_at=self._loaded_at,
        )

    def _data(self, name: str, curtailment: Curtailment) -> CurtailmentData:
        source = self._record.source(name)
        held = tuple(self._holds.held_by(Owner.CURTAILMENT, source))
        phases = [self._keeper.phase(each) for each in held]
        return CurtailmentData(
            name=name,
            since=curtailment.since,
            until=curtailment.until,
            signal=curtailment.signal,
            by=curtailment.by,
            machines=len(held),
            confirmed=sum(each in (Phase.DOWN, Phase.LIMITED) for each in phases),
            lowered=phases.count(Phase.LIMITED),
            need=curtailment.need,
            freed=sum(self._freed(curtailment, source)),
        )

    def _freed(self, curtailment: Curtailment, source: str) -> Iterator[float]:
        for machine_id, loads in curtailment.by_machine.items():
            yield freed(loads, self._progress(machine_id, curtailment, source))


def _refusal(key: str, name: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=f"farm_{key}",
        translation_placeholders={"name": name},
    )
