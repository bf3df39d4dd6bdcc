"""The collector: what it learns of each kind of firmware, and what a poll then costs."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, override

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    CGMinerError,
    Failure,
    MinerCollector,
    MinerSnapshot,
)

from .conftest import DrivenClock, DrivenSleep, StartMiner, client_of
from .fake_miner import (
    Classic,
    FakeMiner,
    Firmware,
    Reply,
    Script,
    TakesArrays,
    access_denied,
    hang,
    ok,
)
from .replies import (
    CLASSIC,
    STOCK,
    braiins_replies,
    chains,
    classic_replies,
    devs,
    new_api_stats,
    pools,
    stats,
    stock_replies,
    summary,
    version,
    whatsminer_replies,
)

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


@pytest.fixture
def poller(sleep: DrivenSleep, clock: DrivenClock) -> Callable[[FakeMiner], Poller]:
    """Return what makes a poller of a fake miner."""
    return lambda miner: Poller(miner, sleep, clock)


type MakePoller = Callable[[FakeMiner], Poller]


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
    assert costs[1] > 0.55 * len(steady)
    # The dummy row of `devs` is not asked for again, as it tells nothing.
    beside = Counter(asked[1] for asked in steady if len(asked) > 1)
    assert beside.keys() == {"summary", "pools", "version"}
    assert beside["version"] == 2


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


async def test_no_reading_at_all(start_miner: StartMiner, poller: MakePoller) -> None:
    """A miner that starts up and tells nothing yet is asked by turns, not anew."""
    replies = {"stats": braiins_replies()["stats"]}
    miner = await start_miner(Firmware("BOSminer", replies))
    polls = poller(miner)
    snapshot = await polls.poll(30)
    assert snapshot.hashrate_ghs is None
    assert max(polls.connections[1:]) == 2
    assert polls.asked[-1] == ["stats"]
    asked = Counter(str(command) for command in miner.commands)
    assert max(count for name, count in asked.items() if name != "stats") == 1
    miner.answer = lambda _: access_denied("stats", STOCK)
    for _ in range(3):
        with pytest.raises(CGMinerError) as caught:
            await polls.poll()
        assert caught.value.failure is Failure.DENIED
    assert polls.connections[-3:] == [8, 1, 1]


async def test_devs_of_a_miner_at_rest_is_not_judged(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Only when the miner hashes can `devs` be found to tell nothing."""
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


