"""Every simulated pool is read by the engine as a real one is, at all times of a rig."""

from datetime import timedelta
import json

import aiohttp
import pytest

from custom_components.mining_farm.engines.pools import (
    POOLS,
    Account,
    Outcome,
    TokenUse,
    VerdictKind,
)
from simulators.clock import ManualClock
from simulators.pool import Pool, PoolSimulator
from simulators.pool.dialects import DIALECTS
from simulators.pool.simulator import NOMINAL_HS, PoolSimulator as Simulator

from .conftest import WORKERS, Watch

SLOWEST = timedelta(minutes=20)
"""Between the end of a limit and the verdict: a check, a snapshot, a window."""


def test_all_pools_are_simulated() -> None:
    """The simulator speaks every dialect that the engine knows."""
    assert DIALECTS.keys() == POOLS.keys()


@pytest.mark.parametrize("key", POOLS)
async def test_workers_are_read(key: str, watch: Watch, clock: ManualClock) -> None:
    """Names, share times and rates arrive."""
    clock.advance(7)
    report = await watch.ask(key)
    assert report.outcome is Outcome.WORKER, report.detail
    assert len(report.workers) == len(WORKERS)
    for name in WORKERS:
        worker = report.find(name).worker
        assert worker is not None
        if worker.last_share is not None:
            age = watch.now() - worker.last_share
            assert timedelta() <= age <= timedelta(seconds=8) + worker.resolution
        if worker.hashrate_hs is not None:
            assert worker.hashrate_hs == pytest.approx(NOMINAL_HS, rel=0.01)
    assert report.clock_error is not None
    assert abs(report.clock_error) < timedelta(seconds=1)


JUDGING = [key for key in POOLS if key != "prohashing"]
"""ProHashing lists names alone, by which no rig is judged."""


@pytest.mark.parametrize("key", JUDGING)
async def test_silence_is_found(
    key: str, watch: Watch, pools: PoolSimulator, clock: ManualClock
) -> None:
    """A rig that hangs is offline after the pool's limit, and no other ever is."""
    limit = POOLS[key].defaults.time_until_offline
    for _ in range(6):
        clock.advance(300)
        assert (await watch.judge(key, "beta", limit)).kind is VerdictKind.ONLINE
    pools.workers["beta"].hang()
    hung_at = watch.now()
    found_after = None
    for _ in range(24):
        clock.advance(300)
        verdict = await watch.judge(key, "beta", limit)
        assert (await watch.judge(key, "alpha", limit)).kind is VerdictKind.ONLINE
        if verdict.kind is VerdictKind.OFFLINE:
            found_after = watch.now() - hung_at
            break
    assert found_after is not None
    assert limit <= found_after <= limit + SLOWEST
    pools.workers["beta"].restore()
    clock.advance(1200)
    assert (await watch.judge(key, "beta", limit)).kind is VerdictKind.ONLINE


async def test_a_list_of_names_judges_no_rig(
    watch: Watch, pools: PoolSimulator, clock: ManualClock
) -> None:
    """ProHashing drops the silent, and nothing tells why: it is never offline by that."""
    limit = timedelta(minutes=10)
    clock.advance(300)
    assert (await watch.ask("prohashing")).find("beta").worker is not None
    pools.workers["beta"].hang()
    for _ in range(24):
        clock.advance(300)
        verdict = await watch.judge("prohashing", "beta", limit)
        assert verdict.kind is VerdictKind.NONE
    assert (await watch.ask("prohashing")).find("beta").outcome is Outcome.ABSENT


async def test_an_address_is_looked_up_once(watch: Watch, pools: PoolSimulator) -> None:
    """The pool is asked for the account's number first, and never again."""
    for _ in range(3):
        assert (await watch.ask("unmineable")).outcome is Outcome.WORKER
    asked = [path for _, path in pools.pools["unmineable"].traffic.last]
    assert [path.split("/")[2] for path in asked] == ["address"] + ["account"] * 3
    pools.pools["unmineable"].forget()
    assert (await watch.ask("unmineable")).outcome is Outcome.ACCOUNT_UNKNOWN
    pools.pools["unmineable"].restore()
    assert (await watch.ask("unmineable")).outcome is Outcome.WORKER
    assert asked != [path for _, path in pools.pools["unmineable"].traffic.last]


