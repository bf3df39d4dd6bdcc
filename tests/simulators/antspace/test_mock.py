"""The documented mock, quirk by quirk, over real sockets."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulators.antspace import AntspaceSimulator
from tests.reference import OTHER_CASES, reference, twin

from .conftest import Ask, StartContainer

DATA = Path(__file__).parents[2] / "data" / "antspace"
CHECKS = reference("antspace", "checks.json")
FIELDS = CHECKS.with_name("fields.json")

CLEARED = {
    "cooling_tower_fan1_fault",
    "cooling_tower_fan2_fault",
    "cooling_tower_fan3_fault",
    "supply_liquid_temp_high",
    "supply_liquid_temp_too_high",
    "supply_liquid_pressure_high",
    "return_liquid_pressure_low",
    "supply_liquid_flow_low",
    "freezing_alarm",
    "cooling_tower_liquid_level_low",
}
STARTED = {
    "pump_ready",
    "pump_operation",
    "one_pump",
    "second_pump1",
    "second_pump2",
    "dry_cooler_freq_run",
    "dry_cooler_power_freq_run",
    "container_fan",
}


async def _state(ask: Ask, container: AntspaceSimulator) -> dict[str, Any]:
    answer = await ask(container, "operation=coolerState")
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.json["ok"] is True
    assert answer.json["method"] == "coolerState"
    params: dict[str, Any] = answer.json["params"]
    return params


async def test_a_fresh_hk3(start_container: StartContainer, ask: Ask) -> None:
    """Constants, pressures that cannot be MPa, two random powers, no miners."""
    state = await _state(ask, await start_container("HK3"))
    assert len(state) == 44
    assert [key for key, value in state.items() if value is True] == [
        "fan2",
        "spray_pump",
        "cooling_tower_fan1",
        "cooling_tower_fan2",
        "cooling_tower_fan3",
    ]
    numbers = {key: v for key, v in state.items() if not isinstance(v, bool)}
    for box in (1, 2):
        assert 2000 <= numbers.pop(f"distribution_box{box}_power") <= 3000
    assert numbers == {
        "supply_liquid_temp": 43,
        "return_liquid_temp": 49,
        "supply_liquid_pressure": 35,
        "return_liquid_pressure": 28,
        "colding_tower_inlet_temp": 26,
        "antbox_internal_temp": 39,
        "supply_liquid_flow": 29,
        "antbox_internal_humidity": 54,
        "longitude_direction": 0,
        "longitude": 0,
        "latitude_direction": 0,
        "latitude": 0,
        "supply_liquid_set_temp": 35,
    }


async def test_a_fresh_immersion(start_container: StartContainer, ask: Ask) -> None:
    """All zero and off but for protocol, voltages and powers."""
    state = await _state(ask, await start_container("IMMERSION"))
    assert len(state) == 72
    assert 2000 <= state.pop("distribution_box_power") <= 3000
    assert {key: value for key, value in state.items() if value} == {
        "protocol_version": 5,
        "vol_a_distribution": 2233,
        "vol_b_distribution": 2263,
        "vol_c_distribution": 2263,
        "power_distribution": 7.6733,
    }


@pytest.mark.parametrize("model", ["HK3", "IMMERSION"])
async def test_the_miners(
    start_container: StartContainer, ask: Ask, model: str
) -> None:
    """A map of five while there are 120, whatever the model."""
    container = await start_container(model)
    answer = (await ask(container, "operation=minerInfo")).json
    assert answer["ok"] is True
    miners = answer["params"]
    listed = miners.pop("miner_info")
    assert miners == {
        "miner_num": 120,
        "total_hashrate": 12665.544871159516,
        "pcb_max_temp": 98,
        "chip_max_temp": 98,
        "chip_temp_mean": 0,
    }
    assert len(listed) == 5
    for address, miner in listed.items():
        assert len(address.split(".")) == 4
        assert miner["miner_version"] == "2021-08-10 16:54:03"
        assert len(miner) == 7


async def test_the_same_seed_makes_up_the_same() -> None:
    """Powers and addresses are random to clients only."""
    one, again, other = (AntspaceSimulator("HK3", seed=n) for n in (7, 7, 8))
    assert one.state == again.state != other.state
    assert one.miner_info == again.miner_info != other.miner_info


async def test_the_bytes_of_an_answer(
    start_container: StartContainer, ask: Ask
) -> None:
    """Writes have null for params; there is not a space in it."""
    container = await start_container("HK3")
    for query, name in (
        ("operation=open", "open"),
        ("operation=close", "close"),
        ("operation=reset", "reset"),
        ("operation=setTemp&temp=36.5", "setTemp"),
    ):
        answer = await ask(container, query)
        assert answer.body == b'{"ok":true,"method":"%b","params":null}' % name.encode()
    assert [request.target for request in container.writes] == [
        "/cooler?operation=open",
        "/cooler?operation=close",
        "/cooler?operation=reset",
        "/cooler?operation=setTemp&temp=36.5",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "operation=",
        "operation=OPEN",
        "operation=coolerstate",
        "operation=sensorData",
        "operation=open&operation=open",
        "operation=coolerState&operation=open",
        "Operation=open",
    ],
)
async def test_what_it_does_not_know(
    start_container: StartContainer, ask: Ask, query: str
) -> None:
    """Case counts, once is enough, and nothing happens."""
    container = await start_container("HK3")
    before = container.state
    answer = await ask(container, query)
    assert answer.status == 400
    assert answer.json == {"status": "error", "error": "ERR_UNSUPPORTED"}
    assert container.state == before
    assert container.requests[-1].operation in {None, *query.split("=")[1:]}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/cooler"),
        ("PUT", "/cooler"),
        ("GET", "/cooler/"),
        ("GET", "/Cooler"),
        ("GET", "/"),
    ],
)
async def test_where_there_is_nothing(
    start_container: StartContainer, ask: Ask, method: str, path: str
) -> None:
    """404, and nothing happens."""
    container = await start_container("HK3")
    answer = await ask(container, "operation=open", method=method, path=path)
    assert answer.status == 404
    assert answer.json["error"] == "Not Found"
    assert not container.state["circulating_pump"]


async def test_head_runs_writes(start_container: StartContainer, ask: Ask) -> None:
    """A crawler's HEAD starts the pump."""
    container = await start_container("HK3")
    answer = await ask(container, "operation=open", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert container.state["circulating_pump"]
    assert container.requests[-1].method == "HEAD"


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("&temp=36.5", "36.5"),
        ("&temp=36.0", "36"),
        ("&temp=-5", "-5"),
        ("&temp=1000", "1000"),
        ("&temp=1e2", "100"),
        ("&temp=%2036%20", "36"),
        ("&temp=+36", "36"),
        ("&temp=0x20", "32"),
        ("&temp=", "0"),
        ("&temp=hot", "null"),
        ("&temp=36,5", "null"),
        ("&temp=PID", "null"),
        ("&temp=Infinity", "null"),
        ("&temp=0xzz", "null"),
        ("&temp=1e999", "null"),
        ("&temp=30&temp=31", "null"),
        ("", "null"),
    ],
)
async def test_any_target_is_taken(
    start_container: StartContainer, ask: Ask, query: str, target: str
) -> None:
    """Without limits, as JavaScript reads numbers; PID ends whatever comes."""
    container = await start_container("HK3")
    container.set_fields({"pid_mode": True})
    assert (await ask(container, f"operation=setTemp{query}")).json["ok"] is True
    body = (await ask(container, "operation=coolerState")).body
    assert f'"supply_liquid_set_temp":{target},'.encode() in body
    assert b'"pid_mode":false' in body


