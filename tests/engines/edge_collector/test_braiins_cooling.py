"""The cooling of a Braiins OS is changed while it is paused, and as a whole."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    ControlFailure,
    MinerState,
    Order,
    Outcome,
    Value,
)
from custom_components.mining_farm.engines.edge_collector.drivers.braiins import cooling
from custom_components.mining_farm.engines.edge_collector.drivers.braiins.parsing import (
    capabilities_of,
)
from simulators.makes.web import Asked, WebMiner

from .makes import Makes, Miner

KEYS = st.sampled_from(
    [
        *("temperature", "mode", "auto", "manual", "hydro", "target_temperature"),
        *("degree_c", "fan_speed_ratio", "min", "max", "cooling_constraints"),
    ]
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(KEYS, each, max_size=5),
    max_leaves=20,
)
KEPT = {
    "hot_temperature": {"degree_c": 80.0},
    "dangerous_temperature": {"degree_c": 90.0},
    "minimum_required_fans": 4,
    "pause_mode": {"mode": {"auto": {}}},
}


async def paused(makes: Makes) -> Miner:
    """Start a miner that is paused."""
    miner = await makes.start("braiins")
    miner.machine.paused = True
    return miner


def written(miner: Miner) -> Any:
    """Return the last object that was written."""
    assert isinstance(miner.simulator, WebMiner)
    asked: Asked = miner.simulator.writes[-1]
    assert (asked.method, asked.path) == ("PUT", "/api/v1/cooling/mode")
    return asked.json


async def settings(miner: Miner) -> dict[Command, Value]:
    """Return the set points of the fans."""
    found = (await miner.read()).settings
    return {command: found[command] for command in cooling.COMMANDS if command in found}


async def test_what_is_set_is_read_with_the_bounds_of_the_device(makes: Makes) -> None:
    """A fan that is set by hand never stands still, whatever the device would take."""
    miner = await makes.start("braiins")
    found = await miner.read()
    assert found.capabilities is not None
    fan = found.capabilities.numbers[Command.FAN_SPEED]
    assert (fan.minimum, fan.maximum, fan.source) == (15, 100, "device")
    target = found.capabilities.numbers[Command.TARGET_TEMPERATURE]
    assert (target.minimum, target.maximum) == (0, 70)
    assert await settings(miner) == {
        Command.FAN_MODE: "automatic",
        Command.TARGET_TEMPERATURE: 65,
    }


@pytest.mark.parametrize(
    ("command", "value"),
    [
        (Command.FAN_MODE, "manual"),
        (Command.FAN_SPEED, 40.0),
        (Command.TARGET_TEMPERATURE, 60.0),
    ],
)
async def test_nothing_is_sent_while_it_hashes(
    makes: Makes, command: Command, value: Value
) -> None:
    """Mining stood still for minutes on one that was written to then (public client)."""
    miner = await makes.start("braiins")
    with pytest.raises(ControlError, match="pause it first") as caught:
        await miner.order(command, value)
    assert caught.value.failure is ControlFailure.BUSY
    assert not miner.simulator.writes


async def test_a_fan_speed_keeps_the_temperatures(makes: Makes) -> None:
    """What is written back is what was read, without limits of the other mode."""
    miner = await paused(makes)
    assert await miner.order(Command.FAN_SPEED, 40.0) is Outcome.CONFIRMED
    target = {"target_temperature": {"degree_c": 65.0}}
    assert written(miner) == {"manual": {**target, **KEPT, "fan_speed_ratio": 0.4}}
    assert await settings(miner) == {
        Command.FAN_MODE: "manual",
        Command.FAN_SPEED: 40,
        Command.TARGET_TEMPERATURE: 65,
    }
    assert await miner.order(Command.FAN_SPEED, 40.0) is Outcome.UNCHANGED
    assert await miner.order(Command.FAN_MODE, "automatic") is Outcome.CONFIRMED
    assert written(miner) == {"auto": {**target, **KEPT}}


async def test_fans_by_hand_begin_at_full_speed(makes: Makes) -> None:
    """As nothing protects the chips from a slower one."""
    miner = await paused(makes)
    assert await miner.order(Command.FAN_MODE, "manual") is Outcome.CONFIRMED
    assert (await settings(miner))[Command.FAN_SPEED] == 100


async def test_a_target_changes_in_the_mode_that_it_is_in(makes: Makes) -> None:
    """The limits of the automatic mode stay; a null is not written back."""
    miner = await paused(makes)
    order = (Command.TARGET_TEMPERATURE, 60.0)
    assert await miner.order(*order) is Outcome.CONFIRMED
    target = {"target_temperature": {"degree_c": 60.0}}
    assert written(miner) == {"auto": {**target, **KEPT, "min_fan_speed": 10}}


def test_a_target_stays_below_what_the_device_calls_hot() -> None:
    """There the fans would run at full speed all the time."""
    hot = cooling.Cooling("hydro", {"hot_temperature": {"degree_c": 60}})
    state = MinerState.PAUSED
    order = Order(command=Command.TARGET_TEMPERATURE, value=60.0)
    with pytest.raises(ControlError) as caught:
        cooling.request_of(order, hot, state)
    assert caught.value.failure is ControlFailure.OUT_OF_BOUNDS
    with pytest.raises(ControlError) as caught:
        cooling.request_of(order, None, state)
    assert caught.value.failure is ControlFailure.UNSUPPORTED


@pytest.mark.parametrize(
    ("stated", "offered"),
    [
        (None, set()),
        (
            {"target_temperature": {"min": {"degree_c": 30}, "max": {"degree_c": 70}}},
            {Command.TARGET_TEMPERATURE},
        ),
        (
            {"fan_speed_ratio": {"min": 0.0, "max": 1.0}},
            {Command.FAN_SPEED, Command.FAN_MODE},
        ),
        ({"fan_speed_ratio": {"min": 0.0, "max": 0.1}}, set()),
        ({"fan_speed_ratio": {"min": 0.0}, "target_temperature": None}, set()),
    ],
)
def test_what_has_no_bounds_of_the_device_is_not_offered(
    stated: object, offered: set[Command]
) -> None:
    """One with water has no fans; one that states nothing is only read."""
    found = capabilities_of({"cooling_constraints": stated})
    assert {*found.numbers, *found.choices} == offered


@pytest.mark.parametrize(
    ("configuration", "found"),
    [
        ({}, {}),
        ({"temperature": {"mode": None}}, {}),
        ({"temperature": {"mode": {"manual": {}}}}, {Command.FAN_MODE: "manual"}),
        (
            {"temperature": {"mode": {"hydro": {"target_temperature": None}}}},
            {},
        ),
        (
            {
                "temperature": {
                    "mode": {"immersion": {"target_temperature": {"degree_c": 50}}}
                }
            },
            {Command.TARGET_TEMPERATURE: 50},
        ),
    ],
)
def test_what_is_not_stated_is_not_known(
    configuration: object, found: dict[Command, Value]
) -> None:
    """In immersion and with water no fan has a mode."""
    assert cooling.settings_of(cooling.cooling_of(configuration)) == found


@given(ANY_JSON)
def test_whatever_a_configuration_holds_it_is_read(found: object) -> None:
    """What it states nonsense for is not known, and not offered."""
    for command, value in cooling.settings_of(cooling.cooling_of(found)).items():
        assert isinstance(value, str) is (command is Command.FAN_MODE)
    for bounds in cooling.bounds_of(found).values():
        assert 0 <= bounds.minimum < bounds.maximum
