"""Each firmware family as it speaks: replies in its words, read into common terms."""

import json
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Algorithm,
    BoardHealth,
    MinerSnapshot,
    parse_snapshot,
)
from custom_components.mining_farm.engines.edge_collector.drivers.decoding import (
    decode_reply,
)


def reply(
    section: str, *rows: dict[str, Any], description: str = "cgminer 1.0.0"
) -> dict[str, Any]:
    """Return a reply with its STATUS."""
    return {
        "STATUS": [{"STATUS": "S", "Code": 70, "Description": description}],
        section: list(rows),
        "id": 1,
    }


def antminer(
    model: str, entry: dict[str, Any], **replies: dict[str, Any]
) -> MinerSnapshot:
    """Return what an Antminer's `stats` and further replies say."""
    header = {
        "BMMiner": "1.0.0",
        "Miner": "49.0.1.3",
        "CompileTime": "Sat May 15 21:17:18 CST 2021",
        "Type": model,
    }
    return parse_snapshot(
        {"stats": reply("STATS", header, {"STATS": 0} | entry)} | replies
    )


def fan_speeds(snapshot: MinerSnapshot) -> dict[str, int]:
    """Return the fans by id."""
    return {fan.id: fan.rpm for fan in snapshot.fans}


def test_s9_as_it_comes_over_the_wire() -> None:
    """Slots 6 to 8 of 16, no comma between header and device, text and numbers mixed."""
    slots = range(1, 17)
    used = {6: 65, 7: 56, 8: 63}
    entry: dict[str, Any] = {
        "STATS": 0,
        "ID": "BC50",
        "Elapsed": 3617,
        "GHS 5s": "12795.48",
        "GHS av": 12900.71,
    }
    entry |= {"miner_count": 3, "frequency": "600", "fan_num": 2}
    entry |= {f"fan{n}": {5: 5400, 6: 5880}.get(n, 0) for n in range(1, 9)}
    for n in slots:
        present = n in used
        entry |= {
            f"temp{n}": used.get(n, 0),
            f"temp2_{n}": used[n] + 15 if present else 0,
            f"freq_avg{n}": 600.00 if present else 0.0,
            f"chain_rateideal{n}": 4309.2,
            f"chain_acn{n}": 63 if present else 0,
            f"chain_acs{n}": " oooooooo" * 7 + " ooooooo" if present else "",
            f"chain_hw{n}": 0,
            f"chain_rate{n}": "4265.16" if present else "",
        }
    whole = reply(
        "STATS",
        {"CGMiner": "4.9.0", "Miner": "26.0.1.3", "Type": "Antminer S9\nV1.3.58"},
        entry,
    )
    raw = json.dumps(whole).replace("}, {", "}{").encode() + b"\0"
    snapshot = parse_snapshot({"stats": decode_reply(raw, "stats")})
    assert [
        (b.id, b.hashrate_ghs, b.temp_chip, b.temp_pcb, b.chips_ok, b.frequency_mhz)
        for b in snapshot.boards
    ] == [
        (6, 4265.16, 80.0, 65.0, 63, 600.0),
        (7, 4265.16, 71.0, 56.0, 63, 600.0),
        (8, 4265.16, 78.0, 63.0, 63, 600.0),
    ]
    assert snapshot.hashrate_ghs == 12795.48
    assert snapshot.total_hashrate_ghs_boards == 12795.48
    assert snapshot.model == "Antminer S9"
    assert snapshot.algorithm is Algorithm.SHA256
    assert snapshot.uptime_s == 3617
    assert fan_speeds(snapshot) == {"5": 5400, "6": 5880}


def test_text_form() -> None:
    """A stray comma after each separator, and every value as text."""
    raw = (
        b"STATUS=S,When=1,Code=70,Msg=CGMiner stats,Description=cgminer 1.0.0|"
        b"BMMiner=1.0.0,Miner=uart_trans.1.3,CompileTime=Wed Aug 25 17:40:50 CST 2021,Type=Antminer S19j Pro|"
        b",STATS=0,Elapsed=906695,GHS 5s=34480.68,fan_num=2,fan1=6000,fan2=6000,"
        b"temp_pcb1=79-79-61-61,temp_chip1=84-84-66-66,total_rateideal=104000.00,rate_unit=GH,"
        b"chain_acn1=126,chain_acn2=0,chain_acs1= "
        + b"ooo "
        * 42
        + b",chain_acs2=,chain_hw1=5,"
        b"chain_rate1=34480.68,chain_rate2=,freq1=545,chain_xtime1={X0=58,X1=59},miner_id=no miner id now|\0"
    )
    snapshot = parse_snapshot({"stats": decode_reply(raw, "stats")})
    (board,) = snapshot.boards
    assert (board.hashrate_ghs, board.temp_chip, board.temp_pcb) == (
        34480.68,
        84.0,
        79.0,
    )
    assert (
        board.chips_ok,
        board.chips_total,
        board.hw_errors,
        board.frequency_mhz,
    ) == (126, 126, 5, 545.0)
    assert board.status is BoardHealth.WARNING
    assert snapshot.ideal_hashrate_ghs == 104000.0
    assert snapshot.uptime_s == 906695
    assert snapshot.hardware_id is None
    assert snapshot.firmware == "uart_trans.1.3 (2021-08-25)"