@pytest.mark.parametrize("key", JUDGING)
async def test_the_only_rig_is_found_too(
    key: str, loopback: None, watch: Watch, clock: ManualClock
) -> None:
    """A dead rig without companions is offline at some check, not just missing."""
    limit = POOLS[key].defaults.time_until_offline
    async with Simulator(["alone"], clock=clock, dialects=[key]) as single:
        watch.pools = single
        clock.advance(1200)
        await watch.judge(key, "alone", limit)
        single.workers["alone"].hang()
        kinds = []
        for _ in range(24):
            clock.advance(300)
            kinds.append((await watch.judge(key, "alone", limit)).kind)
    assert VerdictKind.OFFLINE in kinds


@pytest.mark.parametrize("key", POOLS)
async def test_strangers_are_unknown_or_empty(key: str, watch: Watch) -> None:
    """Each pool says in its own way that it does not know an account."""
    account = watch.account(key, "0xffff908400098527886E0F7030069857D2E4169EE7")
    report = await watch.client.async_fetch(account, 0)
    if not POOLS[key].missing(Account(pool=key, coin="x", token="x", base_url="x")):
        assert report.outcome is Outcome.WORKER
        return
    if key in ("f2pool", "antpool"):
        assert report.outcome is Outcome.AUTH
    elif key in (
        *("public_pool", "kryptex", "ethermine", "luxor"),
        *("woolypooly", "mining_dutch", "binance"),
    ):
        assert report.outcome is Outcome.EMPTY
    else:
        assert report.outcome is Outcome.ACCOUNT_UNKNOWN


@pytest.mark.parametrize(
    "key", [key for key, pool in POOLS.items() if pool.token is TokenUse.REQUIRED]
)
async def test_wrong_tokens_are_refused(key: str, watch: Watch) -> None:
    """A pool with tokens answers nothing without the right one."""
    account = watch.account(key, token="wrong")
    report = await watch.client.async_fetch(account, 0)
    assert report.outcome is Outcome.AUTH


async def test_public_pool_drops_the_silent(
    watch: Watch, pools: PoolSimulator, clock: ManualClock
) -> None:
    """After five minutes a dead session is gone; the last one leaves an empty list."""
    pools.workers["beta"].hang()
    clock.advance(299)
    assert (await watch.ask("public_pool")).find("beta").worker is not None
    clock.advance(2)
    report = await watch.ask("public_pool")
    assert report.find("beta").outcome is Outcome.ABSENT
    for worker in pools.workers.values():
        worker.hang()
    clock.advance(301)
    assert (await watch.ask("public_pool")).outcome is Outcome.EMPTY


async def test_miningcore_shows_one_zero(
    watch: Watch, pools: PoolSimulator, clock: ManualClock
) -> None:
    """A stopped worker is zero in one sample and missing in the next."""
    pools.workers["beta"].hang()
    seen = []
    for _ in range(10):
        clock.advance(120)
        worker = (await watch.ask("miningcore")).find("beta").worker
        seen.append(None if worker is None else worker.hashrate_hs)
    assert seen.count(0) == 1
    zero = seen.index(0)
    assert set(seen[:zero]) == {NOMINAL_HS}
    assert set(seen[zero + 1 :]) == {None}


async def test_lists_come_in_pages(loopback: None, clock: ManualClock) -> None:
    """More workers than a page holds arrive over several requests."""
    names = [f"rig{number}" for number in range(250)]
    async with (
        PoolSimulator(names, clock=clock, dialects=("nicehash",)) as pools,
        aiohttp.ClientSession() as session,
        session.get(
            f"{pools.url('nicehash')}/main/api/v2/mining/external/"
            f"{pools.pools['nicehash'].account}/rigs2?size=100&page=2"
        ) as response,
    ):
        reply = json.loads(await response.text())
    assert len(reply["miningRigs"]) == 50
    assert reply["pagination"]["totalPageCount"] == 3


def test_unknown_pool_is_refused(clock: ManualClock) -> None:
    """There is no pool of any other name."""
    with pytest.raises(ValueError, match="pools: flexpool"):
        Pool("nopool", (), clock=clock, account="a", token="t")
