"""Watts by position and kind, and what is hot by family and by the device's own word."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    BoardHealth,
    PowerSource,
    parse_snapshot,
)

from .fake_miner import Reply, ok
from .replies import braiins_replies, chains, stats, whatsminer_replies
from .test_families import reply


def avalon(fields: str) -> dict[str, Reply]:
    """Return `stats` of an Avalon with one board."""
    text = f"{fields} Elapsed[5020] GHSspd[52000.5] MGHS[51000.0] TA[160]"
    return {"stats": reply("STATS", {"MM ID0": text})}


def luxos(*, psu: bool) -> dict[str, Reply]:
    """Return `stats` and `power` of LuxOS."""
    description = "LUXminer 2025.1.14"
    power = ok("POWER", [{"PSU": psu, "Watts": 1051}], description)
    return {"stats": stats(description=description), "power": power}


def braiins() -> dict[str, Reply]:
    """Return the replies of BOSminer with those of its tuner."""
    tuner = {"ApproximateMinerPowerConsumption": 1210, "PowerLimit": 1300}
    description = "BOSminer bosminer-plus-am2-s17 0.8.0"
    return braiins_replies() | {"tunerstatus": ok("TUNERSTATUS", [tuner], description)}


WALL, BOARDS, ESTIMATED = PowerSource


@pytest.mark.parametrize(
    ("replies", "watts", "source"),
    [
        pytest.param(
            avalon("Ver[Nano3s-25] PS[0 0 27541 4 0 3756 133]"), 133, WALL, id="Nano 3S"
        ),
        pytest.param(
            avalon("Ver[Mini3-25] PS[0 1210 2083 37 760 2085 824]"),
            824,
            WALL,
            id="Mini 3",
        ),
        pytest.param(
            avalon("Ver[1246-21] PS[0 1214 1301 245 3189 1302 3504]"),
            3189,
            BOARDS,
            id="A series",
        ),
        pytest.param(
            avalon("Ver[Nano3-24] PS[0 0 0 3 2792 89 324]"),
            None,
            None,
            id="first Nano 3, whose numbers are not known",
        ),
        pytest.param(
            avalon(
                "Ver[Q-25] PS[0 1222 4 0 0 2245 146] SoftOFF[4]"
                " SYSTEMSTATU[Work: In Idle, Hash Board: 1]"
            ),
            None,
            None,
            id="Q asleep, with the last watts of its work",
        ),
        pytest.param(luxos(psu=False), 1051, ESTIMATED, id="LuxOS without a meter"),
        pytest.param(luxos(psu=True), 1051, None, id="LuxOS with one"),
        pytest.param(braiins(), 1210, ESTIMATED, id="Braiins"),
        pytest.param(whatsminer_replies(), 3400, WALL, id="Whatsminer"),
        pytest.param(
            {
                "stats": reply(
                    "STATS",
                    {"PSU Input Power": 3504, "PSU Output Power": 3300},
                    description="bdminer 4.11.1",
                )
            },
            3504,
            WALL,
            id="SealMiner",
        ),
        pytest.param(
            {
                "stats": stats(
                    chains() | {f"chain_consumption{n}": 900 for n in (1, 2, 3)}
                )
            },
            2700,
            BOARDS,
            id="VNish",
        ),
    ],
)
def test_watts_and_where_they_are_measured(
    replies: dict[str, Any], watts: float | None, source: PowerSource | None
) -> None:
    """By position where a family has one, and unknown where its role is not."""
    snapshot = parse_snapshot(replies)
    assert (snapshot.power_w, snapshot.power_source) == (watts, source)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("Ver[Nano3s-25] TarT[90] MTmax[95]", BoardHealth.UNKNOWN),
        ("Ver[Nano3s-25] TarT[90] MTmax[106]", BoardHealth.WARNING),
        ("Ver[Q-25] TarT[65] MTmax[86]", BoardHealth.WARNING),
        ("Ver[Q-25] TarT[65] MTmax[91]", BoardHealth.CRITICAL),
        ("Ver[741] MTmax[92]", BoardHealth.UNKNOWN),
        ("Ver[741] MTmax[106]", BoardHealth.CRITICAL),
    ],
)
def test_the_target_of_the_device_decides_what_is_hot(
    fields: str, status: BoardHealth
) -> None:
    """An Avalon at its own target is well; without one its family decides."""
    (board,) = parse_snapshot(avalon(fields)).boards
    expected = BoardHealth.HEALTHY if status is BoardHealth.UNKNOWN else status
    assert board.status is expected


@pytest.mark.parametrize(
    ("replies", "chip", "status"),
    [
        ("braiins", 98.0, BoardHealth.HEALTHY),
        ("braiins", 101.0, BoardHealth.WARNING),
        ("whatsminer", 88.0, BoardHealth.HEALTHY),
        ("whatsminer", 92.5, BoardHealth.WARNING),
        ("antminer", 81.0, BoardHealth.WARNING),
        ("antminer", 91.0, BoardHealth.CRITICAL),
    ],
)
def test_limits_belong_to_the_family(
    replies: str, chip: float, status: BoardHealth
) -> None:
    """Where nothing is known of a family, those of the original hold."""
    match replies:
        case "braiins":
            found = braiins_replies()
            found["temps"]["TEMPS"] = [{"ID": n, "Chip": chip} for n in (6, 7, 8)]
        case "whatsminer":
            found = whatsminer_replies()
            for row in found["devs"]["DEVS"]:
                row["Chip Temp Max"] = chip
        case _:
            sensors = {f"temp_chip{n}": f"{chip:g}" for n in (1, 2, 3)}
            found = {"stats": stats(chains() | sensors)}
    assert {board.status for board in parse_snapshot(found).boards} == {status}
