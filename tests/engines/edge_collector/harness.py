"""Time that a test drives, and a collector that is polled in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from custom_components.mining_farm.engines.edge_collector import (
    CGMinerClient,
    MinerCollector,
    MinerSnapshot,
)

from .fake_miner import Answer, FakeMiner

type StartMiner = Callable[[Answer], Awaitable[FakeMiner]]
type MakePoller = Callable[[FakeMiner], Poller]


@dataclass
class DrivenSleep:
    """A sleep that returns at once and remembers for how long it was meant."""

    slept: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Take note."""
        self.slept.append(seconds)


@dataclass
class DrivenClock:
    """A clock in s that stands still until a test moves it."""

    now: float = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def client_of(
    miner: FakeMiner, sleep: DrivenSleep, *, timeout: float = 3.0, retries: int = 3
) -> CGMinerClient:
    """Return a client of a fake miner."""
    return CGMinerClient("127.0.0.1", miner.port, timeout, retries=retries, sleep=sleep)


INTERVAL = 30


class Poller:
    """Polls one miner every 30 s and notes what each poll asked."""

    def __init__(
        self, miner: FakeMiner, sleep: DrivenSleep, clock: DrivenClock
    ) -> None:
        """Make the collector."""
        self.miner = miner
        self.clock = clock
        self.client = client_of(miner, sleep)
        self.collector = MinerCollector(self.client, clock=clock)
        self.asked: list[list[Any]] = []

    async def poll(self, times: int = 1) -> MinerSnapshot:
        """Poll so many times and return the last snapshot."""
        for _ in range(times):
            before = len(self.miner.requests)
            try:
                snapshot = await self.collector.async_poll()
            finally:
                self.asked.append(self.miner.commands[before:])
                self.clock.now += INTERVAL
        return snapshot

    def be_brief(self) -> None:
        """Wait for a miner that hangs no longer than a test may take."""
        self.client.timeout = 0.2

    @property
    def connections(self) -> list[int]:
        """Connections of each poll."""
        return [len(commands) for commands in self.asked]
