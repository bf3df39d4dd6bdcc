"""What goes wrong with a pool on command, as its clients see it."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from custom_components.mining_farm.engines.pools import POOLS, Outcome, VerdictKind
from simulators.clock import ManualClock
from simulators.commands import perform
from simulators.control import ControlServer
from simulators.pool import PoolSimulator

from .conftest import Watch

KEY = "2miners"


@pytest.mark.parametrize(
    ("command", "arguments", "outcome"),
    [
        ("refuse", {}, Outcome.UNREACHABLE),
        ("break_down", {}, Outcome.API_ERROR),
        ("break_down", {"status": "502"}, Outcome.API_ERROR),
        ("maintain", {}, Outcome.NOT_JSON),
        ("challenge", {}, Outcome.API_ERROR),
        ("truncate", {}, Outcome.NOT_JSON),
        ("redirect", {}, Outcome.API_ERROR),
        ("rate_limit", {}, Outcome.RATE_LIMITED),
        ("forget", {}, Outcome.ACCOUNT_UNKNOWN),
    ],
)
async def test_faults_and_their_end(
    command: str, arguments: dict[str, str], outcome: Outcome, watch: Watch
) -> None:
    """Each fault shows as it should, is listed, and is over after `restore`."""
    pools = watch.pools
    perform(pools.pools[KEY], command, arguments)
    assert pools.pools[KEY].describe()["faults"] == [command]
    assert (await watch.ask(KEY)).outcome is outcome
    url = pools.url(KEY)
    pools.pools[KEY].restore()
    watch.clock.advance(3600)
    assert (await watch.ask(KEY)).outcome is Outcome.WORKER
    assert pools.url(KEY) == url


@pytest.mark.parametrize("dated", [True, False])
async def test_rate_limits_end_by_themselves(
    dated: bool, watch: Watch, pools: PoolSimulator, clock: ManualClock
) -> None:
    """Retry-After, as seconds or date, is the truth: after it all is well."""
    pools.pools[KEY].rate_limit(90, dated=dated)
    report = await watch.ask(KEY)
    assert report.retry_after == pytest.approx(90, abs=1)
    clock.advance(91)
    assert (await watch.ask(KEY)).outcome is Outcome.WORKER


async def test_rate_limits_may_be_silent(watch: Watch, pools: PoolSimulator) -> None:
    """A 429 without Retry-After leaves the wait to the client."""
    pools.pools[KEY].rate_limit(600, silent=True)
    assert (await watch.ask(KEY)).retry_after == 60


async def test_refusal_breaks_open_connections(
    watch: Watch, pools: PoolSimulator
) -> None:
    """Also a client that keeps its connection is cut off at once."""
    await watch.ask(KEY)
    pools.pools[KEY].refuse()
    with pytest.raises(aiohttp.ClientConnectorError):
        async with aiohttp.ClientSession() as session:
            await session.get(pools.url(KEY))
    assert (await watch.ask(KEY)).outcome is Outcome.UNREACHABLE


UNDATED = ("litecoinpool", "mining_dutch", "prohashing", "antpool")
"""Nothing that they report has a time: that it stands still cannot be seen."""


@pytest.mark.parametrize("key", UNDATED)
async def test_frozen_data_without_a_time_turns_no_rig_off(
    key: str, watch: Watch, pools: PoolSimulator, clock: ManualClock
) -> None:
    """Where frozen data cannot be known as such, it never makes a rig offline."""
    clock.advance(1200)
    pools.pools[key].freeze()
    for _ in range(24):
        clock.advance(300)
        for name in pools.workers:
            verdict = await watch.judge(key, name, timedelta(minutes=10))
            assert verdict.kind is not VerdictKind.OFFLINE


@pytest.mark.parametrize("key", [key for key in POOLS if key not in UNDATED])
async def test_frozen_data_turns_no_rig_on(
    key: str, watch: Watch, pools: PoolSimulator, clock: ManualClock
) -> None:
    """Data that stands still makes every rig old at once, or itself stale."""
    clock.advance(1200)
    pools.pools[key].freeze()
    before = await watch.ask(key)
    clock.advance(7200)
    after = await watch.ask(key)
    assert after.workers == before.workers
    assert after.data_at == before.data_at
    limit = POOLS[key].defaults.time_until_offline
    verdicts = {(await watch.judge(key, name, limit)).kind for name in pools.workers}
    assert len(verdicts) == 1
    assert VerdictKind.ONLINE not in verdicts
    pools.pools[key].restore()
    clock.advance(40)
    assert (await watch.judge(key, "alpha", limit)).kind is VerdictKind.ONLINE


async def test_slow_answers_take_their_time(
    pools: PoolSimulator, watch: Watch, clock: ManualClock
) -> None:
    """An answer comes when its time has passed, and not before."""
    pools.pools[KEY].slow(30)
    asking = asyncio.create_task(watch.ask(KEY))
    while not pools.pools[KEY].traffic.open:
        await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    clock.advance(29)
    await asyncio.sleep(0.05)
    assert not asking.done()
    clock.advance(1)
    assert (await asking).outcome is Outcome.WORKER


async def test_machines_drive_their_shares(loopback: None, clock: ManualClock) -> None:
    """A worker whose machine is off sends no share, and does again when it is on."""
    powered = {"on", "off"}
    async with PoolSimulator(
        ["on", "off"], clock=clock, is_hashing=powered.__contains__, dialects=[KEY]
    ) as pools:
        powered.remove("off")
        clock.advance(600)
        assert pools.workers["on"].describe()["silent_s"] == 0
        assert pools.workers["off"].describe()["silent_s"] == 600
        powered.add("off")
        clock.advance(20)
        assert pools.workers["off"].describe() == {
            "hashing": True,
            "silent_s": 0,
            "faults": [],
        }


async def test_workers_can_be_hidden_and_aged(
    watch: Watch, pools: PoolSimulator
) -> None:
    """A pool may lose a worker, and a share may be as old as a test wants it."""
    pools.workers["beta"].vanish()
    assert (await watch.ask(KEY)).find("beta").outcome is Outcome.ABSENT
    pools.workers["beta"].restore()
    pools.workers["beta"].hang()
    watch.clock.advance(10)
    pools.workers["beta"].age(500)
    worker = (await watch.ask(KEY)).find("beta").worker
    assert worker is not None
    assert worker.last_share is not None
    asked_at = pools.pools[KEY].traffic.last[-1][0]
    assert asked_at - worker.last_share.timestamp() == 500


async def test_control_port(watch: Watch, pools: PoolSimulator) -> None:
    """Pools and workers are commanded over HTTP, by anyone."""
    async with (
        ControlServer(pools.groups) as control,
        aiohttp.ClientSession(control.url) as session,
    ):
        async with session.post("/pools/all/maintain") as response:
            assert response.status == 200
        assert (await watch.ask("ocean")).outcome is Outcome.NOT_JSON
        async with session.post("/workers/beta/hang") as response:
            assert (await response.json())["beta"]["hashing"] is False
        async with session.post("/pools/ocean/slow?seconds=-1") as response:
            assert response.status == 400
        async with session.get("/pools/ocean") as response:
            about = (await response.json())["ocean"]
            assert about["requests"] == 1
            assert about["url"] == pools.url("ocean")


async def test_a_day_passes_quickly(
    watch: Watch, pools: PoolSimulator, clock: ManualClock
) -> None:
    """24 hours with an outage, stale data and one hang: one rig is offline, no other."""
    offline = set()
    limit = timedelta(minutes=10)
    for step in range(288):
        match step:
            case 60:
                pools.pools[KEY].break_down()
            case 84 | 132:
                pools.pools[KEY].restore()
            case 120:
                pools.pools[KEY].maintain()
            case 200:
                pools.workers["gamma"].hang()
        clock.advance(300)
        for name in pools.workers:
            verdict = await watch.judge(KEY, name, limit, max_age=240)
            if verdict.kind is VerdictKind.OFFLINE:
                offline.add(name)
    assert offline == {"gamma"}
    assert pools.pools[KEY].traffic.requests == 288
    assert pools.pools[KEY].traffic.most_open == 1