@pytest.mark.parametrize(
    ("model", "total", "chain", "stated", "ghs", "board_ghs", "algorithm"),
    [
        (
            "Antminer S19",
            110786.79,
            "37735.24",
            "GH",
            110786.79,
            37735.24,
            Algorithm.SHA256,
        ),
        (
            "Antminer S9",
            "13754.03",
            "4524.28",
            None,
            13754.03,
            4524.28,
            Algorithm.SHA256,
        ),
        (
            "Antminer L3+ (024)",
            "504.56",
            "126.12",
            None,
            0.50456,
            0.12612,
            Algorithm.SCRYPT,
        ),
        ("Antminer L9", 16.2, "5.4", None, 16.2, 5.4, Algorithm.SCRYPT),
        (
            "Antminer D3 Blissz v2.06 beta",
            "16346.64",
            "5287.83",
            None,
            16.34664,
            5.28783,
            Algorithm.X11,
        ),
        ("Antminer D9", 1770000.0, 590000.0, None, 1770000.0, 590000.0, Algorithm.X11),
        ("Antminer E3", "190.5", "21.1", None, 0.1905, 0.0211, Algorithm.DAGGER),
        ("Antminer X3", "220.0", "73.3", None, 0.00022, 0.0000733, Algorithm.OTHER),
        (
            "Antminer Z9-Mini",
            "10.1",
            "3.4",
            None,
            1.01e-05,
            3.4e-06,
            Algorithm.EQUIHASH,
        ),
        (
            "Antminer Z11",
            "141.54",
            "53.24",
            None,
            0.00014154,
            0.00005324,
            Algorithm.EQUIHASH,
        ),
        (
            "Antminer Z11",
            "145474.39",
            "42.59",
            None,
            0.00014547439,
            0.00004259,
            Algorithm.EQUIHASH,
        ),
        (
            "Antminer Z11",
            "145474.39",
            "",
            None,
            0.00014547439,
            None,
            Algorithm.EQUIHASH,
        ),
        ("Antminer Z11", "141.54", "", None, 0.00014154, None, Algorithm.EQUIHASH),
        (
            "Antminer Z15",
            "418000.0",
            "139.3",
            None,
            0.000418,
            0.0001393,
            Algorithm.EQUIHASH,
        ),
        (
            "Antminer Z15 Pro",
            840.0,
            0.00029,
            None,
            0.00084,
            0.00029,
            Algorithm.EQUIHASH,
        ),
        ("Antminer DR5", "35000.0", "11700", None, 35000.0, 11700.0, Algorithm.OTHER),
        ("Antminer KS7", 40.0, 13.3, "TH/s", 40000.0, 13300.0, Algorithm.OTHER),
        ("Hammer D10", "5000.0", "1666.0", None, 5.0, 1.666, Algorithm.SCRYPT),
        ("Unheard of", "100.5", "33.5", None, 100.5, 33.5, None),
    ],
)
def test_units_of_antminers(
    *,
    model: str,
    total: object,
    chain: object,
    stated: str | None,
    ghs: float,
    board_ghs: float | None,
    algorithm: Algorithm | None,
) -> None:
    """The field says GHS and means what the model means."""
    entry = {
        "GHS 5s": total,
        "total_rateideal": total,
        "chain_acn1": 3,
        "chain_rate1": chain,
        "rate_unit": stated,
    }
    snapshot = antminer(model, entry)
    assert snapshot.hashrate_ghs == pytest.approx(ghs, rel=1e-9)
    assert snapshot.ideal_hashrate_ghs == pytest.approx(ghs, rel=1e-9)
    assert snapshot.boards[0].hashrate_ghs == (
        None if board_ghs is None else pytest.approx(board_ghs, rel=1e-9)
    )
    assert snapshot.algorithm is algorithm


def test_a_stopped_z11_is_zero() -> None:
    """Whatever the unit, zero is zero."""
    assert (
        antminer("Antminer Z11", {"GHS 5s": "0.00", "chain_acn1": 3}).hashrate_ghs
        == 0.0
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"fan_num": 4, "fan1": 5760, "fan2": 5880, "fan3": 5880, "fan4": 5880},
            {"1": 5760, "2": 5880, "3": 5880, "4": 5880},
        ),
        (
            {"fan_num": 4, "fan1": 5760, "fan2": 0, "fan3": 5880, "fan4": 5880},
            {"1": 5760, "2": 0, "3": 5880, "4": 5880},
        ),
        (
            {"fan_num": 4, "fan1": 0, "fan2": 0, "fan3": 0, "fan4": 0},
            {"1": 0, "2": 0, "3": 0, "4": 0},
        ),
        (
            {"fan_num": 2}
            | {f"fan{n}": 0 for n in range(1, 9)}
            | {"fan3": 5040, "fan6": 3600},
            {"3": 5040, "6": 3600},
        ),
        (
            {"fan_num": 2} | {f"fan{n}": 0 for n in range(1, 9)} | {"fan6": 3600},
            {"6": 3600},
        ),
        ({"fan_num": 2} | {f"fan{n}": 0 for n in range(1, 9)}, {}),
        (
            {"fan_num": 6}
            | {f"fan{n}": 0 for n in range(1, 17)}
            | {"fan1": 4200, "fan3": 4080},
            {"1": 4200, "3": 4080},
        ),
        ({"fan_num": 0, "fan1": 0, "fan2": 0, "fan3": 0, "fan4": 0}, {}),
        ({"fan1": "2166", "fan2": "junk", "fan3": -1, "fan4": 10**9}, {"1": 2166}),
    ],
)
def test_fans_of_antminers(fields: dict[str, Any], expected: dict[str, int]) -> None:
    """Positions are printed whether there is a fan or not; a standing fan is shown."""
    assert fan_speeds(antminer("Antminer S19", fields | {"chain_acn1": 1})) == expected


