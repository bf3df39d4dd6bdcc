"""Lives through one random history, and notes what must not be."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
import random as global_random
from random import Random
from typing import Any, Final, cast
from unittest.mock import patch

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common import power_ups, record_file, stopping
from custom_components.mining_farm.common.following import Phase as Following, Told
from custom_components.mining_farm.common.holds import DATA_HOLDS, async_holds
from custom_components.mining_farm.common.holds_of_users import (
    async_user_sets,
    async_user_starts,
    async_user_stops,
)
from custom_components.mining_farm.common.keeping import (
    DATA_KEEPER,
    async_keeper,
    async_load_holds,
)
from custom_components.mining_farm.common.machines import DATA_MACHINES
from custom_components.mining_farm.common.members import (
    DATA_MEMBERS,
    ContainerFacts,
    Member,
    ReceiptOutcome,
    async_members,
)
from custom_components.mining_farm.common.power_ups import DATA_POWER_UPS
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.farm import (
    Hold,
    HoldKind,
    LeverKind,
    Owner,
    Pace,
)
from custom_components.mining_farm.kinds import farm as farm_kind
from custom_components.mining_farm.kinds.farm import (
    controls,
    group as group_module,
    group_timing,
)
from custom_components.mining_farm.kinds.farm.coordinator import SiteCoordinator
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.async_ import get_scheduled_timer_handles

from .disk import Disk
from .driven import DrivenLoop
from .machine import Given, Machine
from .profiles import ALWAYS, PROFILES, Profile
from .target import FULL, Set, Target

LENGTH: Final = 900.0
COOLED: Final = 4
MACHINES: Final = 5
AT_ONCE: Final = 2
"""Outlets that are switched at once; the product's own limit is never reached here."""
SMOKE: Final = "binary_sensor.smoke"
LEAK, FLOW, HOT = (
    "leakage_fault",
    "supply_liquid_flow_low",
    "supply_liquid_temp_too_high",
)
READ_EVERY: Final = 10.0
IN_THE_ACT: Final = 2.0
"""Seconds from a decision until its hold is on disk, with a slow one."""


