"""Machines whose levers a test holds in its hand, and the clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.mining_farm.common.following import Told
from custom_components.mining_farm.common.holds import DATA_HOLDS, Holds, async_holds
from custom_components.mining_farm.common.keeping import (
    DATA_KEEPER,
    Keeper,
    async_keeper,
    async_load_holds,
)
from custom_components.mining_farm.common.machines import DATA_MACHINES
from custom_components.mining_farm.common.members import (
    DATA_MEMBERS,
    Lever,
    Limit,
    Member,
    MinerFacts,
    Receipt,
    ReceiptOutcome,
    RigFacts,
    async_members,
)
from custom_components.mining_farm.common.power_ups import (
    DATA_POWER_UPS,
    async_power_ups,
)
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.farm import (
    Hold,
    HoldKind,
    LeverKind,
    Owner,
    Reach,
    Targets,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles

TARGETS = Targets(least=1000.0, most=3000.0, step=100.0)
NIGHT = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


@dataclass
class FakeMachine:
    """A miner that may have a rig, which obeys as a test wants."""

    hass: HomeAssistant
    name: str
    sleeps: bool = True
    outlet: bool = False
    hashing: bool = True
    asleep: bool = False
    powered: bool = True
    fresh: bool = True
    read: bool = True
    """Its entries have been read since they were loaded."""
    stale_on: bool = False
    """Its outlet is shown as it was before it went off."""
    frozen: bool = False
    """Its entries show it stopped: they have not been read since it was."""
    uptime: float = 100000.0
    host: str = ""
    obeys: bool = True
    plug_obeys: bool = True
    outcome: ReceiptOutcome = ReceiptOutcome.CONFIRMED
    target: float | str | None = None
    """What it is set to draw; None of one that takes no target."""
    reach: Reach = TARGETS
    takes: bool = True
    """It is set to what it is ordered."""
    rested: bool = True
    log: list[str] = field(default_factory=list)
    blocked: asyncio.Event | None = None
    """Orders return once it is set."""
    removers: list[CALLBACK_TYPE] = field(default_factory=list)

    @property
    def rig(self) -> str:
        """Return the entry id of its rig."""
        return f"{self.name}-rig"

    def facts(self) -> MinerFacts:
        """Return what its entry knows."""
        fresh = self.fresh and self.powered and self.read
        asleep = self.asleep or self.frozen
        return MinerFacts(
            fresh=fresh,
            seen=self.read,
            hashing=(self.hashing and not asleep) if fresh else None,
            sleeping=asleep and fresh,
            starting=False,
            pool_lost=False,
            last_seen=dt_util.utcnow() if fresh else NIGHT,
            hashrate=(0.0 if asleep or not self.hashing else 1e14) if fresh else None,
            uptime=self.uptime,
            host=self.host,
            algorithm="sha256",
            set_to=self.target if fresh else None,
        )

    def rig_facts(self) -> RigFacts:
        """Return what the entry of its rig knows."""
        powered = self.powered and not self.frozen
        return RigFacts(
            seen=True,
            hashrate=1e14,
            power=(3000.0 if powered else 0.0) if self.read else None,
            miner=self.name,
            outlet_on=powered if self.read else None,
        )

    def join(self) -> None:
        """Load its entries."""
        members = async_members(self.hass)
        levers = [self._lever(LeverKind.SLEEP)] if self.sleeps else []
        self._add(self.name, self.facts, levers)
        if self.outlet:
            self._add(self.rig, self.rig_facts, [self._lever(LeverKind.OUTLET)])
        assert members.get(self.name) is not None

    def _add(self, entry_id: str, facts: object, levers: list[Lever]) -> None:
        member = Member(
            entry_id=entry_id,
            name=entry_id,
            facts=facts,  # type: ignore[arg-type]
            levers=levers,
        )
        self.removers.append(async_members(self.hass).add(member))

    def leave(self) -> None:
        """Unload its entries."""
        while self.removers:
            self.removers.pop()()

    def polled(self) -> None:
        """Let its entries be read."""
        async_members(self.hass).signal(self.name)

    def _lever(self, kind: LeverKind) -> Lever:
        async def stop() -> Receipt:
            return await self._order(kind, down=True)

        async def start() -> Receipt:
            return await self._order(kind, down=False)

        def stopped() -> bool | None:
            if not self.read:
                return None
            if self.frozen:
                return True
            if kind is LeverKind.OUTLET:
                return not (self.powered or self.stale_on)
            return self.asleep if self.fresh and self.powered else None

        lowers = kind is LeverKind.SLEEP and self.target is not None
        return Lever(
            kind=kind,
            stop=stop,
            start=start,
            stopped=stopped,
            limit=self._limit() if lowers else None,
        )

    def _limit(self) -> Limit:
        return Limit(
            reach=lambda: self.reach,
            present=lambda: self.target if self.fresh and self.powered else None,
            order=self._set,
            rested=lambda: self.rested,
        )

    async def _set(self, setting: float | str) -> Receipt:
        self.log.append(f"set {setting}")
        if self.blocked is not None:
            await self.blocked.wait()
        outcome, reason = self.outcome, None
        if not (self.fresh and self.powered and self.rested):
            outcome = ReceiptOutcome.NOT_SENT
            reason = None if self.rested else "too_soon"
        elif self.takes:
            self.target = setting
        self.polled()
        return Receipt(outcome=outcome, at=dt_util.utcnow(), reason=reason)

    async def _order(self, kind: LeverKind, *, down: bool) -> Receipt:
        self.log.append(f"{kind} {'down' if down else 'up'}")
        if self.blocked is not None:
            await self.blocked.wait()
        outcome = self.outcome
        if kind is LeverKind.SLEEP and not (self.fresh and self.powered):
            outcome = ReceiptOutcome.NOT_SENT
        elif kind is LeverKind.SLEEP and self.obeys:
            self.asleep = down
        elif kind is LeverKind.OUTLET and self.plug_obeys:
            self.powered = not down
        self.polled()
        return Receipt(outcome=outcome, at=dt_util.utcnow(), reason=None)


@dataclass
class House:
    """A Home Assistant with machines and holds, and without any entry of ours."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    told: list[tuple[str, Told]] = field(default_factory=list)

    @property
    def holds(self) -> Holds:
        """Return the holds."""
        return async_holds(self.hass)

    @property
    def keeper(self) -> Keeper:
        """Return what makes machines follow them."""
        return async_keeper(self.hass)

    async def end(self) -> None:
        """End as a process that is killed: no timer and no task of it goes on."""
        for timer in get_scheduled_timer_handles(self.hass.loop):
            timer.cancel()
        # Writes that are under way reach the disk.
        await self._written()
        for task in self._under_way():
            task.cancel()
        for key in (
            DATA_HOLDS,
            DATA_KEEPER,
            DATA_MACHINES,
            DATA_MEMBERS,
            DATA_POWER_UPS,
        ):
            self.hass.data.pop(key, None)

    async def start(self) -> None:
        """Start, with what is on disk; what ran until now is ended."""
        await self.end()
        async_power_ups(self.hass).sleep = self._sleep
        await async_load_holds(self.hass)
        self.keeper.listen(lambda machine, told, _: self.told.append((machine, told)))

    async def _sleep(self, seconds: float) -> None:
        self.freezer.tick(seconds)
        await asyncio.sleep(0)

    def add(self, name: str = "axe", **how: object) -> FakeMachine:
        """Add a machine; its entry exists and is loaded."""
        if self.hass.config_entries.async_get_entry(name) is None:
            MockConfigEntry(domain=DOMAIN, entry_id=name, title=name).add_to_hass(
                self.hass
            )
        machine = replace(FakeMachine(self.hass, name), **how)  # type: ignore[arg-type]
        machine.join()
        return machine

    async def place(
        self,
        *names: str,
        owner: Owner = Owner.INTERLOCK,
        kind: HoldKind = HoldKind.ASLEEP,
        source: str = "north",
        watts: float | None = None,
    ) -> None:
        """Hold machines, and let what follows happen."""
        hold = Hold(
            owner=owner,
            source=source,
            kind=kind,
            watts=watts,
            reason="leak",
            since=dt_util.utcnow(),
        )
        await self.holds.async_place(names, hold)
        await self.settle()

    async def release(
        self, owner: Owner = Owner.INTERLOCK, source: str = "north"
    ) -> None:
        """Let go."""
        await self.holds.async_release(owner, source)
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that waits for nothing but a disk."""
        await self.hass.async_block_till_done(wait_background_tasks=False)
        quiet = 0
        while quiet < 3:
            quiet = 0 if await self._written() else quiet + 1
            for _ in range(20):
                await asyncio.sleep(0)

    async def _written(self) -> bool:
        """Wait for what threads do, however long that takes; return whether they did."""
        jobs = [one for one in self._pending() if not isinstance(one, asyncio.Task)]
        if jobs:
            await asyncio.wait(jobs)
        return bool(jobs)

    def _under_way(self) -> list[asyncio.Task[Any]]:
        """Return tasks in the background that wait for something."""
        return [one for one in self._pending() if isinstance(one, asyncio.Task)]

    def _pending(self) -> list[asyncio.Future[Any]]:
        # Futures of threads are beside the tasks in these; only the core can list them.
        return [*self.hass._background_tasks, *self.hass._tasks]  # noqa: SLF001

    async def after(self, seconds: float) -> None:
        """Let time pass."""
        self.freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(self.hass)
        await self.settle()


@asynccontextmanager
async def housed(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, folder: Path
) -> AsyncIterator[House]:
    """Return a house with a storage folder of its own."""
    freezer.move_to(NIGHT)
    hass.config.config_dir = str(folder)
    house = House(hass, freezer)
    await house.start()
    yield house
