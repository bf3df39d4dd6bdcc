"""Rows that contradict each other, and sums of which a part cannot be read."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import parse_snapshot

from .fake_miner import Firmware, Reply, invalid_command, ok
from .harness import MakePoller, StartMiner
from .replies import CLASSIC, STOCK, chains, new_api_stats, stats, stock_replies
from .test_families import reply


def test_rows_with_equal_ids_are_different_boards() -> None:
    """Each counts, at its place; its details are found there as well."""
    devs = reply("DEVS", *({"ID": 0, "MHS 5s": 1e6 * n} for n in (1, 2, 3)))
    details = reply("DEVDETAILS", *({"ID": 0, "Chips": n} for n in (10, 20, 30)))
    snapshot = parse_snapshot({"devs": devs, "devdetails": details})
    assert [(b.id, b.hashrate_ghs, b.chips_total) for b in snapshot.boards] == [
        (0, 1000.0, 10),
        (1, 2000.0, 20),
        (2, 3000.0, 30),
    ]


def test_chains_with_equal_numbers_are_different_boards() -> None:
    """In the new shape of an Antminer, and in the entries of an Innosilicon."""
    chain = {"index": 0, "rate_real": 100.0, "asic_num": 3, "asic": "ooo"}
    new = reply("STATS", {"chain": [chain, chain]})
    entries = reply("STATS", {"Chain ID": 1, "MHS av": 5.0}, {"Chain ID": 1})
    for replies in (new, entries):
        boards = parse_snapshot({"stats": replies}).boards
        assert [board.id for board in boards] == [0, 1]


def test_more_working_chips_than_chips_are_unknown() -> None:
    """One of the two counts is wrong, and nothing says which."""
    entry = {"Chain ID": 1, "Num active chips": 40, "Num chips": 20}
    (board,) = parse_snapshot({"stats": reply("STATS", entry)}).boards
    assert (board.chips_ok, board.chips_total) == (None, None)


def antminer(**changes: Any) -> Reply:
    """Return `stats` of three boards, 4000 GH/s each, without a total."""
    entry = chains(rates=(4000.0, 4000.0, 4000.0)) | changes
    return stats({key: entry[key] for key in entry if not key.startswith("GHS")})


@pytest.mark.parametrize(
    ("printed", "total"),
    [
        pytest.param("4000.00", 12000.0, id="all of them"),
        pytest.param("4.0 TH/s", 12000.0, id="one with a unit"),
        pytest.param("4.0 furlongs/s", None, id="one with an unknown unit"),
        pytest.param("many", None, id="one in words"),
    ],
)
def test_a_sum_with_an_unreadable_part_is_unknown(
    printed: str, total: float | None
) -> None:
    """The rest alone would look like a miner that lost a board."""
    snapshot = parse_snapshot({"stats": antminer(chain_rate2=printed)})
    assert snapshot.total_hashrate_ghs_boards == total
    assert snapshot.hashrate_ghs == total
    assert len(snapshot.boards) == 3


def test_a_dead_board_that_states_no_rate_adds_nothing() -> None:
    """All of its chips are bad, so the sum of the others is the whole."""
    dead = antminer(chain_rate2="", chain_acs2="x" * 76)
    assert parse_snapshot({"stats": dead}).hashrate_ghs == 8000.0


def test_counters_with_an_unreadable_part_are_unknown() -> None:
    """Hardware errors of two boards are not those of the miner."""
    snapshot = parse_snapshot({"stats": antminer(chain_hw2="?")})
    assert snapshot.hw_errors is None
    devs = reply("DEVS", {"MHS 5s": 1e6}, {"MHS 5s": "fast"})
    assert parse_snapshot({"devs": devs}).total_hashrate_ghs_devs is None


def test_a_summary_of_zeros_does_not_outrank_boards_that_hash() -> None:
    """BW L21; with boards at zero the zero is measured."""
    summary = reply("SUMMARY", {"MHS 5s": 0.0, "MHS av": 0.0})
    hashing = reply("DEVS", {"ID": 0, "MHS 5s": 550.0}, {"ID": 1, "MHS 5s": 560.0})
    assert parse_snapshot({"summary": summary, "devs": hashing}).hashrate_ghs == 1.11
    still = reply("DEVS", {"ID": 0, "MHS 5s": 0.0})
    assert parse_snapshot({"summary": summary, "devs": still}).hashrate_ghs == 0.0


async def test_estats_are_asked_where_stats_have_no_reading(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """And go on being asked, so that nothing flickers when `stats` fill again."""
    description = "cgminer 4.11.1"
    module = "Ver[Nano3s-25] Elapsed[900] GHSspd[6500.5] MGHS[6500.5] TMax[90] TA[12]"
    replies = {
        "stats": ok("STATS", [{"MM ID0": ""}], description),
        "estats": ok("STATS", [{"MM ID0": module}], description),
        "version": ok("VERSION", [{"PROD": "Avalon Nano3s"}], description),
    }
    polls = poller(await start_miner(Firmware(description, replies)))
    snapshot = await polls.poll(8)
    assert (snapshot.hashrate_ghs, len(snapshot.boards)) == (6500.5, 1)
    for _ in range(10):
        snapshot = await polls.poll()
        assert snapshot.hashrate_ghs == 6500.5
    assert max(polls.connections[1:]) <= 2


async def test_edevs_are_asked_where_devs_have_no_row(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Some Whatsminers refuse `devs`, and have their boards there."""
    description = "whatsminer v1.4"
    rows = [{"Slot": n, "MHS 5s": 3e7, "Effective Chips": 80} for n in range(4)]
    replies = {
        "summary": ok("SUMMARY", [{"MHS 5s": 1.2e8, "Fan Speed In": 0}], description),
        "edevs": ok("DEVS", rows, description),
    }
    polls = poller(await start_miner(Firmware(description, replies)))
    assert len((await polls.poll(6)).boards) == 4
    for _ in range(10):
        assert len((await polls.poll()).boards) == 4
    assert max(polls.connections[1:]) <= 2


async def test_a_miner_with_boards_is_not_asked_for_extended_replies(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """They hold the same again."""
    polls = poller(await start_miner(Firmware(STOCK, stock_replies())))
    await polls.poll(20)
    assert not [
        asked for asked in polls.asked if {"estats", "edevs"} & set(map(str, asked))
    ]


@pytest.mark.parametrize("others", [True, False], ids=["with others", "alone"])
async def test_new_api_is_tried_where_plain_stats_are_refused(
    start_miner: StartMiner, poller: MakePoller, *, others: bool
) -> None:
    """Boards and rate come from it, within the connections of a first poll."""
    firmware = Firmware(CLASSIC, stock_replies() if others else {})
    firmware.replies.pop("stats", None)

    def answer(request: Any) -> Reply:
        if request.get("new_api"):
            return new_api_stats()
        if request["command"] == "stats":
            return invalid_command(CLASSIC)
        return firmware(request)

    polls = poller(await start_miner(answer))
    snapshot = await polls.poll(3)
    assert (len(snapshot.boards), snapshot.hashrate_ghs) == (2, 118001.0)
    assert polls.connections[0] <= 8
    assert max(polls.connections[1:]) <= 2
