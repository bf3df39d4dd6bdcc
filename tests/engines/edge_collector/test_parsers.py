"""The documented functions, and what is read alike of every firmware."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Algorithm,
    BoardHealth,
    determine_board_status,
    display_unit,
    extract_board_indices,
    parse_board_health,
    parse_snapshot,
    pick_stats_entry,
)

STATS: dict[str, Any] = {
    "STATUS": [{"STATUS": "S", "Code": 70, "Msg": "CGMiner stats"}],
    "STATS": [
        {"BMMiner": "1.0.0", "Type": "Antminer S9"},
        {
            "STATS": 0,
            "chain_acn1": 63,
            "chain_acn2": 63,
            "chain_acn3": 63,
            "chain_acs1": " oooooooo" * 7 + " ooooooo",
            "chain_acs2": " oooooooo" * 7 + " ooooooo",
            "chain_acs3": " oooooooo" * 7 + " ooooooo",
            "chain_rate1": "48523.45",
            "chain_rate2": "49012.33",
            "chain_rate3": "47890.12",
            "temp_chip1": "72",
            "temp_chip2": "74",
            "temp_chip3": "71",
            "temp_pcb1": "68",
            "temp_pcb2": "70",
            "temp_pcb3": "67",
        },
    ],
}
DEVS: dict[str, Any] = {
    "STATUS": [{"STATUS": "S", "Code": 9}],
    "DEVS": [{"ASC": 0, "MHS 5s": 145425.9, "Temperature": 73.5}],
}


def test_the_documented_example() -> None:
    """Three boards of 63 chips; the sums are exact."""
    snapshot = parse_board_health(STATS, DEVS)
    assert [
        (b.id, b.hashrate_ghs, b.temp_chip, b.temp_pcb, b.chips_ok, b.chips_total)
        for b in snapshot.boards
    ] == [
        (1, 48523.45, 72.0, 68.0, 63, 63),
        (2, 49012.33, 74.0, 70.0, 63, 63),
        (3, 47890.12, 71.0, 67.0, 63, 63),
    ]
    assert {b.status for b in snapshot.boards} == {BoardHealth.HEALTHY}
    assert (snapshot.boards_healthy, snapshot.boards_total) == (3, 3)
    assert snapshot.total_hashrate_ghs_boards == 145425.9
    assert snapshot.total_hashrate_ghs_devs == 145.4259
    assert snapshot.temperature_overall == 73.5
    assert snapshot.error_rate is None
    assert snapshot.hashrate_ghs == 145425.9
    assert snapshot.hashing is True


def test_fields_that_come_and_go() -> None:
    """Of one reply to the next: nothing of an earlier one is read in a later one."""
    header, full = STATS["STATS"]
    full = full | {"fan_num": 2, "fan1": 4000, "fan2": 4100, "freq_avg1": 500}
    colder = {name: value for name, value in full.items() if "temp_" not in name}
    fewer = {name: value for name, value in full.items() if not name.endswith("2")}
    other = full | {"chain_rate1": "1.5", "temp_chip1": "50", "fan1": 0, "freq_avg1": 0}
    moved = {name.replace("2", "5"): value for name, value in full.items()}
    more = full | {"chain_acn4": 63, "chain_rate4": "7.5", "freq4": 600, "watt1": 900}

    def read(entry: dict[str, Any]) -> tuple[Any, ...]:
        snapshot = parse_snapshot({"stats": {"STATS": [header, entry]}})
        boards = [
            (b.id, b.hashrate_ghs, b.temp_chip, b.temp_pcb, b.frequency_mhz)
            for b in snapshot.boards
        ]
        return boards, [(fan.id, fan.rpm) for fan in snapshot.fans]

    second, third = (2, 49012.33, 74.0, 70.0, None), (3, 47890.12, 71.0, 67.0, None)
    fans = [("1", 4000), ("2", 4100)]
    expected = [
        (full, ([(1, 48523.45, 72.0, 68.0, 500.0), second, third], fans)),
        (
            colder,
            (
                [
                    (1, 48523.45, None, None, 500.0),
                    (*second[:2], None, None, None),
                    (*third[:2], None, None, None),
                ],
                fans,
            ),
        ),
        (fewer, ([(1, 48523.45, 72.0, 68.0, 500.0), third], fans[:1])),
        (
            other,
            ([(1, 1.5, 50.0, 68.0, None), second, third], [("1", 0), ("2", 4100)]),
        ),
        (
            moved,
            (
                [(1, 48523.45, 72.0, 68.0, 500.0), third, (5, *second[1:])],
                [("1", 4000), ("5", 4100)],
            ),
        ),
        (
            more,
            (
                [
                    (1, 48523.45, 72.0, 68.0, 500.0),
                    second,
                    third,
                    (4, 7.5, None, None, 600.0),
                ],
                fans,
            ),
        ),
    ]
    for entry, reading in (*expected, *reversed(expected)):
        assert read(entry) == reading


def test_an_entry_of_any_width() -> None:
    """Fields that nobody knows change nothing, however many they are."""
    header, entry = STATS["STATS"]
    wide = {f"unknown{n}": n for n in range(600)} | entry
    narrow, same = (
        parse_snapshot({"stats": {"STATS": [header, each]}}) for each in (entry, wide)
    )
    assert narrow == same
    assert len(same.boards) == 3


def test_without_devs() -> None:
    """`stats` alone holds the boards."""
    snapshot = parse_board_health(STATS)
    assert snapshot.total_hashrate_ghs_boards == 145425.9
    assert snapshot.total_hashrate_ghs_devs is None
    assert snapshot.temperature_overall is None


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"Name": "BTM_SOC", "MHS 5s": 0.0, "MHS av": 0.0, "Tenperature": 0.0}, None),
        ({"Name": "BTM_SOC", "MHS 5s": 202266.83}, 202.26683),
        ({"Name": "BC50", "MHS 5s": 0.0}, 0.0),
        ({"Name": "BC50", "MHS 5s": "13000000.5"}, 13000.0005),
        ({"Name": "BC50"}, None),
        ({"Name": "BC50", "MHS 5s": -5.0}, None),
        ({"Name": "BC50", "MHS 5s": None}, None),
    ],
)
def test_rate_of_devs(row: dict[str, Any], expected: float | None) -> None:
    """The dummy row of stock S19 and S21 is no measured zero."""
    snapshot = parse_board_health(STATS, {"DEVS": [row]})
    assert snapshot.total_hashrate_ghs_devs == expected
    assert snapshot.hashrate_ghs == 145425.9


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (STATS, STATS["STATS"][1]),
        ({"STATS": [{"Type": "x"}, {"chain_acs6": ""}]}, {"chain_acs6": ""}),
        ({"STATS": [{"chain_rateideal1": 1}]}, {"chain_rateideal1": 1}),
        ({"STATS": [{"chain_rate1": 1}, {"chain_acn1": 1}]}, {"chain_rate1": 1}),
        ({"STATS": [{"temp_chip1": "1"}]}, {}),
        ({"STATS": [{}, None, 3, "chain_acn1", ["chain_acn1"]]}, {}),
        ({"STATS": []}, {}),
        ({"STATS": None}, {}),
        ({"STATS": "chain_acn1"}, {}),
        ({}, {}),
    ],
)
def test_pick_stats_entry(reply: dict[str, Any], expected: dict[str, Any]) -> None:
    """The first entry with chains, wherever it stands."""
    assert pick_stats_entry(reply) == expected


def test_extract_board_indices() -> None:
    """Every slot that any of the five keys names; nothing else is a slot."""
    entry = dict.fromkeys(
        [
            "chain_acn8",
            "chain_acs6",
            "chain_rate7",
            "temp_chip12",
            "temp_pcb130",
            "chain_rateideal3",
            "chain_rate",
            "temp2_4",
            "temp5",
            "temp1[]",
            "xchain_acn1",
            "chain_acn2x",
            "chain_acn-9",
            "chain_acn٣",
            "chain_acn" + "1" * 5000,
        ]
    )
    assert extract_board_indices(entry) == [6, 7, 8, 12, 130]
    assert extract_board_indices({}) == []
    many = {f"chain_acn{n}": 1 for n in range(1, 1001)}
    assert extract_board_indices(many) == list(range(1, 1001))


@pytest.mark.parametrize(
    ("chips_ok", "chips_total", "temp_chip", "expected"),
    [
        (63, 63, 72.0, BoardHealth.HEALTHY),
        (63, 63, 80.0, BoardHealth.HEALTHY),
        (63, 63, 80.1, BoardHealth.WARNING),
        (63, 63, 90.0, BoardHealth.WARNING),
        (63, 63, 90.1, BoardHealth.CRITICAL),
        (63, 63, None, BoardHealth.HEALTHY),
        (62, 63, 72.0, BoardHealth.WARNING),
        (62, 63, 85.0, BoardHealth.WARNING),
        (62, 63, 95.0, BoardHealth.CRITICAL),
        (96, 100, 20.0, BoardHealth.WARNING),
        (95, 100, 20.0, BoardHealth.CRITICAL),
        (0, 63, 20.0, BoardHealth.CRITICAL),
        (0, 63, 85.0, BoardHealth.CRITICAL),
        (None, 63, 72.0, BoardHealth.UNKNOWN),
        (None, 63, 85.0, BoardHealth.WARNING),
        (None, None, 95.0, BoardHealth.CRITICAL),
        (0, 0, None, BoardHealth.UNKNOWN),
        (5, None, None, BoardHealth.UNKNOWN),
    ],
)
def test_determine_board_status(
    chips_ok: int | None,
    chips_total: int | None,
    temp_chip: float | None,
    expected: BoardHealth,
) -> None:
    """Chips first, then the temperature; what is missing judges nothing."""
    board = {"chips_ok": chips_ok, "chips_total": chips_total, "temp_chip": temp_chip}
    assert determine_board_status(board) == expected.value


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"chain_acn": 63}, (None, None, None, None, 63, BoardHealth.UNKNOWN)),
        ({"chain_acs": "ooox"}, (None, None, None, 3, 4, BoardHealth.CRITICAL)),
        (
            {"chain_rate": "4500.5"},
            (4500.5, None, None, None, None, BoardHealth.HEALTHY),
        ),
        (
            {"temp_chip": "60-58-70-68"},
            (None, 70.0, None, None, None, BoardHealth.UNKNOWN),
        ),
        ({"temp_pcb": 55}, (None, None, 55.0, None, None, BoardHealth.UNKNOWN)),
        (
            {"chain_acn": 63, "chain_rate": 0.0},
            (0.0, None, None, None, 63, BoardHealth.UNKNOWN),
        ),
        (
            {"chain_acn": "63", "chain_acs": "o" * 63, "temp_chip": "-"},
            (None, None, None, 63, 63, BoardHealth.HEALTHY),
        ),
        (
            {"chain_acn": 63, "chain_acs": None, "chain_rate": []},
            (None, None, None, None, 63, BoardHealth.UNKNOWN),
        ),
    ],
)
def test_a_board_reported_in_part(
    fields: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    """What is missing is None, and nothing raises."""
    entry = {"chain_acn9": 0, "chain_acs9": ""} | {
        f"{key}2": v for key, v in fields.items()
    }
    (board,) = parse_board_health({"STATS": [entry]}).boards
    assert board.id == 2
    assert (
        board.hashrate_ghs,
        board.temp_chip,
        board.temp_pcb,
        board.chips_ok,
        board.chips_total,
        board.status,
    ) == expected


@pytest.mark.parametrize(
    "absent",
    [
        {"chain_acn": 0, "chain_acs": "", "chain_rate": ""},
        {
            "chain_acn": 0,
            "chain_acs": "",
            "chain_rate": "0.00000",
            "chain_rateideal": 3591.0,
        },
        {"chain_acn": 0, "chain_acs": "", "chain_rate": 0.0, "temp_chip": "0-0-0-0"},
        {"chain_acn": 0, "temp_chip": "40-40", "chain_voltage": 8.8, "freq": 500},
        {"chain_acn": "0", "chain_acs": "   "},
        {"temp_chip": "-", "temp_pcb": "0-0-0-0"},
    ],
)
def test_a_padded_slot_is_no_board(absent: dict[str, Any]) -> None:
    """Neither ideal rates nor voltages make a board."""
    entry = STATS["STATS"][1] | {f"{key}4": value for key, value in absent.items()}
    snapshot = parse_board_health({"STATS": [entry]})
    assert [board.id for board in snapshot.boards] == [1, 2, 3]


def test_dead_board_of_a_miner_that_hashes() -> None:
    """Chips that all failed are critical, and so is a silent board without known chips."""
    entry = {
        "chain_acn6": 63,
        "chain_acs6": "x" * 63,
        "chain_rate6": "",
        "chain_acn7": 63,
        "chain_rate7": 0,
        "chain_acn8": 63,
        "chain_acs8": "o" * 63,
        "chain_rate8": "4600.1",
    }
    dead, silent, alive = parse_board_health({"STATS": [entry]}).boards
    assert (dead.hashrate_ghs, dead.chips_ok, dead.status) == (
        None,
        0,
        BoardHealth.CRITICAL,
    )
    assert (silent.hashrate_ghs, silent.status) == (0.0, BoardHealth.CRITICAL)
    assert alive.status is BoardHealth.HEALTHY


def board_with(**fields: object) -> dict[str, Any]:
    """Return a `stats` reply of one board in slot 1."""
    return {"STATS": [{"Type": "Antminer S19"}, {"chain_acn1": 1} | fields]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("60-58-70-68", 70.0),
        ("2--1-20-22", 22.0),
        ("-8--11--10--12", -8.0),
        ("-5", -5.0),
        ("-", None),
        ("m-m-m-m", None),
        ("0-0-0-0", None),
        ("-83", None),
        ("", None),
        ("73.5", 73.5),
        ("71.5-72.25", 72.25),
        (74, 74.0),
        (0, None),
        (150, None),
        (149.9, 149.9),
        (-40, None),
        (True, None),
        (None, None),
        ([20, "30", None, 999], 30.0),
        ({"a": 70}, None),
        (-7.3e31, None),
        (float("inf"), None),
        (float("nan"), None),
        ("nan", None),
        (10**400, None),
        ("1" * 400, None),
        ("60-" * 200, None),
    ],
)
def test_temperatures(value: object, expected: float | None) -> None:
    """The hottest plausible sensor; sentinels and garbage are no reading."""
    (board,) = parse_board_health(board_with(temp_chip1=value)).boards
    assert board.temp_chip == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4618.85", 4618.85),
        (4618, 4618.0),
        (" 12.5 ", 12.5),
        (0, 0.0),
        ("0.00", 0.0),
        ("", None),
        (-1, None),
        ("-0.5", None),
        (1e30, None),
        (float("nan"), None),
        ("inf", None),
        (True, None),
        ([1], None),
        ("6804.97 MH/s", 6.80497),
        (" 102.3 TH/s", 102300.0),
        ("12.5 furlongs/s", None),
    ],
)
def test_rates(value: object, expected: float | None) -> None:
    """A rate is a number from zero on, whatever its type; 0 is measured."""
    (board,) = parse_board_health(board_with(chain_rate1=value)).boards
    assert board.hashrate_ghs == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        ("5", 5),
        (5.0, 5),
        (-1, None),
        (2**64 - 1, None),
        ("x", None),
        (False, None),
        (1e400, None),
    ],
)
def test_counters(value: object, expected: int | None) -> None:
    """2⁶⁴-1 is what an unset counter prints."""
    (board,) = parse_board_health(board_with(chain_hw1=value)).boards
    assert board.hw_errors == expected


def pool(number: int, url: str, **fields: object) -> dict[str, Any]:
    """Return a row of `pools`, alive and connected unless changed."""
    return {
        "POOL": number,
        "URL": url,
        "User": f"worker{number}",
        "Status": "Alive",
        "Priority": number,
        "Stratum Active": True,
        "Accepted": 10,
        "Rejected": 1,
    } | {key.replace("_", " "): value for key, value in fields.items()}


A, B = "stratum+tcp://a.example:3333", "stratum+tcp://b.example:3333"


@pytest.mark.parametrize(
    ("rows", "active"),
    [
        ([pool(0, A), pool(1, B)], 0),
        ([pool(0, A, Status="Dead"), pool(1, B)], 1),
        ([pool(0, A, Status="Deed"), pool(1, B)], 1),
        ([pool(0, A, Stratum_Active=False), pool(1, B)], 1),
        ([pool(0, A, Stratum_Active="false"), pool(1, B, Stratum_Active="true")], 1),
        ([pool(0, A, Priority=5), pool(1, B, Priority=2)], 1),
        (
            [
                pool(0, A, Last_Share_Time="66:18:15"),
                pool(1, B, Last_Share_Time="0:00:03"),
            ],
            1,
        ),
        (
            [
                pool(0, A, Last_Share_Time="0:00:29"),
                pool(1, B, Last_Share_Time="0:00:03"),
            ],
            0,
        ),
        ([pool(0, A, Last_Share_Time="0"), pool(1, B, Last_Share_Time="0:01:00")], 1),
        ([pool(0, A, Last_Share_Time="0"), pool(1, B, Last_Share_Time="0")], 0),
        (
            [
                pool(0, A, Last_Share_Time=1700000000),
                pool(1, B, Last_Share_Time=1700009000),
            ],
            1,
        ),
        ([pool(0, A, Last_Share_Time="Tue Oct 16 02:35:08 2018n"), pool(1, B)], 0),
        ([pool(0, "DevFee"), pool(1, B)], 1),
        ([pool(0, "*"), pool(1, "")], None),
        ([pool(0, A, Status="Dead")], None),
        ([], None),
    ],
)
def test_active_pool(rows: list[dict[str, Any]], active: int | None) -> None:
    """Alive, connected, with fresh shares, the highest priority, and the user's own."""
    snapshot = parse_snapshot({"pools": {"POOLS": rows}})
    worked_for = snapshot.active_pool
    assert (worked_for and worked_for.id) == active
    assert sum(bool(each.active) for each in snapshot.pools) == (active is not None)


