"""The ten known bugs of the reference client, each shown to be absent."""

import asyncio
from datetime import UTC, datetime

from aiohttp import web
import pytest

from custom_components.mining_farm.engines.containers import (
    DeadlineError,
    RefusedError,
    Severity,
    Status,
    UnconfirmedError,
    follow,
    start_cooling,
    status_of,
    take_snapshot,
)
from custom_components.mining_farm.engines.containers.antspace import (
    TABLES,
    Model,
    parse_plant,
)

from .conftest import Build
from .fake_container import Time, always, reply
from .states import fresh

NOW = datetime(2031, 5, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize("celsius", [0, 0.0, "0", -0.5])
def test_1_low_temperature_alert_at_zero(celsius: object) -> None:
    """Coolant at 0 °C is too cold, not unknown."""
    reading = parse_plant(fresh(Model.HK3, supply_liquid_temp=celsius))
    assert reading.alarms == {"supply_liquid_temp_low"}
    assert status_of(TABLES[Model(reading.model)], reading) is Status.STOPPED


@pytest.mark.parametrize(
    ("key", "severity"),
    [
        ("leakage_fault", Severity.CRITICAL),
        ("supply_liquid_temp_high", Severity.HIGH),
        ("supply_liquid_temp_too_high", Severity.CRITICAL),
        ("pump_alarm", Severity.HIGH),
    ],
)
def test_2_immersion_alarms_that_were_ignored(key: str, severity: Severity) -> None:
    """Leak, hot supply and pump station are alarms of a running plant in error."""
    state = fresh(Model.IMMERSION, second_pump1=True, **{key: True})
    reading = parse_plant(state)
    assert status_of(TABLES[Model(reading.model)], reading) is Status.ERROR
    change = follow(TABLES[Model.IMMERSION], {}, reading, NOW)
    assert {a.key: a.severity for a in change.raised} == {key: severity}


@pytest.mark.parametrize("model", Model)
def test_3_a_lost_plc_is_an_alarm(model: Model) -> None:
    """`disconnect` is a critical alarm, and what the plant does is unknown."""
    pumps = dict.fromkeys(("circulating_pump", "second_pump1"), 1)
    state = fresh(model, disconnect=True)
    reading = parse_plant(state | {key: 1 for key in pumps if key in state})
    assert reading.connected is False
    assert reading.alarms == {"disconnect"}
    assert status_of(TABLES[Model(reading.model)], reading) is Status.ERROR
    assert reading.running is None
    assert set(reading.values.values()) == {None}


@pytest.mark.parametrize("model", Model)
def test_4_the_word_false_is_no_fault(model: Model) -> None:
    """Fault bits sent as the word "false" are off, as "true" they are on."""
    state = fresh(model, leakage_fault="false")
    assert parse_plant(state).alarms == frozenset()
    assert parse_plant(state | {"leakage_fault": "True"}).alarms == {"leakage_fault"}


@pytest.mark.parametrize(
    "missing", ["distribution_box1_power", "distribution_box2_power"]
)
def test_5_missing_power_makes_no_sum(missing: str) -> None:
    """A total of one cabinet is unknown: neither NaN nor a partial sum."""
    state = fresh(Model.HK3)
    del state[missing]
    reading = parse_plant(state)
    assert reading.total_power is None
    assert reading.values[missing] is None


@pytest.mark.parametrize("operation", ["coolerState", "minerInfo"])
async def test_6_a_read_that_is_not_ok_is_refused(build: Build, operation: str) -> None:
    """`ok: false` is a failure also where the answer has params."""
    container, client = await build(Model.HK3)

    async def not_ok(_request: web.BaseRequest) -> web.StreamResponse:
        return reply(operation, container.operate(operation), ok=False)

    container.faults[operation] = not_ok
    read = client.read_plant if operation == "coolerState" else client.read_miners
    with pytest.raises(RefusedError):
        await read()


async def test_7_ok_to_a_write_is_no_proof(build: Build, time: Time) -> None:
    """A write that is acknowledged and not done fails; it was sent once."""
    container, client = await build(Model.HK3)
    container.deaf.add("open")
    with pytest.raises(UnconfirmedError):
        await start_cooling(TABLES[Model.HK3], client, time.read_back())
    assert container.writes == [{"operation": "open"}]


async def test_8_there_is_a_deadline(build: Build) -> None:
    """A controller that hangs is given up after 10 s in total."""
    asked: list[float] = []

    def soon(seconds: float) -> asyncio.Timeout:
        asked.append(seconds)
        return asyncio.timeout(0.05)

    container, client = await build(Model.HK3, timeout=soon)
    container.faults["*"] = container.hang
    with pytest.raises(DeadlineError, match="10 s"):
        await client.read_plant()
    assert asked == [10.0]


async def test_9_failing_miners_hide_no_plant(build: Build) -> None:
    """Where `minerInfo` fails, the plant is read, and only the miners are missing."""
    container, client = await build(Model.IMMERSION)
    container.faults["minerInfo"] = always(500)
    snapshot = await take_snapshot(TABLES[Model.IMMERSION], client, NOW)
    assert snapshot.miners is None
    assert isinstance(snapshot.failure, RefusedError)
    assert snapshot.plant is not None
    assert snapshot.status is Status.STOPPED


def test_10_voltages_keep_their_tenths() -> None:
    """Raw 2233 is 223.3 V, not 223."""
    values = parse_plant(fresh(Model.IMMERSION)).values
    phases = [values[f"voltage_{phase}"] for phase in "abc"]
    assert phases == [223.3, 224.1, 222.9]