def test_chip_temperature_traps() -> None:
    """T15: temp2_N is the coolest; L11: the outlet chip is a copy of the board."""
    t15 = antminer(
        "Antminer T15",
        {"chain_acn1": 60, "temp1": 40, "temp2_1": 29, "temp_chip1": "29-54-30-55"},
    )
    assert (t15.boards[0].temp_chip, t15.boards[0].temp_pcb) == (55.0, 40.0)
    sensors = {
        "temp1": 70,
        "temp2_1": 66,
        "temp_in_pcb_1": "41",
        "temp_out_pcb_1": "70",
        "temp_in_chip_1": "53",
    }
    copied = antminer(
        "Antminer L11", {"chain_acn1": 88, "temp_out_chip_1": "70"} | sensors
    )
    assert (copied.boards[0].temp_chip, copied.boards[0].temp_pcb) == (66.0, 70.0)
    measured = antminer(
        "Antminer L11", {"chain_acn1": 88, "temp_out_chip_1": "71"} | sensors
    )
    assert measured.boards[0].temp_chip == 71.0


def test_chips() -> None:
    """L9 counts the working chips; "-" pads the text of newer builds; blanks group it."""
    l9 = antminer("Antminer L9", {"chain_acn1": 25, "chain_acs1": "o" * 25 + "X" * 85})
    assert (l9.boards[0].chips_ok, l9.boards[0].chips_total) == (25, 110)
    padded = antminer(
        "Antminer S21j XP Hyd.",
        {"chain_acn1": 42, "chain_acs1": " ooooooooooo" * 3 + " ooooooooo--"},
    )
    assert (padded.boards[0].chips_ok, padded.boards[0].chips_total) == (42, 42)
    assert padded.model == "Antminer S21j XP Hyd."
    cut = antminer("Antminer S9", {"chain_acn1": 63, "chain_acs1": "oooooooo ooooo "})
    assert (cut.boards[0].chips_ok, cut.boards[0].chips_total) == (13, 63)


def test_slots_are_as_the_firmware_numbers_them() -> None:
    """Z15 Pro has 1, 2 and 4; E3 has nine sub-chains."""
    z15 = antminer(
        "Antminer Z15 Pro", {f"chain_acn{n}": 3 for n in (4, 1, 2)} | {"chain_acn3": 0}
    )
    assert [board.id for board in z15.boards] == [1, 2, 4]
    slots = (1, 8, 9, 2, 10, 11, 3, 12, 13)
    e3 = antminer("Antminer E3", {f"chain_acn{n}": 6 for n in slots})
    assert [board.id for board in e3.boards] == sorted(slots)


def test_sleep_mode_of_the_17_series() -> None:
    """Mode 254: the boards do not answer, and nothing is wrong with them."""
    chains = {f"chain_acn{n}": 0 for n in range(1, 17)} | {
        f"chain_acs{n}": "" for n in range(1, 17)
    }
    snapshot = antminer(
        "Antminer T17+",
        {"Mode": 254, "GHS 5s": "0.00", "GHS av": 51.0, "total_rateideal": 0.0}
        | chains,
    )
    assert snapshot.sleeping is True
    assert snapshot.hashrate_ghs == 0.0
    assert snapshot.boards == ()
    assert snapshot.ideal_hashrate_ghs is None
    assert antminer("Antminer T17+", {"Mode": 1} | chains).sleeping is False


def test_stock_that_does_not_hash() -> None:
    """All chips x, a decaying mean, and the ideal rate unchanged: a measured zero."""
    entry = {
        "GHS 5s": 0.0,
        "GHS av": 512.2,
        "total_rateideal": 63919.0,
        "rate_unit": "GH",
    }
    entry |= {"chain_acn1": 0, "chain_acs1": "", "chain_rate1": ""}
    entry |= {
        "chain_acn2": 76,
        "chain_acs2": " xx" * 38,
        "chain_rate2": "0.00",
        "temp_chip2": "39-37-40-39",
    }
    snapshot = antminer("Antminer S19", entry)
    assert snapshot.hashing is False
    assert snapshot.sleeping is False
    assert snapshot.ideal_hashrate_ghs == 63919.0
    assert [
        (b.id, b.hashrate_ghs, b.chips_ok, b.chips_total) for b in snapshot.boards
    ] == [(2, 0.0, 0, 76)]


def test_summary_where_stats_is_missing() -> None:
    """Rate, uptime and errors of a stock S21 come from `summary`, without any board."""
    summary = {
        "Elapsed": 59129,
        "GHS 5s": 203007.01,
        "GHS av": 203675.66,
        "Hardware Errors": 61,
    }
    snapshot = parse_snapshot(
        {
            "version": reply(
                "VERSION", {"Miner": "uart_trans.1.3", "Type": "Antminer S21"}
            ),
            "summary": reply("SUMMARY", summary),
            "devs": reply(
                "DEVS", {"Name": "BTM_SOC", "MHS 5s": 0.0, "Tenperature": 0.0}
            ),
        }
    )
    assert snapshot.boards == ()
    assert snapshot.hashrate_ghs == 203007.01
    assert snapshot.total_hashrate_ghs_devs is None
    assert (snapshot.uptime_s, snapshot.hw_errors) == (59129, 61)
    assert snapshot.algorithm is Algorithm.SHA256


