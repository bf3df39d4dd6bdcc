"""Plants that live, under time that a test drives."""

import pytest

from simulators.antspace import AntspaceSimulator
from simulators.clock import ManualClock
from simulators.commands import perform

from .conftest import Ask, StartContainer

MODELS = ("HK3", "IMMERSION")
SUPPLY = {"HK3": "supply_liquid_temp", "IMMERSION": "second_supply_temp1"}
RETURN = {"HK3": "return_liquid_temp", "IMMERSION": "second_return_temp1"}


@pytest.fixture
def hydro(clock: ManualClock) -> AntspaceSimulator:
    """A living HK3 without a listener."""
    return AntspaceSimulator("HK3", clock=clock, faithful=False)


@pytest.fixture
def oil(clock: ManualClock) -> AntspaceSimulator:
    """A living Immersion without a listener."""
    return AntspaceSimulator("IMMERSION", clock=clock, faithful=False)


def test_a_normal_day_of_an_hk3(hydro: AntspaceSimulator, clock: ManualClock) -> None:
    """Like the one that a field client wrote down; a day without any alarm."""
    clock.advance(86_400)
    state = hydro.state
    assert hydro.alarms == []
    assert state["supply_liquid_temp"] == 35.0
    assert state["supply_liquid_pressure"] == 0.28
    assert state["return_liquid_pressure"] == 0.12
    assert state["supply_liquid_flow"] == 115.0
    watts = state["distribution_box1_power"] + state["distribution_box2_power"]
    rise = state["return_liquid_temp"] - state["supply_liquid_temp"]
    carried = state["supply_liquid_flow"] * 1.163 * rise * 1000
    assert carried == pytest.approx(watts, rel=0.02)
    miners = hydro.miner_info
    assert miners["miner_num"] == len(miners["miner_info"]) == 171
    shown = sum(miner["GHS_avg"] for miner in miners["miner_info"].values())
    assert shown == pytest.approx(miners["total_hashrate"])


def test_a_normal_day_of_an_immersion(
    oil: AntspaceSimulator, clock: ManualClock
) -> None:
    """Oil from 40 to 46 °C, nothing zero that cannot be, 450 kW of miners."""
    clock.advance(86_400)
    state = oil.state
    assert oil.alarms == []
    temps = [
        state[f"second_{side}_temp{n}"] for side in ("supply", "return") for n in (1, 2)
    ]
    temps += [state["primary_supply_temp"], state["primary_return_temp"]]
    assert all(40 <= temp <= 46 for temp in temps)
    assert all(110 <= state[f"tank_{tank}_level"] <= 130 for tank in "abcd")
    assert 0 < state["drycooler_freq"] <= 50
    assert state["feedback_fre"] == 45
    assert all(2200 <= state[f"vol_{phase}_distribution"] <= 2400 for phase in "abc")
    volts = sum(state[f"vol_{phase}_distribution"] / 10 for phase in "abc")
    watts = state["distribution_box_power"] * 100_000
    assert 450_000 < watts < 465_000
    assert state["cur_a_distribution"] * volts == pytest.approx(watts, rel=0.01)
    assert state["server_on"] is True


@pytest.mark.parametrize("model", MODELS)
async def test_the_set_point_is_followed(
    start_container: StartContainer, ask: Ask, clock: ManualClock, model: str
) -> None:
    """Within minutes, not at once; up by the miners' heat, down by the plant."""
    container = await start_container(model, faithful=False)
    for target, side in ((44.5, 1), (43, -1)):
        before = container.state[SUPPLY[model]]
        await ask(container, f"operation=setTemp&temp={target}")
        assert container.state["supply_liquid_set_temp"] == target
        assert container.state[SUPPLY[model]] == before
        clock.advance(60)
        assert (container.state[SUPPLY[model]] - before) * side > 0
        clock.advance(1800)
        assert container.state[SUPPLY[model]] == pytest.approx(target, abs=0.1)
    await ask(container, "operation=setTemp&temp=pid")
    clock.advance(3600)
    assert container.state["pid_mode"] is True
    # The dry cooler cannot do better than its weather allows.
    reached = 38 if model == "HK3" else 39
    assert container.state[SUPPLY[model]] == pytest.approx(reached, abs=0.1)
    assert container.alarms == []


@pytest.mark.parametrize(
    "query", ["temp=hot", "temp=", "", "temp=Infinity", "temp=nan"]
)
async def test_no_number_is_refused(
    start_container: StartContainer, ask: Ask, query: str
) -> None:
    """The answer is not ok, and the target stays."""
    container = await start_container("HK3", faithful=False)
    before = container.state
    answer = await ask(container, f"operation=setTemp&{query}")
    assert (answer.status, answer.json["ok"]) == (200, False)
    assert container.state == before


async def test_head_writes_nothing(start_container: StartContainer, ask: Ask) -> None:
    """That is the mock's quirk."""
    container = await start_container("HK3", faithful=False)
    answer = await ask(container, "operation=close", method="HEAD")
    assert answer.status == 404
    assert container.state["circulating_pump"] is True