@dataclass(kw_only=True)
class Tally:
    """What came of histories."""

    histories: int = 0
    stops: int = 0
    """Orders to stop a machine."""
    starts: int = 0
    settings: int = 0
    """Orders to draw so many W, and no more."""
    kills: int = 0
    listed: int = 0
    """Machines that no lever stopped, and that were listed."""
    faults: Counter[str] = field(default_factory=Counter)
    seeds: list[str] = field(default_factory=list)
    """Histories with a fault in them."""

    def add(self, other: Tally) -> None:
        """Count another tally as well."""
        for name in ("histories", "stops", "starts", "settings", "kills", "listed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults
        self.seeds += other.seeds


class History:
    """One site, from an evening on which all is well."""

    def __init__(self, hass: HomeAssistant, profile: Profile, seed: int) -> None:
        """Take a Home Assistant that histories may share, one after the other."""
        self.hass = hass
        self.loop = cast(DrivenLoop, hass.loop)
        self.random = random = Random(f"{profile} {seed}")
        global_random.seed(seed)
        self.weights = {**ALWAYS, **PROFILES[profile]}
        self.tally = Tally(histories=1)
        self.disk = Disk(random=random)
        self.kept: set[asyncio.TimerHandle] = set()
        """Timers of the world, which a kill does not end."""
        self.process = 0
        self.up = False
        self.began = self.loop.time()
        self.bits: set[str] = set()
        self.answers = self.connected = True
        self.last_read: float | None = None
        self.facts = ContainerFacts(fresh=False, miner_hosts=frozenset(), alarms=None)
        self.leaks_seen: list[float] = []
        """When readings in a row have shown a leak."""
        self.recent: deque[float] = deque()
        """When this process has let machines start."""
        self.by_user = ""
        self.site: SiteCoordinator | None = None
        self.machines = {
            f"axe{n}": self._machine(f"axe{n}", f"10.0.0.{n}") for n in range(MACHINES)
        }
        hass.states.async_set(SMOKE, "off")

    def _machine(self, name: str, host: str) -> Machine:
        random = self.random
        sleeps = random.random() < 0.8
        machine = Machine(
            loop=self.loop,
            random=random,
            later=self.later,
            name=name,
            host=host,
            sleeps=sleeps,
            outlet=not sleeps or random.random() < 0.6,
            asleep=sleeps and random.random() < 0.1,
            forgets=random.random() < 0.5,
            started_at=self.loop.time() - 90000,
        )
        machine.on_order = self._judge
        if sleeps and random.random() < 0.6:
            machine.target = Target(machine=machine)
            machine.target.on_order = partial(self._judge_setting, machine)
        return machine

    # The world's own time.

    def later(self, seconds: float, action: Callable[..., object], *args: Any) -> None:
        """Let something happen, whatever becomes of Home Assistant."""

        def act() -> None:
            self.kept.discard(handle)
            action(*args)

        handle = self.loop.call_later(seconds, act)
        self.kept.add(handle)

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        done = self.loop.create_future()
        self.later(seconds, done.set_result, None)
        await done

    # Home Assistant.

    async def boot(self) -> None:
        """Start with what is on disk."""
        hass = self.hass
        self.process += 1
        self.disk.process = self.process
        self.leaks_seen, self.last_read = [], None
        self.facts = ContainerFacts(fresh=False, miner_hosts=frozenset(), alarms=None)
        for key in (
            DATA_HOLDS,
            DATA_KEEPER,
            DATA_MACHINES,
            DATA_MEMBERS,
            DATA_POWER_UPS,
        ):
            hass.data.pop(key, None)
        await async_load_holds(hass)
        async_keeper(hass).listen(self._told)
        async_holds(hass).listen(self._held)
        entry = self.entry = self._site_entry()
        self.up = True
        coordinator = self.site = SiteCoordinator(hass, entry)
        entry.runtime_data = coordinator
        for machine in self.machines.values():
            machine.process, machine.seen = self.process, None
            self.later(self.random.uniform(0, 20), self._join, machine, self.process)
        self.later(self.random.uniform(0, 20), self._join_container, self.process)
        await coordinator.async_refresh()
        farm_kind.async_join(hass, entry)

    def _site_entry(self) -> MockConfigEntry:
        entries = self.hass.config_entries
        if (before := entries.async_get_entry("site")) is not None:
            # Like a new process: nothing of the last one is left of it.
            del entries._entries["site"]  # noqa: SLF001
            del before
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Site",
            entry_id="site",
            data={"kind": "farm"},
            options={"armed": True, "starts": 2, "start_seconds": 20},
            subentries_data=[
                ConfigSubentryData(
                    subentry_id="loop",
                    subentry_type="cooling_group",
                    title="Loop",
                    unique_id=None,
                    data={
                        "containers": ["north"],
                        "machines": [f"axe{n}" for n in range(COOLED)],
                        "sensors": [{"entity_id": SMOKE, "cause": "leak"}],
                        "return": "automatic"
                        if self.random.random() < 0.3
                        else "by_hand",
                    },
                )
            ],
        )
        entry.add_to_hass(self.hass)
        entry.mock_state(self.hass, ConfigEntryState.LOADED)
        return entry

    async def kill(self) -> None:
        """End the process in the middle of whatever it does."""
        if not self.up:
            return
        self.tally.kills += 1
        self.up = False
        self.process += 1
        self.disk.process = self.process
        for machine in self.machines.values():
            # What ends orders nothing in its last moment.
            machine.process = self.process
        self.site = None
        while self.entry._on_unload:  # noqa: SLF001
            # Listeners end; what would be awaited at an unload does not happen.
            if (rest := self.entry._on_unload.pop()()) is not None:  # noqa: SLF001
                rest.close()
        for _ in range(5):
            for timer in get_scheduled_timer_handles(self.loop):
                if timer not in self.kept:
                    timer.cancel()
            tasks = [*self.hass._background_tasks, *self.hass._tasks]  # noqa: SLF001
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _join(self, machine: Machine, process: int) -> None:
        if process != self.process:
            return
        machine.read()
        for member in machine.members():
            async_members(self.hass).add(member)
        self.later(self.random.uniform(1, 30), self._poll, machine, process)

    def _poll(self, machine: Machine, process: int) -> None:
        if process != self.process:
            return
        machine.read()
        members = async_members(self.hass)
        members.signal(machine.name)
        if machine.outlet:
            members.signal(machine.rig)
        self.later(self.random.uniform(15, 30), self._poll, machine, process)

    def _join_container(self, process: int) -> None:
        if process != self.process:
            return
        async_members(self.hass).add(
            Member(
                entry_id="north",
                name="north",
                facts=lambda: self.facts,
                refresh=self._async_read,
            )
        )
        self._read(process)

    async def _async_read(self) -> None:
        self._learn()

    def _read(self, process: int) -> None:
        if process != self.process:
            return
        self._learn()
        self.later(READ_EVERY, self._read, process)

    def _learn(self) -> None:
        """Let the container be read, if it answers."""
        now = self.loop.time()
        if self.answers:
            self.facts = ContainerFacts(
                fresh=True,
                miner_hosts=frozenset(f"10.0.0.{n}" for n in range(COOLED)),
                model="hk3",
                running=True,
                connected=self.connected,
                alarms=(),
                bits={each: each in self.bits for each in (LEAK, FLOW, HOT)},
                numbers={},
                read_at=now,
            )
            if self.connected and LEAK in self.bits:
                self.leaks_seen.append(now)
            elif self.connected:
                self.leaks_seen.clear()
        async_members(self.hass).signal("north")

    def _told(self, machine: str, told: Told, _: Mapping[str, Any]) -> None:
        if told is Told.WOKEN:
            self.machines[machine].wanted_down = False
        if told is Told.UNCONFIRMED:
            self.tally.listed += 1

    def _held(self, machines: tuple[str, ...]) -> None:
        for name in self.machines.keys() & set(machines):
            machine, held = self.machines[name], async_holds(self.hass).of(name).down
            machine.holdings += held and not machine.held
            machine.held = held
            if machine.target is not None:
                limits = [hold.watts for hold in self._limits_on(machine)]
                machine.target.ask(limits[0] if limits else None)

    def _limits_on(self, machine: Machine) -> list[Hold]:
        holds = async_holds(self.hass).of(machine.name).holds
        return [hold for hold in holds if hold.kind is HoldKind.AT_MOST]

    # What must not be.

    def fault(self, text: str, about: str = "") -> None:
        """Note what must not be."""
        self.tally.faults[text] += 1
        self.log(f"FAULT {text} {about}")

    log: Callable[[str], None] = staticmethod(lambda text: None)

    def _judge(self, machine: Machine, given: Given) -> None:
        self.log(
            f"{'stop' if given.down else 'start'} {machine.name} by {given.lever}"
            f" {self.by_user}"
        )
        if machine.name == self.by_user:
            return
        if given.down:
            self.tally.stops += 1
            self._judge_stop(machine, given)
        else:
            self.tally.starts += 1
            self._judge_start(machine, given)

    def _judge_stop(self, machine: Machine, given: Given) -> None:
        holds = async_holds(self.hass)
        record = holds.of(machine.name)
        if not record.down:
            self.fault("stopped without a hold", machine.name)
        if holds.unsaved or self.disk.full:
            # What protects people does not wait for a disk; who stopped it is forgotten.
            machine.unnoted = True
        elif not self._is_stored(machine.name):
            self.fault("ordered before the hold was on disk", machine.name)
        if given.lever.cuts and self._cuts_under_way() >= AT_ONCE:
            self.fault("more than the limit under way")
        last = machine.last_stop.get(given.lever)
        if last is None or last.holdings != given.holdings:
            return
        shown = {
            each.lever: each.stopped
            for member in (async_keeper(self.hass)._machines.get(machine.name),)  # noqa: SLF001
            if member is not None
            for each in member.lever_states
        }
        if shown.get(given.lever) is True:
            self.fault("ordered what was seen to be done", machine.name)
        if last.process == given.process and last.awakenings == given.awakenings:
            self.fault("ordered twice", machine.name)

    def _judge_start(self, machine: Machine, given: Given) -> None:
        holds = async_holds(self.hass)
        if holds.of(machine.name).down:
            self.fault("started while it was held", machine.name)
        if holds.lost:
            self.fault("started while holds were lost", machine.name)
        if machine.wanted_down and not self.disk.damaged:
            self.fault("started against its user", machine.name)
        if self._cause_stands(machine):
            self.fault("started while a cause stood", machine.name)
        if given.lever not in machine.tried:
            self.fault("started what we did not stop", machine.name)
        last = machine.last_start.get(given.lever)
        if last is not None and last.process == given.process:
            self.fault("started twice", machine.name)
        now, pace = given.at, self._pace_of(machine)
        # By the same sum as the gate's: the other way round it is rounded otherwise.
        while self.recent and self.recent[0] + pace.seconds <= now:
            self.recent.popleft()
        self.recent.append(now)
        if len(self.recent) > pace.starts:
            self.fault("started faster than the feed bears", machine.name)

    def _judge_setting(self, machine: Machine, given: Set) -> None:
        """Judge an order to draw so many W."""
        self.log(f"set {machine.name} to {given.watts}")
        self.tally.settings += 1
        holds, target = async_holds(self.hass), machine.target
        record = holds.of(machine.name)
        assert target is not None
        if record.down:
            self.fault("set while it was to stop", machine.name)
        if record.limited is None:
            self.fault("set what was not noted", machine.name)
        if not (holds.unsaved or self.disk.full):
            if not self._stored(machine.name).get("limited"):
                self.fault("set before what it was is on disk", machine.name)
        else:
            machine.unnoted = True
        if target.asks is not None and given.watts > target.asks:
            self.fault("set to more than it may draw", machine.name)
        if holds.lost:
            self.fault("set while holds were lost", machine.name)
        last = target.last
        if last == given:
            self.fault("set twice", machine.name)
        elif target.asks is None and not (
            # A crash may have come before it was noted that it is set back.
            target.lowering or (last is not None and last.process != given.process)
        ):
            self.fault("set back what was not lowered", machine.name)

    def _cause_stands(self, machine: Machine) -> bool:
        if int(machine.name[3:]) >= COOLED:
            return False
        return (
            len(self.leaks_seen) > 1
            and self.loop.time() - self.leaks_seen[1] > IN_THE_ACT
        )

    def _pace_of(self, machine: Machine) -> Pace:
        return power_ups.async_power_ups(self.hass).gate_of(machine.name).pace

    def _cuts_under_way(self) -> int:
        return sum(
            LeverKind.OUTLET in machine.under_way for machine in self.machines.values()
        )

    def _is_stored(self, machine: str) -> bool:
        return bool(self._stored(machine).get("holds"))

    def _stored(self, machine: str) -> dict[str, Any]:
        """Return what is on disk of a machine."""
        copies = [
            record
            for name in ("holds", "holds.2")
            if (record := self.disk.records.get(name)) is not None
        ]
        newest: dict[str, Any] = max(
            copies, key=lambda each: each.get("write", 0), default={}
        )
        stored: dict[str, Any] = newest.get("machines", {}).get(machine, {})
        return stored

    # What happens.

    def _some(self) -> Machine:
        return self.random.choice(list(self.machines.values()))

    async def event(self, name: str) -> None:
        """Let something happen."""
        self.log(name)
        if name in ("restart", "spoil", "spoil_one"):
            await self._restart(name)
        elif not (self._of_plant(name) or self._of_machines(name)):
            self._human(name)

    def _of_plant(self, name: str) -> bool:
        """Let something happen to the container or the disk; False if it is of neither."""
        match name:
            case "leak" | "flow" | "hot":
                self.bits.add({"leak": LEAK, "flow": FLOW, "hot": HOT}[name])
            case "smoke":
                self.hass.states.async_set(SMOKE, "on")
                self.later(self.random.uniform(5, 60), self._no_smoke)
            case "repair":
                self.bits.clear()
            case "flicker":
                bit = self.random.choice([LEAK, FLOW, HOT])
                self.bits.add(bit)
                self.later(self.random.uniform(0.5, 12), self.bits.discard, bit)
            case "silence":
                self.answers = False
            case "disconnect":
                self.connected = False
            case "answer":
                self.answers = self.connected = True
            case "full" | "room":
                self.disk.full = name == "full"
            case _:
                return False
        return True

    def _of_machines(self, name: str) -> bool:
        """Let something happen to machines; False if it is none of that."""
        some = self._some()
        match name:
            case "away":
                some.fresh = False
            case "lose":
                some.lost = True
            case "refuse":
                some.refuses = True
            case "lie":
                some.lies = True
            case "wake":
                some.wake()
            case "reboot":
                some.reboot()
            case "mains":
                self._lose_mains(self.random.uniform(20, 200))
            case "back" | "find" | "honest":
                for machine in self.machines.values():
                    machine.mend(name)
            case _:
                return False
        return True

    def _no_smoke(self) -> None:
        self.hass.states.async_set(SMOKE, "off")

    def _lose_mains(self, seconds: float) -> None:
        for machine in self.machines.values():
            machine.lose_mains(seconds)
        self.answers = False

        def back() -> None:
            self.answers = True

        self.later(seconds, back)

    async def _restart(self, name: str) -> None:
        await self.kill()
        if name != "restart":
            self.disk.spoil(both=name == "spoil")
        await self.wait(self.random.uniform(15, 240))
        await self.boot()

    def _human(self, name: str) -> None:
        """Let a human do something; it may be refused."""
        if (site := self.site) is None:
            return
        group = site.groups.get("loop")
        asleep_only = self.random.random() < 0.4
        deeds: dict[str, Callable[[], Awaitable[object]]] = {
            "hand": lambda: controls.async_emergency_stop(
                site, by="me", asleep_only=asleep_only
            ),
            "let_go": lambda: controls.async_release_stop(site, by="me"),
            "off": lambda: self._switch(self._some(), on=False),
            "on": lambda: self._switch(self._some(), on=True),
            "limit": self._limit,
            "lift": self._lift,
            "set": lambda: self._set(self._some()),
        }
        if group is not None:
            deeds["release"] = lambda: controls.async_release_group(group, by="me")
        if (deed := deeds.get(name)) is not None:
            self.hass.async_create_background_task(self._do(deed), name)

    async def _limit(self) -> None:
        """Let some machines draw no more than so many W, or another number of them."""
        some = self.random.sample(list(self.machines), self.random.randint(1, MACHINES))
        watts = self.random.choice([1200.0, 1800.0, 2450.0])
        hold = Hold(
            owner=Owner.ALLOCATION,
            source="watts",
            kind=HoldKind.AT_MOST,
            watts=watts,
            reason="watts",
            since=self.loop.wall,
        )
        await async_holds(self.hass).async_place(some, hold)

    async def _lift(self) -> None:
        """Let all machines draw what they did before."""
        await async_holds(self.hass).async_release(Owner.ALLOCATION, "watts")

    async def _set(self, machine: Machine) -> None:
        """Set what a machine draws, as the number of its kind does."""
        if machine.target is None or not self._is_usable(machine):
            return
        machine.switching = True
        watts = self.random.choice([1500.0, 2000.0, FULL])
        try:
            async with async_user_sets(self.hass, machine.name):
                receipt = await machine.target.by_user(watts)
                if receipt.outcome is not ReceiptOutcome.CONFIRMED:
                    raise HomeAssistantError("not confirmed")
        finally:
            machine.switching = False

    async def _do(self, deed: Callable[[], Awaitable[object]]) -> None:
        with suppress(HomeAssistantError):
            await deed()

    def _is_usable(self, machine: Machine) -> bool:
        """Return whether its entities are there, and none is at work."""
        loaded = async_members(self.hass).get(machine.name) is not None
        return loaded and not machine.switching

    async def _switch(self, machine: Machine, *, on: bool) -> None:
        """Use the switch of a machine, as its kind does."""
        lever = next(
            (
                lever
                for member in machine.members()
                for lever in member.levers
                if lever.kind is LeverKind.SLEEP
            ),
            None,
        )
        if lever is None or not self._is_usable(machine):
            return
        machine.switching = True
        try:
            if on:
                # It wakes for its user where somebody else holds it still.
                machine.tried.add(LeverKind.SLEEP)
                async with async_user_starts(self.hass, machine.name, machine.name):
                    await self._by_user(machine, lever.start)
            else:
                async with async_user_stops(self.hass, machine.name):
                    await self._by_user(machine, lever.stop)
        finally:
            machine.switching = False
            mine = async_holds(self.hass).of(machine.name)
            machine.wanted_down = any(h.owner is Owner.USER for h in mine.holds)

    async def _by_user(
        self, machine: Machine, order: Callable[[], Awaitable[Any]]
    ) -> None:
        self.by_user = machine.name
        coroutine = order()
        # Its first step is the order itself.
        task = asyncio.ensure_future(coroutine)
        try:
            await asyncio.sleep(0)
        finally:
            self.by_user = ""
        receipt = await task
        if receipt.outcome is not ReceiptOutcome.CONFIRMED:
            raise HomeAssistantError("not confirmed")

    async def live(self) -> Tally:
        """Return what came of it."""
        await self.boot()
        await self.wait(40)
        names, weights = list(self.weights), list(self.weights.values())
        times = sorted(
            self.random.uniform(0, LENGTH) for _ in range(self.random.randint(6, 24))
        )
        began = self.loop.time()
        for at in times:
            left = began + at - self.loop.time()
            if left > 0:
                await self.wait(left)
            await self.event(self.random.choices(names, weights)[0])
        await self._settle()
        await self.kill()
        self.tally.kills -= 1
        for handle in tuple(self.kept):
            handle.cancel()
        return self.tally

    async def _settle(self) -> None:
        """Let everything work again, let go of everything, and see what is left."""
        self.log("settle")
        self.answers = self.connected = True
        self.disk.full = False
        for machine in self.machines.values():
            for what in ("back", "find", "honest"):
                machine.mend(what)
        await self.wait(250)
        assert self.site is not None
        self._all_held_are_down()
        self.bits.clear()
        self._no_smoke()
        holds = async_holds(self.hass)
        if holds.lost:
            await holds.async_settle()
        await self.wait(30)
        for _ in range(4):
            for name in ("let_go", "release", "lift"):
                self._human(name)
                await self.wait(15)
        await self.wait(480)
        for machine in self.machines.values():
            left = [
                each
                for each in holds.of(machine.name).holds
                if each.owner is not Owner.USER
            ]
            if left:
                self.fault("held after the release", f"{machine.name} {left}")
            if self.disk.damaged:
                continue
            target = machine.target
            if (
                target is not None
                and (target.ours and machine.awake)
                and not machine.unnoted
            ):
                self.fault("left lowered", machine.name)
            if machine.wanted_down or machine.awake:
                continue
            if machine.ours and not machine.unnoted:
                self.fault("left down", machine.name)

    def _all_held_are_down(self) -> None:
        holds, keeper = async_holds(self.hass), async_keeper(self.hass)
        for machine in self.machines.values():
            self._is_lowered(machine)
            if not holds.of(machine.name).down or not machine.awake:
                continue
            listed = keeper.phase(machine.name) is Following.UNCONFIRMED
            if not listed and machine.name not in holds.doubted:
                phase = keeper.phase(machine.name)
                self.fault("an order was lost", f"{machine.name} {phase}")

    def _is_lowered(self, machine: Machine) -> None:
        """Look whether a machine draws no more than it may, or is listed."""
        holds, target = async_holds(self.hass), machine.target
        want = holds.of(machine.name).want
        if want is None or want.watts is None or target is None or not machine.awake:
            return
        phase = async_keeper(self.hass).phase(machine.name)
        listed = phase is Following.UNCONFIRMED or machine.name in holds.doubted
        if target.watts > want.watts and not (listed or holds.lost):
            self.fault("a limit was lost", f"{machine.name} {phase}")