def test_pools() -> None:
    """Rows without an address are not configured."""
    rows = [
        pool(0, A),
        pool(1, ""),
        pool(2, B, Status="Deed", Stratum_Active=False),
        {"URL": B},
    ]
    first, dead, bare = parse_snapshot({"pools": {"POOLS": rows}}).pools
    assert (first.url, first.worker, first.alive, first.accepted, first.rejected) == (
        A,
        "worker0",
        True,
        10,
        1,
    )
    assert (dead.id, dead.alive, dead.active) == (2, False, False)
    assert (bare.worker, bare.alive, bare.accepted) == (None, None, None)


def test_pool_texts_can_be_shown() -> None:
    """Control characters and halves of a pair do not reach a state."""
    rows = [pool(0, A, User="a\x01b\ud800c")]
    assert parse_snapshot({"pools": {"POOLS": rows}}).pools[0].worker == "a?b?c"


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ({"summary": {"SUMMARY": [{"Accepted": 221, "Rejected": 1}]}}, (221, 1)),
        (
            {
                "summary": {"SUMMARY": [{"Accepted": 0, "Rejected": 0}]},
                "pools": {"POOLS": [pool(0, A)]},
            },
            (0, 0),
        ),
        (
            {
                "summary": {
                    "SUMMARY": [{"Accepted": "  6.0000", "Rejected": "  6.0000"}]
                },
                "pools": {"POOLS": [pool(0, A)]},
            },
            (10, 1),
        ),
        ({"pools": {"POOLS": [pool(0, A), pool(1, B), pool(2, "DevFee")]}}, (20, 2)),
        (
            {"devs": {"DEVS": [{"Accepted": 4, "Rejected": 1}, {"Accepted": 5}]}},
            (9, None),
        ),
        ({"summary": {"SUMMARY": [{"Elapsed": 5}]}}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_shares(
    replies: dict[str, Any], expected: tuple[int | None, int | None]
) -> None:
    """`summary`, unless it prints one number for both; then the user's pools."""
    snapshot = parse_snapshot(replies)
    assert (snapshot.accepted, snapshot.rejected) == expected


S19 = {
    "STATS": [
        {"Type": "Antminer S19"},
        {"GHS av": 100000.0, "Elapsed": 3600, "chain_acn1": 1, "chain_hw1": 42},
    ]
}
S7 = {
    "STATS": [
        {"Type": "Antminer S7"},
        {"GHS av": 100000.0, "Elapsed": 3600, "chain_acn1": 1},
    ]
}
SUMMARY = {"SUMMARY": [{"Hardware Errors": 4200}]}


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        # 100 TH/s over an hour are 83,819,031.7 shares of difficulty 1.
        ({"stats": S19}, 5e-05),
        # `summary` may be older than `stats`, so it is asked only where stats is silent.
        ({"stats": S19, "summary": SUMMARY}, 5e-05),
        ({"stats": S7, "summary": SUMMARY}, 0.005011),
        ({"stats": S7}, None),
        # SUMMARY counts both on its own scale: 100 * 912 / (912 + 3749.51 * 66295 / 60).
        (
            {
                "summary": {
                    "SUMMARY": [
                        {
                            "Hardware Errors": 912,
                            "Work Utility": 3749.51,
                            "Elapsed": 66295,
                        }
                    ]
                }
            },
            0.022009,
        ),
        (
            {
                "devs": {
                    "DEVS": [
                        {"Hardware Errors": 1, "Diff1 Work": 99},
                        {"Hardware Errors": 0, "Diff1 Work": 100},
                    ]
                }
            },
            0.5,
        ),
        (
            {
                "summary": {
                    "SUMMARY": [{"Hardware Errors": 5, "Device Hardware%": 0.0004}]
                }
            },
            None,
        ),
        (
            {
                "summary": {
                    "SUMMARY": [{"Hardware Errors": 5, "Work Utility": 0, "Elapsed": 9}]
                }
            },
            None,
        ),
        ({"summary": {"SUMMARY": [{"Work Utility": 10, "Elapsed": 60}]}}, None),
    ],
)
def test_error_rate(replies: dict[str, Any], expected: float | None) -> None:
    """Errors of all results, in percent, by the work of the same reply."""
    assert parse_snapshot(replies).error_rate == expected


