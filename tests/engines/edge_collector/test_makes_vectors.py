"""Cases of request, reply and effect pass through the driver of their family."""

from collections.abc import Callable, Mapping
import json
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    Credentials,
    Failure,
    MinerError,
    MinerProfile,
    MinerSnapshot,
    MinerState,
    Order,
    Value,
    miner_state,
    registry,
)
from tests.reference import OTHER_CASES, needs_reference, reference, twin

from .makes import Makes, writer_of
from .replayed import Replayed, changes_device
from .vectors import FAMILIES, OURS, Family

COMMANDS = {
    "adjust_power_limit": Command.POWER_TARGET,
    "fan": Command.FAN_SPEED,
    "locate": Command.LOCATE,
    "mode": Command.LEVEL,
    "pause": Command.PAUSE,
    "power_off": Command.PAUSE,
    "power_target": Command.POWER_TARGET,
    "preset": Command.LEVEL,
    "reboot": Command.REBOOT,
    "resume": Command.RESUME,
    "set_low_power": Command.LEVEL,
    "target_temp": Command.TARGET_TEMPERATURE,
}
VALUES: Mapping[str, Value] = {
    "power_target": 1000,
    "adjust_power_limit": 3000,
    "set_low_power": "low",
}
STATES = {
    MinerState.HASHING: "mining",
    MinerState.TUNING: "tuning",
    MinerState.STARTING: "starting",
    MinerState.PAUSED: "paused",
    MinerState.STOPPING: "stopping",
    MinerState.IDLE: "idle",
    MinerState.LIMITED: "restricted",
    MinerState.FAULT: "fault",
    None: "unknown",
}


def _cases(*kinds: str) -> list[Any]:
    """Return our cases of some kinds, and those of the reference data."""
    found = [
        pytest.param(case, id=case["id"]) for case in OURS if case["kind"] in kinds
    ]
    for family in FAMILIES:
        marks = [needs_reference("miner-control", family)]
        folder = reference("miner-control", family)
        if not folder.exists():
            found.append(pytest.param({}, marks=marks, id=family))
        for path in sorted(folder.glob("*.json")):
            case = json.loads(path.read_text(encoding="utf-8"))
            if case["kind"] in kinds:
                found.append(pytest.param(case, marks=marks, id=case["id"]))
    return found


def _exchanges(family: Family, case: Mapping[str, Any]) -> list[Any]:
    """Return the exchanges of a case, with the usual ones that it leaves out.

    What a case answers after a write only, the device answers by the usual before.
    """
    listed = list(case["exchanges"])
    usual = family.usual + (family.ordered if case["kind"] == "write" else ())
    write = next((i for i, e in enumerate(listed) if changes_device(e)), len(listed))
    first = {_place(each): index for index, each in reversed([*enumerate(listed)])}
    before = [
        each for each in (*usual, *family.before) if first.get(_place(each), -1) > write
    ]
    never = [each for each in usual if _place(each) not in first]
    return [*before, *listed, *never]


def _place(exchange: Mapping[str, Any]) -> str:
    if exchange["via"] == "tcp":
        return f"{exchange['port']} {json.dumps(exchange['request'])}"
    what = exchange.get("request_json") if "graphql" in exchange["path"] else None
    changes = what and "mutation" in str(what)
    return f"{exchange['method']} {exchange['path']} {changes}"


def _account(family: Family, case: Mapping[str, Any]) -> Credentials:
    """Return the account of a case: named in it, else that of its login."""
    password = case["expect"].get("password")
    for exchange in case["exchanges"]:
        sent = exchange.get("request_json")
        if password is None and isinstance(sent, dict):
            password = sent.get("password", sent.get("pw"))
            password = password or sent.get("variables", {}).get("password")
    return Credentials(password=password or family.password)


