"""A container that cools machines, and what Home Assistant has read of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from custom_components.mining_farm.common.members import ContainerFacts, Member

from .driven import DrivenLoop

LEAK, FLOW, HOT = BITS = (
    "leakage_fault",
    "supply_liquid_flow_low",
    "supply_liquid_temp_too_high",
)
UNREAD: Final = ContainerFacts(fresh=False, miner_hosts=frozenset(), alarms=None)


@dataclass(kw_only=True)
class Container:
    """A container with alarms, behind a box that may not answer, or not reach it."""

    loop: DrivenLoop
    name: str
    hosts: frozenset[str]
    """Of the machines that it cools."""
    bits: set[str] = field(default_factory=set)
    """Alarms that are on."""
    answers: bool = True
    connected: bool = True
    facts: ContainerFacts = UNREAD
    leaks_seen: list[float] = field(default_factory=list)
    """When readings in a row have shown a leak."""

    def member(self, refresh: Callable[[], Awaitable[None]]) -> Member:
        """Return its entry as others see it."""
        return Member(
            entry_id=self.name,
            name=self.name,
            facts=lambda: self.facts,
            refresh=refresh,
        )

    def forget(self) -> None:
        """Let nothing have been read of it: a process begins."""
        self.facts = UNREAD
        self.leaks_seen = []

    def read(self) -> None:
        """Let its entry learn what it shows, if it answers."""
        now = self.loop.time()
        if not self.answers:
            return
        self.facts = ContainerFacts(
            fresh=True,
            miner_hosts=self.hosts,
            model="hk3",
            running=True,
            connected=self.connected,
            alarms=(),
            bits={each: each in self.bits for each in BITS},
            numbers={},
            read_at=now,
        )
        if self.connected and LEAK in self.bits:
            self.leaks_seen.append(now)
        elif self.connected:
            self.leaks_seen.clear()

    def mend(self) -> None:
        """Let it answer again, and be reached."""
        self.answers = self.connected = True
