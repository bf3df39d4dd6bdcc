"""Commands: sent once, believed only when the plant shows them, stopped by hot miners."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web
import pytest

from custom_components.mining_farm.engines.containers import (
    Confirmed,
    MinersHashingError,
    OutOfBoundsError,
    PlantTable,
    ReadBack,
    RefusedError,
    SetPointBounds,
    UnconfirmedError,
    UnreachableError,
    UnsupportedError,
    Write,
    check_set_point,
    manual_set_point,
    reset_cooling,
    set_pid,
    set_supply_temperature,
    start_cooling,
    stop_cooling,
)
from custom_components.mining_farm.engines.containers.antspace import (
    TABLES,
    AntspaceClient,
    Model,
    parse_plant,
)

from .conftest import Build
from .fake_container import Fault, Time, always, not_ok
from .states import IDLE, MINERS, faulty, fresh

type Command = Callable[[PlantTable, AntspaceClient, ReadBack], Awaitable[Confirmed]]

HK3, IMMERSION = TABLES[Model.HK3], TABLES[Model.IMMERSION]
BOUNDS = SetPointBounds(low=20, high=45)


async def _set(
    table: PlantTable, client: AntspaceClient, read_back: ReadBack
) -> Confirmed:
    return await set_supply_temperature(table, client, 36.5, BOUNDS, read_back)


async def _stop(
    table: PlantTable, client: AntspaceClient, read_back: ReadBack
) -> Confirmed:
    return await stop_cooling(table, client, force=True, read_back=read_back)


COMMANDS: dict[str, Command] = {
    "set": _set,
    "pid": set_pid,
    "start": start_cooling,
    "stop": _stop,
    "reset": reset_cooling,
}
SENT = {
    "set": {"operation": "setTemp", "temp": "36.5"},
    "pid": {"operation": "setTemp", "temp": "pid"},
    "start": {"operation": "open"},
    "stop": {"operation": "close"},
    "reset": {"operation": "reset"},
}
SHOWN = ("set", "pid", "start", "stop")
"""Those that an immersion plant shows the effect of."""


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("model", Model)
async def test_commands_are_sent_once_and_read_back(
    name: str, model: Model, build: Build, time: Time
) -> None:
    """A write that works is one request and one reading, without any wait."""
    container, client = await build(model)
    await client.read_plant()
    container.requests.clear()
    confirmed = await COMMANDS[name](TABLES[model], client, time.read_back())
    assert container.requests == [SENT[name], {"operation": "coolerState"}]
    assert time.slept == []
    assert confirmed.reading == parse_plant(container.state)


async def test_what_is_confirmed(build: Build, time: Time) -> None:
    """Each command returns the plant as it then is."""
    _, client = await build(Model.IMMERSION)
    read_back = time.read_back()
    assert (await start_cooling(IMMERSION, client, read_back)).still_running is True
    pid = (await set_pid(IMMERSION, client, read_back)).reading
    assert (pid.pid_mode, pid.set_point) == (True, 38)
    manual = (await _set(IMMERSION, client, read_back)).reading
    assert (manual.pid_mode, manual.set_point) == (False, 36.5)
    assert (await _stop(IMMERSION, client, read_back)).still_running is False


async def test_pump_of_hk3_runs_on_after_its_stop(build: Build, time: Time) -> None:
    """A stop of HK3 is done with an ok and a reading, which may say: still running."""
    container, client = await build(Model.HK3)
    await start_cooling(HK3, client, time.read_back())
    confirmed = await _stop(HK3, client, time.read_back())
    assert confirmed.still_running is True
    assert confirmed.reading.flags["cooling_tower_fan1"] is False
    assert container.writes == [SENT["start"], SENT["stop"]]


async def test_reset_returns_what_it_did_not_clear(build: Build, time: Time) -> None:
    """Alarms that remain after a reset come back with it."""
    container, client = await build(Model.HK3, faulty(Model.HK3))
    confirmed = await reset_cooling(HK3, client, time.read_back())
    assert confirmed.alarms == parse_plant(container.state).alarms
    assert len(confirmed.alarms) == 18


@pytest.mark.parametrize("name", SHOWN)
async def test_ok_without_effect(name: str, build: Build, time: Time) -> None:
    """Acknowledged and not done is unconfirmed after 10 s; it was sent once."""
    state = fresh(Model.IMMERSION, second_pump1=name == "stop")
    container, client = await build(Model.IMMERSION, state)
    container.deaf |= {"open", "close", "setTemp"}
    started = time.now
    with pytest.raises(UnconfirmedError, match="10 s"):
        await COMMANDS[name](IMMERSION, client, time.read_back())
    assert container.writes == [SENT[name]]
    assert time.now - started == 10
    assert len(container.requests) > 5


@pytest.mark.parametrize("name", SHOWN)
async def test_a_slow_plant_is_waited_for(name: str, build: Build, time: Time) -> None:
    """An effect that shows within 10 s is one."""
    state = fresh(Model.IMMERSION, second_pump1=name == "stop")
    container, client = await build(Model.IMMERSION, state)
    container.deaf |= {"open", "close", "setTemp"}
    started = time.now

    def works() -> None:
        if time.now - started >= 7:
            container.deaf.clear()
            container.operate(SENT[name]["operation"], SENT[name].get("temp"))

    container.before_state = works
    await COMMANDS[name](IMMERSION, client, time.read_back())
    assert container.writes == [SENT[name]]
    assert time.now - started == 7


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_refusal_ends_it(name: str, build: Build, time: Time) -> None:
    """`ok: false` is a failure at once: nothing is read back, nothing sent again."""
    container, client = await build(Model.IMMERSION, model=Model.IMMERSION)
    container.faults[SENT[name]["operation"]] = not_ok
    with pytest.raises(RefusedError):
        await COMMANDS[name](IMMERSION, client, time.read_back())
    assert container.requests == [SENT[name]]


BAD_ANSWERS = {
    "500": always(500),
    "502 and a page": always(502, "<p>"),
    "empty": always(),
    "page": always(200, "<p>"),
    "foreign": always(200, '{"hello": 1}', "application/json"),
}


@pytest.mark.parametrize("bad", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
@pytest.mark.parametrize("name", SHOWN)
async def test_a_write_with_a_bad_answer_is_read_back(
    name: str, bad: Fault, build: Build, time: Time
) -> None:
    """It may have been done: the plant decides, and it is not sent again."""
    state = fresh(Model.IMMERSION, second_pump1=name == "stop")
    container, client = await build(Model.IMMERSION, state)
    write = SENT[name]

    async def does_it(request: web.BaseRequest) -> web.StreamResponse | None:
        container.operate(write["operation"], write.get("temp"))
        return await bad(request)

    container.faults[write["operation"]] = does_it
    await COMMANDS[name](IMMERSION, client, time.read_back())
    assert container.writes == [write]
    container.state |= fresh(Model.IMMERSION, second_pump1=name == "stop")
    container.faults[write["operation"]] = bad
    with pytest.raises(UnconfirmedError):
        await COMMANDS[name](IMMERSION, client, time.read_back())
    assert container.writes == [write, write]


async def test_a_reset_with_a_bad_answer_is_unconfirmed(
    build: Build, time: Time
) -> None:
    """Nothing of the plant shows whether it was done."""
    container, client = await build(Model.IMMERSION)
    container.faults["reset"] = always(500)
    with pytest.raises(UnconfirmedError, match="unknown"):
        await reset_cooling(IMMERSION, client, time.read_back())
    assert container.writes == [SENT["reset"]]


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_controller_that_is_away(name: str, build: Build, time: Time) -> None:
    """What could not be sent fails at once."""
    container, client = await build(Model.IMMERSION, model=Model.IMMERSION)
    await container.stop()
    with pytest.raises(UnreachableError):
        await COMMANDS[name](IMMERSION, client, time.read_back())
    assert time.slept == []


def _breaks(request: web.BaseRequest) -> None:
    assert request.transport is not None
    request.transport.close()


@pytest.mark.parametrize("name", SHOWN)
async def test_a_lost_answer_is_settled_by_the_plant(
    name: str, build: Build, time: Time
) -> None:
    """The line breaks after the write was done: reading back shows that it was."""
    state = fresh(Model.IMMERSION, second_pump1=name == "stop")
    container, client = await build(Model.IMMERSION, state)

    async def breaks(request: web.BaseRequest) -> None:
        container.operate(SENT[name]["operation"], SENT[name].get("temp"))
        _breaks(request)

    container.faults[SENT[name]["operation"]] = breaks
    await COMMANDS[name](IMMERSION, client, time.read_back())
    assert container.writes == [SENT[name]]


@pytest.mark.parametrize(
    ("name", "model"),
    [(name, Model.IMMERSION) for name in (*SHOWN, "reset")] + [("stop", Model.HK3)],
)
async def test_a_lost_write_is_unconfirmed(
    name: str, model: Model, build: Build, time: Time
) -> None:
    """The line breaks and nothing was done, or that is unknown: no success is claimed."""
    pump = "second_pump1" if model is Model.IMMERSION else "circulating_pump"
    state = fresh(model, **{pump: name == "stop"})
    container, client = await build(model, state)
    container.deaf.add(SENT[name]["operation"])

    async def breaks(request: web.BaseRequest) -> None:
        _breaks(request)

    container.faults[SENT[name]["operation"]] = breaks
    with pytest.raises(UnconfirmedError):
        await COMMANDS[name](TABLES[model], client, time.read_back())
    assert container.writes == [SENT[name]]


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("model", Model)
async def test_no_reading_is_no_proof(
    name: str, model: Model, build: Build, time: Time
) -> None:
    """Where the plant cannot be read after the ok, nothing is confirmed."""
    container, client = await build(model, model=model)
    container.faults["coolerState"] = always(500)
    with pytest.raises(UnconfirmedError):
        await COMMANDS[name](TABLES[model], client, time.read_back())
    assert container.writes == [SENT[name]]


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("model", Model)
async def test_a_lost_plc_is_no_proof(
    name: str, model: Model, build: Build, time: Time
) -> None:
    """What a controller repeats without its PLC confirms nothing."""
    container, client = await build(model, fresh(model, disconnect=1))
    with pytest.raises(UnconfirmedError):
        await COMMANDS[name](TABLES[model], client, time.read_back())
    assert container.writes == [SENT[name]]


async def test_a_read_that_fails_in_between(build: Build, time: Time) -> None:
    """One bad reading during the wait does not end it."""
    container, client = await build(Model.HK3)
    container.faults["coolerState"] = always(500)

    async def recover(seconds: float) -> None:
        container.faults.clear()
        await time.sleep(seconds)

    await start_cooling(HK3, client, ReadBack(sleep=recover, monotonic=time))
    assert len(container.writes) == 1


async def test_set_point_that_pid_overrides(build: Build, time: Time) -> None:
    """The right number with PID still on is not what was asked."""
    state = fresh(Model.HK3, pid_mode=True, supply_liquid_set_temp=36.5)
    container, client = await build(Model.HK3, state)
    container.deaf.add("setTemp")
    with pytest.raises(UnconfirmedError):
        await _set(HK3, client, time.read_back())


@pytest.mark.parametrize(
    ("shown", "same"), [(36.5, True), (36.52, True), ("36.5", True), (37, False)]
)
async def test_set_point_as_the_controller_keeps_it(
    shown: object, same: bool, build: Build, time: Time
) -> None:
    """A controller that keeps tenths may show a little else, not half a degree."""
    state = fresh(Model.HK3, supply_liquid_set_temp=shown)
    container, client = await build(Model.HK3, state)
    container.deaf.add("setTemp")
    if same:
        await _set(HK3, client, time.read_back())
        return
    with pytest.raises(UnconfirmedError):
        await _set(HK3, client, time.read_back())


BAD = [19.5, 45.5, 5, 60, 36.3, 20.0001, float("nan"), float("inf"), 10**400]
WORSE = ["36", "pid", None, True, [36]]


@pytest.mark.parametrize("celsius", [*BAD, *WORSE], ids=repr)
async def test_bad_set_points_are_not_sent(
    celsius: Any, build: Build, time: Time
) -> None:
    """Out of bounds, off the step, NaN and text are refused before anything is sent."""
    container, client = await build(Model.HK3)
    with pytest.raises(OutOfBoundsError):
        await set_supply_temperature(HK3, client, celsius, BOUNDS, time.read_back())
    assert container.requests == []


def test_default_bounds() -> None:
    """HK3 20 to 45 °C, immersion 20 to 48 °C, in halves, ends included."""
    hk3, immersion = TABLES[Model.HK3].bounds, TABLES[Model.IMMERSION].bounds
    assert [check_set_point(t, hk3) for t in (20, 36.5, 45)] == [20, 36.5, 45]
    assert check_set_point(48, immersion) == 48
    for bounds, celsius in ((hk3, 45.5), (immersion, 48.5), (immersion, 19.5)):
        with pytest.raises(OutOfBoundsError):
            check_set_point(celsius, bounds)


def test_finer_steps() -> None:
    """A step that floats do not hold exactly is no trap."""
    tenths = SetPointBounds(low=20, high=45, step=0.1)
    assert [check_set_point(n / 10, tenths) for n in range(200, 451)] == [
        n / 10 for n in range(200, 451)
    ]


@pytest.mark.parametrize(
    ("remembered", "shown", "expected"),
    [(33, 38, 33), (None, 38, 38), (60, 38, 38), (36, None, 36)],
)
def test_what_ends_pid_mode(
    remembered: float | None, shown: float | None, expected: float
) -> None:
    """The last manual set point, else the target in force, where they are in bounds."""
    reading = parse_plant(fresh(Model.HK3, supply_liquid_set_temp=shown))
    assert manual_set_point(remembered, reading, BOUNDS) == expected


@pytest.mark.parametrize(("remembered", "shown"), [(None, None), (None, 60), (5, 46)])
def test_nothing_ends_pid_mode(remembered: float | None, shown: float | None) -> None:
    """Where no good number is known, leaving PID mode is refused."""
    reading = parse_plant(fresh(Model.HK3, supply_liquid_set_temp=shown))
    with pytest.raises(OutOfBoundsError):
        manual_set_point(remembered, reading, BOUNDS)
    with pytest.raises(OutOfBoundsError):
        manual_set_point(None, None, BOUNDS)


ONE = {"miner_info": {"10.99.0.9": {"GHS_5s": 0.5}}}
MUTE = {"miner_info": {"10.99.0.9": {"GHS_5s": "n/a"}}}


@pytest.mark.parametrize("model", Model)
@pytest.mark.parametrize(
    ("miners", "hashrate"),
    [
        (MINERS, 12665),
        (IDLE | {"total_hashrate": None}, None),
        (IDLE | {"total_hashrate": "NaN"}, None),
        (IDLE | ONE, 0),
        (IDLE | MUTE, 0),
        (None, None),
        ({}, None),
    ],
)
async def test_stop_is_refused_while_miners_may_hash(
    model: Model, miners: object, hashrate: float | None, build: Build, time: Time
) -> None:
    """Hashing, or unknown: nothing is sent unless it is forced, and then once."""
    container, client = await build(model)
    container.miners = miners
    with pytest.raises(MinersHashingError) as caught:
        await stop_cooling(TABLES[model], client, read_back=time.read_back())
    assert caught.value.hashrate == hashrate
    assert container.writes == []
    await stop_cooling(TABLES[model], client, force=True, read_back=time.read_back())
    assert container.writes == [{"operation": "close"}]


async def test_stop_with_idle_miners(build: Build, time: Time) -> None:
    """Miners that are known not to hash may lose their cooling."""
    container, client = await build(Model.IMMERSION)
    container.miners = IDLE
    await stop_cooling(IMMERSION, client, read_back=time.read_back())
    assert container.writes == [{"operation": "close"}]


def _without(*missing: Write) -> PlantTable:
    return replace(IMMERSION, writes=frozenset(Write) - {*missing})


@pytest.mark.parametrize(
    ("name", "write"),
    zip(
        COMMANDS,
        (Write.SET_TEMPERATURE, Write.PID, Write.START, Write.STOP, Write.RESET),
        strict=True,
    ),
)
async def test_a_command_that_the_plant_lacks_is_not_sent(
    name: str, write: Write, build: Build, time: Time
) -> None:
    """A plant without a command refuses it before anything is sent, and has the others."""
    container, client = await build(Model.IMMERSION, fresh(Model.IMMERSION))
    with pytest.raises(UnsupportedError, match="Antspace Immersion"):
        await COMMANDS[name](_without(write), client, time.read_back())
    assert container.requests == []
    others = _without(*(other for other in Write if other is not write))
    await COMMANDS[name](others, client, time.read_back())
    assert container.writes == [SENT[name]]


async def test_whether_a_stop_can_be_proved_is_the_plants_property(
    build: Build, time: Time
) -> None:
    """The same silent pumps prove a stop or do not, by the plant's table alone."""
    state = fresh(Model.IMMERSION, second_pump1=True)
    container, client = await build(Model.IMMERSION, state)
    container.deaf.add("close")
    runs_on = replace(IMMERSION, stop_is_shown=False)
    assert (await _stop(runs_on, client, time.read_back())).still_running is True
    with pytest.raises(UnconfirmedError):
        await _stop(IMMERSION, client, time.read_back())