@pytest.mark.parametrize(
    ("header", "model", "firmware"),
    [
        ({"Type": "Antminer S9 (vnish 3.8.6)"}, "Antminer S9", "VNish 3.8.6"),
        (
            {"Type": "Antminer S19JPRO Hiveon", "BMMiner": "4.11.1 rwglr"},
            "Antminer S19JPRO",
            "Hiveon",
        ),
        (
            {"Type": "Antminer S9 Pro (v5.1) ", "BMMiner": "2.0.0 rwglr"},
            "Antminer S9 Pro",
            "MSKminer 5.1",
        ),
        ({"Type": "Antminer L3+ Blissz v1.02"}, "Antminer L3+", "Blissz 1.02"),
        (
            {"Type": "braiins-am1-s9", "Miner": "bOS_am1-s9-2019"},
            "Antminer S9",
            "bOS_am1-s9-2019",
        ),
        (
            {
                "Type": "Antminer S21 Pro",
                "Miner": "1.2",
                "CompileTime": "2025-12-22 19:12:30",
            },
            "Antminer S21 Pro",
            "1.2 (2025-12-22)",
        ),
        (
            {"Type": "Antminer Z11", "CompileTime": "who knows"},
            "Antminer Z11",
            "cgminer 1.0.0",
        ),
        ({"Type": ["Antminer"]}, None, "cgminer 1.0.0"),
        ({"Type": "()"}, None, "cgminer 1.0.0"),
    ],
)
def test_model_and_firmware(
    header: dict[str, Any], model: str | None, firmware: str
) -> None:
    """The maker's name for the model, the fork's name and version for the firmware."""
    snapshot = parse_snapshot({"stats": reply("STATS", header, {"chain_acn1": 3})})
    assert (snapshot.model, snapshot.firmware) == (model, firmware)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("806ce5282b10481c", "806ce5282b10481c"),
        ("no miner id now", None),
        ("unknown", None),
        ("", None),
        (0, None),
        ("x1" * 200, None),
    ],
)
def test_hardware_id(stated: object, expected: str | None) -> None:
    """A placeholder is no identity."""
    assert (
        antminer("Antminer S19", {"chain_acn1": 1, "miner_id": stated}).hardware_id
        == expected
    )


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("C4:11:04:01:3C:75", "c4:11:04:01:3c:75"),
        ("c4-11-04-01-3c-75", "c4:11:04:01:3c:75"),
        ("c41104013c75", "c4:11:04:01:3c:75"),
        ("00:00:00:00:00:00", None),
        ("C4:11:04:01:3C", None),
        ("unknown", None),
        (None, None),
    ],
)
def test_hardware_address(stated: object, expected: str | None) -> None:
    """One form for all; an unset address is none."""
    summary = {"Fan Speed In": 4950, "MAC": stated}
    assert parse_snapshot({"summary": reply("SUMMARY", summary)}).mac == expected


def test_power_of_forks() -> None:
    """For the whole miner, or for each board; in part it is no power."""
    chains = {"chain_acn1": 63, "chain_acn2": 63}
    assert antminer("Antminer S19", chains).power_w is None
    assert (
        antminer(
            "Antminer S19", chains | {"total_power": 1345, "chain_power1": 1}
        ).power_w
        == 1345
    )
    assert (
        antminer(
            "Antminer S9", chains | {"chain_consumption1": 495, "chain_consumption2": 0}
        ).power_w
        == 495
    )
    assert (
        antminer(
            "Antminer S9", chains | {"chain_power1": 322.5, "chain_power": "645 (AB)"}
        ).power_w
        is None
    )


def test_vnish_without_chip_letters() -> None:
    """1.2.7 states how many chips, not which work: a hashing board has nothing against it."""
    entry: dict[str, Any] = {
        "Elapsed": 4423,
        "GHS 5s": "118563.83",
        "total_rateideal": 131011.4,
    }
    for n, value in ((1, 60797.19), (2, 57766.64)):
        entry |= {
            f"chain_acn{n}": 65,
            f"chain_rate{n}": value,
            f"temp_chip{n}": "65-55-65-65",
            f"chain_hw{n}": 29,
        }
        entry |= {
            f"temp_pcb{n}": "50-40-50-50",
            f"temp_sens{n}": "m-m-m-m",
            f"chain_rateideal{n}": 65505.7,
        }
    snapshot = antminer("Antminer S21 Pro (Vnish 1.2.7)", entry)
    assert [(b.chips_ok, b.chips_total, b.status) for b in snapshot.boards] == [
        (None, 65, BoardHealth.HEALTHY)
    ] * 2
    assert snapshot.boards[0].ideal_hashrate_ghs == 65505.7
    assert snapshot.boards_healthy == 2
    assert snapshot.hw_errors == 58


def test_blackminer_prints_memory() -> None:
    """Behind its own chips stands garbage, some of it plausible."""
    entry = {
        "GHS 5s": "2.2329",
        "temp1": 44,
        "chipTemp1": "[67.30, 0.00, -73364045383872769689863497711616.00, 99.13]",
        "chipTemp2": "[0.00, 55.00]",
        "chain_acn1": 1,
        "chain_acn2": 0,
        "chain_acs1": " o",
        "chain_rate1": "2.2329",
    }
    (board,) = antminer("Blackminer F1-MINI", entry).boards
    assert (board.temp_chip, board.temp_pcb, board.hashrate_ghs) == (67.3, 44.0, 2.2329)


def test_hammer_repeats_a_key_per_sensor() -> None:
    """Four sensors under one name: the hottest counts."""
    raw = (
        b'{"STATUS":[{"STATUS":"S"}],"STATS":[{"Type":"Hammer D10"},{"temp1":61,"temp1":68,"temp1":66,"temp1":60,'
        b'"chain_acn1":70,"chain_rate1":"1666"}]}'
    )
    assert (
        parse_snapshot({"stats": decode_reply(raw, "stats")}).boards[0].temp_pcb == 68.0
    )


NEW_API = {
    "STATUS": {"STATUS": "S", "Msg": "stats", "api_version": "1.0.0"},
    "INFO": {"miner_version": "uart_trans.1.3", "CompileTime": "Thu Apr 30 20:05:42 CST 2026", "type": "Antminer S21 Pro+"},
    "STATS": [
        {
            "elapsed": 1800211,
            "rate_5s": 249994.18,
            "rate_avg": 246852.1,
            "rate_ideal": 245000.0,
            "rate_unit": "GH/s",
            "fan": [4020, 0],
            "watt": 3499,
            "chain": [
                {"index": 0, "asic": " ooo ox", "asic_num": 5, "freq_avg": 625, "rate_ideal": 82875.0, "rate_real": 81336.88, "temp_chip": [53, 73], "temp_pcb": [48, 68], "hw": 3},
                {"index": 3, "asic": " ooo oo", "asic_num": 5, "freq_avg": 625, "rate_ideal": 82875.0, "rate_real": 84558.79, "temp_chip": [53, 70], "temp_pcb": [48, 65], "hw": 4},
            ],
        }
    ],
}  # fmt: skip


