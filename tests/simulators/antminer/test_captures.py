"""Simulated replies have the shape of real ones, key by key."""

import json
import re
from typing import Any

import pytest

from tests.reference import needs_reference, reference, twin
from tests.simulators.asking import ask, ask_json
from tests.simulators.conftest import Start

CAPTURES = reference("cgminer")

pytestmark = [
    needs_reference("cgminer"),
    twin(
        "tests/simulators/antminer/test_shapes.py::"
        "test_replies_have_the_keys_and_kinds_of_the_firmware"
    ),
]


def _captured(name: str, command: str) -> Any:
    path = CAPTURES / f"{name}.json"
    raw: str = json.loads(path.read_text("utf-8"))["raw_responses"][command].rstrip(
        "\0"
    )
    return raw if command.endswith(":text") else json.loads(_mended(raw), strict=False)


def _mended(raw: str) -> str:
    return raw.replace("}{", "},{").replace("\\'", "'")


def _shape(value: Any) -> Any:
    """Return the keys of a reply with slots and fans as N, and each value's kind."""
    match value:
        case dict():
            return {re.sub(r"\d+$", "N", k): _shape(v) for k, v in value.items()}
        case list():
            return [_shape(value[0])] if value else []
        case bool():
            return "bool"
        case int() | float():
            return "number"
    return type(value).__name__


def _keys(row: dict[str, Any]) -> set[str]:
    return {re.sub(r"\d+$", "N", key) for key in row}


@pytest.mark.parametrize(
    ("model", "capture", "command"),
    [
        ("s21", "antminer-s21-stock-2024-1", "summary"),
        ("s21", "antminer-s21-stock-2024-1", "pools"),
        ("s21", "antminer-s21-stock-2024-1", "devs"),
        ("s21", "antminer-s21-stock-2024-1", "version"),
        ("s9", "antminer-s9-vnish386-1", "version"),
        ("s9", "antminer-l3plus-stock-1", "pools"),
        ("l3plus", "antminer-l3plus-stock-1", "pools"),
        ("m30s", "whatsminer-m20s-new-1", "devs"),
        ("m30s", "whatsminer-m20s-new-1", "pools"),
    ],
)
async def test_same_keys_and_kinds(
    start: Start, model: str, capture: str, command: str
) -> None:
    """Nothing missing, nothing added, nothing of another kind."""
    if (model, command) == ("s9", "version"):
        real = json.loads(
            json.dumps(_captured(capture, command)).replace("CGMiner", "BMMiner")
        )
    else:
        real = _captured(capture, command)
    assert _shape(await ask_json(await start(model), command)) == _shape(real)


@pytest.mark.parametrize(
    ("model", "capture"),
    [
        ("s19jpro", "antminer-s19jpro-stock-2021-1"),
        ("s19x6", "antminer-s19pro-stock-cold-1"),
        ("s21plushyd", "antminer-s21jxphyd-stock-1"),
        ("l3plus", "antminer-l3plus-stock-1"),
    ],
)
async def test_same_stats(start: Start, model: str, capture: str) -> None:
    """The header and the device row of an Antminer."""
    simulated, real = (
        await ask_json(await start(model), "stats"),
        _captured(capture, "stats"),
    )
    assert simulated.keys() == real.keys()
    for ours, theirs in zip(simulated["STATS"], real["STATS"], strict=True):
        assert _shape(ours) == _shape(theirs)


async def test_stats_come_in_the_same_order(start: Start) -> None:
    """Text readers rely on it."""
    simulated = (await ask_json(await start("s19jpro"), "stats"))["STATS"][1]
    real = _captured("antminer-s19jpro-stock-2021-1", "stats")["STATS"][1]
    assert list(simulated) == list(real)


async def test_same_s9(start: Start) -> None:
    """Stock S9 has no capture in full: Braiins 2019, its closest kin, has all its keys."""
    simulated = (await ask_json(await start("s9"), "stats"))["STATS"][1]
    real = _captured("antminer-s9-bos2019-1", "stats")["STATS"][1]
    assert _keys(simulated) <= _keys(real)
    assert _keys(real) - _keys(simulated) == {
        *("voltageN", "freq_descN", "chain_coresN", "chain_hwrateN")
    }
    for key in simulated.keys() & real.keys():
        assert _shape(simulated[key]) == _shape(real[key]), key


async def test_same_new_api(start: Start) -> None:
    """`stats` with the flag, keys and order."""
    simulated = await ask_json(await start("s21"), "stats", new_api=True)
    real = _captured("antminer-s21proplus-stock-newapi-1", "stats:new_api")
    assert _shape(simulated) == _shape(real)
    assert list(simulated["STATS"][0]["chain"][0]) == list(real["STATS"][0]["chain"][0])


@pytest.mark.parametrize("command", ["stats", "summary", "devs"])
async def test_same_text(start: Start, command: str) -> None:
    """The plain-text form, field by field, commas and all."""
    real = _captured("antminer-s19jpro-stock-text-1", f"{command}:text")
    simulated = (await ask(await start("s19jpro"), command))[:-1].decode()
    pattern = r"=[^|,]*(?=[|,])"
    ours, theirs = (re.sub(pattern, "=", text) for text in (simulated, real))
    assert ours.strip() == theirs.strip()


@pytest.mark.parametrize("command", ["temps", "devdetails", "fans", "devs"])
async def test_same_braiins(start: Start, command: str) -> None:
    """The commands that hold its readings."""
    capture = "antminer-s17-bosplus08-1"
    real = _captured(capture, "temps+devdetails+fans")[command][0]
    assert _shape(await ask_json(await start("s17braiins"), command)) == _shape(real)


async def test_same_braiins_stats(start: Start) -> None:
    """Entries without a reading."""
    real = _captured("antminer-s17-bosplus08-1", "stats")
    simulated = await ask_json(await start("s17braiins"), "stats")
    assert simulated["STATS"] == real["STATS"]


async def test_same_whatsminer_summary(start: Start) -> None:
    """A part of the real keys, which differ a lot between versions, with their kinds."""
    real = _captured("whatsminer-m20s-new-1", "summary")["SUMMARY"][0]
    simulated = (await ask_json(await start("m30s"), "summary"))["SUMMARY"][0]
    assert simulated.keys() <= real.keys()
    assert len(simulated) > 0.8 * len(real)
    for key, value in simulated.items():
        assert _shape(value) == _shape(real[key]), key


async def test_same_avalon(start: Start) -> None:
    """Joined pools, summary and stats, and the fields in brackets."""
    real = _captured("avalon-1047-joined-1", "pools+summary+stats")
    simulated = await ask_json(await start("a1246"), "pools+summary+stats")
    assert (
        simulated["pools"][0]["POOLS"][0].keys() == real["pools"][0]["POOLS"][0].keys()
    )
    ours, theirs = (reply["summary"][0]["SUMMARY"][0] for reply in (simulated, real))
    assert ours.keys() == theirs.keys()
    ours, theirs = (reply["stats"][0]["STATS"] for reply in (simulated, real))
    assert [_shape(row) for row in ours[:2]] == [_shape(row) for row in theirs[:2]]
    names = [
        {re.sub(r"\d+$", "N", name) for name in re.findall(r"(\w+)\[", row["MM ID0"])}
        for row in (ours[0], theirs[0])
    ]
    # Newer firmware than the capture's reports the present rate as well.
    assert names[0] - names[1] == {"GHSspd"}
