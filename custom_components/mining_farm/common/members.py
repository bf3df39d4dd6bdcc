"""What entries offer each other by entry id: facts, a signal when they change, levers."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..engines.farm import LeverKind, Reach, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class MinerFacts:
    """What a miner's entry knows of its machine.

    Fields that do not compare move at every poll: they are read, and no signal follows
    their changes.
    """

    fresh: bool
    """Whether it answered within the grace."""
    seen: bool
    """Whether it answered since Home Assistant started."""
    hashing: bool | None
    sleeping: bool
    starting: bool
    """Started too short a time ago to hash."""
    pool_lost: bool
    """None of its pools answers it."""
    identity_in_doubt: bool = False
    """What is at its address may not be this miner: then all else is no evidence."""
    off_since: datetime | None = None
    """When the switch that feeds it was turned off; None while it is not."""
    last_seen: datetime | None = field(compare=False)
    hashrate: float | None = field(compare=False)
    """H/s."""
    power: float | None = field(default=None, compare=False)
    """W, as the miner itself reports."""
    hottest_chip: float | None = field(default=None, compare=False)
    """°C."""
    host: str = ""
    """Its address, by which a container lists it."""
    degraded: bool = False
    """It hashes, and a board is lost or critical."""
    fault: bool = False
    """It reports a fault of its own."""
    algorithm: str | None = None
    boards_lost: int | None = None
    """None while its boards cannot be judged."""
    water_out: float | None = field(default=None, compare=False)
    """°C."""
    uptime: float | None = field(default=None, compare=False)
    """Seconds since its mining process started."""
    set_to: Setting | None = None
    """A target in W or a level, by which it can be let draw less; None where unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RigFacts:
    """What a rig's entry knows of its machine."""

    seen: bool
    """Whether its pool answered since Home Assistant started."""
    hashrate: float | None = field(compare=False)
    """H/s, as the pool sees it: minutes old."""
    power: float | None = field(default=None, compare=False)
    """W, by the outlet's meter."""
    miner: str | None = None
    """Entry id of the miner that it is linked with."""
    outlet_on: bool | None = None
    """Whether its outlet gives power; None without an outlet, too."""
    off_since: datetime | None = field(default=None, compare=False)
    """When the outlet was first seen to give none."""
    off_by_user: bool = False
    restarts_today: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFact:
    """An alarm of a container that is on."""

    key: str
    name: str
    severity: str
    """As containers name it: medium, high, critical."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFacts:
    """What a container's entry knows of its plant."""

    fresh: bool
    miner_hosts: frozenset[str]
    """Addresses of the miners that the container lists."""
    model: str = ""
    running: bool | None = None
    """Whether coolant moves."""
    connected: bool | None = None
    """Whether its controller has the plant; what is known without it may be old."""
    alarms: tuple[AlarmFact, ...] | None = None
    """Those that are on, worst first; None where it is unknown whether any is."""
    bits: Mapping[str, bool | None] = field(
        default_factory=dict, compare=False, hash=False
    )
    """Every alarm by its key, as the last reading had it."""
    numbers: Mapping[str, float | None] = field(
        default_factory=dict, compare=False, hash=False
    )
    """Every number of the plant by its key, in °C, bar, m³/h, W or cm."""
    supply: float | None = field(default=None, compare=False)
    """°C of the coolant on its way to the miners, the warmest of several."""
    power: float | None = field(default=None, compare=False)
    """W of the whole container."""
    read_at: float | None = field(default=None, compare=False)
    """Of the last good reading, in seconds on the monotonic clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletFacts:
    """What a wallet's entry knows of its bids."""

    fresh: bool
    promised: float | None
    """H/s, of the bids that the present window has won."""


type Facts = MinerFacts | RigFacts | ContainerFacts | WalletFacts


class ReceiptOutcome(StrEnum):
    """What became of an order to a machine."""

    NOT_SENT = "not_sent"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to one order."""

    outcome: ReceiptOutcome
    at: datetime
    reason: str | None = None
    unsure: bool = False
    """Its lever failed: it may have left all the same."""

    @property
    def taken(self) -> bool:
        """Return whether the order has left, and was not refused."""
        return self.outcome in (ReceiptOutcome.CONFIRMED, ReceiptOutcome.SENT)

    @property
    def maybe_done(self) -> bool:
        """Return whether the order may come to something: else no note of it stays."""
        return self.taken or self.unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How a machine is let draw less without being stopped; each call sends one order."""

    reach: Callable[[], Reach | None]
    """Return how far; None where it cannot be lowered, or that is not known."""
    present: Callable[[], Setting | None]
    """Return what it is set to; None where that is unknown."""
    order: Callable[[Setting], Awaitable[Receipt]]
    rested: Callable[[], bool] = lambda: True
    """Return whether it may be set now: each change wears it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One way to stop and start a machine; each call sends one order."""

    kind: LeverKind
    stop: Callable[[], Awaitable[Receipt]]
    start: Callable[[], Awaitable[Receipt]]
    stopped: Callable[[], bool | None] = lambda: None
    """Return whether it keeps the machine down; None where that is unknown."""
    rest: Callable[[], timedelta] = timedelta
    """Return how long it has yet to stay as it is before it may start the machine."""
    limit: Limit | None = None
    """How it lets the machine draw less, where its family can."""


