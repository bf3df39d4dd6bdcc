"""What a poll ends in when the miner restarts, goes away or answers in part."""

import asyncio
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import Failure, MinerError

from .fake_miner import Classic, Firmware, Reply, Script, hang
from .harness import MakePoller, StartMiner
from .replies import (
    CLASSIC,
    STOCK,
    chains,
    classic_replies,
    pools,
    stats,
    stock_replies,
    summary,
)


async def test_old_replies_are_dropped(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """A command that hangs costs nothing but its own readings, and those in time."""
    firmware = Firmware(STOCK, stock_replies())

    def answer(request: Any) -> Reply | Script:
        if silent and request["command"] in {"pools", "summary"}:
            return hang
        return firmware.single(request["command"])

    silent = False
    miner = await start_miner(answer)
    polls = poller(miner)
    snapshot = await polls.poll()
    assert snapshot.pools
    silent = True
    polls.be_brief()
    for _ in range(53):
        snapshot = await polls.poll()
        assert snapshot.pools
        assert snapshot.accepted == 700
    # The last reply is now 1,620 s old, and was asked for again and again.
    assert miner.commands.count("pools") > 5
    snapshot = await polls.poll()
    assert snapshot.boards_total == 3
    assert snapshot.hashrate_ghs == 93400.75
    assert snapshot.pools == ()
    assert snapshot.accepted is None
    assert max(polls.connections[1:]) == 2
    silent = False
    snapshot = await polls.poll(5)
    assert snapshot.pools
    assert snapshot.accepted == 700


async def test_restart_between_polls(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Counters of before a restart are not shown beside the readings of after it."""
    replies = stock_replies()
    miner = await start_miner(Firmware(STOCK, replies))
    polls = poller(miner)
    snapshot = await polls.poll(3)
    assert snapshot.accepted == 700
    replies |= {
        "stats": stats(chains(elapsed=20)),
        "summary": summary(accepted=2, elapsed=20),
        "pools": pools(accepted=2),
    }
    snapshot = await polls.poll()
    assert snapshot.uptime_s == 20
    assert snapshot.accepted is None
    assert snapshot.model == "Antminer S19 Pro"
    snapshot = await polls.poll()
    assert snapshot.accepted == 2
    assert max(polls.connections[1:]) == 2


async def test_restart_in_the_middle(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """A miner that goes away after `stats` has still given a reading."""
    firmware = Firmware(STOCK, stock_replies())
    miner = await start_miner(firmware)
    polls = poller(miner)
    await polls.poll(25)

    def only_stats(request: Any) -> Reply | bytes:
        return stats() if request["command"] == "stats" else b""

    miner.answer = only_stats
    snapshot = await polls.poll()
    assert polls.connections[-1] == 2
    assert snapshot.boards_total == 3


@pytest.mark.parametrize("how", [hang, b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_first_poll_fails(
    start_miner: StartMiner, poller: MakePoller, how: Script | bytes
) -> None:
    """A miner that does not answer `stats` at all is not asked for more."""
    miner = await start_miner(lambda _: how)
    polls = poller(miner)
    polls.be_brief()
    with pytest.raises(MinerError):
        await polls.poll()
    assert set(miner.commands) == {"stats"}
    miner.answer = Firmware(STOCK, stock_replies())
    snapshot = await polls.poll()
    assert snapshot.boards_total == 3


async def test_later_poll_fails(start_miner: StartMiner, poller: MakePoller) -> None:
    """An outage is an error, never the reading of before, and nothing is unlearned."""
    firmware = Firmware(STOCK, stock_replies())
    miner = await start_miner(firmware)
    polls = poller(miner)
    await polls.poll(2)
    polls.be_brief()
    miner.answer = lambda _: hang
    with pytest.raises(MinerError) as caught:
        await polls.poll()
    assert caught.value.failure is Failure.TIMEOUT
    miner.answer = firmware
    await polls.poll(5)
    assert max(polls.connections[-5:]) <= 2


async def test_joined_reply_without_its_main_part(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """A reply that lacks `stats` this once is a failed poll."""
    firmware = Classic(CLASSIC, classic_replies())
    miner = await start_miner(firmware)
    polls = poller(miner)
    await polls.poll(2)

    def without_stats(request: Any) -> Reply:
        names = request["command"].split("+")
        return {n: [firmware.single(n)] for n in names if n != "stats"}

    miner.answer = without_stats
    with pytest.raises(MinerError, match="lacks stats"):
        await polls.poll()
    miner.answer = firmware
    assert (await polls.poll()).boards_total == 3
    assert polls.connections[-1] == 1


async def test_never_two_connections_at_once(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Polls at the same time wait for each other, and only the first one learns."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    polls = poller(miner)
    await asyncio.gather(*(polls.collector.async_poll() for _ in range(5)))
    assert len(miner.requests) == 7 + 4
    assert miner.most_at_once == 1