async def test_denied_members_are_not_asked_again(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Code 45 is as permanent as code 14."""
    replies = stock_replies()
    replies["summary"] = access_denied("summary", STOCK)
    replies["version"] = {
        "STATUS": [{"STATUS": "E", "Code": 0, "Msg": "Invalid command"}]
    }
    miner = await start_miner(Firmware(STOCK, replies))
    polls = poller(miner)
    snapshot = await polls.poll(150)
    assert snapshot.boards_total == 3
    assert miner.commands.count("summary") == 1
    assert miner.commands.count("version") == 1


async def test_everything_denied(start_miner: StartMiner, poller: MakePoller) -> None:
    """A miner that allows nothing is asked for one thing only, until it allows it."""
    miner = await start_miner(lambda request: access_denied("it", STOCK))
    polls = poller(miner)
    for _ in range(5):
        with pytest.raises(CGMinerError) as caught:
            await polls.poll()
        assert caught.value.failure is Failure.DENIED
    assert polls.connections[0] <= 8
    assert polls.asked[1:] == [["stats"]] * 4
    miner.answer = Firmware(STOCK, stock_replies())
    snapshot = await polls.poll()
    assert snapshot.boards_total == 3
    assert snapshot.accepted == 700


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
    for _ in range(12):
        snapshot = await polls.poll()
        assert snapshot.pools
        assert snapshot.accepted == 700
    # The last reply is now 390 s old.
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


@pytest.mark.parametrize("how", [hang, b"", b"\0", b'{"STATUS":[{"STAT'])
async def test_command_that_never_comes(
    start_miner: StartMiner, poller: MakePoller, how: Script | bytes
) -> None:
    """A command that has never been answered is given up after three attempts."""
    firmware = Firmware(STOCK, stock_replies())

    def answer(request: Any) -> Reply | Script | bytes:
        if request["command"] == "pools":
            return how
        return firmware.single(request["command"])

    miner = await start_miner(answer)
    polls = poller(miner)
    polls.be_brief()
    snapshot = await polls.poll(30)
    assert miner.commands.count("pools") == 3
    assert snapshot.accepted == 700
    assert snapshot.pools == ()


async def test_no_pools_configured_yet(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """An error that is no refusal may pass: the command keeps its turn."""
    none = {"STATUS": [{"STATUS": "E", "Code": 8, "Msg": "No pools"}]}
    replies = stock_replies() | {"pools": none}
    miner = await start_miner(Firmware(STOCK, replies))
    polls = poller(miner)
    snapshot = await polls.poll(40)
    assert snapshot.pools == ()
    replies["pools"] = pools()
    snapshot = await polls.poll(7)
    assert len(snapshot.pools) == 1


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
    await polls.poll(5)

    def only_stats(request: Any) -> Reply | bytes:
        return stats() if request["command"] == "stats" else b""

    miner.answer = only_stats
    snapshot = await polls.poll()
    assert polls.connections[-1] == 2
    assert snapshot.boards_total == 3


async def test_other_firmware(start_miner: StartMiner, poller: MakePoller) -> None:
    """What was learned goes with the firmware it was learned from."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    polls = poller(miner)
    await polls.poll(3)
    miner.answer = Classic(CLASSIC, classic_replies())
    snapshot = await polls.poll(3)
    assert polls.collector.capabilities.form == "joined"
    assert polls.asked[-1] == ["stats+devs+summary+pools"]
    assert snapshot.boards_total == 3
    # And back: what is joined is refused now, so the poll learns anew.
    miner.answer = Firmware(STOCK, stock_replies())
    snapshot = await polls.poll()
    assert snapshot.boards_total == 3
    assert snapshot.accepted == 700
    await polls.poll(20)
    assert max(polls.connections[-20:]) == 2


async def test_firmware_that_does_not_always_say_what_it_is(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """A reply without a model is no sign of another firmware."""
    replies = stock_replies()
    miner = await start_miner(Firmware(STOCK, replies))
    polls = poller(miner)
    for number in range(20):
        model = {} if number % 2 else {"Type": "Antminer S19 Pro"}
        replies["stats"] = ok("STATS", [model, chains()], STOCK)
        await polls.poll()
    assert max(polls.connections[1:]) == 2


async def test_rights_taken_away(start_miner: StartMiner, poller: MakePoller) -> None:
    """A joined `stats` that is denied from now on is not asked for ever."""
    replies = classic_replies()
    miner = await start_miner(Classic(CLASSIC, replies))
    polls = poller(miner)
    await polls.poll(2)
    replies["stats"] = access_denied("stats", CLASSIC)
    snapshot = await polls.poll(5)
    assert snapshot.accepted == 700
    assert snapshot.boards_total == 1
    assert polls.asked[-1] == ["devs+summary+pools"]


@pytest.mark.parametrize(
    "unclear",
    [hang, {"STATUS": [{"STATUS": "E", "Code": 99, "Msg": "busy"}]}],
)
async def test_trial_that_shows_nothing(
    start_miner: StartMiner, poller: MakePoller, unclear: Script | Reply
) -> None:
    """A trial that meets a busy miner is made again, but not for ever."""
    firmware = Classic(CLASSIC, classic_replies())

    def answer(request: Any) -> Reply | bytes | Script:
        return unclear if "+" in request["command"] and busy else firmware(request)

    busy = True
    miner = await start_miner(answer)
    polls = poller(miner)
    polls.be_brief()
    snapshot = await polls.poll(2)
    assert snapshot.accepted == 700
    busy = False
    await polls.poll(2)
    assert polls.asked[-1] == ["stats+devs+summary+pools"]

    busy = True
    firmware.replies["stats"] = stats(description="bmminer 5.0")
    miner.requests.clear()
    other = poller(miner)
    other.be_brief()
    await other.poll(30)
    joined = [c for c in miner.commands if isinstance(c, str) and "+" in c]
    assert len(joined) <= 5
    assert max(other.connections) <= 8
    assert max(other.connections[10:]) == 2


async def test_connections_close_together_are_refused(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """LuxOS may refuse a second connection: then several are asked for in the first."""
    firmware = Classic(CLASSIC, classic_replies())

    def answer(request: Any) -> Reply | bytes | Script:
        first = len(polls.miner.requests) - 1 == served
        return firmware(request) if first else hang

    miner = await start_miner(answer)
    polls = poller(miner)
    polls.be_brief()
    for _ in range(4):
        served = len(miner.requests)
        snapshot = await polls.poll()
        assert snapshot.boards_total == 3
    assert polls.asked[-1] == ["stats+devs+summary+pools"]
    assert snapshot.accepted == 700


async def test_off_miner_teaches_nothing(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Failures of a miner that does not answer at all are no trials."""
    busy = Classic(CLASSIC, classic_replies())
    miner = await start_miner(
        lambda request: hang if "+" in request["command"] else busy(request)
    )
    polls = poller(miner)
    polls.be_brief()
    await polls.poll()
    miner.answer = lambda _: hang
    for _ in range(4):
        with pytest.raises(CGMinerError):
            await polls.poll()
    miner.answer = busy
    await polls.poll(2)
    assert polls.asked[-1] == ["stats+devs+summary+pools"]


@pytest.mark.parametrize("how", [hang, b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_first_poll_fails(
    start_miner: StartMiner, poller: MakePoller, how: Script | bytes
) -> None:
    """A miner that does not answer `stats` at all is not asked for more."""
    miner = await start_miner(lambda _: how)
    polls = poller(miner)
    polls.be_brief()
    with pytest.raises(CGMinerError):
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
    with pytest.raises(CGMinerError) as caught:
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
    with pytest.raises(CGMinerError, match="lacks stats"):
        await polls.poll()
    miner.answer = firmware
    assert (await polls.poll()).boards_total == 3
    assert polls.connections[-1] == 1


async def test_joined_taken_for_its_first_member(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Firmware that reads "devs+summary" as "devs" does not join."""

    def first_only(request: Any) -> Reply:
        command = request["command"]
        name = command.split("+")[0] if isinstance(command, str) else command[0]
        return Firmware(STOCK, stock_replies()).single(name)

    miner = await start_miner(first_only)
    polls = poller(miner)
    snapshot = await polls.poll(10)
    assert polls.collector.capabilities.form == "single"
    assert snapshot.boards_total == 3
    assert snapshot.accepted == 700


async def test_never_two_connections_at_once(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Polls at the same time wait for each other, and only the first one learns."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    polls = poller(miner)
    await asyncio.gather(*(polls.collector.async_poll() for _ in range(5)))
    assert len(miner.requests) == 7 + 4
    assert miner.most_at_once == 1


def _subsets(names: list[str]) -> Iterator[list[str]]:
    """Yield every choice of names."""
    for bits in range(2 ** len(names)):
        yield [name for place, name in enumerate(names) if bits >> place & 1]


@pytest.mark.parametrize("kind", [Classic, TakesArrays, Firmware])
async def test_whatever_is_refused(
    start_miner: StartMiner,
    sleep: DrivenSleep,
    kind: type[Firmware],
) -> None:
    """Any set of commands may be missing: bounded at first, two at most thereafter."""
    for missing in _subsets(["stats", "devs", "summary", "pools", "version"]):
        replies = {
            name: reply
            for name, reply in stock_replies().items()
            if name not in missing
        }
        miner = await start_miner(kind(STOCK, replies))
        polls = Poller(miner, sleep, DrivenClock())
        if not replies:
            with pytest.raises(CGMinerError):
                await polls.poll()
            continue
        snapshot = await polls.poll(6)
        assert isinstance(snapshot, MinerSnapshot)
        assert polls.connections[0] <= 8
        assert max(polls.connections[1:]) <= 2
        for name in missing:
            assert miner.commands.count(name) <= 1


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
