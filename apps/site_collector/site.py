"""The machines of a site that are this collector's, polled and kept up with the file."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import chain
import logging
from weakref import WeakValueDictionary

from .config import Config
from .engine import Known, MinerSnapshot
from .inventory import Shard, Spot
from .learned import LearnedStore
from .machine import Machine
from .metrics import Reading, exposition, render
from .rests import Rests
from .schedule import LONGEST_GAP_S, Schedule
from .telemetry import Telemetry

SAVE_S = 600.0
"""What was learned is written so often, and at the end."""
_STALLS = 3
"""Of the longest times between two polls."""
_LOGGER = logging.getLogger(__name__)

type OnPoll = Callable[[Machine], None]


class Site:
    """All machines of one collector."""

    def __init__(self, config: Config, shard: Shard, telemetry: Telemetry) -> None:
        """Take the file's content and which part of it is ours."""
        self.config = config
        self.shard = shard
        self.telemetry = telemetry
        self.machines: dict[str, Machine] = {}
        """By their address in the inventory."""
        self.names: dict[str, Machine] = {}
        """By the name that labels and topics have."""
        self.rests: Rests | None = None
        """Those of the orders, from the first that are allowed on."""
        self.store = LearnedStore(config.state, shard)
        self.schedule = Schedule(config.polling, self._on_poll)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By address, also of those that are gone while an exchange is under way."""
        self._listeners: list[OnPoll] = []
        self._saving: asyncio.Lock = asyncio.Lock()
        self._is_started = False
        self._loop = asyncio.get_running_loop()
        self._show()

    async def async_start(self) -> None:
        """Begin to poll."""
        known = await asyncio.to_thread(self.store.load)
        own = await asyncio.to_thread(self.shard.own, self.config.spots)
        for address, spot in own.items():
            self._add(spot, known.get(address))
        self._is_started = True
        _LOGGER.info(
            "Site %s, collector %s of %s: %s of %s machines, %s known from before",
            *(self.config.site, self.shard.number, self.shard.count),
            *(len(self.machines), len(self.config.spots), len(known)),
        )

    async def async_stop(self) -> None:
        """End, and keep what was learned."""
        await self.schedule.async_stop()
        await self.async_save()

    def listen(self, on_poll: OnPoll) -> Callable[[], None]:
        """Call whenever a machine was polled; return what ends that."""
        self._listeners.append(on_poll)
        return lambda: self._listeners.remove(on_poll)

    async def async_save(self) -> None:
        """Write what was learned."""
        async with self._saving:
            known = {
                address: each
                for address, machine in self.machines.items()
                if (each := machine.member.remembered()) is not None
            }
            await asyncio.to_thread(self.store.save, known)

    async def async_reload(self, config: Config) -> None:
        """Follow a changed file: machines that stay are polled on as if nothing was."""
        wanted = await asyncio.to_thread(self.shard.own, config.spots)
        self.config = config
        for address, machine in [*self.machines.items()]:
            if (spot := wanted.get(address)) is None:
                self._remove(machine)
            else:
                machine.follow(spot, config.polling.timeout_s)
        for address, spot in wanted.items():
            if address not in self.machines:
                self._add(spot, None)
        self.schedule.set_polling(config.polling)
        _LOGGER.info("The configuration was read again: %s machines", len(wanted))

    def exposition(self) -> Iterator[bytes]:
        """Yield everything for Prometheus."""
        return chain((self.telemetry.render(),), exposition([*self.machines.values()]))

    def what_is_wrong(self) -> str | None:
        """Return why the collector should be started again; None where it runs."""
        idle = self._loop.time() - self.schedule.last_start
        limit = _STALLS * max(self.config.polling.period_s, LONGEST_GAP_S)
        if self.machines and idle > limit:
            return f"no poll was begun for {idle:.0f} s"
        return None

    def what_is_missing(self) -> str | None:
        """Return why the numbers are not whole yet; None where they are."""
        if not self._is_started:
            return "what was learned is still being read"
        waiting = sum(
            machine.read_at is None and machine.failure is None
            for machine in self.machines.values()
        )
        return f"{waiting} machines were not asked yet" if waiting else None

    def _add(self, spot: Spot, known: Known | None) -> None:
        lock = self._locks.setdefault(spot.address, asyncio.Lock())
        machine = Machine(spot, self.config.polling.timeout_s, known, lock)
        machine.identify(self.names)
        self.machines[spot.address] = machine
        self.schedule.add(machine)

    def _remove(self, machine: Machine) -> None:
        machine.is_gone = True
        del self.machines[machine.spot.address]
        if self.names.get(machine.ident) is machine:
            del self.names[machine.ident]

    def _on_poll(
        self, machine: Machine, snapshot: MinerSnapshot | None, seconds: float
    ) -> None:
        machine.identify(self.names)
        facts = machine.facts
        if snapshot is None or facts is None:
            machine.lines = ()
            self.telemetry.failed.observe(seconds)
        else:
            reading = Reading(snapshot, machine.profile, facts)
            machine.lines = render(reading, machine.ident)
            self.telemetry.read.observe(seconds)
        for listener in self._listeners:
            listener(machine)

    def _show(self) -> None:
        show = self.telemetry.show
        show(
            "site_collector_machines",
            "Machines of this collector.",
            lambda: len(self.machines),
        )
        show(
            "site_collector_polls_in_flight",
            "Machines that are being polled.",
            lambda: self.schedule.in_flight,
        )
        self.telemetry.show_count(
            "site_collector_polls_missed",
            "Polls that had no turn within their period.",
            lambda: self.schedule.missed,
        )
        self.telemetry.show_count(
            "site_collector_state_write_errors",
            "How often what was learned could not be written.",
            lambda: self.store.errors,
        )