def test_new_api() -> None:
    """Slots count from 0, and lists take the place of joined texts."""
    snapshot = parse_snapshot({"stats": NEW_API})
    first, second = snapshot.boards
    assert (first.id, first.hashrate_ghs, first.temp_chip, first.temp_pcb) == (
        0,
        81336.88,
        73.0,
        68.0,
    )
    assert (
        first.chips_ok,
        first.chips_total,
        first.frequency_mhz,
        first.hw_errors,
    ) == (4, 5, 625.0, 3)
    assert (second.id, second.status) == (3, BoardHealth.HEALTHY)
    assert (snapshot.hashrate_ghs, snapshot.ideal_hashrate_ghs) == (249994.18, 245000.0)
    assert (snapshot.model, snapshot.firmware) == (
        "Antminer S21 Pro+",
        "uart_trans.1.3 (2026-04-30)",
    )
    assert (snapshot.power_w, snapshot.uptime_s, snapshot.hw_errors) == (
        3499,
        1800211,
        7,
    )
    assert fan_speeds(snapshot) == {"0": 4020, "1": 0}


def test_new_api_before_the_start() -> None:
    """Empty lists and H/s: no board, and a rate of zero."""
    entry = {
        "elapsed": 0,
        "rate_5s": 0.0,
        "rate_unit": "H/s",
        "chain": [],
        "fan": [],
        "rate_ideal": 0,
    }
    snapshot = parse_snapshot({"stats": NEW_API | {"STATS": [entry]}})
    assert (snapshot.boards, snapshot.fans) == ((), ())
    assert snapshot.hashrate_ghs == 0.0
    assert snapshot.ideal_hashrate_ghs is None


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("Antminer S21 Hyd.", (34.0, 41.0, None, 48.0)),
        ("Antminer S21 XP Hyd", (34.0, 41.0, None, 48.0)),
        ("Antminer S21e XP Hyd", (34.0, 41.0, None, 48.0)),
        ("Antminer S21", (None, None, 41.0, 48.0)),
    ],
)
def test_water(model: str, expected: tuple[float | None, ...]) -> None:
    """A hydro model that shows two sensors of four shows its water, an air-cooled one chips."""
    chains = [
        {
            "index": 0,
            "rate_real": 100.0,
            "temp_chip": [34, 41, 0, 0],
            "temp_pcb": [36, 44, 48, 0],
        },
        {
            "index": 1,
            "rate_real": 100.0,
            "temp_chip": [33, 40, 0, 0],
            "temp_pcb": [35, 43, 47, 0],
        },
        {"index": 2, "rate_real": 100.0, "temp_chip": [], "temp_pcb": None},
    ]
    info = {"type": model}
    snapshot = parse_snapshot(
        {"stats": NEW_API | {"INFO": info, "STATS": [{"chain": chains}]}}
    )
    board = snapshot.boards[0]
    assert (
        snapshot.temp_water_in,
        snapshot.temp_water_out,
        board.temp_chip,
        board.temp_pcb,
    ) == expected


@pytest.mark.parametrize(
    "sensors",
    [
        pytest.param([63, 59, 56, 61], id="four sensors are on chips"),
        pytest.param([48, 34, 0, 0], id="the outlet is not colder"),
        pytest.param([34, 0, 0, 0], id="one of them is missing"),
        pytest.param([34, 48], id="two alone are not known to be water"),
        pytest.param([34, 48, 0, 51], id="a third shows chips"),
    ],
)
def test_chip_sensors_are_never_shown_as_water(sensors: list[int]) -> None:
    """What the reply does not confirm on every board is a chip."""
    right = {"index": 1, "rate_real": 100.0, "temp_chip": [34, 48, 0, 0]}
    snapshot = parse_snapshot(
        {
            "stats": NEW_API
            | {
                "INFO": {"type": "Antminer S21 XP Hyd."},
                "STATS": [
                    {
                        "chain": [
                            {"index": 0, "rate_real": 100.0, "temp_chip": sensors},
                            right,
                        ]
                    }
                ],
            }
        }
    )
    assert (snapshot.temp_water_in, snapshot.temp_water_out) == (None, None)
    assert snapshot.boards[0].temp_chip == max(sensors)


LUXOS = "LUXminer 2025.4.8.220305-57b389c7"


def luxos(**device: object) -> MinerSnapshot:
    """Return what a LuxOS miner with one board reports."""
    entry: dict[str, Any] = {
        "GHS 5s": 19756.06,
        "GHS av": 18917.91,
        "Elapsed": 3453,
        "total rate": 6325.97,
        "total_acn": 4,
    }
    entry |= {
        "chain_acn1": 77,
        "chain_acs1": " oooo" * 19 + " o",
        "chain_rate1": "18910.28",
        "chain_rate4": "0",
    }
    entry |= {
        "temp_chip1": "47-34-34-47",
        "temp_pcb1": "47-34-34-47",
        "temp2_1": 47.0,
        "miner_id": "62f75eb71046",
    }
    header = {"Miner": "2025.4.8.220305", "Type": "Antminer S19k Pro"}
    return parse_snapshot(
        {
            "stats": reply("STATS", header, entry, description=LUXOS),
            "devs": reply(
                "DEVS",
                {"ID": 0, "MHS 5s": 19756060.0, "Temperature": 47.0} | device,
                description=LUXOS,
            ),
        }
    )


