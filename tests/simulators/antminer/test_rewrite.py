"""Stock S19/S21: what comes over the wire."""

import json
import re
from typing import Any

import pytest

from simulators.clock import ManualClock
from tests.simulators.asking import ask, ask_json, device
from tests.simulators.conftest import Start

REFUSED = (
    b'{"STATUS": [{"STATUS": "E", "When": 1900000000, "Code": 14, '
    b'"Msg": "Invalid command", "Description": "cgminer 1.0.0"}], "id": 1}\0'
)
STATS_BEGIN = (
    b'{"STATUS": [{"STATUS": "S", "When": 1900000000, "Code": 70, '
    b'"Msg": "CGMiner stats", "Description": "cgminer 1.0.0"}], '
    b'"STATS": [{"BMMiner": "1.0.0", "Miner": "uart_trans.1.3", '
    b'"CompileTime": "Thu Jun 23 10:12:44 CST 2022", "Type": "Antminer S19j Pro"}, '
    b'{"STATS": 0, "ID": "BTM_SOC0", "Elapsed": 86400, "Calls": 0, '
)


async def test_stats_in_bytes(start: Start) -> None:
    """Spaced JSON, one NUL, then the close."""
    miner = await start("s19jpro")
    reply = await ask(miner, '{"command":"stats"}')
    assert reply.startswith(STATS_BEGIN)
    serial = miner.identity.serial.encode()
    assert reply.endswith(b'"miner_id": "' + serial + b'"}], "id": 1}\0')
    assert reply.count(b"\0") == 1
    assert json.loads(reply[:-1])["STATS"][1]["miner_count"] == 3


async def test_the_numbers_are_the_truth(start: Start) -> None:
    """Every reading of the machine is where the firmware prints it."""
    miner = await start("s19jpro")
    row, truth = await device(miner), miner.reading()
    assert row["GHS 5s"] == truth.rate_ghs
    assert row["GHS av"] == row["total rate"] == truth.average_ghs
    assert row["total_rateideal"] == 104_000.0
    assert [row[f"fan{n}"] for n in range(1, 5)] == list(truth.fans.values())
    for board in truth.boards:
        n = board.slot
        assert row[f"chain_rate{n}"] == f"{board.rate_ghs:.2f}"
        assert row[f"chain_acn{n}"] == 126
        assert row[f"chain_acs{n}"] == " ooo" * 42
        assert row[f"chain_hw{n}"] == board.hw_errors
        assert row[f"temp{n}"] == board.temp_pcb
        assert row[f"temp2_{n}"] == board.temp_chip
        sensors = [int(part) for part in row[f"temp_chip{n}"].split("-")]
        assert sensors == list(board.chip_temps)


async def test_the_fourth_slot_is_padding(start: Start) -> None:
    """A slot without a board is printed, and is empty."""
    row = await device(await start("s19jpro"))
    assert (row["chain_acn4"], row["chain_acs4"], row["chain_rate4"]) == (0, "", "")
    assert (row["temp_pcb4"], row["freq4"]) == ("0-0-0-0", 0)
    assert "temp4" not in row
    assert "chain_acn5" not in row


async def test_text_keeps_a_comma_between_rows(start: Start) -> None:
    """The plain-text form with its stray comma; a newline spoils the command."""
    miner = await start("s19jpro")
    reply = await ask(miner, "stats")
    assert reply.startswith(
        b"STATUS=S,When=1900000000,Code=70,Msg=CGMiner stats,"
        b"Description=cgminer 1.0.0|BMMiner=1.0.0,Miner=uart_trans.1.3,"
    )
    assert (
        b",Type=Antminer S19j Pro|,STATS=0,ID=BTM_SOC0,Elapsed=86400,Calls=0," in reply
    )
    assert b",total_rateideal=104000.00,rate_unit=GH," in reply
    assert b",chain_acs4=,chain_hw1=" in reply
    assert reply.endswith(b"|\0")
    assert (await ask(miner, "summary|0")).startswith(b"STATUS=S,")
    assert b"|SUMMARY,Elapsed=86400,GHS 5s=" in await ask(miner, "summary")
    assert await ask(miner, "stats\n") == (
        b"STATUS=E,When=1900000000,Code=14,Msg=Invalid command,"
        b"Description=cgminer 1.0.0|\0"
    )


@pytest.mark.parametrize(
    "request_",
    [
        '{"command":"stats+summary"}',
        '{"command":"config"}',
        '{"command":""}',
        '{"command":["stats","summary"]}',
        '{"command":7}',
    ],
)
async def test_everything_else_is_an_invalid_command(
    start: Start, request_: str
) -> None:
    """Joined commands, arrays on this model, and names beyond the five."""
    assert await ask(await start("s19jpro"), request_) == REFUSED


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ('{"command":"sta', 23, "Invalid JSON"),
        ("{}", 24, "Missing JSON 'command'"),
        ('{"cmd":"stats"}', 24, "Missing JSON 'command'"),
    ],
)
async def test_broken_requests_are_named(
    start: Start, request_: str, code: int, message: str
) -> None:
    """What is no JSON, and what has no command."""
    reply = json.loads((await ask(await start("s19jpro"), request_))[:-1])
    assert (reply["STATUS"][0]["Code"], reply["STATUS"][0]["Msg"]) == (code, message)


