"""Hydro miners have their water in the other shape of `stats`, asked for beside the first."""

from typing import Any

from .fake_miner import Firmware, Reply, invalid_command
from .harness import MakePoller, StartMiner
from .replies import STOCK, chains, new_api_stats, stats, stock_replies, version

MODEL = "Antminer S21 Hyd."


def hydro() -> dict[str, Reply]:
    """Return what a stock hydro miner answers to plain commands."""
    return stock_replies() | {
        "stats": stats(chains(), model=MODEL),
        "version": version(model=MODEL),
    }


def with_water() -> Reply:
    """Return the other shape, with inlet and outlet in the list of chip sensors."""
    reply = new_api_stats()
    reply["INFO"]["type"] = MODEL
    boards = reply["STATS"][0]["chain"]
    reply["STATS"][0]["chain"] = [
        chain | {"temp_chip": [inlet, outlet, 0, 0]}
        for chain, inlet, outlet in zip(boards, (34, 33), (46, 48), strict=True)
    ]
    return reply


async def test_water_is_read_beside_the_boards(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """The boards keep the numbers of the first shape; the warmest board counts."""
    firmware = Firmware(STOCK, hydro())

    def answer(request: Any) -> Reply:
        return with_water() if request.get("new_api") else firmware(request)

    polls = poller(await start_miner(answer))
    snapshot = await polls.poll()
    assert (snapshot.temp_water_in, snapshot.temp_water_out) == (34, 48)
    assert [board.id for board in snapshot.boards] == [1, 2, 3]
    snapshot = await polls.poll(3)
    assert (snapshot.temp_water_in, snapshot.temp_water_out) == (34, 48)


async def test_a_firmware_that_refuses_the_flag_is_asked_for_it_once(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Its water is unknown."""
    firmware = Firmware(STOCK, hydro())

    def answer(request: Any) -> Reply:
        return invalid_command(STOCK) if request.get("new_api") else firmware(request)

    miner = await start_miner(answer)
    snapshot = await poller(miner).poll(6)
    assert snapshot.temp_water_in is None
    assert miner.commands.count(("stats", "new_api")) == 1


async def test_a_flag_that_changes_nothing_is_sent_once(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Old firmware ignores it and answers in the first shape."""
    miner = await start_miner(Firmware(STOCK, hydro()))
    snapshot = await poller(miner).poll(6)
    assert snapshot.boards_total == 3
    assert snapshot.temp_water_in is None
    assert miner.commands.count(("stats", "new_api")) == 1


async def test_a_model_without_water_is_not_asked_for_it(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Its boards are in the first shape, so the other one adds nothing."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    await poller(miner).poll(6)
    assert ("stats", "new_api") not in miner.commands
