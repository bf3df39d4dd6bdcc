"""Cases of request, reply and effect pass through the driver of their family."""

import json
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    FanMode,
    MinerSnapshot,
)
from tests.reference import OTHER_CASES, needs_reference, reference, twin

from .axes import Axes, carry_out, read, writer_of

FAMILIES = ("bitaxe", "nerdqaxe")
COMMANDS = {
    "pause": Command.PAUSE,
    "resume": Command.RESUME,
    "frequency": Command.FREQUENCY,
    "locate": Command.IDENTIFY,
    "target_temp": Command.TARGET_TEMPERATURE,
    "reboot": Command.REBOOT,
}


def _get(path: str, **reply: Any) -> dict[str, Any]:
    return {"method": "GET", "path": path, "status": 200, "reply_json": reply}


def _info(**changes: Any) -> dict[str, Any]:
    usual = {"ASICModel": "BM1366", "miningPaused": False, "hashRate": 498.5}
    return _get("/api/system/info", **usual | {"frequency": 485} | changes)


OURS: list[dict[str, Any]] = [
    {
        "id": "ours-read",
        "kind": "read",
        "exchanges": [
            _info(power=11.4, macAddr="02:00:5E:00:53:07", fanrpm=3000, fanspeed=40),
            _get("/api/system/asic", deviceModel="Ultra", frequencyOptions=[485, 500]),
        ],
        "expect": {
            "model": "Ultra",
            "hashrate_ths": 0.4985,
            "power_w": 11.4,
            "mac": "02:00:5e:00:53:07",
            "fan_rpm": [3000],
            "can_pause": True,
            "frequency_options": [485, 500],
            "status": "mining",
        },
    },
    {
        "id": "ours-pause",
        "kind": "write",
        "exchanges": [
            _info(),
            {
                "method": "POST",
                "path": "/api/system/pause",
                "status": 200,
                "reply_json": {"message": "Mining paused"},
            },
            _info(miningPaused=True, hashRate=0),
        ],
        "expect": {"command": "pause", "outcome": "confirmed", "writes": 1},
    },
    {
        "id": "ours-no-such-frequency",
        "kind": "write",
        "exchanges": [
            _info(),
            _get("/api/system/asic", frequencyOptions=[400, 485]),
        ],
        "expect": {
            "command": "frequency",
            "value": 999,
            "outcome": "out_of_bounds",
            "writes": 0,
        },
    },
]


def _cases(kind: str) -> list[Any]:
    """Return our cases of a kind, and those of the reference data."""
    found = [pytest.param(case, id=case["id"]) for case in OURS if case["kind"] == kind]
    for family in FAMILIES:
        marks = [needs_reference("miner-control", family)]
        folder = reference("miner-control", family)
        if not folder.exists():
            found.append(pytest.param({}, marks=marks, id=family))
        for path in sorted(folder.glob("*.json")):
            case = json.loads(path.read_text(encoding="utf-8"))
            if case["kind"] == kind:
                found.append(pytest.param(case, marks=marks, id=case["id"]))
    return found


@twin(OTHER_CASES)
@pytest.mark.parametrize("case", _cases("read"))
async def test_readings(axes: Axes, case: dict[str, Any]) -> None:
    """What is expected of a reading is in the snapshot."""
    exchanges = case["exchanges"]
    if not any(each["path"].endswith("/info") for each in exchanges):
        exchanges = [*exchanges, _info()]
    snapshot = await read(await axes.replayed(exchanges))
    judged = 0
    for key, expected in case["expect"].items():
        # A NerdQAxe has no pause of its own; its shutdown is one to us.
        if key == "can_pause" and snapshot.model and "Nerd" in snapshot.model:
            continue
        if key in READINGS:
            assert READINGS[key](snapshot) == expected, key
            judged += 1
    assert judged


@twin(OTHER_CASES)
@pytest.mark.parametrize("case", _cases("write"))
async def test_commands(axes: Axes, case: dict[str, Any]) -> None:
    """The outcome, and how many writes it took."""
    expect = case["expect"]
    exchanges = case["exchanges"]
    if not any(each["path"].endswith("/info") for each in exchanges):
        exchanges = [*exchanges, _info()]
    device = await axes.replayed(exchanges)
    value = expect.get("value")
    command = COMMANDS[expect["command"]]
    if command is Command.FREQUENCY:
        value = str(value)
    try:
        outcome: str = await carry_out(writer_of(device, axes.clock), command, value)
    except ControlError as err:
        outcome = err.failure
    assert outcome == expect["outcome"]
    assert len(device.writes) == expect.get("writes", len(device.writes))
    assert len(device.writes) <= 1
    if "status" in expect:
        assert READINGS["status"](await read(device)) == expect["status"]


def _status(snapshot: MinerSnapshot) -> str:
    if snapshot.fault is not None:
        return "fault"
    if snapshot.sleeping:
        return "paused"
    return "mining" if snapshot.hashing else "idle"


def _fan_mode(snapshot: MinerSnapshot) -> str:
    automatic = snapshot.settings[Command.FAN_MODE] is FanMode.AUTOMATIC
    nerd = "Nerd" in (snapshot.model or "")
    return ("pid" if nerd else "auto") if automatic else "manual"


READINGS: dict[str, Any] = {
    "model": lambda s: s.model,
    "firmware": lambda s: s.firmware,
    "mac": lambda s: s.mac,
    "status": _status,
    "is_mining": lambda s: s.hashing,
    "hashrate_ths": lambda s: s.hashrate_ghs / 1000,
    "power_w": lambda s: s.power_w,
    "chip_temp_c": lambda s: s.temp_chip_max,
    "vr_temp_c": lambda s: s.temp_regulator,
    "fan_rpm": lambda s: [fan.rpm for fan in s.fans],
    "fan_mode": _fan_mode,
    "frequency_mhz": lambda s: s.frequency_mhz,
    "fault_text": lambda s: s.fault,
    "can_pause": lambda s: s.capabilities.pause,
    "frequency_options": lambda s: [
        float(option) for option in s.capabilities.choices[Command.FREQUENCY]
    ],
}
