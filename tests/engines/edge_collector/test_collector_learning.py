"""What the collector learns from refusals, when it tries again, and when it forgets."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Failure,
    MinerError,
    MinerSnapshot,
)

from .fake_miner import (
    Classic,
    Firmware,
    Reply,
    Script,
    TakesArrays,
    access_denied,
    hang,
    ok,
)
from .harness import DrivenClock, DrivenSleep, MakePoller, Poller, StartMiner
from .replies import (
    CLASSIC,
    STOCK,
    braiins_replies,
    chains,
    classic_replies,
    pools,
    stats,
    stock_replies,
)


async def test_no_reading_at_all(start_miner: StartMiner, poller: MakePoller) -> None:
    """A miner that starts up and has no readings yet is asked by turns, not from scratch."""
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
        with pytest.raises(MinerError) as caught:
            await polls.poll()
        assert caught.value.failure is Failure.DENIED
    # The primary that is refused, and then a first poll.
    assert polls.connections[-3:] == [9, 1, 1]


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
        with pytest.raises(MinerError) as caught:
            await polls.poll()
        assert caught.value.failure is Failure.DENIED
    assert polls.connections[0] <= 8
    assert polls.asked[1:] == [["stats"]] * 4
    miner.answer = Firmware(STOCK, stock_replies())
    snapshot = await polls.poll()
    assert snapshot.boards_total == 3
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
    # And back: what is joined is refused now, so the poll learns again.
    miner.answer = Firmware(STOCK, stock_replies())
    snapshot = await polls.poll()
    assert snapshot.boards_total == 3
    assert snapshot.accepted == 700
    await polls.poll(30)
    assert max(polls.connections[-30:]) == 2


async def test_firmware_that_does_not_always_say_what_it_is(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """A reply without a model is no sign of another firmware."""
    replies = stock_replies()
    miner = await start_miner(Firmware(STOCK, replies))
    polls = poller(miner)
    for number in range(30):
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
        with pytest.raises(MinerError):
            await polls.poll()
    miner.answer = busy
    await polls.poll(2)
    assert polls.asked[-1] == ["stats+devs+summary+pools"]


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
            with pytest.raises(MinerError):
                await polls.poll()
            continue
        snapshot = await polls.poll(6)
        assert isinstance(snapshot, MinerSnapshot)
        assert polls.connections[0] <= 8
        assert max(polls.connections[1:]) <= 2
        for name in missing:
            assert miner.commands.count(name) <= 1
