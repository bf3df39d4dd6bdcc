"""A site with a pool, rigs and outlets in simulated time, watched by real coordinators.

Real: the rigs' coordinators, their witnesses, decision, journal and files, the gate, the
verdict on the pool's answers. Simulated: what the pool answers, the outlets, the rigs,
the linked miners' entries, the clock. Left out: entities, HTTP, the Kasa protocol.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import heapq
from itertools import count
from random import Random
from typing import Any, Literal
from unittest.mock import patch

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common.coordinator import FarmCoordinator
from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.farm import PowerUpGate
from custom_components.mining_farm.engines.pools import (
    Account,
    AccountReport,
    Outcome,
    PoolClient,
    WorkerReport,
)
from custom_components.mining_farm.engines.restart import (
    ClockWatch,
    Memory,
    OutletFailure,
    OutletKind,
    Policy,
)
from custom_components.mining_farm.kinds.rig.coordinator import (
    POLL_INTERVAL,
    RigCoordinator,
)
from custom_components.mining_farm.kinds.rig.journal import VERSION
from custom_components.mining_farm.kinds.rig.neighbours import Neighbours
from custom_components.mining_farm.kinds.rig.outlets import RigOutletReading
from custom_components.mining_farm.kinds.rig.resources import RigResources
from custom_components.mining_farm.kinds.rig.stored import account_of
from homeassistant.core import HomeAssistant

START = datetime(2026, 11, 21, tzinfo=UTC)
type PoolMode = Literal["up", "down", "stale"]
type Event = Callable[[], Awaitable[None] | None]


class Clock:
    """Time that goes on only when everybody has done what was due."""

    def __init__(self) -> None:
        """Begin at midnight with nothing to do."""
        self.now = START
        self._order = count()
        self._due: list[tuple[datetime, int, Event]] = []

    def utcnow(self) -> datetime:
        """Return the simulated time."""
        return self.now

    def monotonic(self) -> float:
        """Return seconds."""
        return (self.now - START).total_seconds()

    async def async_sleep(self, seconds: float) -> None:
        """Wait in simulated time."""
        woken = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        self.at(self.now + timedelta(seconds=seconds), wake)
        await woken

    def at(self, due: datetime, event: Event) -> None:
        """Let something happen then."""
        heapq.heappush(self._due, (due, next(self._order), event))

    async def async_run(self, until: datetime) -> None:
        """Let time pass, from one thing that is due to the next."""
        while self._due and self._due[0][0] <= until:
            await self.async_step()
        self.now = until

    async def async_step(self) -> None:
        """Go on to the next thing that is due, and let it be dealt with."""
        due, _, event = heapq.heappop(self._due)
        self.now = max(self.now, due)
        if (waits := event()) is not None:
            await waits
        await self.async_settle()

    async def async_settle(self) -> None:
        """Let tasks go on until all of them wait for the time."""
        for _ in range(8):
            await asyncio.sleep(0)


@dataclass(kw_only=True)
class SimulatedRig:
    """A rig that hangs now and then, behind an outlet of its own."""

    clock: Clock
    random: Random
    name: str
    account: str
    """Rigs of one account are in one answer of the pool."""
    pool: str = ""
    """Rigs of one pool may be held together."""
    mains: bool = True
    on: bool = True
    plug_dead: bool = False
    hung: bool = False
    mines_from: datetime = START
    last_share: datetime = START
    switched_off: list[datetime] = field(default_factory=list)
    switched_on: list[datetime] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    @property
    def mining(self) -> bool:
        """Whether it works."""
        powered = self.on and self.mains
        return powered and not self.hung and self.clock.now >= self.mines_from

    def note_shares(self) -> None:
        """Note the last share up to now; one comes every minute or so."""
        if self.mining:
            ago = timedelta(seconds=self.random.uniform(1, 60))
            share = max(self.mines_from, self.clock.now - ago)
            self.last_share = max(self.last_share, share)

    def hang(self) -> None:
        """Stop working until the power was off."""
        self.note_shares()
        self.hung = True

    def lose_mains(self) -> None:
        """Lose power with the whole site."""
        self.note_shares()
        self.mains = False

    def regain_mains(self) -> None:
        """Boot with the whole site."""
        self.mains = True
        self._boot()

    def _boot(self) -> None:
        self.hung = False
        boot = timedelta(seconds=self.random.uniform(60, 240))
        self.mines_from = self.clock.now + boot

    def _reach(self) -> None:
        if self.plug_dead or not self.mains:
            raise OutletFailure("unreachable", sent=False)

    async def async_read(self) -> RigOutletReading:
        """Tell, if the plug can be reached."""
        if self.plug_dead or not self.mains:
            return RigOutletReading(kind=OutletKind.UNREACHABLE)
        return RigOutletReading(kind=OutletKind.ON if self.on else OutletKind.OFF)

    async def async_is_on(self) -> bool:
        """Tell, if the plug can be reached."""
        self._reach()
        return self.on

    async def async_turn_on(self) -> None:
        """Give power."""
        self._reach()
        self.switched_on.append(self.clock.now)
        if not self.on:
            self.on = True
            self._boot()

    async def async_turn_off(self) -> None:
        """Take power."""
        self._reach()
        self.note_shares()
        self.switched_off.append(self.clock.now)
        self.on = False

    async def async_close(self) -> None:
        """Nothing is held."""


class Site:
    """All rigs, their pool, and the Home Assistant that watches them."""

    def __init__(self, hass: HomeAssistant, policy: Policy | None = None) -> None:
        """Begin without rigs."""
        self.hass = hass
        self.clock = Clock()
        self.policy = policy or Policy()
        self.rigs: dict[str, SimulatedRig] = {}
        self.entries: dict[str, MockConfigEntry] = {}
        self.pool: PoolMode = "up"
        self.polls = self.requests = 0
        self._reports: dict[str, AccountReport] = {}
        self.coordinators: list[RigCoordinator] = []

    def add(self, rig: SimulatedRig, **data: Any) -> MockConfigEntry:
        """Add a rig with an entry of its own."""
        self.rigs[rig.name] = rig
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=rig.name,
            entry_id=rig.name,
            data={
                "kind": "rig",
                "status_api": "2miners",
                "wallet": rig.account,
                "coin": "rvn",
                "base_url": rig.pool,
                "worker_name": rig.name,
                "outlet": "kasa",
                **data,
            },
            options={"armed": True},
        )
        entry.add_to_hass(self.hass)
        self.entries[rig.name] = entry
        return entry

    def start(self) -> None:
        """Start Home Assistant: everything that is not on disk is unknown."""
        resources = RigResources(self.hass)
        neighbours = Neighbours()
        resources.sleep = self.clock.async_sleep
        resources.clock = ClockWatch(self.clock.monotonic)
        async_power_ups(self.hass).house = PowerUpGate(
            monotonic=self.clock.monotonic,
            sleep=self.clock.async_sleep,
            known_since=self.clock.monotonic(),
        )
        self._reports.clear()
        self.coordinators = [
            RigCoordinator(
                self.hass,
                self.entries[name],
                resources,
                neighbours,
                account=account_of(self.entries[name].data),
                policy=self.policy,
                outlet=rig,
            )
            for name, rig in self.rigs.items()
        ]
        for number, coordinator in enumerate(self.coordinators):
            name = coordinator.config_entry.entry_id
            coordinator.events.async_listen(self._listener(self.rigs[name]))
            # Entries are loaded one after the other, and so are their polls due.
            phase = POLL_INTERVAL * number / len(self.coordinators)
            self.clock.at(self.clock.now + phase, self._poll(coordinator))

    def _listener(self, rig: SimulatedRig) -> Callable[[str, object], None]:
        return lambda event, _attributes: rig.events.append(event)

    def _poll(self, coordinator: RigCoordinator) -> Event:
        async def poll() -> None:
            if coordinator not in self.coordinators:
                return
            self.polls += 1
            self.clock.at(self.clock.now + POLL_INTERVAL, poll)
            await coordinator.async_refresh()

        return poll

    async def async_stop(self) -> None:
        """Stop Home Assistant in good order: what was begun is finished."""
        ending, self.coordinators = self.coordinators, []
        stopping = asyncio.gather(*(each.async_shutdown() for each in ending))
        await self.clock.async_settle()
        while not stopping.done():
            await self.clock.async_step()

    async def async_restart(self) -> None:
        """Stop, and start a minute later."""
        await self.async_stop()
        self.clock.at(self.clock.now + timedelta(minutes=1), self.start)

    def memory(self, name: str) -> Memory:
        """Return what is on disk about a rig."""
        copies = [
            RecordFile(self.hass, each, VERSION)._read()  # noqa: SLF001
            for each in (f"rig.{name}", f"rig.{name}.2")
        ]
        records = [record for record in copies if record is not None]
        if not records:
            return Memory()
        return Memory.from_dict(max(records, key=lambda record: record["write"]))

    async def _async_fetch(self, account: Account, max_age: float) -> AccountReport:
        known = self._reports.get(account.identity)
        now = self.clock.now
        if known is None or (now - known.at).total_seconds() >= max_age:
            self.requests += 1
            known = self._reports[account.identity] = self._answer(account, now)
        return known

    def _answer(self, account: Account, now: datetime) -> AccountReport:
        if self.pool == "down":
            return AccountReport(outcome=Outcome.UNREACHABLE, at=now)
        rigs = [rig for rig in self.rigs.values() if rig.account == account.account]
        if self.pool == "up":
            for rig in rigs:
                rig.note_shares()
        return AccountReport(
            outcome=Outcome.WORKER,
            at=now,
            workers=tuple(
                WorkerReport(name=rig.name, last_share=rig.last_share) for rig in rigs
            ),
        )

    @contextmanager
    def simulated(self) -> Iterator[None]:
        """Replace the network, the clock and the executor."""

        async def async_fetch(
            _client: PoolClient, account: Account, max_age: float
        ) -> AccountReport:
            return await self._async_fetch(account, max_age)

        async def async_read(file: RecordFile) -> dict[str, Any] | None:
            return file._read()  # noqa: SLF001

        async def async_write(file: RecordFile, record: Mapping[str, Any]) -> None:
            file._write(record)  # noqa: SLF001

        with (
            patch("homeassistant.util.dt.utcnow", self.clock.utcnow),
            patch(f"{RigResources.__module__}.async_get_clientsession"),
            # It would run out by the real clock.
            patch.object(FarmCoordinator, "_start_grace_timer"),
            patch.object(PoolClient, "async_fetch", async_fetch),
            patch.object(RecordFile, "async_read", async_read),
            patch.object(RecordFile, "async_write", async_write),
        ):
            yield
