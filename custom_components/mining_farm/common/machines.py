"""Machines: a miner, a rig, or a rig with the miner that it is linked with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_MINER_ENTRY, DOMAIN
from ..engines.farm import LeverState, MachineFacts, MachineState
from .members import Facts, Lever, Limit, Member, MinerFacts, RigFacts, async_members

OUTLASTS: Final = timedelta(seconds=5)
"""A miner that answers for longer than this without power is fed by something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One machine, with the members that know it and can stop it."""

    id: str
    """The entry id of its miner where it has one, else that of its rig."""
    members: tuple[Member, ...]
    """The miner first."""
    levers: tuple[Lever, ...] = field(init=False, compare=False)
    """The ways to stop it, in the order in which they are used."""

    def __post_init__(self) -> None:
        """Put the levers of its members in order, once for all who look."""
        levers = [lever for member in self.members for lever in member.levers]
        in_order = tuple(sorted(levers, key=lambda lever: lever.kind.place))
        object.__setattr__(self, "levers", in_order)

    @property
    def name(self) -> str:
        """Return the name of the entry that the machine is called by."""
        return self.members[0].name

    @property
    def lever_states(self) -> tuple[LeverState, ...]:
        """Return what its levers do now."""
        return tuple(
            LeverState(lever=lever.kind, stopped=lever.stopped())
            for lever in self.levers
        )

    @property
    def limit(self) -> Limit | None:
        """Return how it is let draw less; None where that cannot be."""
        return next((each.limit for each in self.levers if each.limit), None)

    @property
    def host(self) -> str | None:
        """Return the address of its miner; None where it has none."""
        for member in self.members:
            if isinstance(facts := member.facts(), MinerFacts):
                return facts.host
        return None

    def facts(self) -> MachineFacts:
        """Return what is known of it, each fact from its best witness."""
        known = [member.facts() for member in self.members]
        miner = next((each for each in known if isinstance(each, MinerFacts)), None)
        rigs = [each for each in known if isinstance(each, RigFacts)]
        return machine_facts(miner, rigs)


def machine_facts(miner: MinerFacts | None, rigs: list[RigFacts]) -> MachineFacts:
    """Return the facts of a machine from those of its parts."""
    metered = [rig.power for rig in rigs if rig.power is not None]
    power = sum(metered) if metered else None
    fresh = miner if miner is not None and miner.fresh else None
    if power is None and fresh is not None:
        power = fresh.power
    return MachineFacts(
        state=_state(miner, rigs),
        algorithm=None if miner is None else miner.algorithm,
        hashrate=_hashrate(fresh, miner, rigs),
        hashrate_by_pool=miner is None,
        power=power,
        power_measured=bool(metered),
        boards_lost=None if fresh is None else fresh.boards_lost,
        hottest_chip=None if fresh is None else fresh.hottest_chip,
        uptime=None if fresh is None else fresh.uptime,
        restarts_today=sum(rig.restarts_today for rig in rigs),
    )


def _hashrate(
    fresh: MinerFacts | None, miner: MinerFacts | None, rigs: list[RigFacts]
) -> float | None:
    if fresh is not None:
        return fresh.hashrate
    # What a pool counts is minutes old: of a miner that fell silent it proves nothing.
    if miner is not None or not rigs:
        return None
    return rigs[0].hashrate


def _state(miner: MinerFacts | None, rigs: list[RigFacts]) -> MachineState:
    if any(_is_off(rig, miner) for rig in rigs) or _is_switched_off(miner):
        return MachineState.OFF
    if miner is None:
        rate = rigs[0].hashrate if rigs else None
        return MachineState.HASHING if rate else MachineState.UNKNOWN
    if not miner.fresh:
        return MachineState.OFFLINE if miner.seen else MachineState.UNKNOWN
    if miner.sleeping:
        return MachineState.PAUSED
    if miner.hashing:
        return MachineState.DEGRADED if miner.degraded else MachineState.HASHING
    if miner.fault:
        return MachineState.FAULT
    if miner.starting:
        return MachineState.STARTING
    return MachineState.UNKNOWN if miner.hashing is None else MachineState.IDLE


def _is_off(rig: RigFacts, miner: MinerFacts | None) -> bool:
    """Return whether an outlet keeps the machine without power.

    A miner that goes on answering behind an outlet that says off is fed by another one.
    """
    if rig.outlet_on is not False:
        return False
    return miner is None or _is_silent_since(miner, rig.off_since)


def _is_switched_off(miner: MinerFacts | None) -> bool:
    """Return whether the miner's own switch keeps it without power."""
    if miner is None or miner.off_since is None:
        return False
    return _is_silent_since(miner, miner.off_since)