def test_luxos() -> None:
    """Board sensors only, the address as id, and a total that is no total."""
    snapshot = luxos()
    assert snapshot.hashrate_ghs == 19756.06
    assert (snapshot.boards[0].temp_chip, snapshot.boards[0].temp_pcb) == (None, 47.0)
    assert snapshot.mac == "62:f7:5e:b7:10:46"
    assert snapshot.firmware == "LuxOS 2025.4.8.220305"
    assert snapshot.total_hashrate_ghs_devs == 19756.06
    assert snapshot.sleeping is False
    assert luxos(IsUserShutdown=True).sleeping is True


def test_braiins() -> None:
    """`stats` is empty; boards come from four replies and keep their numbers."""
    name = "BOSminer bosminer-plus-am2-s17 0.8.0-feaec278"
    snapshot = parse_snapshot(
        {
            "stats": reply("STATS", {"STATS": 0, "Elapsed": 0}, description=name),
            "devs": reply(
                "DEVS",
                {
                    "ID": 7,
                    "MHS 5s": 21471436.706835132,
                    "Temperature": 0.0,
                    "Hardware Errors": 75195,
                    "Diff1 Work": 4961699267,
                },
                {
                    "ID": 6,
                    "MHS 5s": 0.0,
                    "Hardware Errors": 0,
                    "Diff1 Work": 4965439002,
                },
                description=name,
            ),
            "temps": reply(
                "TEMPS",
                {"TEMP": 0, "ID": 6, "Board": 0, "Chip": 0},
                {"TEMP": 1, "ID": 7, "Board": 67.25, "Chip": 77.875},
            ),
            "fans": reply(
                "FANS",
                {"FAN": 0, "ID": 0, "RPM": 6000, "Speed": 100},
                {"FAN": 1, "ID": 1, "RPM": 0},
            ),
            "devdetails": reply(
                "DEVDETAILS",
                {"ID": 6, "Chips": 48, "Model": "Antminer S17"},
                {"ID": 7, "Chips": 48},
            ),
            "summary": reply(
                "SUMMARY",
                {"Elapsed": 3786998, "MHS 5s": 21471436.7, "Hardware Errors": 75195},
            ),
        }
    )
    stopped, running = snapshot.boards
    assert (stopped.id, stopped.hashrate_ghs, stopped.temp_chip, stopped.status) == (
        6,
        0.0,
        None,
        BoardHealth.CRITICAL,
    )
    assert (running.id, running.hashrate_ghs, running.temp_chip, running.temp_pcb) == (
        7,
        21471.436707,
        77.875,
        67.25,
    )
    assert (running.chips_ok, running.chips_total, running.status) == (
        None,
        48,
        BoardHealth.HEALTHY,
    )
    assert (snapshot.model, snapshot.algorithm) == ("Antminer S17", Algorithm.SHA256)
    assert snapshot.firmware == "Braiins OS 0.8.0-feaec278"
    assert snapshot.uptime_s == 3786998
    assert snapshot.error_rate == 0.000757
    assert fan_speeds(snapshot) == {"0": 6000, "1": 0}


def test_avalon_module_of_two_boards() -> None:
    """Bracketed text; the theoretical rate is no rate."""
    module = (
        "Ver[1047-20051101_85dc6f0] DNA[02010000cb231da8] SYSTEMSTATU[Work: In Work, Hash Board: 2 ] Elapsed[157] "
        "MH[3 4] HW[7] Temp[18] TMax[64] Fan1[2896] Fan2[2927] FanR[31%] GHSmm[37470.98] GHSavg[25174.76] "
        "Freq[661.56] MGHS[12362.61 12812.16] MTmax[61 64] TA[6] PVT_T0[ 56  56  54] PVT_T1[ 58  59  56]"
    )
    snapshot = parse_snapshot(
        {
            "stats": reply(
                "STATS",
                {"ID": "AVA100", "Elapsed": 155, "MM ID0": module, "MM Count": 1},
            )
        }
    )
    assert [
        (b.id, b.hashrate_ghs, b.temp_chip, b.chips_total, b.hw_errors)
        for b in snapshot.boards
    ] == [
        (0, 12362.61, 61.0, 3, 3),
        (1, 12812.16, 64.0, 3, 4),
    ]
    assert (snapshot.hashrate_ghs, snapshot.ideal_hashrate_ghs) == (25174.77, 37470.98)
    assert (snapshot.model, snapshot.hardware_id, snapshot.uptime_s) == (
        "AvalonMiner 1047",
        "02010000cb231da8",
        155,
    )
    assert (snapshot.hw_errors, fan_speeds(snapshot)) == (7, {"1": 2896, "2": 2927})


@pytest.mark.parametrize("command", ["stats", "estats"])
def test_avalon_q_at_rest(command: str) -> None:
    """Its text is wrapped once more; the mean goes on, the present rate is zero."""
    module = (
        "'STATS':{Ver[Q-25052801_14a19a2] LVer[25052801_14a19a2] DNA[<DELETED>] SYSTEMSTATU[Work: In Idle, Hash Board: 1] "
        "Elapsed[37850] MH[0] HW[0] TMax[0] Fan1[0] Fan2[0] GHSspd[0.00] GHSmm[55032.79] GHSavg[44499.41] MGHS[44499.41] Nonce Mask[25]}"
    )
    version = {
        "PROD": "Avalon Q",
        "MODEL": "Q",
        "MAC": "AA:BB:CC:DD:EE:FF",
        "DNA": "02010000a7f3",
    }
    snapshot = parse_snapshot(
        {
            command: reply(
                "STATS", {"MM ID0:Summary": module, "HBinfo": "'HB0':{PVT_T0[ 58 59]}"}
            ),
            "version": reply("VERSION", version),
        }
    )
    assert snapshot.hashing is False
    assert [(b.hashrate_ghs, b.temp_chip, b.status) for b in snapshot.boards] == [
        (0.0, None, BoardHealth.UNKNOWN)
    ]
    assert (snapshot.model, snapshot.firmware) == ("Avalon Q", "25052801_14a19a2")
    assert (snapshot.mac, snapshot.hardware_id) == ("aa:bb:cc:dd:ee:ff", "02010000a7f3")
    assert fan_speeds(snapshot) == {"1": 0, "2": 0}