@contextmanager
def driven(loop: DrivenLoop) -> Iterator[list[Disk]]:
    """Let the product live by a loop's time, and on disks; the last of the list counts."""
    disks: list[Disk] = []

    class Record:
        def __init__(self, _hass: HomeAssistant, name: str, version: int) -> None:
            self._name, self._disk = name, disks[-1]
            self._process = self._disk.process

        async def async_read(self) -> dict[str, Any] | None:
            return await self._disk.async_read(self._name)

        async def async_write(self, record: Mapping[str, Any]) -> None:
            if self._process != self._disk.process:
                raise OSError("of a process that has ended")
            await self._disk.async_write(self._name, record)

        async def async_set_aside(self) -> str | None:
            return None

        async def async_remove(self) -> None:
            self._disk.records.pop(self._name, None)

    class Time:
        monotonic = staticmethod(loop.time)

    with ExitStack() as patched:
        for target, name, new in (
            ("homeassistant.util.dt", "utcnow", lambda: loop.wall),
            (group_module.__name__, "monotonic", loop.time),
            (power_ups.__name__, "time", Time),
            (record_file.__name__, "RecordFile", Record),
            (stopping.__name__, "SWITCHED_AT_ONCE", AT_ONCE),
            # Looked at less often, so that an hour costs less.
            (group_timing.__name__, "LOOK_SOON_S", 5.0),
        ):
            patched.enter_context(patch(f"{target}.{name}", new))
        yield disks


def _add_entries(hass: HomeAssistant) -> None:
    for n in range(MACHINES):
        for name, kind in ((f"axe{n}", "miner"), (f"axe{n}-rig", "rig")):
            entry = MockConfigEntry(
                domain=DOMAIN, entry_id=name, title=name, data={"kind": kind}
            )
            entry.add_to_hass(hass)
            entry.mock_state(hass, ConfigEntryState.LOADED)
    north = MockConfigEntry(
        domain=DOMAIN, entry_id="north", title="north", data={"kind": "container"}
    )
    north.add_to_hass(hass)
    north.mock_state(hass, ConfigEntryState.LOADED)


async def async_live_all(hass: HomeAssistant, profile: Profile, seeds: range) -> Tally:
    """Live through some histories in one Home Assistant, one after the other."""
    tally = Tally()
    _add_entries(hass)
    with driven(cast(DrivenLoop, hass.loop)) as disks:
        for seed in seeds:
            history = History(hass, profile, seed)
            disks.append(history.disk)
            one = await history.live()
            if one.faults:
                one.seeds.append(f"{profile} {seed}")
            tally.add(one)
    return tally
