"""One cooling group: watches its containers, and has its machines kept down and let go."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any, Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ...common.following import Phase as Following
from ...common.holds import Holds
from ...common.keeping import Keeper
from ...common.machines import Machines
from ...common.members import async_members
from ...const import LOGGER
from ...engines.farm import (
    Cause,
    Group,
    Hazard,
    Hold,
    HoldKind,
    MachineFacts,
    MachineState,
    Next,
    Outlook,
    Owner,
    Phase,
    Scene,
    hottest_first,
    look,
    outlook,
    release,
    stop_by_hand,
)
from .calm import Calm
from .data import GroupData
from .group_sight import GroupSight
from .group_stored import GroupShape
from .group_timing import GroupTiming
from .journal import stored_time
from .readings import Readings

SAME_S: Final = 2.0
"""Two clocks never agree on a second."""


class Site(Protocol):
    """The farm, as its groups need it."""

    hass: HomeAssistant
    name: str
    config_entry: ConfigEntry[Any]
    holds: Holds
    keeper: Keeper
    machines: Machines
    applying: asyncio.Lock
    readings: Readings

    @property
    def armed(self) -> bool:
        """Whether the interlock acts."""

    @property
    def facts_by_machine(self) -> Mapping[str, MachineFacts]:
        """What is known of each machine of the site."""

    @property
    def host_by_machine(self) -> Mapping[str, str]:
        """Addresses of the machines whose miners have one."""

    def described(self, machine_id: str) -> str:
        """Return a machine's name and place."""

    def publish(self, event: str, **attributes: Any) -> None:
        """Publish an event."""

    def async_update_soon(self) -> None:
        """Show what has changed."""

    async def async_keep_groups(self) -> None:
        """Keep what is remembered of all groups."""


