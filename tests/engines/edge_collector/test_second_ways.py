"""Which second way a make has beside its CGMiner API, by what that API is read as."""

import json
from pathlib import Path

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    MinerSnapshot,
    parse_snapshot,
    registry,
)
from custom_components.mining_farm.engines.edge_collector.drivers.decoding import (
    decode_reply,
)

from .makes import Makes

DATA = Path(__file__).parents[2] / "data" / "cgminer"
WAYS = {
    "antminer-classic": "antminer",
    "antminer-new-api": "antminer",
    "antminer-vnish": "vnish",
    "auradine": "auradine",
    "avalon-standby": "avalon",
    "bfgminer-kdaminer": "goldshell",
    "braiins": "braiins",
    "chains": "innosilicon",
    "elphapex": "antminer",
    "hammer": "antminer",
    "innosilicon-equihash": "innosilicon",
    "luxos": "luxos",
    "whatsminer": "whatsminer",
    "whatsminer-edevs": "whatsminer_v2",
}
"""By made up replies of the CGMiner API: the driver of what such a miner has besides."""


def read(case: str) -> MinerSnapshot:
    """Return what replies are read as."""
    replies = json.loads((DATA / f"{case}.json").read_text("utf-8"))["raw_responses"]
    decoded = {}
    for named, reply in replies.items():
        command = named.partition(":")[0]
        raw = reply if isinstance(reply, str) else json.dumps(reply)
        decoded[command] = decode_reply(raw.encode() + b"\0", command)
    return parse_snapshot(decoded)


@pytest.mark.parametrize(("case", "driver"), WAYS.items())
def test_each_make_is_asked_for_its_second_way(case: str, driver: str) -> None:
    """Otherwise it is read, and can never be controlled."""
    (way,) = [each for each in registry.DRIVERS if each.name == driver]
    assert read(case).family in way.accompanies


async def test_a_goldshell_that_answers_both_ways_can_be_controlled(
    makes: Makes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its CGMiner API descends from bfgminer; its plans are on its pages."""
    miner = (await makes.start("goldshell")).simulator
    (driver,) = [each for each in registry.DRIVERS if each.name == "goldshell"]
    monkeypatch.setattr(type(driver), "ports", (miner.port,))
    snapshot = read("bfgminer-kdaminer")
    found = await registry.async_find_second(miner.host, 4028, snapshot)
    assert found is not None
    way, beside = found
    assert way == registry.Way("goldshell", miner.port)
    assert beside.model == "Goldshell-KD6"
    assert not miner.writes