class RestartKind(StrEnum):
    """What may help a machine that hangs, short of its power."""

    RESTART_MINING = "restart_mining"
    REBOOT = "reboot"


type Restart = Callable[[], Awaitable[Receipt]]
"""Sends the order once."""

_NO_RESTARTS: Mapping[RestartKind, Restart] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An entry as the others see it, for as long as it is loaded."""

    entry_id: str
    name: str
    facts: Callable[[], Facts]
    levers: Sequence[Lever] = ()
    restarts: Mapping[RestartKind, Restart] = _NO_RESTARTS
    refresh: Callable[[], Awaitable[None]] | None = None
    """Read the device now, where somebody may need to know sooner."""
    stop_cooling: Callable[[], Awaitable[None]] | None = None
    """Of a container that may be controlled: end its cooling, whatever hashes."""


type MemberListener = Callable[[str], None]


class Members:
    """The members of this Home Assistant, and who listens to them."""

    def __init__(self) -> None:
        """Start without members."""
        self._members: dict[str, Member] = {}
        self._listeners: dict[object, MemberListener] = {}
        self._followers: dict[object, MemberListener] = {}

    def get(self, entry_id: str) -> Member | None:
        """Return a member; None while its entry is not loaded."""
        return self._members.get(entry_id)

    def __iter__(self) -> Iterator[Member]:
        """Iterate over all members."""
        return iter(self._members.values())

    @callback
    def add(self, member: Member) -> CALLBACK_TYPE:
        """Add a member; returns how to remove it."""
        self._members[member.entry_id] = member
        self.signal(member.entry_id)
        return _Place(self, member.entry_id).leave

    @callback
    def remove(self, entry_id: str) -> None:
        """Remove a member."""
        del self._members[entry_id]
        self.signal(entry_id)

    @callback
    def listen(self, listener: MemberListener) -> CALLBACK_TYPE:
        """Call with the entry id of a member that comes, changes or goes."""
        return _add(self._listeners, listener)

    @callback
    def follow(self, listener: MemberListener) -> CALLBACK_TYPE:
        """Call at every reading as well: for what shows numbers that always move."""
        return _add(self._followers, listener)

    @callback
    def signal(self, entry_id: str) -> None:
        """Call whoever listens, and whoever follows."""
        for listener in tuple(self._listeners.values()):
            listener(entry_id)
        self.signal_reading(entry_id)

    @callback
    def signal_reading(self, entry_id: str) -> None:
        """Call whoever follows."""
        for listener in tuple(self._followers.values()):
            listener(entry_id)


class _Place:
    """That of one member; a closure would be seven objects for each of a thousand."""

    __slots__ = ("_entry_id", "_members")

    def __init__(self, members: Members, entry_id: str) -> None:
        """Hold it."""
        self._members = members
        self._entry_id = entry_id

    @callback
    def leave(self) -> None:
        """Remove the member."""
        self._members.remove(self._entry_id)


def _add(listeners: dict[object, MemberListener], one: MemberListener) -> CALLBACK_TYPE:
    key = object()
    listeners[key] = one

    @callback
    def stop() -> None:
        listeners.pop(key, None)

    return stop


DATA_MEMBERS: HassKey[Members] = HassKey(f"{DOMAIN}_members")


@callback
def async_members(hass: HomeAssistant) -> Members:
    """Return the members of this Home Assistant."""
    return hass.data.setdefault(DATA_MEMBERS, Members())


@callback
def async_offer(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    facts: Callable[[], Facts],
    levers: Sequence[Lever] = (),
    *,
    restarts: Mapping[RestartKind, Restart] | None = None,
    refresh: Callable[[], Awaitable[None]] | None = None,
    stop_cooling: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Offer an entry's facts and levers for as long as it is loaded."""
    members = async_members(hass)
    member = Member(
        entry_id=entry.entry_id,
        name=entry.title,
        facts=facts,
        levers=levers,
        restarts=restarts or _NO_RESTARTS,
        refresh=refresh,
        stop_cooling=stop_cooling,
    )
    changes = _Changes(members, member)
    entry.async_on_unload(members.add(member))
    entry.async_on_unload(entry.runtime_data.async_add_listener(changes.signal))


class _Changes:
    """Signals what a reading has changed of a member's facts."""

    __slots__ = ("_last", "_member", "_members")

    def __init__(self, members: Members, member: Member) -> None:
        """Know its present facts."""
        self._members = members
        self._member = member
        self._last = member.facts()

    @callback
    def signal(self) -> None:
        """Signal a change, or else that there is a reading."""
        entry_id, new = self._member.entry_id, self._member.facts()
        if new == self._last:
            self._members.signal_reading(entry_id)
            return
        self._last = new
        self._members.signal(entry_id)


@callback
def async_facts(hass: HomeAssistant, entry_id: str) -> Facts | None:
    """Return the facts of an entry; None while it is not loaded."""
    member = async_members(hass).get(entry_id)
    return None if member is None else member.facts()


@callback
def async_facts_by_entry[FactsT: Facts](
    hass: HomeAssistant, role: type[FactsT]
) -> Mapping[str, FactsT]:
    """Return the facts of all loaded entries of a role, by entry id."""
    return {
        member.entry_id: facts
        for member in async_members(hass)
        if isinstance(facts := member.facts(), role)
    }
