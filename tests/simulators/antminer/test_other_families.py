"""Braiins, Whatsminer and Avalon: what comes over the wire."""

import json
import re
from typing import Any

import pytest

from simulators.clock import ManualClock
from tests.simulators.asking import ask, ask_json
from tests.simulators.conftest import Start


async def test_braiins_tells_nothing_in_stats(start: Start) -> None:
    """Six empty entries for three boards and three pools."""
    reply = await ask_json(await start("s17braiins"), "stats")
    assert [row["STATS"] for row in reply["STATS"]] == [0, 1, 2, 3, 4, 5]
    assert not any(key.startswith("chain") for row in reply["STATS"] for key in row)
    assert {row["Elapsed"] for row in reply["STATS"]} == {0}


async def test_braiins_readings_are_spread_over_commands(start: Start) -> None:
    """Rates in devs, temperatures in temps, speed in fans, chips in devdetails."""
    miner = await start("s17braiins")
    reply = await ask_json(miner, "devs+temps+fans+devdetails")
    truth = miner.reading()
    devs, temps, fans, details = (
        reply[name][0][name.upper()] for name in ("devs", "temps", "fans", "devdetails")
    )
    for n, board in enumerate(truth.boards):
        assert devs[n]["ID"] == temps[n]["ID"] == details[n]["ID"] == board.slot
        assert devs[n]["MHS 5s"] == pytest.approx(board.rate_ghs * 1000)
        assert devs[n]["Hardware Errors"] == board.hw_errors
        assert temps[n]["Chip"] == board.temp_chip
        assert temps[n]["Board"] == board.temp_pcb
        assert details[n]["Chips"] == 48
    assert [row["RPM"] for row in fans] == list(truth.fans.values())
    assert [reply[name][0]["STATUS"][0]["Code"] for name in ("temps", "fans")] == [
        201,
        202,
    ]


async def test_braiins_takes_no_text(start: Start) -> None:
    """Only JSON is understood."""
    reply = json.loads((await ask(await start("s17braiins"), "stats"))[:-1])
    assert reply["STATUS"][0]["Code"] == 23


async def test_braiins_shows_zero_degrees_when_paused(
    start: Start, clock: ManualClock
) -> None:
    """Without power the boards' sensors are off."""
    miner = await start("s17braiins")
    miner.sleep()
    clock.advance(60)
    temps = (await ask_json(miner, "temps"))["TEMPS"]
    assert [(row["Board"], row["Chip"]) for row in temps] == [(0.0, 0.0)] * 3


async def test_whatsminer_refuses_with_a_plain_status(start: Start) -> None:
    """STATUS is a letter, Code and Msg stand beside it."""
    assert await ask(await start("m30s"), '{"command":"stats"}') == (
        b'{"STATUS":"E","When":1900000000,"Code":14,"Msg":"invalid cmd",'
        b'"Description":"whatsminer v1.1"}\0'
    )


async def test_whatsminer_answers_get_version_with_an_object(start: Start) -> None:
    """`cmd` is as good as `command`; Msg is an object."""
    reply = json.loads((await ask(await start("m30s"), '{"cmd":"get_version"}'))[:-1])
    assert (reply["STATUS"], reply["Code"]) == ("S", 131)
    assert reply["Msg"]["fw_ver"] == "20220714.14.REL"


async def test_whatsminer_readings(start: Start) -> None:
    """Boards in devs, the machine, its power and its MAC in summary."""
    miner = await start("m30s")
    reply, truth = await ask_json(miner, "summary+devs+devdetails"), miner.reading()
    summary = reply["summary"][0]["SUMMARY"][0]
    assert summary["MHS 5s"] == pytest.approx(truth.rate_ghs * 1000)
    assert (summary["Power"], summary["MAC"]) == (truth.power_w, miner.identity.mac)
    assert [summary["Fan Speed In"], summary["Fan Speed Out"]] == list(
        truth.fans.values()
    )
    for row, board in zip(reply["devs"][0]["DEVS"], truth.boards, strict=True):
        assert (row["Slot"], row["Effective Chips"]) == (board.slot, 111)
        assert row["MHS 5s"] == pytest.approx(board.rate_ghs * 1000)
        assert row["Temperature"] == pytest.approx(board.temp_pcb)
        assert row["Chip Temp Max"] == pytest.approx(board.temp_chip)
    models = {row["Model"] for row in reply["devdetails"][0]["DEVDETAILS"]}
    assert models == {"M30S"}


@pytest.mark.parametrize("member", ["edevs", "status", "get_psu"])
async def test_whatsminer_does_not_join_everything(start: Start, member: str) -> None:
    """One such member spoils the whole."""
    reply = await ask_json(await start("m30s"), f"summary+{member}")
    assert (reply["STATUS"], reply["Code"]) == ("E", 14)


async def test_whatsminer_status_tells_whether_it_is_off(
    start: Start, clock: ManualClock
) -> None:
    """Switched off by its software, the machine still answers."""
    miner = await start("m30s")
    assert (await ask_json(miner, "status"))["Msg"]["btmineroff"] == "false"
    miner.sleep()
    clock.advance(60)
    assert (await ask_json(miner, "status"))["Msg"]["btmineroff"] == "true"
    assert (await ask_json(miner, "summary"))["SUMMARY"][0]["MHS 5s"] == 0


def _brackets(reply: dict[str, Any]) -> dict[str, str]:
    return dict(re.findall(r"(\w+)\[([^\]]*)\]", reply["STATS"][0]["MM ID0"]))


async def test_avalon_packs_its_readings_into_brackets(start: Start) -> None:
    """One text per machine; per board only the mean rate."""
    miner = await start("a1246")
    reply, truth = await ask_json(miner, "stats"), miner.reading()
    fields = _brackets(reply)
    assert fields["GHSspd"] == f"{truth.rate_ghs:.2f}"
    assert fields["GHSmm"] == "90000.00"
    assert fields["MGHS"].split() == [f"{b.average_ghs:.2f}" for b in truth.boards]
    assert [int(t) for t in fields["MTmax"].split()] == [
        board.temp_chip for board in truth.boards
    ]
    assert [int(fields[f"Fan{n}"]) for n in range(1, 5)] == list(truth.fans.values())
    assert fields["TA"] == "360"
    chips = [int(t) for t in fields["PVT_T1"].split()]
    assert len(chips) == 120
    assert max(chips) == truth.boards[1].temp_chip
    assert [row["ID"] for row in reply["STATS"]] == ["AVA120", "POOL0", "POOL1"]


async def test_avalon_denies_nothing_and_takes_text(start: Start) -> None:
    """No group of commands is set up; unknown names are unknown."""
    miner = await start("a1246")
    assert b"|SUMMARY,Elapsed=86400,MHS av=" in await ask(miner, "summary")
    version = (await ask_json(miner, "version"))["VERSION"][0]
    assert version["PROD"] == "AvalonMiner 1246"
    assert version["MAC"] == miner.identity.mac.replace(":", "").lower()
    assert (await ask_json(miner, "temps"))["STATUS"][0]["Code"] == 14


async def test_avalon_idles_when_it_is_put_to_sleep(
    start: Start, clock: ManualClock
) -> None:
    """The state text changes, the present rate is 0, the means stay."""
    miner = await start("a1246")
    miner.sleep()
    clock.advance(300)
    fields = _brackets(await ask_json(miner, "stats"))
    assert fields["SYSTEMSTATU"] == "Work: In Idle, Hash Board: 3 "
    assert (fields["GHSspd"], fields["TMax"], fields["Fan1"]) == ("0.00", "0", "0")
    assert float(fields["MGHS"].split()[0]) > 20_000