def test_empty_replies_leave_everything_unknown() -> None:
    """No reply, no reading; and never a zero."""
    snapshot = parse_snapshot({})
    assert snapshot.hashrate_ghs is None
    assert snapshot.hashing is None
    assert snapshot.total_hashrate_ghs_boards is None
    assert snapshot.uptime_s is None
    assert snapshot.hw_errors is None
    assert snapshot.power_w is None
    assert snapshot == parse_board_health({}, {}) == parse_board_health({"STATS": []})


@pytest.mark.parametrize(
    ("algorithm", "symbol", "ghs", "shown"),
    [
        (Algorithm.SHA256, "TH/s", 203007.01, 203.00701),
        (Algorithm.SCRYPT, "GH/s", 19.21, 19.21),
        (Algorithm.X11, "GH/s", 16.34664, 16.34664),
        (Algorithm.EQUIHASH, "kSol/s", 0.00014154, 141.54),
        (Algorithm.DAGGER, "GH/s", 0.19, 0.19),
        (Algorithm.OTHER, "GH/s", 4.2, 4.2),
        (None, "GH/s", 4.2, 4.2),
    ],
)
def test_display_unit(
    algorithm: Algorithm | None, symbol: str, ghs: float, shown: float
) -> None:
    """One factor, applied once."""
    unit = display_unit(algorithm)
    assert unit.symbol == symbol
    assert ghs / unit.ghs == pytest.approx(shown)