@pytest.mark.parametrize("model", ["HK3", "IMMERSION"])
async def test_pid(start_container: StartContainer, ask: Ask, model: str) -> None:
    """It picks 38."""
    container = await start_container(model)
    await ask(container, "operation=setTemp&temp=pid")
    state = container.state
    assert (state["pid_mode"], state["supply_liquid_set_temp"]) == (True, 38)


@pytest.mark.parametrize("operation", ["open", "close"])
async def test_hk3_clears_ten_of_eighteen(
    start_container: StartContainer, ask: Ask, operation: str
) -> None:
    """On open and close alike; the other eight stay, and the pump goes on."""
    container = await start_container("HK3", error=True)
    before = set(container.alarms)
    assert len(before) == 18
    await ask(container, f"operation={operation}")
    assert before - set(container.alarms) == CLEARED
    state = container.state
    assert state["circulating_pump"] is True
    assert {state[f"cooling_tower_fan{n}"] for n in (1, 2, 3)} == {operation == "open"}
    assert state["spray_pump"] is True


async def test_immersion_clears_none(start_container: StartContainer, ask: Ask) -> None:
    """Eight flags come and go; twenty faults stay, and one is never set."""
    container = await start_container("IMMERSION", error=True)
    faults = set(container.alarms)
    assert len(faults) == 20
    before = container.state
    assert before["primary_circulating_pump"] is False
    await ask(container, "operation=open")
    opened = container.state
    assert {key for key in opened if opened[key] is not before[key]} == STARTED
    assert all(opened[key] is True for key in STARTED)
    await ask(container, "operation=close")
    assert container.state == before
    assert set(container.alarms) == faults


@pytest.mark.parametrize("model", ["HK3", "IMMERSION"])
async def test_reset_does_nothing(
    start_container: StartContainer, ask: Ask, model: str
) -> None:
    """It answers ok."""
    container = await start_container(model, error=True)
    before = container.state
    assert (await ask(container, "operation=reset")).json["ok"] is True
    assert container.state == before


