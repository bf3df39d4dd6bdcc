"""Looks at every order and at what is left in the end, and notes what must not be."""

from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from custom_components.mining_farm.common.following import Phase as Following, Told
from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.common.keeping import async_keeper
from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.engines.farm import HoldKind, LeverKind, Owner, Pace

from .machine import Given, Machine
from .tally import Tally
from .target import Set
from .world import AT_ONCE, COOLED, World

IN_THE_ACT: Final = 2.0
"""Seconds from a decision until its hold is on disk, with a slow one."""


class Judge:
    """Knows the world as it is, and what Home Assistant holds."""

    def __init__(self, world: World, tally: Tally) -> None:
        """Look at every order to a machine from now on."""
        self.world = world
        self.hass = world.hass
        self.tally = tally
        self.recent: deque[float] = deque()
        """When machines were let start."""
        for machine in world.machines.values():
            machine.on_order = self._judge
            if machine.target is not None:
                machine.target.on_order = partial(self._judge_setting, machine)

    def fault(self, text: str, about: str = "") -> None:
        """Note what must not be."""
        self.tally.faults[text] += 1
        self.world.log(f"FAULT {text} {about}")

    # What Home Assistant holds, and tells.

    def listen(self) -> None:
        """Follow a process that has loaded its holds."""
        async_keeper(self.hass).listen(self._told)
        async_holds(self.hass).listen(self._held)

    def _told(self, machine: str, told: Told, _: Mapping[str, Any]) -> None:
        if told is Told.WOKEN:
            self.world.machines[machine].wanted_down = False
        if told is Told.UNCONFIRMED:
            self.tally.listed += 1

    def _held(self, machines: tuple[str, ...]) -> None:
        for name in self.world.machines.keys() & set(machines):
            machine = self.world.machines[name]
            held = async_holds(self.hass).of(name).down
            machine.holdings += held and not machine.held
            machine.held = held
            if machine.target is not None:
                machine.target.ask(self._limit_on(machine))

    def _limit_on(self, machine: Machine) -> float | None:
        """Return W that it is held to; None without such a hold."""
        holds = async_holds(self.hass).of(machine.name).holds
        limits = (hold.watts for hold in holds if hold.kind is HoldKind.AT_MOST)
        return next(limits, None)

    # Orders.

    def _judge(self, machine: Machine, given: Given) -> None:
        self.world.log(
            f"{'stop' if given.down else 'start'} {machine.name} by {given.lever}"
            f" {self.world.by_user}"
        )
        if machine.name == self.world.by_user:
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
        if holds.unsaved or self.world.disk.full:
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
        if machine.wanted_down and not self.world.disk.damaged:
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
        self.world.log(f"set {machine.name} to {given.watts}")
        self.tally.settings += 1
        holds, target = async_holds(self.hass), machine.target
        record = holds.of(machine.name)
        assert target is not None
        if record.down:
            self.fault("set while it was to stop", machine.name)
        if record.limited is None:
            self.fault("set what was not noted", machine.name)
        if not (holds.unsaved or self.world.disk.full):
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
        seen = self.world.container.leaks_seen
        return len(seen) > 1 and self.world.loop.time() - seen[1] > IN_THE_ACT

    def _pace_of(self, machine: Machine) -> Pace:
        return async_power_ups(self.hass).gate_of(machine.name).pace

    def _cuts_under_way(self) -> int:
        return sum(
            LeverKind.OUTLET in machine.under_way
            for machine in self.world.machines.values()
        )

    def _is_stored(self, machine: str) -> bool:
        return bool(self._stored(machine).get("holds"))

    def _stored(self, machine: str) -> dict[str, Any]:
        """Return what is on disk of a machine."""
        copies = [
            record
            for name in ("holds", "holds.2")
            if (record := self.world.disk.records.get(name)) is not None
        ]
        newest: dict[str, Any] = max(
            copies, key=lambda each: each.get("write", 0), default={}
        )
        stored: dict[str, Any] = newest.get("machines", {}).get(machine, {})
        return stored

    # What is left.

    def all_held_are_down(self) -> None:
        """Look whether every machine does what it is held to, or is listed."""
        holds, keeper = async_holds(self.hass), async_keeper(self.hass)
        for machine in self.world.machines.values():
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
        # One that has just been started may be lowered in this moment.
        listed = phase in (Following.UNCONFIRMED, Following.ORDERED)
        listed = listed or machine.name in holds.doubted
        if target.watts > want.watts and not (listed or holds.lost):
            self.fault("a limit was lost", f"{machine.name} {phase}")

    def some_are_lowered(self) -> bool:
        """Return whether machines are still to be set back, which is done in turn."""
        return any(
            machine.awake and machine.target is not None and machine.target.ours
            for machine in self.world.machines.values()
        )

    def nothing_is_left(self) -> None:
        """Look whether every machine is as before, once all is let go of."""
        holds, keeper = async_holds(self.hass), async_keeper(self.hass)
        for machine in self.world.machines.values():
            left = [
                each
                for each in holds.of(machine.name).holds
                if each.owner is not Owner.USER
            ]
            if left:
                self.fault("held after the release", f"{machine.name} {left}")
            if self.world.disk.damaged:
                continue
            target = machine.target
            if (
                target is not None
                and (target.ours and machine.awake)
                and not machine.unnoted
                and keeper.phase(machine.name) is not Following.NOT_SET_BACK
            ):
                self.fault("left lowered", machine.name)
            if machine.wanted_down or machine.awake:
                continue
            if machine.ours and not machine.unnoted:
                self.fault("left down", machine.name)
