"""What a machine is set to draw, and what becomes of orders to set it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol

from custom_components.mining_farm.common.members import Limit, Receipt, ReceiptOutcome
from custom_components.mining_farm.engines.farm import Setting, Targets

FULL: Final = 3000.0
REACH: Final = Targets(least=1000.0, most=FULL, step=100.0)
"""In W."""


class Settable(Protocol):
    """The machine, as its target needs it."""

    random: Random
    process: int
    asleep: bool
    refuses: bool
    lies: bool
    fresh: bool
    lost: bool

    @property
    def up(self) -> bool:
        """Whether it has power."""

    def later(self, seconds: float, action: Callable[..., None], *args: object) -> None:
        """Let something happen, whatever becomes of Home Assistant."""

    def read(self) -> None:
        """Let its entries learn what it does."""

    def receipt(self, outcome: ReceiptOutcome, reason: str | None = None) -> Receipt:
        """Return the answer to an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """An order to draw so much, and by what it differs from one that is the same."""

    watts: float
    process: int
    asked: int
    restarts: int
    asleep: bool


@dataclass(kw_only=True)
class Target:
    """W that a machine is set to."""

    machine: Settable
    watts: float = FULL
    seen: float | None = None
    asks: float | None = None
    """W of the hold on it."""
    asked: int = 0
    """How often that has changed."""
    restarts: int = 0
    last: Set | None = None
    """The last order that it has taken."""
    lowering: bool = False
    """It was ordered to draw less, and that may have come to something."""
    ours: bool = False
    """It is set to less, and that was us."""
    on_order: Callable[[Set], None] = lambda given: None

    def ask(self, watts: float | None) -> None:
        """Note what the hold on it lets it draw; None without one."""
        self.asked += watts != self.asks
        self.asks = watts

    def restart(self, *, forgets: bool) -> None:
        """Start again; it may be set as ever then."""
        self.restarts += 1
        if forgets:
            self.watts, self.ours = FULL, False

    def limit(self, process: int) -> Limit:
        """Return how it is let draw less."""

        async def order(setting: Setting) -> Receipt:
            if process != self.machine.process:
                raise asyncio.CancelledError
            assert not isinstance(setting, str)
            return await self._order(setting)

        return Limit(reach=lambda: REACH, present=lambda: self.seen, order=order)

    def by_user(self, watts: float) -> Awaitable[Receipt]:
        """Let its user set it."""
        return self._order(watts, by_user=True)

    async def _order(self, watts: float, *, by_user: bool = False) -> Receipt:
        machine = self.machine
        given = Set(
            watts=watts,
            process=machine.process,
            asked=self.asked,
            restarts=self.restarts,
            asleep=machine.asleep,
        )
        if not by_user:
            self.on_order(given)
        lowers, lowering = self.asks is not None, self.lowering
        self.lowering = lowering or lowers
        await asyncio.sleep(machine.random.uniform(0.02, 1))
        if not machine.up or not machine.fresh or machine.lost:
            self.lowering = lowering
            return machine.receipt(ReceiptOutcome.NOT_SENT)
        if machine.refuses:
            self.lowering = lowering
            return machine.receipt(ReceiptOutcome.REFUSED)
        self.last, self.lowering = given, lowers
        takes = machine.random.uniform(0, 4)
        if machine.lies:
            await asyncio.sleep(takes)
            if machine.random.random() < 0.5:
                return machine.receipt(ReceiptOutcome.CONFIRMED)
            return machine.receipt(ReceiptOutcome.SENT, "unconfirmed")
        machine.later(takes, self._obey, watts, by_user)
        await asyncio.sleep(takes + 0.1)
        machine.read()
        return machine.receipt(ReceiptOutcome.CONFIRMED)

    def _obey(self, watts: float, by_user: bool) -> None:
        if not self.machine.up:
            return
        self.ours = not by_user and watts < self.watts
        self.watts = watts
