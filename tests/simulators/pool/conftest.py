"""Simulated pools on loopback, and the product's client beside them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from custom_components.mining_farm.engines.pools import (
    Account,
    AccountReport,
    PoolClient,
    PoolVerdict,
    judge,
)
from simulators.clock import ManualClock
from simulators.pool import PoolSimulator
from simulators.pool.simulator import ACCOUNT, TOKEN

WORKERS = ("alpha", "beta", "gamma")


class Watch:
    """A rig restarter's view: asks the pools, and hands each verdict on."""

    def __init__(
        self, client: PoolClient, pools: PoolSimulator, clock: ManualClock
    ) -> None:
        """Ask these pools."""
        self.client = client
        self.pools = pools
        self.clock = clock
        self._since: dict[tuple[str, str], datetime | None] = {}

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def account(self, key: str, account: str = ACCOUNT, token: str = TOKEN) -> Account:
        """Return the simulated account at a pool."""
        return Account(
            pool=key,
            account=account,
            coin="etc",
            token=token,
            base_url=self.pools.url(key),
        )

    async def ask(self, key: str, max_age: float = 0) -> AccountReport:
        """Return what a pool answers."""
        return await self.client.async_fetch(self.account(key), max_age)

    async def judge(
        self, key: str, worker: str, limit: timedelta, max_age: float = 0
    ) -> PoolVerdict:
        """Return what to believe about a worker that was seen before."""
        report = await self.ask(key, max_age)
        verdict = judge(
            report.find(worker),
            report,
            self.now(),
            limit,
            seen_before=True,
            silent_since=self._since.get((key, worker)),
        )
        self._since[key, worker] = verdict.silent_since
        return verdict


@pytest.fixture
async def pools(loopback: None, clock: ManualClock) -> AsyncIterator[PoolSimulator]:
    """All pools with three workers."""
    async with PoolSimulator(WORKERS, clock=clock) as pools:
        yield pools


@pytest.fixture
async def watch(pools: PoolSimulator, clock: ManualClock) -> AsyncIterator[Watch]:
    """The product's client in the simulated time; its own waits pass at once."""

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    async with aiohttp.ClientSession() as session:
        client = PoolClient(
            session,
            clock=lambda: datetime.fromtimestamp(clock.now(), UTC),
            sleep=sleep,
        )
        yield Watch(client, pools, clock)
        await client.async_close()
