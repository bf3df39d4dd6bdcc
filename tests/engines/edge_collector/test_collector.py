"""What a poll costs on each kind of firmware, and what it brings."""

from collections import Counter
from typing import Any, override

import pytest

from .fake_miner import Classic, Firmware, Reply, Script, TakesArrays, ok
from .harness import MakePoller, StartMiner
from .replies import (
    CLASSIC,
    STOCK,
    braiins_replies,
    chains,
    classic_replies,
    devs,
    new_api_stats,
    stats,
    stock_replies,
    summary,
    version,
    whatsminer_replies,
)


async def test_classic_is_joined(start_miner: StartMiner, poller: MakePoller) -> None:
    """Firmware that joins costs one connection per poll, and refusals are remembered."""
    miner = await start_miner(Classic(CLASSIC, classic_replies()))
    polls = poller(miner)
    snapshot = await polls.poll()
    assert polls.asked == [["stats", "devs+summary+pools+version"]]
    assert snapshot.boards_total == 3
    assert snapshot.accepted == 700
    assert snapshot.active_pool is not None
    await polls.poll(200)
    assert set(polls.connections[1:]) == {1}
    assert set(miner.commands[2:]) == {"stats+devs+summary+pools"}


async def test_version_is_asked_hourly(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """What does not change rides along once an hour."""
    replies = classic_replies() | {"version": version(description=CLASSIC)}
    miner = await start_miner(Classic(CLASSIC, replies))
    polls = poller(miner)
    await polls.poll(242)
    hourly = [n for n, asked in enumerate(polls.asked) if "version" in asked[-1]]
    assert hourly == [0, 120, 240]


async def test_stock_is_asked_singly(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Stock firmware refuses to be asked for several: tried once, and never again."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    polls = poller(miner)
    snapshot = await polls.poll()
    assert polls.asked == [
        [
            "stats",
            "devs+summary+pools+version",
            ["devs", "summary", "pools", "version"],
            "devs",
            "summary",
            "pools",
            "version",
        ]
    ]
    assert snapshot.boards_total == 3
    for _ in range(250):
        snapshot = await polls.poll()
        assert snapshot.accepted == 700
        assert snapshot.model == "Antminer S19 Pro"
        assert snapshot.hashrate_ghs == 93400.75
        assert len(snapshot.pools) == 1
    steady = polls.asked[1:]
    assert all(asked[0] == "stats" for asked in steady)
    costs = Counter(len(asked) for asked in steady)
    assert costs[1] + costs[2] == 250
    assert sum(polls.connections[1:]) <= 1.05 * 250
    # The dummy row of `devs` adds nothing, nor does `summary`, whose shares `pools` has.
    beside = Counter(asked[1] for asked in steady if len(asked) > 1)
    assert beside == {"pools": 10, "version": 2}


@pytest.mark.parametrize("rate", [0.0, 20_000.0])
async def test_a_miner_that_hashes_less_is_asked_for_its_pools_at_once(
    start_miner: StartMiner, poller: MakePoller, rate: float
) -> None:
    """Whether they answer it matters now, and what was true minutes ago does not."""
    replies = stock_replies()
    polls = poller(await start_miner(Firmware(STOCK, replies)))
    snapshot = await polls.poll(12)
    assert polls.asked[-1] == ["stats"]
    assert not snapshot.lost_pools
    replies["pools"]["POOLS"][0]["Status"] = "Dead"
    replies["stats"] = stats(chains(rates=(rate / 1000,)))
    snapshot = await polls.poll()
    assert polls.asked[-1] == ["stats", "pools"]
    assert snapshot.lost_pools
    # It lasts: as often as of a miner whose readings move.
    await polls.poll(20)
    asked = [asked[1:] for asked in polls.asked[-20:]]
    assert asked.count(["pools"]) == (4 if rate == 0 else 0)


async def test_summary_that_counts_other_shares_keeps_its_turn(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """It is left out only where nothing is lost by it."""
    replies = stock_replies() | {"summary": summary(accepted=9000)}
    polls = poller(await start_miner(Firmware(STOCK, replies)))
    snapshot = await polls.poll(60)
    assert snapshot.accepted == 9000
    beside = Counter(asked[1] for asked in polls.asked[1:] if len(asked) > 1)
    assert beside["summary"] >= 2


async def test_stock_that_takes_a_list(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Where the list is taken, a poll is one connection with everything in it."""
    miner = await start_miner(TakesArrays(STOCK, stock_replies()))
    polls = poller(miner)
    await polls.poll()
    assert polls.asked == [
        [
            "stats",
            "devs+summary+pools+version",
            ["devs", "summary", "pools", "version"],
        ]
    ]
    snapshot = await polls.poll(50)
    assert set(polls.connections[1:]) == {1}
    assert polls.asked[-1] == [["stats", "devs", "summary", "pools"]]
    assert (snapshot.boards_total, snapshot.accepted) == (3, 700)


async def test_braiins_needs_more_commands(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Where `stats` is empty the readings come from several commands, joined."""
    replies = braiins_replies()
    miner = await start_miner(Classic("BOSminer", replies))
    polls = poller(miner)
    snapshot = await polls.poll(20)
    assert polls.connections == [2, *[1] * 19]
    assert set(polls.asked[-1][0].split("+")) == replies.keys() - {"version"}
    assert [board.id for board in snapshot.boards] == [6, 7, 8]
    assert snapshot.temp_chip_max == 74.5
    assert snapshot.fans
    assert snapshot.hashrate_ghs == 54_000


class Whatsminer(Firmware):
    """Joins, unless a member is unknown to it: then it refuses the whole."""

    @override
    def __call__(self, request: Any) -> Reply:
        """Answer single and some joined commands."""
        command = request["command"]
        names = command.split("+") if isinstance(command, str) else [""]
        if len(names) > 1 and self.replies.keys() >= set(names):
            return {name: [self.replies[name]] for name in names}
        return self.single(command)

    @override
    def single(self, command: object) -> Reply:
        """Answer a single command, or refuse with a status of plain text."""
        if isinstance(command, str) and command in self.replies:
            return self.replies[command]
        return {"STATUS": "E", "Code": 14, "Msg": "invalid cmd", "Description": ""}


async def test_whatsminer_refuses_the_whole(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Boards and totals are read in every poll where the pools are not due."""
    miner = await start_miner(Whatsminer("btminer", whatsminer_replies()))
    polls = poller(miner)
    snapshot = await polls.poll()
    assert polls.connections[0] <= 8
    for _ in range(100):
        snapshot = await polls.poll()
        assert snapshot.boards_total == 3
        assert snapshot.hashrate_ghs == 87_000
        assert snapshot.power_w == 3400
        assert snapshot.model == "Whatsminer M30S"
        assert len(snapshot.pools) == 1
    steady = polls.asked[1:]
    assert max(polls.connections[1:]) == 2
    assert all(asked[0] == "devs" for asked in steady)
    beside = Counter(asked[1] for asked in steady)
    assert beside["summary"] > 60
    assert 15 < beside["pools"] < 30
    assert "stats" not in [command for asked in steady for command in asked]


async def test_stock_whose_stats_lack_the_boards(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """The new_api flag is tried once, and kept where it shows the boards."""

    def answer(request: Any) -> Reply:
        if request["command"] == "stats" and request.get("new_api"):
            return new_api_stats()
        bare = {"Elapsed": 600, "GHS 5s": "118000.0"}
        replies = stock_replies() | {"stats": stats(bare, model="Antminer S21")}
        return Firmware(STOCK, replies).single(request["command"])

    miner = await start_miner(answer)
    polls = poller(miner)
    snapshot = await polls.poll()
    assert polls.connections[0] == 8
    assert polls.asked[0][-1] == ("stats", "new_api")
    assert snapshot.boards_total == 2
    snapshot = await polls.poll(60)
    assert snapshot.boards_total == 2
    assert snapshot.hashrate_ghs == 118_001
    assert snapshot.accepted == 700
    assert all(asked[0] == ("stats", "new_api") for asked in polls.asked[1:])
    assert max(polls.connections[1:]) == 2


async def test_flag_beside_a_list(start_miner: StartMiner, poller: MakePoller) -> None:
    """The flag goes with `stats` alone; the rest comes as a list in a second one."""
    arrays = TakesArrays(STOCK, stock_replies() | {"stats": stats({"GHS 5s": 1.0})})

    def answer(request: Any) -> Reply | bytes | Script:
        return new_api_stats() if "new_api" in request else arrays(request)

    miner = await start_miner(answer)
    polls = poller(miner)
    snapshot = await polls.poll(10)
    assert polls.asked[-1] == [("stats", "new_api"), ["devs", "summary", "pools"]]
    assert snapshot.boards_total == 2
    assert snapshot.accepted == 700


async def test_flag_that_is_ignored(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Older firmware at rest shows no boards with the flag either: asked once."""
    resting = chains(rates=()) | {"chain_acn1": 0, "chain_acs1": "", "chain_rate1": ""}
    replies = stock_replies() | {"stats": stats(resting)}
    miner = await start_miner(Firmware(STOCK, replies))
    polls = poller(miner)
    snapshot = await polls.poll(20)
    assert miner.commands.count(("stats", "new_api")) == 1
    assert snapshot.boards_total == 0
    assert snapshot.hashing is False
    # It wakes up: the boards are there at once.
    replies["stats"] = stats()
    snapshot = await polls.poll()
    assert snapshot.boards_total == 3


async def test_devs_of_a_miner_at_rest_is_not_judged(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Only when the miner hashes can `devs` be found to add nothing."""
    asleep = chains(rates=(0.0,)) | {"chain_acs1": "x" * 76, "chain_rate1": "0.00"}
    replies = stock_replies() | {"stats": stats(asleep)}
    miner = await start_miner(Firmware(STOCK, replies))
    polls = poller(miner)
    await polls.poll(20)
    assert polls.collector.capabilities.useless == set()
    replies["stats"] = stats()
    await polls.poll(20)
    assert polls.collector.capabilities.useless == {"devs"}


@pytest.mark.parametrize(
    ("stats_reply", "devs_reply", "useless"),
    [
        # Stock S21 repeats the rate, in another unit than it says.
        (stats(), devs(93400.75, description=STOCK, Name="BTM_SOC"), True),
        (stats(), devs(93_000_000.0, description=STOCK), True),
        # The work that the error rate is taken from stands nowhere else.
        (
            stats(model="Antminer L9"),
            devs(
                93.0, description=STOCK, **{"Diff1 Work": 10**6, "Hardware Errors": 5}
            ),
            False,
        ),
    ],
)
async def test_devs_beside_boards(
    start_miner: StartMiner,
    poller: MakePoller,
    stats_reply: Reply,
    devs_reply: Reply,
    useless: bool,
) -> None:
    """Where `stats` shows the boards, `devs` keeps its turn only if it adds something."""
    replies = stock_replies() | {"stats": stats_reply, "devs": devs_reply}
    del replies["version"]
    miner = await start_miner(Firmware(STOCK, replies))
    polls = poller(miner)
    snapshot = await polls.poll()
    assert snapshot.total_hashrate_ghs_devs is not None
    await polls.poll(30)
    assert max(polls.connections[1:]) == 2
    assert (miner.commands.count("devs") == 1) is useless


async def test_only_what_is_read_is_asked(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """An entry without chains in `stats` is completed by `devs` and `summary`."""
    replies = {
        "stats": ok("STATS", [{"STATS": 0, "ID": "X0", "Elapsed": 9}], "ccminer"),
        "devs": devs(200_000.0, 210_000.0, description="ccminer"),
        "summary": summary(description="ccminer"),
    }
    miner = await start_miner(Firmware("ccminer", replies))
    polls = poller(miner)
    snapshot = await polls.poll(10)
    assert len(snapshot.boards) == 2
    assert max(polls.connections[1:]) == 2
    assert polls.asked[-1][0] == "devs"