@twin(OTHER_CASES)
@pytest.mark.parametrize("case", _cases("read", "identify"))
async def test_readings(makes: Makes, case: dict[str, Any]) -> None:
    """What is expected of a reading is in the snapshot."""
    family = FAMILIES[case["family"]]
    async with Replayed(_exchanges(family, case)) as device:
        reader = family.reader(device.ports, _account(family, case))
        if "needs" in case["expect"]:
            with pytest.raises(MinerError) as caught:
                await reader.async_poll()
            assert caught.value.failure is Failure.AUTH_FAILED
            return
        # The CGMiner API is learned command by command.
        for _ in range(6 if family.beside else 1):
            snapshot = await reader.async_poll()
        assert not device.writes
    judged = 0
    for key, expected in case["expect"].items():
        if key in READINGS and key not in family.not_read:
            found = READINGS[key](snapshot)
            assert found == (
                pytest.approx(expected, rel=1e-3) if key in ROUGH else expected
            ), key
            judged += 1
    assert judged or case["kind"] == "identify"


@twin(OTHER_CASES)
@pytest.mark.parametrize("case", _cases("write"))
async def test_commands(makes: Makes, case: dict[str, Any]) -> None:
    """The outcome, and how many writes it took."""
    family, expect = FAMILIES[case["family"]], case["expect"]
    value = expect.get("value", VALUES.get(expect["command"]))
    command = COMMANDS[expect["command"]]
    if command is Command.LEVEL:
        value = family.levels.get(str(value), str(value))
    order = Order(command=command, value=value)
    async with Replayed(_exchanges(family, case)) as device:
        way = registry.Way(family.driver, device.ports[family.port])
        writer = writer_of(way, "127.0.0.1", makes.clock, _account(family, case))
        try:
            outcome: str = await writer.async_carry_out(order, lambda _: None)
        except ControlError as err:
            outcome = err.failure
        logged_off = device.asked[-1:] == ["logoff"] or "logoff" in device.asked
        assert outcome in family.outcomes(expect["outcome"])
        assert len(device.writes) <= expect.get("writes", 1)
        assert logged_off or not expect.get("must_logoff")
        for part in ("sent_must_contain",):
            if part in expect:
                assert _contains(device.writes[0], expect[part])
        for word in expect.get("sent_must_not_contain", ()):
            assert word not in json.dumps(device.writes)
        if "status" in expect:
            reader = family.reader(device.ports, _account(family, case))
            assert READINGS["status"](await reader.async_poll()) == expect["status"]


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _contains(whole[key], value) for key, value in part.items()
        )
    return bool(whole == part)


def _is_mining(snapshot: MinerSnapshot) -> bool | None:
    return snapshot.hashing


def _status(snapshot: MinerSnapshot) -> str:
    return STATES[miner_state(snapshot, MinerProfile().learn(snapshot))]


def _bounds(command: Command, name: str) -> Callable[[Any], Any]:
    return lambda s: getattr(s.capabilities.numbers[command], name)


ROUGH = ("hashrate_ths", "power_w")
READINGS: dict[str, Callable[[Any], Any]] = {
    "model": lambda s: s.model.removeprefix("Whatsminer ").removeprefix("SealMiner "),
    "firmware": lambda s: s.firmware.removeprefix("LuxOS "),
    "mac": lambda s: s.mac,
    "status": _status,
    "is_mining": _is_mining,
    "hashrate_ths": lambda s: s.hashrate_ghs / 1000,
    "power_w": lambda s: s.power_w,
    "power_target_w": lambda s: s.settings[Command.POWER_TARGET],
    "power_min_w": _bounds(Command.POWER_TARGET, "minimum"),
    "power_max_w": _bounds(Command.POWER_TARGET, "maximum"),
    "boards": lambda s: list(s.capabilities.boards),
    "mode": lambda s: s.settings[Command.LEVEL],
    "mode_asked": lambda s: s.settings[Command.LEVEL],
    "fan_rpm": lambda s: [fan.rpm for fan in s.fans],
    "locate": lambda s: s.settings[Command.LOCATE],
    "fault_codes": lambda s: [] if s.fault is None else [s.fault],
    "fault_text": lambda s: s.fault,
    "can_pause": lambda s: s.capabilities.pause,
    "can_control": lambda s: s.capabilities.writable,
    "target_temp_c": lambda s: s.settings[Command.TARGET_TEMPERATURE],
    "uptime_s": lambda s: s.uptime_s,
}
