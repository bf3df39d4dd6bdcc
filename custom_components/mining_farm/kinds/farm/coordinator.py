"""Listens to the members of one site, adds up what they do, and keeps its stop."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, override

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later

from ...common.coordinator import FarmCoordinator
from ...common.events import EventQueue
from ...common.following import Told
from ...common.holds import async_holds
from ...common.issues import update_disk
from ...common.keeping import async_keeper
from ...common.machines import Machine, async_machines
from ...common.members import ContainerFacts, WalletFacts, async_members
from ...const import CONF_KIND, Kind
from ...engines.farm import Hold, MachineFacts, Owner, hottest_first
from . import groups, issues
from .const import CONF_ARMED
from .curtailment import Curtailments
from .data import FarmData, SignalData
from .group import CoolingGroup
from .journal import FarmJournal, Stop
from .membership import async_entries, described
from .readings import Readings
from .summing import farm_data, update_issues

type FarmConfigEntry = ConfigEntry[SiteCoordinator]

SUMS_EVERY = timedelta(seconds=10)
"""Numbers that always move are added up so often."""
SOON_S = 0.5
"""What somebody may act on is added up after so long, together with its like."""
UNKNOWN = MachineFacts()
QUIET = frozenset({Told.STOPPED, Told.STARTED, Told.LIMITED, Told.SET_BACK})
"""What is wanted of a machine and came about: no event each."""


class SiteCoordinator(FarmCoordinator[FarmData]):
    """One site. It polls no device: its members do, and it hears of each reading."""

    config_entry: FarmConfigEntry

    def __init__(self, hass: HomeAssistant, entry: FarmConfigEntry) -> None:
        """Take the farm's entry; its members may come later than it."""
        super().__init__(hass, entry, name=entry.title, interval=SUMS_EVERY, known=True)
        self.journal = FarmJournal(hass, entry.entry_id)
        self.journal.on_written = partial(update_disk, hass, entry)
        self.events = EventQueue()
        self.holds = async_holds(hass)
        self.keeper = async_keeper(hass)
        self.machines = async_machines(hass)
        self.groups: dict[str, CoolingGroup] = {}
        """Cooling groups by the ids of their subentries."""
        self.applying = asyncio.Lock()
        """Held while a decision is stored and carried out: one after the other."""
        self.readings = Readings(
            hass,
            entry,
            lambda: [each.shape.containers for each in self.groups.values()],
        )
        self.by_hand = asyncio.Lock()
        """Held while an emergency stop is made or released: whoever came last is obeyed."""
        self.curtailments = Curtailments(
            hass,
            entry,
            facts=lambda: self._facts,
            publish=self.publish,
            changed=self.async_update_soon,
        )
        self.signal: SignalData | None = None
        """What the entity says that tells how much may be drawn."""
        self._loaded = False
        self._entries: frozenset[str] = frozenset()
        self._facts: dict[str, MachineFacts] = {}
        self._host: dict[str, str] = {}
        self._no_machines: dict[str, Kind] = {}
        """Containers and wallets by the ids of their entries."""
        self._soon: CALLBACK_TYPE | None = None
        self._joining: CALLBACK_TYPE | None = None

    @property
    def armed(self) -> bool:
        """Whether the interlock acts, or only rehearses."""
        return bool(self.config_entry.options.get(CONF_ARMED))

    @property
    def machine_ids(self) -> list[str]:
        """Ids of the site's machines, of entries that are not loaded, too."""
        return list(self._facts)

    @property
    def facts_by_machine(self) -> Mapping[str, MachineFacts]:
        """What is known of each machine, by its id."""
        return self._facts

    def machine_name(self, machine_id: str) -> str:
        """Return a machine's name."""
        entry = self.hass.config_entries.async_get_entry(machine_id)
        return machine_id if entry is None else entry.title

    def containers(self) -> Iterator[tuple[str, str, ContainerFacts]]:
        """Yield entry id, name and facts of each container that is loaded."""
        members = async_members(self.hass)
        for entry_id in self._no_machines:
            member = members.get(entry_id)
            if member is not None and isinstance(
                facts := member.facts(), ContainerFacts
            ):
                yield entry_id, member.name, facts

    def wallets(self) -> Iterator[WalletFacts]:
        """Yield the facts of each wallet that is loaded."""
        members = async_members(self.hass)
        for entry_id in self._no_machines:
            member = members.get(entry_id)
            if member is not None and isinstance(facts := member.facts(), WalletFacts):
                yield facts

    def count_of(self, kind: Kind) -> int:
        """Return how many containers or wallets it has, loaded or not."""
        return sum(each is kind for each in self._no_machines.values())

    @callback
    def async_start(self) -> None:
        """Follow the members for as long as the entry is loaded."""
        entry, bus = self.config_entry, self.hass.bus
        members = async_members(self.hass)
        for stop in (
            members.follow(self._member_read),
            members.listen(self._member_changed),
            self.holds.listen(self._holds_changed),
            self.keeper.listen(self._told),
            bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._place_changed),
            bus.async_listen(ar.EVENT_AREA_REGISTRY_UPDATED, self._place_changed),
            async_dispatcher_connect(
                self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
            ),
            self._cancel,
            self._async_settle,
        ):
            entry.async_on_unload(stop)
        self.curtailments.async_start()
        self._member_joined()
        for group in self.groups.values():
            group.async_start()

    @callback
    def _entry_changed(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Load again with groups that were added, changed or removed.

        What another farm picks from now on leaves this one, and what it had may come.
        """
        if entry.entry_id == self.config_entry.entry_id and groups.changed(self):
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        elif entry.data.get(CONF_KIND) == Kind.FARM:
            self._member_joined()

    @override
    async def _async_poll(self) -> FarmData:
        if not self._loaded:
            self._loaded = True
            await self.journal.async_load()
            await self.curtailments.async_load()
            self._join()
            await self._async_go_on()
            await groups.async_go_on(self)
            journal = self.journal
            issues.update_record(
                self.hass, self.config_entry, journal.set_aside, lost=journal.lost
            )
        elif self.journal.failed:
            await self.journal.async_keep(self.journal.memory)
        return self._sums()

    async def async_keep_groups(self) -> None:
        """Keep what is remembered of all groups."""
        await groups.async_keep(self)

    @property
    def host_by_machine(self) -> Mapping[str, str]:
        """Addresses of the machines whose miners have one."""
        return self._host

    async def _async_go_on(self) -> None:
        """Go on with what a crash may have cut short, before anything is read."""
        if self.stop is not None:
            await self.async_hold_all()
        elif not self.journal.lost:
            await self.holds.async_release(*self.stop_key)

    @property
    def stop_key(self) -> tuple[Owner, str]:
        """Owner and source of the holds of an emergency stop."""
        return Owner.EMERGENCY_STOP, self.config_entry.entry_id

    @property
    def stop(self) -> Stop | None:
        """The emergency stop that is in force."""
        if not self.journal.lost or self.journal.memory.stop is not None:
            return self.journal.memory.stop
        # What was kept cannot be read: the holds still say it.
        owner, source = self.stop_key
        for machine_id in self.holds.held_by(owner, source):
            if (hold := self.holds.of(machine_id).by(owner, source)) is not None:
                return Stop(since=hold.since, by=hold.by, kind=hold.kind)
        return None

    async def async_hold_all(self) -> None:
        """Hold every machine of the site for its emergency stop, the hottest first."""
        if (stop := self.stop) is None:
            return
        owner, source = self.stop_key
        hold = Hold(
            owner=owner,
            source=source,
            kind=stop.kind,
            reason="hand",
            since=stop.since,
            by=stop.by,
        )
        await self.holds.async_place(hottest_first(self._facts), hold)

    @callback
    def publish(self, event: str, **attributes: Any) -> None:
        """Publish an event of the site."""
        self.events.trigger(event, attributes)

    @callback
    def async_update_soon(self) -> None:
        """Add up once more, together with what else changes in this moment."""
        if self._soon is None:
            self._soon = self._later(self.async_update_now)

    @callback
    def async_update_now(self, _now: datetime | None = None) -> None:
        """Add up at once."""
        if self._soon is not None:
            self._soon()
            self._soon = None
        if self.fresh:
            self.data = self._sums()
            self.async_update_listeners()

    @callback
    def _member_read(self, entry_id: str) -> None:
        """Read one machine: the sums are then made of what is there."""
        machine = self.machines.of_entry(entry_id)
        if machine is None:
            for group in self.groups.values():
                if entry_id in group.shape.containers:
                    group.look()
            return
        if machine.id not in self._facts:
            return
        before, facts = self._facts[machine.id], machine.facts()
        self._facts[machine.id] = facts
        self._note_host(machine)
        if facts.state is not before.state:
            self.async_update_soon()

    @callback
    def _member_changed(self, entry_id: str) -> None:
        member = async_members(self.hass).get(entry_id)
        if member is None or (
            entry_id not in self._entries
            or (
                (machine := self.machines.of_entry(entry_id)) is not None
                and machine.id not in self._facts
            )
        ):
            self._member_joined()
        elif isinstance(member.facts(), ContainerFacts | WalletFacts):
            self.async_update_soon()

    @callback
    def _holds_changed(self, _machine_ids: tuple[str, ...]) -> None:
        self.async_update_soon()

    @callback
    def _place_changed(self, _event: Event[Any]) -> None:
        self._member_joined()

    @callback
    def _member_joined(self) -> None:
        """Look who belongs to the site, once for all that come in this moment."""

        @callback
        def join(_now: datetime) -> None:
            self._joining = None
            self._join()
            if self.stop is not None:
                self.config_entry.async_create_background_task(
                    self.hass, self.async_hold_all(), f"{self.name} stop"
                )
            self.async_update_now()

        if self._joining is None:
            self._joining = self._later(join)

    def _join(self) -> None:
        self._entries = async_entries(self.hass, self.config_entry)
        entries = self.hass.config_entries
        self._no_machines = {
            entry_id: Kind(entry.data[CONF_KIND])
            for entry_id in sorted(self._entries)
            if (entry := entries.async_get_entry(entry_id)) is not None
            and entry.data[CONF_KIND] in (Kind.CONTAINER, Kind.WALLET)
        }
        machines = dict(self._machines())
        self._facts = {
            machine_id: UNKNOWN if machine is None else machine.facts()
            for machine_id, machine in machines.items()
        }
        self._host.clear()
        for machine in machines.values():
            if machine is not None:
                self._note_host(machine)

    def _note_host(self, machine: Machine) -> None:
        """Note a machine's address: its entry may load later than the farm, or change it."""
        if (host := machine.host) is not None:
            self._host[machine.id] = host

    def _machines(self) -> Iterator[tuple[str, Machine | None]]:
        """Yield the machines of the site by id; None while none of its entries is loaded."""
        for entry_id in sorted(self._entries):
            entry = self.hass.config_entries.async_get_entry(entry_id)
            if entry is not None and entry.data[CONF_KIND] in (Kind.MINER, Kind.RIG):
                machine_id = self.machines.id_of(entry)
                yield machine_id, self.machines.get(machine_id)

    def _sums(self) -> FarmData:
        data = farm_data(self)
        update_issues(self, data)
        return data

    def described(self, machine_id: str) -> str:
        """Return a machine's name, with its place where it has one."""
        return described(self.hass, machine_id)

    @callback
    def _told(self, machine_id: str, told: Told, attributes: Mapping[str, Any]) -> None:
        """Publish what became of a machine of the site."""
        if machine_id not in self._facts:
            return
        # Groups look at all of theirs each second while anything is under way.
        self.async_update_soon()
        if told in QUIET:
            return
        hold = self.holds.of(machine_id).ruling
        self.publish(
            told,
            machine=self.described(machine_id),
            held_by=None if hold is None else hold.owner,
            reasons=attributes["reasons"],
        )

    def _later(self, action: Callable[[datetime], None]) -> CALLBACK_TYPE:
        job = HassJob(action, cancel_on_shutdown=True)
        return async_call_later(self.hass, SOON_S, job)

    async def _async_settle(self) -> None:
        """Let what was asked for by hand reach the disk before the entry is loaded again."""
        async with self.by_hand, self.applying:
            await self.curtailments.async_settle()

    @callback
    def _cancel(self) -> None:
        for cancel in (self._soon, self._joining):
            if cancel is not None:
                cancel()
        self._soon = self._joining = None