@pytest.mark.parametrize("spelling", ["Immersion", "immersion"])
async def test_the_type_as_documented(
    start_container: StartContainer, ask: Ask, spelling: str
) -> None:
    """It has Immersion's state, and HK3's operations: twelve keys appear."""
    container = await start_container(spelling)
    before = container.state
    assert before == AntspaceSimulator("IMMERSION").state
    await ask(container, "operation=open")
    after = container.state
    added = after.keys() - before.keys()
    assert len(added) == 12
    assert {"circulating_pump", "cooling_tower_fan1", "freezing_alarm"} < added
    assert after["second_pump1"] is False


async def test_the_type_of_hk3_has_no_case(
    start_container: StartContainer, ask: Ask
) -> None:
    """Any spelling is the same there."""
    container = await start_container("hk3")
    await ask(container, "operation=open")
    assert container.state["circulating_pump"] is True


def test_no_such_type() -> None:
    """The names that there are come along."""
    with pytest.raises(ValueError, match="no container type 'HK4'; types: HK3, IMMER"):
        AntspaceSimulator("HK4")


@pytest.mark.parametrize("faithful", [True, False])
@pytest.mark.parametrize("model", ["HK3", "IMMERSION"])
def test_every_key_is_there(model: str, *, faithful: bool) -> None:
    """The keys that we listed, of the mock no others: numbers for numbers, bits for bits."""
    listed = json.loads((DATA / f"{model.lower()}.json").read_text("utf-8"))["state"]
    state = AntspaceSimulator(model, faithful=faithful).state
    assert state.keys() == listed.keys() or (
        not faithful and state.keys() > listed.keys()
    )
    for key, value in listed.items():
        assert isinstance(state[key], bool) is isinstance(value, bool), key


@twin("test_every_key_is_there")
@pytest.mark.skipif(not FIELDS.is_file(), reason="no data beside the repository")
@pytest.mark.parametrize("faithful", [True, False])
@pytest.mark.parametrize("model", ["HK3", "IMMERSION"])
def test_every_documented_key_is_there(model: str, *, faithful: bool) -> None:
    """Of values, flags and alarms, with numbers for numbers and bits for bits."""
    table = json.loads(FIELDS.read_text("utf-8"))
    state = AntspaceSimulator(model, faithful=faithful).state
    checked = 0
    for row in [*table["fields"], *table["alarms"]]:
        key = row["raw"]
        if row["model"] not in (model.lower(), "both") or not key.isidentifier():
            continue
        is_bit = row.get("kind", "binary") == "binary"
        assert isinstance(state[key], bool if is_bit else (int, float)), key
        assert is_bit or not isinstance(state[key], bool)
        checked += 1
    assert checked >= 40


def _given(check: dict[str, Any]) -> AntspaceSimulator:
    container = AntspaceSimulator(check["mock_type"], error=check["error"])
    container.set_fields(check["given"].get("set", {}))
    container.remove_fields(check["given"].get("drop", []))
    return container


def _read(file: Path) -> list[dict[str, Any]]:
    checks: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["checks"]
    return checks


def _files(least_of_ours: int, least_documented: int) -> list[Any]:
    """Return both files of checks, and in how many things each has to be compared."""
    absent = pytest.mark.skipif(not CHECKS.is_file(), reason="no ../shared/data")
    return [
        pytest.param(DATA / "checks.json", least_of_ours, id="ours"),
        pytest.param(CHECKS, least_documented, id="documented", marks=absent),
    ]


@twin(OTHER_CASES)
@pytest.mark.parametrize(("file", "least"), _files(10, 14))
def test_the_mock_is_as_the_checks_have_it(file: Path, least: int) -> None:
    """What they say of faults and of unscaled numbers before anything is written."""
    compared = 0
    for check in _read(file):
        expected = check["steps"][0].get("expect", {})
        if check["steps"][0]["do"] != "poll" or check["id"] == "D15":
            continue
        container = _given(check)
        state = container.state
        computed = {"disconnect", "supply_liquid_temp_low"}
        if (exact := expected.get("alarms", {}).get("exact")) is not None:
            assert set(container.alarms) == exact.keys() - computed, check["id"]
            compared += 1
        for key, value in expected.get("values", {}).items():
            if value and value[1] == "°C" and key in state:
                assert state[key] == value[0], check["id"]
                compared += 1
    assert compared >= least


@twin(OTHER_CASES)
@pytest.mark.parametrize(("file", "least"), _files(2, 3))
async def test_writes_end_as_the_checks_have_it(
    start_container: StartContainer, ask: Ask, file: Path, least: int
) -> None:
    """What lies in the mock after the writes that they say are sent."""
    compared = 0
    for check in _read(file):
        for step in check["steps"]:
            wire = step.get("expect", {}).get("wire")
            if not wire or step["do"] == "raw":
                continue
            container = await start_container(check["mock_type"])
            for write in step["expect"]["writes"]:
                query = "&".join(f"{key}={value}" for key, value in write.items())
                assert (await ask(container, query)).status == 200
            assert wire.items() <= container.state.items(), check["id"]
            compared += 1
    assert compared >= least
