"""A miner's family is chosen once, and again only with another firmware."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector.drivers.cgminer import (
    collector,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.families import (
    FAMILIES,
    choose,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.family import (
    Family,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.replies import (
    Replies,
)

from .fake_miner import Firmware, invalid_command
from .harness import MakePoller, StartMiner
from .replies import CLASSIC, STOCK, braiins_replies, chains, stats, stock_replies


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the families that a collector chose, in order."""
    names: list[str] = []

    def note(replies: Replies) -> Family:
        family = choose(replies)
        names.append(family.name)
        return family

    monkeypatch.setattr(collector, "choose", note)
    return names


async def test_a_settled_miner_keeps_its_family(
    start_miner: StartMiner, poller: MakePoller, chosen: list[str]
) -> None:
    """Ten polls after the first choose nothing."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    polls = poller(miner)
    await polls.poll()
    assert set(chosen) == {"antminer"}
    chosen.clear()
    snapshot = await polls.poll(10)
    assert chosen == []
    assert len(snapshot.boards) == 3


async def test_another_firmware_is_another_family(
    start_miner: StartMiner, poller: MakePoller, chosen: list[str]
) -> None:
    """A miner flashed to Braiins OS is read as that, and its temps are asked for."""
    firmware = Firmware(STOCK, stock_replies())
    miner = await start_miner(firmware)
    polls = poller(miner)
    await polls.poll(2)
    chosen.clear()
    firmware.replies = braiins_replies()
    snapshot = await polls.poll(3)
    assert chosen[-1] == "braiins"
    assert snapshot.firmware == "Braiins OS 0.8.0-feaec278"
    assert [board.temp_chip for board in snapshot.boards] == [74.5] * 3


async def test_a_miner_at_rest_is_chosen_again_until_it_shows_its_boards(
    start_miner: StartMiner, poller: MakePoller, chosen: list[str]
) -> None:
    """What fits everything holds for one poll only."""
    idle = {"STATS": 0, "Elapsed": 5}
    replies = stock_replies() | {
        "stats": stats(idle, model="Whatever", description=CLASSIC),
        "version": invalid_command(CLASSIC),
    }
    miner = await start_miner(Firmware(CLASSIC, replies))
    polls = poller(miner)
    await polls.poll()
    assert chosen[-1] == "generic"
    replies["stats"] = stats(chains(), model="Whatever", description=CLASSIC)
    snapshot = await polls.poll(2)
    assert chosen[-1] == "antminer"
    assert len(snapshot.boards) == 3


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@pytest.mark.parametrize(
    "replies",
    [
        {},
        {"stats": {}},
        {"stats": {"STATS": [{}]}, "summary": {"SUMMARY": [{"Elapsed": 3}]}},
        {"stats": {"STATS": "none"}, "devs": {"DEVS": 5}},
    ],
)
def test_a_kept_family_reads_replies_that_lack_what_it_knows(
    family: Family, replies: dict[str, Any]
) -> None:
    """A miner that starts again has empty replies for a while: unknown, not an error."""
    reading = family.read(Replies(replies))
    assert reading.boards == []
    assert reading.hashrate_ghs is None