class CoolingGroup:
    """What a group of containers cools, and what is remembered of it."""

    def __init__(
        self,
        site: Site,
        shape: GroupShape,
        stored: Mapping[str, Any] | None,
    ) -> None:
        """Take what was stored; TypeError, ValueError where it is damaged."""
        self.site = site
        self.shape = shape
        self.memory = Group() if stored is None else Group.from_dict(stored)
        until = None if stored is None else stored.get("bypass_until")
        self.bypass_until = None if until is None else stored_time(until)
        self.hazards: tuple[Hazard, ...] = ()
        self._sight = GroupSight(site.hass, shape)
        self._calm = Calm()
        self._timing = GroupTiming(site.hass)
        self._by: str | None = None
        self.outlook = Outlook(step=Next.NOTHING)
        self.next_at: datetime | None = None
        """When its next step comes, where that is known."""

    @property
    def key(self) -> tuple[Owner, str]:
        """Owner and source of its holds."""
        return Owner.INTERLOCK, self.shape.id

    @property
    def bypassed(self) -> bool:
        """Whether nothing is stopped, for maintenance."""
        return self.bypass_until is not None and dt_util.utcnow() < self.bypass_until

    @property
    def machines(self) -> dict[str, MachineFacts]:
        """Machines of the group that are of the site, with what is known of each."""
        known = self.site.facts_by_machine
        found = set(self.shape.machines) | set(self.site.holds.held_by(*self.key))
        if self.shape.by_address:
            hosts = frozenset[str]().union(*self._sight.hosts.values())
            found |= {
                machine_id
                for machine_id, host in self.site.host_by_machine.items()
                if host in hosts
            }
        return {each: known[each] for each in known if each in found}

    def as_dict(self) -> dict[str, Any]:
        """Return what outlives a restart as JSON can hold it."""
        until = self.bypass_until
        return {
            **self.memory.as_dict(),
            "bypass_until": until and until.isoformat(),
        }

    @callback
    def async_start(self) -> None:
        """Look from now on, for as long as the farm is loaded."""
        entry = self.site.config_entry
        if watched := self.shape.entities:
            entry.async_on_unload(
                async_track_state_change_event(
                    self.site.hass, watched, self._sensor_changed
                )
            )
        entry.async_on_unload(self._timing.cancel)
        self.look()

    @callback
    def _sensor_changed(self, _event: Event[EventStateChangedData]) -> None:
        self.look()

    @callback
    def look(self, _now: datetime | None = None) -> None:
        """Look once, and have done what follows."""
        wall = dt_util.utcnow().timestamp()
        self._end_bypass()
        scene = self.scene()
        before = self.as_dict()
        step = look(self.shape.settings, self.memory, scene, wall)
        self.memory, self.hazards = step.group, step.hazards
        # What stops machines comes first; who listens to events comes after it.
        if self.as_dict() != before or self._is_behind():
            self._run(self.async_apply())
        if step.look_again:
            self.site.readings.read_others(self.shape.containers)
            self._timing.read_again(self._read)
        if step.stop_cooling:
            self._run(self._async_stop_cooling())
        late = any(seen.late for seen in scene.containers.values())
        watching = self.memory.phase is Phase.WATCHING
        quiet = watching and not self.memory.pending and not late
        self._timing.look_later(self.look, quiet=quiet)
        self._look_ahead(scene, wall)
        for event in step.events:
            self.publish(event.name, causes=list(map(self.said, event.causes)))

    def _end_bypass(self) -> None:
        """Let the interlock act again once the time of a bypass has come."""
        if self.bypass_until is not None and not self.bypassed:
            self.bypass_until = None
            self.publish("bypass_ended")
            self._run(self.async_apply())

    def _look_ahead(self, scene: Scene, wall: float) -> None:
        """Note what comes next, and when."""
        ahead = outlook(self.shape.settings, self.memory, scene, self.hazards, wall)
        at = None
        if ahead.at is not None:
            at = dt_util.utc_from_timestamp(round(wall + ahead.at - scene.now))
        if self.bypassed and ahead.step is Next.NOTHING:
            ahead, at = Outlook(step=Next.BYPASS_ENDS), self.bypass_until
        if ahead.step is self.outlook.step and _is_same(at, self.next_at):
            return
        self.outlook, self.next_at = ahead, at
        self.site.async_update_soon()

    def scene(self) -> Scene:
        """Return what is seen of the group now."""
        now, machines = monotonic(), self.machines
        containers = {
            each: self._sight.container(each, now) for each in self.shape.containers
        }
        following = [self.site.keeper.phase(each) for each in machines]
        chips = [
            facts.hottest_chip
            for facts in machines.values()
            if facts.hottest_chip is not None
        ]
        states = [facts.state for facts in machines.values()]
        return Scene(
            now=now,
            containers=containers,
            sensors={
                entity_id: (cause, self._sight.is_on(entity_id))
                for entity_id, cause in self.shape.sensors.items()
            },
            machines=len(machines),
            hashing=sum(state.awake for state in states),
            down=following.count(Following.DOWN),
            given_up=following.count(Following.UNCONFIRMED)
            + following.count(Following.WAITING),
            held_back=following.count(Following.STARTING),
            silent=states.count(MachineState.OFFLINE),
            calm=self._calm.learn(now, machines),
            hottest_chip=max(chips, default=None),
            pump=self._sight.pump(),
            bypassed=self.bypassed,
            armed=self.site.armed or self.memory.holds,
        )

    def said(self, cause: str) -> str:
        """Return a cause with the container's name in place of its entry's id."""
        entries = self.site.hass.config_entries
        return ":".join(
            entry.title
            if part in self.shape.containers
            and (entry := entries.async_get_entry(part)) is not None
            else part
            for part in cause.split(":")
        )

    def _is_behind(self) -> bool:
        """Return whether machines are held otherwise than is wanted."""
        held = set(self.site.holds.held_by(*self.key))
        if self.memory.kind is None:
            return bool(held)
        return not self.machines.keys() <= held

    async def async_apply(self) -> None:
        """Keep what is to be remembered, then hold the machines, or let them go."""
        async with self.site.applying:
            await self.site.async_keep_groups()
            kind = self.memory.kind
            with suppress(HomeAssistantError):
                if kind is None:
                    await self.site.holds.async_release(*self.key)
                    return
                await self.site.holds.async_place(
                    hottest_first(self.machines), self._hold(kind)
                )
        self.site.async_update_soon()

    def _hold(self, kind: HoldKind) -> Hold:
        owner, source = self.key
        causes = self.memory.causes
        return Hold(
            owner=owner,
            source=source,
            kind=kind,
            reason=self.said(causes[0]) if causes else str(Cause.HAND),
            since=dt_util.utcnow(),
            by=self._by,
        )

    async def async_stop(self, kind: HoldKind, by: str | None) -> None:
        """Stop the group by hand, armed or not."""
        self._by = by
        self.memory = stop_by_hand(self.memory, kind)
        self.publish("emergency_stop", by=by, kind=kind)
        await self.async_apply()
        self.look()

    async def async_release(self, by: str | None) -> str:
        """Let the group go once cooling is proved; return why that is refused."""
        scene = self.scene()
        self.memory, refused = release(
            self.shape.settings, self.memory, scene, self.hazards
        )
        self.publish(
            "release_refused" if refused else "released", by=by, reason=refused or None
        )
        if not refused:
            await self.async_apply()
            self.look()
        return refused

    async def async_bypass(self, until: datetime | None, by: str | None) -> None:
        """Stop nothing until a time, for maintenance; None ends that at once."""
        self.bypass_until = until
        self.publish("bypassed", by=by, until=until and until.isoformat())
        await self.async_apply()
        self.look()

    async def _async_stop_cooling(self) -> None:
        """End the cooling of a group that leaked, once its chips are cool."""
        for entry_id in self.shape.containers:
            member = async_members(self.site.hass).get(entry_id)
            if member is None or member.stop_cooling is None:
                continue
            try:
                await member.stop_cooling()
            except HomeAssistantError as err:
                LOGGER.error("%s: cooling did not end: %s", member.name, err)
                self.publish("cooling_not_stopped", container=member.name)
            else:
                self.publish("cooling_stopped", container=member.name)

    @property
    def data(self) -> GroupData:
        """How far it has come."""
        causes = self.memory.causes
        return GroupData(
            name=self.shape.name,
            phase=self.memory.phase,
            cause=causes[0].partition(":")[0] if causes else None,
            bypassed=self.bypassed,
        )

    @property
    def stopped(self) -> int:
        """How many of its machines it holds, and are seen to have stopped."""
        return sum(
            self.site.keeper.phase(each) is Following.DOWN
            for each in self.site.holds.held_by(*self.key)
        )

    @property
    def unconfirmed(self) -> list[str]:
        """Names of the machines that it holds, and that were not seen to stop."""
        return sorted(
            self.site.described(each)
            for each in self.site.holds.held_by(*self.key)
            if self.site.keeper.phase(each)
            in (Following.UNCONFIRMED, Following.WAITING)
        )

    @callback
    def publish(self, event: str, **attributes: Any) -> None:
        """Publish an event of this group."""
        self.site.publish(event, group=self.shape.name, **attributes)
        self.site.async_update_soon()

    @callback
    def _read(self) -> None:
        self.site.readings.read(self.shape.containers)

    def _run(self, work: Any) -> None:  # noqa: ANN401
        self.site.config_entry.async_create_background_task(
            self.site.hass, work, f"{self.site.name} {self.shape.name}"
        )


def _is_same(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs((one - other).total_seconds()) <= SAME_S