@pytest.mark.parametrize("spelling", ["Immersion", "immersion", "IMMERSION"])
async def test_no_spelling_is_odd(
    start_container: StartContainer, ask: Ask, spelling: str
) -> None:
    """No keys appear."""
    container = await start_container(spelling, faithful=False)
    keys = container.state.keys()
    await ask(container, "operation=close")
    await ask(container, "operation=open")
    assert container.state.keys() == keys
    assert container.state["second_pump1"] is True


@pytest.mark.parametrize("model", MODELS)
async def test_close_stops_what_cools(
    start_container: StartContainer, ask: Ask, clock: ManualClock, model: str
) -> None:
    """Too hot within a quarter of an hour; latched until a reset once it is cool."""
    container = await start_container(model, faithful=False)
    await ask(container, "operation=close")
    state = container.state
    pumps = ("circulating_pump", "second_pump1", "second_pump2", "one_pump")
    fans = ("cooling_tower_fan1", "dry_cooler_freq_run", "dry_cooler_power_freq_run")
    assert not any(state.get(key, False) for key in (*pumps, *fans))
    last = state[SUPPLY[model]]
    for _ in range(14):
        clock.advance(60)
        assert container.state[SUPPLY[model]] > last
        last = container.state[SUPPLY[model]]
        if "supply_liquid_temp_too_high" in container.alarms:
            break
    hot = {"supply_liquid_temp_high", "supply_liquid_temp_too_high"}
    assert hot <= set(container.alarms)
    await ask(container, "operation=reset")
    assert hot <= set(container.alarms)
    await ask(container, "operation=open")
    clock.advance(3600)
    assert container.state[SUPPLY[model]] < 43
    assert hot <= set(container.alarms)
    await ask(container, "operation=reset")
    assert container.alarms == []


@pytest.mark.parametrize("model", MODELS)
async def test_miners_save_themselves(
    start_container: StartContainer, ask: Ask, clock: ManualClock, model: str
) -> None:
    """They stop above 60 °C, so it gets no hotter, and go on once it is cool."""
    container = await start_container(model, faithful=False)
    await ask(container, "operation=close")
    clock.advance(3600)
    assert 55 < container.state[SUPPLY[model]] < 63
    assert container.miner_info["total_hashrate"] == 0
    assert container.state[RETURN[model]] == container.state[SUPPLY[model]]
    await ask(container, "operation=open")
    clock.advance(3600)
    assert container.miner_info["total_hashrate"] > 10_000


def test_pressure_and_flow_follow_the_pump(
    hydro: AntspaceSimulator, clock: ManualClock
) -> None:
    """A pump that fails leaves still pressure and no flow, and says so."""
    hydro.stop_pump()
    assert hydro.state["circulating_pump"] is False
    clock.advance(60)
    state = hydro.state
    assert state["supply_liquid_flow"] < 1
    assert state["supply_liquid_pressure"] == state["return_liquid_pressure"] == 0.1
    assert {"circulating_pump_fault", "supply_liquid_flow_low"} <= set(hydro.alarms)
    clock.advance(540)
    assert "supply_liquid_temp_too_high" in hydro.alarms


async def test_a_reset_does_not_mend(
    start_container: StartContainer, ask: Ask, clock: ManualClock
) -> None:
    """What is broken latches again; mended, it needs the reset all the same."""
    container = await start_container("IMMERSION", faithful=False)
    container.stop_pump()
    pumps = {"second_pump1_fault", "second_pump2_fault"}
    clock.advance(10)
    await ask(container, "operation=reset")
    assert pumps <= set(container.alarms)
    container.repair()
    assert pumps <= set(container.alarms)
    assert container.state["second_pump1"] is False
    await ask(container, "operation=reset")
    assert container.alarms == []
    assert container.state["second_pump1"] is True


def test_a_fault_bit_stops_what_it_belongs_to(
    hydro: AntspaceSimulator, clock: ManualClock
) -> None:
    """Two tower fans of three are needed in this weather; one is too few."""
    hydro.raise_alarm("cooling_tower_fan1_fault")
    clock.advance(3600)
    assert hydro.state["cooling_tower_fan1"] is False
    assert 37 < hydro.state["supply_liquid_temp"] < 40
    hydro.raise_alarm("cooling_tower_fan2_fault")
    clock.advance(3600)
    assert "supply_liquid_temp_too_high" in hydro.alarms
    hydro.clear_alarm("cooling_tower_fan1_fault")
    hydro.clear_alarm("cooling_tower_fan2_fault")
    clock.advance(3600)
    assert hydro.state["supply_liquid_temp"] == 35.0


def test_a_leak_of_coolant(hydro: AntspaceSimulator, clock: ManualClock) -> None:
    """Reported at once; level, pressure and flow go down one after the other."""
    hydro.leak()
    assert hydro.alarms == ["leakage_fault"]
    clock.advance(60)
    assert hydro.state["fluid_infusion_pump"] is True
    assert hydro.state["return_liquid_pressure"] < 0.12
    clock.advance(12 * 60)
    assert "liquid_level_low" in hydro.alarms
    clock.advance(10 * 60)
    assert "return_liquid_pressure_low" in hydro.alarms
    clock.advance(10 * 60)
    assert "supply_liquid_flow_low" in hydro.alarms