async def test_an_array_is_answered_by_a_model_that_takes_it(start: Start) -> None:
    """One reply per name; an unknown one is refused in its place; eleven at most."""
    miner = await start("s21")
    reply = await ask_json(miner, ["stats", "summary", "config"])  # type: ignore[arg-type]
    assert list(reply) == ["stats", "summary", "config"]
    assert reply["stats"]["STATS"][1]["chain_acn1"] == 108
    assert reply["summary"]["SUMMARY"][0]["Elapsed"] == 86_400
    assert reply["config"]["STATUS"][0]["Code"] == 14
    assert await ask(miner, json.dumps({"command": ["stats"] * 12})) == REFUSED


async def test_new_api_gives_another_shape(start: Start) -> None:
    """Chains from 0 in a list, and the rate's unit reported."""
    miner = await start("s21")
    reply, truth = await ask_json(miner, "stats", new_api=True), miner.reading()
    assert reply["STATUS"]["STATUS"] == "S"
    assert reply["INFO"]["type"] == "Antminer S21"
    stats = reply["STATS"][0]
    assert (stats["rate_unit"], stats["rate_5s"]) == ("GH/s", truth.rate_ghs)
    assert stats["watt"] == truth.power_w
    assert stats["fan"] == list(truth.fans.values())
    for chain, board in zip(stats["chain"], truth.boards, strict=True):
        assert chain["index"] == board.slot - 1
        assert chain["rate_real"] == board.rate_ghs
        assert chain["temp_chip"] == list(board.chip_temps)
        assert chain["asic"] == " oooooo" * 18


async def test_new_api_is_ignored_by_older_firmware(start: Start) -> None:
    """The flag changes nothing where it is not known."""
    reply = await ask_json(await start("s19x6"), "stats", new_api=True)
    assert reply["STATS"][1]["chain_acn6"] == 76


async def test_new_api_counts_only_as_a_true_flag_of_stats(start: Start) -> None:
    """Other commands and other values get the old shape."""
    miner = await start("s21")
    assert "chain_acn1" in (await ask_json(miner, "stats", new_api=1))["STATS"][1]
    assert "SUMMARY" in await ask_json(miner, "summary", new_api=True)


async def test_devs_is_a_dummy_on_the_s19_and_filled_on_the_s21(start: Start) -> None:
    """One row BTM_SOC: zeros under a misspelt name, or the truth in MH/s."""
    dummy = (await ask_json(await start("s19jpro"), "devs"))["DEVS"]
    assert [(row["Name"], row["MHS 5s"], row["MHS av"]) for row in dummy] == [
        ("BTM_SOC", 0.0, 0.0)
    ]
    assert dummy[0]["Tenperature"] == 0.0
    miner = await start("s21")
    filled = (await ask_json(miner, "devs"))["DEVS"][0]
    assert filled["MHS 5s"] == pytest.approx(miner.reading().rate_ghs * 1000)
    assert filled["Temperature"] > 40


async def test_pools_have_a_deed_one(start: Start) -> None:
    """Three slots, the third without a pool; the firmware's own spelling."""
    miner = await start("s19jpro", worker="account.rig1")
    rows = (await ask_json(miner, "pools"))["POOLS"]
    assert [row["Status"] for row in rows] == ["Alive", "Alive", "Deed"]
    assert [row["Stratum Active"] for row in rows] == [True, False, False]
    assert rows[0]["User"] == "account.rig1"
    assert rows[0]["Accepted"] == miner.reading().accepted
    assert rows[0]["Diff"] == "262K"
    assert re.fullmatch(r"0:00:\d\d", rows[0]["Last Share Time"])
    assert rows[0]["Pool Stale%%"] == 0.0


async def test_six_boards(start: Start) -> None:
    """No slot is left out on a big machine."""
    row = await device(await start("s19x6"))
    assert [n for n in range(1, 9) if row.get(f"chain_acn{n}")] == [1, 2, 3, 4, 5, 6]
    assert row["total_acn"] == 456


@pytest.mark.parametrize(("model", "boards"), [("s19prohyd", 4), ("s21plushyd", 3)])
async def test_hydro_has_water_and_no_fans(
    start: Start, model: str, boards: int
) -> None:
    """No fan is counted or turns; the board sensors show inlet and outlet water."""
    miner = await start(model)
    row, truth = await device(miner), miner.reading()
    assert (row["fan_num"], row["miner_count"]) == (0, boards)
    assert [row[f"fan{n}"] for n in range(1, 5)] == [0, 0, 0, 0]
    water = f"{truth.inlet:.0f}-{truth.inlet:.0f}-{truth.outlet:.0f}-{truth.outlet:.0f}"
    assert [row[f"temp_pcb{n}"] for n in range(1, boards + 1)] == [water] * boards
    assert truth.outlet > truth.inlet


async def test_sleep_shows_as_boards_without_a_nonce(
    start: Start, clock: ManualClock
) -> None:
    """All x, rate "0.00", and still three boards."""
    miner = await start("s19jpro")
    miner.sleep()
    clock.advance(600)
    row: dict[str, Any] = await device(miner)
    assert (row["miner_count"], row["GHS 5s"]) == (3, 0.0)
    assert row["chain_acs1"] == " xxx" * 42
    assert row["chain_rate1"] == "0.00"
    assert row["GHS av"] > 0