def avalon_7(number: int, rate: float) -> str:
    """Return a module of the 7 series."""
    return f"Ver[7411706-3162860] DNA[0130b14ab881ad8{number}] Elapsed[126] HW[1] TMax[79] Fan[2550] GHSmm[{rate}] Freq[606.93] TA[88]"


def test_avalon_7_on_two_converters() -> None:
    """Both converters number their modules from 1: those of the second follow from 101."""
    stats = reply(
        "STATS",
        {
            "ID": "AV70",
            "Elapsed": 118,
            "MM ID1": avalon_7(1, 6800.5),
            "MM ID2": avalon_7(2, 6801.5),
        },
        {"ID": "AV71", "Elapsed": 118, "MM ID1": avalon_7(3, 6802.5)},
        {"ID": "POOL0"},
    )
    snapshot = parse_snapshot({"stats": stats})
    assert [
        (b.id, b.hashrate_ghs, b.chips_total, b.frequency_mhz) for b in snapshot.boards
    ] == [
        (1, 6800.5, 88, 606.93),
        (2, 6801.5, 88, 606.93),
        (101, 6802.5, 88, 606.93),
    ]
    assert snapshot.hashrate_ghs == 20404.5
    assert (snapshot.model, snapshot.hardware_id, snapshot.hw_errors) == (
        "AvalonMiner 741",
        None,
        3,
    )
    assert fan_speeds(snapshot) == {"1": 2550, "2": 2550, "101": 2550}
    measured = parse_snapshot(
        {"stats": stats, "summary": reply("SUMMARY", {"MHS 5s": 19900000.0})}
    )
    assert (measured.hashrate_ghs, measured.ideal_hashrate_ghs) == (19900.0, 20404.5)


@pytest.mark.parametrize("devices", ["devs", "edevs"])
def test_whatsminer(devices: str) -> None:
    """STATUS is a letter, fans have names, and the slot is not the row."""
    status = {"STATUS": "S", "Code": 11, "Msg": "Summary", "Description": "btminer"}
    summary = {
        "Elapsed": 66295, "MHS av": 68710597.19, "MHS 5s": 64143777.95, "Hardware Errors": 912, "Temperature": 72.0,
        "Fan Speed In": 4950, "Fan Speed Out": 4920, "Power": 3491, "Factory GHS": 67051, "MAC": "C4:11:04:01:3C:75",
        "Firmware Version": "'20200917.22.REL'", "Chip Temp Max": 87.7, "Accepted": 5018, "Rejected": 29,
    }  # fmt: skip
    row = {
        "Slot": 2,
        "ID": 0,
        "Temperature": 71.5,
        "Chip Frequency": 617,
        "MHS 5s": 19540157.81,
        "Effective Chips": 111,
        "Chip Temp Max": 77.7,
        "Hardware Errors": 324,
    }
    snapshot = parse_snapshot(
        {
            "summary": status | {"SUMMARY": [summary]},
            devices: status | {"DEVS": [row]},
            "devdetails": status | {"DEVDETAILS": [{"Name": "SM", "Model": "M20S"}]},
        }
    )
    (board,) = snapshot.boards
    assert (board.id, board.hashrate_ghs, board.temp_chip, board.temp_pcb) == (
        2,
        19540.15781,
        77.7,
        71.5,
    )
    assert (board.chips_ok, board.chips_total, board.frequency_mhz) == (111, 111, 617.0)
    assert (snapshot.model, snapshot.firmware) == ("Whatsminer M20S", "20200917.22.REL")
    assert (snapshot.mac, snapshot.algorithm) == ("c4:11:04:01:3c:75", Algorithm.SHA256)
    assert (snapshot.hashrate_ghs, snapshot.ideal_hashrate_ghs) == (
        64143.77795,
        67051.0,
    )
    assert (snapshot.power_w, snapshot.temperature_overall) == (3491, 72.0)
    assert fan_speeds(snapshot) == {"in": 4950, "out": 4920}


def test_innosilicon_a9_counts_solutions() -> None:
    """What it calls MHS is Sol/s for the miner and nothing for a chain."""
    name = "innominer a9-1.1.0"
    chain = {
        "Elapsed": 48768,
        "Num chips": 12,
        "Num active chips": 11,
        "Temp max": 71.0,
        "MHS av": 995328.0,
        "Fan duty": 35,
    }
    snapshot = parse_snapshot(
        {
            "stats": reply(
                "STATS",
                chain | {"Chain ID": 0},
                chain | {"Chain ID": 1},
                {"ID": "POOL0"},
                description=name,
            ),
            "summary": reply(
                "SUMMARY",
                {
                    "MHS 5s": 51451.63,
                    "Hardware Errors": 806,
                    "Work Utility": 4e5,
                    "Elapsed": 9,
                },
                description=name,
            ),
        }
    )
    assert snapshot.hashrate_ghs == pytest.approx(0.00005145163)
    assert [
        (b.id, b.hashrate_ghs, b.temp_chip, b.chips_ok, b.chips_total)
        for b in snapshot.boards
    ] == [
        (0, None, 71.0, 11, 12),
        (1, None, 71.0, 11, 12),
    ]
    assert (snapshot.algorithm, snapshot.model, snapshot.fans) == (
        Algorithm.EQUIHASH,
        "Innosilicon A9",
        (),
    )
    assert snapshot.error_rate is None