def test_a_leak_of_oil(oil: AntspaceSimulator, clock: ManualClock) -> None:
    """Tanks run dry."""
    oil.leak()
    clock.advance(600)
    assert oil.state["tank_a_level"] < 100
    assert oil.alarms == ["leakage_fault", "lever_low"]


def test_frost(hydro: AntspaceSimulator, clock: ManualClock) -> None:
    """Without load, a container becomes as cold as its weather."""
    hydro.set_load(0)
    hydro.set_weather(-20)
    clock.advance(86_400)
    assert hydro.state["supply_liquid_temp"] < 5
    assert hydro.alarms == ["freezing_alarm"]


def test_load_moves_the_return(hydro: AntspaceSimulator, clock: ManualClock) -> None:
    """Half the power, half the rise, half the hashrate."""
    before, hashed = hydro.state, hydro.miner_info["total_hashrate"]
    hydro.set_load(513)
    after = hydro.state
    rises = [
        state["return_liquid_temp"] - state["supply_liquid_temp"]
        for state in (before, after)
    ]
    assert rises[1] == pytest.approx(rises[0] / 2, abs=0.1)
    assert hydro.miner_info["total_hashrate"] == pytest.approx(hashed / 2)
    assert after["distribution_box1_power"] * 2 == before["distribution_box1_power"]


@pytest.mark.parametrize("model", MODELS)
async def test_without_its_plc(
    start_container: StartContainer, ask: Ask, clock: ManualClock, model: str
) -> None:
    """Values stand still and writes answer ok and do nothing; the plant goes on."""
    container = await start_container(model, faithful=False)
    before = container.state
    container.disconnect()
    container.set_load(0)
    clock.advance(600)
    for query in ("operation=close", "operation=setTemp&temp=30", "operation=reset"):
        assert (await ask(container, query)).json["ok"] is True
    shown = (await ask(container, "operation=coolerState")).json["params"]
    assert shown == {**before, "disconnect": True}
    container.connect()
    after = container.state
    assert after["disconnect"] is False
    assert after[RETURN[model]] < before[RETURN[model]]
    assert after["running_mode"] is True
    assert after["supply_liquid_set_temp"] == before["supply_liquid_set_temp"]


@pytest.mark.parametrize("model", MODELS)
async def test_begun_with_errors(
    start_container: StartContainer, ask: Ask, model: str
) -> None:
    """Every fault bit is latched, and a reset clears what has no cause."""
    container = await start_container(model, faithful=False, error=True)
    assert len(container.alarms) == {"HK3": 18, "IMMERSION": 21}[model]
    await ask(container, "operation=reset")
    assert container.alarms == []


def test_fields_that_are_set_stay(hydro: AntspaceSimulator, clock: ManualClock) -> None:
    """Until they are released, whatever happens behind."""
    hydro.set_fields({"supply_liquid_temp": 19.9, "leakage_fault": "false"})
    hydro.remove_fields(["fan1"])
    clock.advance(600)
    assert hydro.state["supply_liquid_temp"] == 19.9
    assert hydro.state["leakage_fault"] == "false"
    assert "fan1" not in hydro.state
    hydro.release_fields()
    assert hydro.state["supply_liquid_temp"] == 35.0
    assert hydro.state["fan1"] is True


def test_long_unseen(hydro: AntspaceSimulator, clock: ManualClock) -> None:
    """A month is worked out in steps that can be counted."""
    clock.advance(30 * 86_400)
    assert hydro.state["supply_liquid_temp"] == pytest.approx(35, abs=0.1)
    assert hydro.miner_info["miner_info"]["10.140.0.10"]["elapsed"] == 31 * 86_400


@pytest.mark.parametrize(
    ("faithful", "command", "arguments", "error"),
    [
        (True, "set_load", {"kilowatts": "1"}, "mock has neither load nor weather"),
        (True, "raise_alarm", {"key": "fire"}, "no alarm 'fire'; power_fault, "),
        (False, "raise_alarm", {"key": "fire"}, "no alarm 'fire'; power_fault, "),
        (False, "clear_alarm", {"key": "pump_alarm"}, "no alarm 'pump_alarm'"),
        (False, "set_load", {"kilowatts": "-1"}, "must be 0 or more, not -1.0"),
        (False, "set_load", {"kilowatts": "nan"}, "must be 0 or more, not nan"),
        (False, "set_weather", {"celsius": "90"}, "from -60 to 60, not 90.0"),
        (False, "remove_field", {"key": "fan9"}, "no field fan9"),
        (True, "remove_field", {"key": "fan9"}, "no field fan9"),
    ],
)
def test_what_makes_no_sense(
    clock: ManualClock,
    faithful: bool,
    command: str,
    arguments: dict[str, str],
    error: str,
) -> None:
    """It is refused, and nothing happens."""
    container = AntspaceSimulator("HK3", clock=clock, faithful=faithful)
    before = container.state
    with pytest.raises(ValueError, match=error):
        perform(container, command, arguments)
    assert container.state == before
