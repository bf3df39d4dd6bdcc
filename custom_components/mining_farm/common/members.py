"""What entries offer each other by entry id: facts, a signal when they change, levers."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN


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
    last_seen: datetime | None = field(compare=False)
    hashrate: float | None = field(compare=False)
    """H/s."""
    power: float | None = field(default=None, compare=False)
    """W, as the miner itself reports."""
    hottest_chip: float | None = field(default=None, compare=False)
    """°C."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RigFacts:
    """What a rig's entry knows of its machine."""

    seen: bool
    """Whether its pool answered since Home Assistant started."""
    hashrate: float | None = field(compare=False)
    """H/s, as the pool sees it: minutes old."""
    power: float | None = field(default=None, compare=False)
    """W, by the outlet's meter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFacts:
    """What a container's entry knows of its plant."""

    fresh: bool
    miner_hosts: frozenset[str]
    """Addresses of the miners that the container lists."""


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


class LeverKind(StrEnum):
    """Ways to stop a machine, the mildest first."""

    SLEEP = "sleep"
    OUTLET = "outlet"
    SOCKET = "socket"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One way to stop and start a machine; each call sends one order."""

    kind: LeverKind
    stop: Callable[[], Awaitable[Receipt]]
    start: Callable[[], Awaitable[Receipt]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An entry as the others see it, for as long as it is loaded."""

    entry_id: str
    name: str
    facts: Callable[[], Facts]
    levers: Sequence[Lever] = ()


type MemberListener = Callable[[str], None]


class Members:
    """The members of this Home Assistant, and who listens to them."""

    def __init__(self) -> None:
        """Start without members."""
        self._members: dict[str, Member] = {}
        self._listeners: dict[object, MemberListener] = {}

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

        @callback
        def remove() -> None:
            del self._members[member.entry_id]
            self.signal(member.entry_id)

        return remove

    @callback
    def listen(self, listener: MemberListener) -> CALLBACK_TYPE:
        """Call with the entry id of a member that comes, changes or goes."""
        key = object()
        self._listeners[key] = listener

        @callback
        def stop() -> None:
            self._listeners.pop(key, None)

        return stop

    @callback
    def signal(self, entry_id: str) -> None:
        """Call the listeners."""
        for listener in tuple(self._listeners.values()):
            listener(entry_id)


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
) -> None:
    """Offer an entry's facts and levers for as long as it is loaded."""
    members = async_members(hass)
    last = facts()

    @callback
    def updated() -> None:
        nonlocal last
        if (new := facts()) != last:
            last = new
            members.signal(entry.entry_id)

    entry.async_on_unload(
        members.add(
            Member(
                entry_id=entry.entry_id, name=entry.title, facts=facts, levers=levers
            )
        )
    )
    entry.async_on_unload(entry.runtime_data.async_add_listener(updated))


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