def test_minerva() -> None:
    """One entry per chain, each with the fans of the whole miner."""
    chain = {
        "Elapsed": 10336,
        "Chip Count": 102,
        "Device Freq": 600,
        "Temp Avg": 75.87,
        "Hardware Errors": 176,
        "Fan0 Speed": 3090,
        "Fan1 Speed": 3330,
    }
    snapshot = parse_snapshot(
        {
            "stats": reply(
                "STATS",
                chain | {"Chain ID": "1", "MHS 5s": 22784265.78},
                chain | {"Chain ID": "2", "MHS av": 1000.0},
            ),
            "summary": reply("SUMMARY", {"MHS 5s": 87243238.61}),
        }
    )
    assert [
        (b.id, b.hashrate_ghs, b.temp_chip, b.chips_total, b.frequency_mhz, b.hw_errors)
        for b in snapshot.boards
    ] == [
        (1, 22784.26578, 75.87, 102, 600.0, 176),
        (2, 1.0, 75.87, 102, 600.0, 176),
    ]
    assert (snapshot.hashrate_ghs, snapshot.uptime_s, snapshot.hw_errors) == (
        87243.23861,
        10336,
        352,
    )
    assert fan_speeds(snapshot) == {"0": 3090, "1": 3330}


def spondoolies(stated: str) -> MinerSnapshot:
    """Return what a Spondoolies with this text reports."""
    summary = {"MHS 5s": 377763.37, "Elapsed": 147407}
    return parse_snapshot(
        {
            "stats": reply("STATS", {"json-stats": stated}),
            "summary": reply("SUMMARY", summary),
        }
    )


def test_spondoolies() -> None:
    """JSON inside JSON; the text may be broken, the rest is still read."""
    board = {
        "power": 2176,
        "avg-hashrate": 254783,
        "reported-hashrate": 270005,
        "max-temp": 77,
        "rear-temp": 66,
        "front-temp": 44,
        "working-asics": 75,
    }
    snapshot = spondoolies(
        json.dumps(
            {"top-board": board, "bottom-board": board, "fan-speeds": [12028, 11094]}
        )
    )
    assert [
        (b.id, b.hashrate_ghs, b.temp_chip, b.temp_pcb, b.chips_ok)
        for b in snapshot.boards
    ] == [
        (0, 254.783, 77.0, 66.0, 75),
        (1, 254.783, 77.0, 66.0, 75),
    ]
    assert (snapshot.hashrate_ghs, snapshot.algorithm, snapshot.power_w) == (
        377.76337,
        Algorithm.X11,
        4352,
    )
    assert fan_speeds(snapshot) == {"0": 12028, "1": 11094}
    for broken in ("", "{", "[1]", '{"top-board":3}', "[" * 100_000):
        assert (spondoolies(broken).boards, spondoolies(broken).hashrate_ghs) == (
            (),
            377.76337,
        )


def test_plain_cgminer() -> None:
    """StrongU: one row per board; of two with one ID, the place counts."""
    row = {
        "Temperature": 54.56,
        "ChipNum": 70,
        "Frequency": 550,
        "MHS 5s": 191920.49,
        "Hardware Errors": 4552,
    }
    summary = {
        "Elapsed": 2416,
        "MHS 5s": 397759.08,
        "Miner type": "dash",
        "Fan Num": 2,
        "Fan1": 7800,
        "Fan2": 7860,
        "Fan3": 1,
    }
    snapshot = parse_snapshot(
        {
            "summary": reply("SUMMARY", summary, description="cgminer 4.11.1"),
            "devs": reply(
                "DEVS",
                row | {"ASC": 2, "ID": 1},
                row | {"ASC": 0, "ID": 0},
                {"ID": 1, "MHS 5s": 1.0},
            ),
        }
    )
    assert [
        (b.id, b.hashrate_ghs, b.temp_chip, b.temp_pcb, b.chips_total)
        for b in snapshot.boards
    ] == [
        (0, 191.92049, None, 54.56, 70),
        (1, 191.92049, None, 54.56, 70),
        (2, 0.001, None, None, None),
    ]
    assert (snapshot.hashrate_ghs, snapshot.algorithm, snapshot.uptime_s) == (
        397.75908,
        Algorithm.X11,
        2416,
    )
    assert snapshot.firmware == "cgminer 4.11.1"
    assert fan_speeds(snapshot) == {"1": 7800, "2": 7860}


def test_auradine() -> None:
    """GCMiner says no model, but mines only one thing."""
    name = "GCMiner-2023-05.24"
    snapshot = parse_snapshot(
        {"summary": reply("SUMMARY", {"MHS 5s": 20599767.2}, description=name)}
    )
    assert (snapshot.hashrate_ghs, snapshot.algorithm, snapshot.firmware) == (
        20599.7672,
        Algorithm.SHA256,
        name,
    )


def test_an_unknown_miner() -> None:
    """`temperature` in small letters, rows without numbers, and a rate as GHS."""
    snapshot = parse_snapshot(
        {
            "devs": reply(
                "DEVS",
                {"temperature": 32.0, "GHS 5s": "67.57"},
                {"temperature": 33.0, "HS RT": 5000},
            ),
            "summary": reply("SUMMARY", {"GHS 5s": "72.57"}),
        }
    )
    assert [(b.id, b.hashrate_ghs, b.temp_pcb) for b in snapshot.boards] == [
        (0, 67.57, 32.0),
        (1, 5.0, 33.0),
    ]
    assert (snapshot.hashrate_ghs, snapshot.algorithm, snapshot.model) == (
        72.57,
        None,
        None,
    )


def test_no_miner_has_thousands_of_boards() -> None:
    """What is read is bounded, whatever is sent."""
    entry = {f"chain_acn{n}": 1 for n in range(1, 5000)}
    assert len(antminer("Antminer S19", entry).boards) == 256
    assert (
        len(
            parse_snapshot(
                {"devs": reply("DEVS", *({"ID": n} for n in range(5000)))}
            ).boards
        )
        == 256
    )