def _is_silent_since(miner: MinerFacts, since: datetime | None) -> bool:
    if not miner.fresh or miner.last_seen is None:
        return True
    return since is None or miner.last_seen <= since + OUTLASTS


class Machines:
    """The machines of this Home Assistant, kept as members come and go."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start with the members that are there."""
        self._hass = hass
        self._members = async_members(hass)
        self._of_entry: dict[str, str] = {}
        self._machines: dict[str, Machine] = {}
        for member in self._members:
            self._join(member)

    @callback
    def async_start(self) -> CALLBACK_TYPE:
        """Follow the members; returns how to stop."""
        return self._members.listen(self._changed)

    def __iter__(self) -> Iterator[Machine]:
        """Iterate over all machines."""
        return iter(self._machines.values())

    def get(self, machine_id: str) -> Machine | None:
        """Return a machine; None while no entry of it is loaded."""
        return self._machines.get(machine_id)

    def id_of(self, entry: ConfigEntry[Any]) -> str:
        """Return the id of the machine that an entry is part of, loaded or not."""
        if (known := self._of_entry.get(entry.entry_id)) is not None:
            return known
        linked = entry.data.get(CONF_MINER_ENTRY)
        # That of an entry that is damaged, and not set up, may be anything.
        linked = linked if isinstance(linked, str) else None
        return machine_id(self._hass, entry.entry_id, linked)

    def of_entry(self, entry_id: str) -> Machine | None:
        """Return the machine that an entry is part of; None while it is not loaded."""
        machine_id = self._of_entry.get(entry_id)
        return None if machine_id is None else self._machines.get(machine_id)

    @callback
    def _changed(self, entry_id: str) -> None:
        member = self._members.get(entry_id)
        known = self._of_entry.get(entry_id)
        if member is None:
            self._leave(entry_id)
            return
        machine = None if known is None else self._machines.get(known)
        if machine is None or member not in machine.members:
            self._leave(entry_id)
            self._join(member)

    def _join(self, member: Member) -> None:
        facts = member.facts()
        if not isinstance(facts, MinerFacts | RigFacts):
            return
        machine_id = machine_id_of(self._hass, member.entry_id, facts)
        self._of_entry[member.entry_id] = machine_id
        before = self._machines.get(machine_id)
        members = (member,) if before is None else (*before.members, member)
        self._machines[machine_id] = Machine(
            id=machine_id,
            members=tuple(
                sorted(members, key=lambda each: each.entry_id != machine_id)
            ),
        )

    def _leave(self, entry_id: str) -> None:
        if (machine_id := self._of_entry.pop(entry_id, None)) is None:
            return
        members = tuple(
            each
            for each in self._machines.pop(machine_id).members
            if each.entry_id != entry_id
        )
        if members:
            self._machines[machine_id] = Machine(id=machine_id, members=members)


def machine_id_of(hass: HomeAssistant, entry_id: str, facts: Facts) -> str:
    """Return the id of the machine that an entry is part of."""
    linked = facts.miner if isinstance(facts, RigFacts) else None
    return machine_id(hass, entry_id, linked)


def machine_id(hass: HomeAssistant, entry_id: str, linked: str | None) -> str:
    """Return the id of a machine from that of an entry and of its linked miner.

    The miner's entry counts also while it is not loaded.
    """
    if linked is None:
        return entry_id
    entry: ConfigEntry[Any] | None = hass.config_entries.async_get_entry(linked)
    return entry_id if entry is None else linked


DATA_MACHINES: Final[HassKey[Machines]] = HassKey(f"{DOMAIN}_machines")


@callback
def async_machines(hass: HomeAssistant) -> Machines:
    """Return the machines of this Home Assistant."""
    if DATA_MACHINES not in hass.data:
        machines = hass.data[DATA_MACHINES] = Machines(hass)
        machines.async_start()
    return hass.data[DATA_MACHINES]
