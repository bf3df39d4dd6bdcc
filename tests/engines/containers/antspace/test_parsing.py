"""Readings of states and summaries: units, absence, nonsense, and what cannot be true."""

import json
import math
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.containers import (
    PlantReading,
    PressureUnit,
    Status,
    UnknownDeviceError,
    status_in_silence,
    status_of,
)
from custom_components.mining_farm.engines.containers.antspace import (
    TABLES,
    Model,
    detect,
    parse_miners,
    parse_plant,
)

from .states import IDLE, MINERS, faulty, fresh, rows


@pytest.mark.parametrize("model", Model)
def test_every_key_is_always_there(model: Model) -> None:
    """A reading names every number, flag and alarm of its model, known or not."""
    table = TABLES[model]
    for state in (fresh(model), {table.running_flags[0]: 1}):
        reading = parse_plant(state)
        assert set(reading.values) == {row.key for row in table.fields}
        assert set(reading.flags) == {row.key for row in table.flags}
        assert set(reading.alarm_states) == {kind.key for kind in table.alarms}


@pytest.mark.parametrize("model", Model)
def test_every_field_is_read_from_its_key(model: Model) -> None:
    """One key that changes changes one number, by its factor."""
    table = TABLES[model]
    mark = {table.running_flags[0]: 0}
    for row in table.fields:
        if row.wire is None:
            continue
        for key in (row.wire, *row.aliases):
            values = parse_plant(mark | {key: 1.25}, model).values
            factor = 10 if row.unit == "bar" else row.factor
            assert values[row.key] == pytest.approx(1.25 * factor)
            assert [k for k, v in values.items() if v is not None] == [row.key]


@pytest.mark.parametrize("model", Model)
def test_every_flag_and_alarm_is_read_from_its_key(model: Model) -> None:
    """One bit that is set turns on one flag or one alarm."""
    table = TABLES[model]
    mark = dict.fromkeys(table.running_flags, 0)
    for row in table.flags:
        reading = parse_plant(mark | {row.wire: 1}, model)
        assert reading.flags[row.key] is not row.inverted
    for kind in table.alarms:
        for key in (kind.wire, *kind.aliases) if kind.wire else ():
            reading = parse_plant(mark | {key: 1}, model)
            assert reading.alarms == {kind.key}
            assert status_of(TABLES[Model(reading.model)], reading) is Status.ERROR


def test_hk3_field_sample() -> None:
    """Values that are usual for a container in the field."""
    reading = parse_plant(
        fresh(
            Model.HK3,
            supply_liquid_set_temp=40,
            supply_liquid_temp=38.2,
            return_liquid_temp=45.1,
            supply_liquid_pressure=0.35,
            return_liquid_pressure=0.12,
            supply_liquid_flow=120.5,
            distribution_box1_power=512_000,
            distribution_box2_power=530_000,
            circulating_pump=1,
        )
    )
    assert reading.set_point == 40
    assert reading.values["supply_liquid_pressure"] == 3.5
    assert reading.values["return_liquid_pressure"] == 1.2
    assert reading.total_power == 1_042_000
    assert reading.liquid_delta_t == 6.9
    assert reading.thermal_power == pytest.approx(967, abs=0.5)
    assert reading.implausible == {}
    assert status_of(TABLES[Model(reading.model)], reading) is Status.RUNNING


@pytest.mark.parametrize(
    "missing", ["supply_liquid_temp", "return_liquid_temp", "supply_liquid_flow"]
)
def test_derived_numbers_need_all_their_parts(missing: str) -> None:
    """What is derived of something unknown is unknown, and only that."""
    reading = parse_plant(fresh(Model.HK3, **{missing: None}))
    assert reading.thermal_power is None
    assert (reading.liquid_delta_t is None) == (missing != "supply_liquid_flow")
    assert reading.total_power == 805_000


def test_immersion_derives_nothing() -> None:
    """Immersion sends its total power itself, and has no single delta-T."""
    reading = parse_plant(fresh(Model.IMMERSION))
    assert reading.total_power == 420_000
    assert reading.values["power_distribution_power"] == 7673.3
    assert reading.liquid_delta_t is None
    assert reading.thermal_power is None


@pytest.mark.parametrize(
    ("unit", "raw", "bar"),
    [
        (PressureUnit.MPA, 0.35, 3.5),
        (PressureUnit.MPA, 1.6, 16),
        (PressureUnit.MPA, 1.61, None),
        (PressureUnit.MPA, 35, None),
        (PressureUnit.BAR, 3.5, 3.5),
        (PressureUnit.BAR, 35, None),
        (PressureUnit.KPA, 350, 3.5),
        (PressureUnit.MPA_HUNDREDTHS, 35, 3.5),
        (PressureUnit.MPA_HUNDREDTHS, 0, 0),
    ],
)
def test_pressures(unit: PressureUnit, raw: float, bar: float | None) -> None:
    """Pressures are bar by the unit in force; more than 16 bar cannot be true."""
    reading = parse_plant(fresh(Model.HK3, supply_liquid_pressure=raw), None, unit)
    assert reading.values["supply_liquid_pressure"] == bar
    assert ("supply_liquid_pressure" in reading.implausible) == (bar is None)


@pytest.mark.parametrize(
    ("raw", "watts"), [(1.5, 150_000), (100, 1e7), (100.1, None), (2500, None)]
)
def test_immersion_power(raw: float, watts: float | None) -> None:
    """Raw is 100 kW; more than 10 MW cannot be true."""
    reading = parse_plant(fresh(Model.IMMERSION, distribution_box_power=raw))
    assert reading.total_power == watts
    assert set(reading.implausible) == (set() if watts else {"total_power"})


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("supply_liquid_temp", -40, -40),
        ("supply_liquid_temp", -3276.8, None),
        ("supply_liquid_temp", 120.5, None),
        ("supply_liquid_set_temp", 6553.5, None),
        ("antbox_internal_temp", 100, 100),
        ("antbox_internal_temp", 101, None),
        ("antbox_internal_temp", -60, -60),
        ("antbox_internal_humidity", 6553.5, None),
        ("antbox_internal_humidity", -1, None),
        ("supply_liquid_pressure", -0.01, 0),
        ("supply_liquid_pressure", -0.5, None),
        ("supply_liquid_flow", -12, None),
        ("supply_liquid_flow", 1001, None),
        ("distribution_box1_power", -46_000, None),
        ("distribution_box1_power", 10_000_001, None),
    ],
)
def test_what_cannot_be_true_is_unknown(
    key: str, raw: float, value: float | None
) -> None:
    """Every quantity has a range; a broken wire is no reading, and nothing follows from it."""
    reading = parse_plant(fresh(Model.HK3, supply_liquid_pressure=0.3) | {key: raw})
    row = next(row for row in TABLES[Model.HK3].fields if row.wire == key)
    assert reading.values[row.key] == value
    assert (row.key in reading.implausible) == (value is None)
    if key == "supply_liquid_temp" and value is None:
        assert reading.liquid_delta_t is reading.thermal_power is None
        assert reading.alarm_states["supply_liquid_temp_low"] is None


def test_correct_spelling_is_read_too() -> None:
    """The misspelt key wins over its correct spelling where both are there."""
    state = fresh(Model.HK3)
    del state["colding_tower_inlet_temp"]
    state["cooling_tower_inlet_temp"] = 31
    assert parse_plant(state).values["cooling_tower_inlet_temp"] == 31
    state["colding_tower_inlet_temp"] = 27.5
    assert parse_plant(state).values["cooling_tower_inlet_temp"] == 27.5


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (21, 21),
        ("21.5", 21.5),
        (" 21 ", 21),
        (0, 0),
        (-40.5, -40.5),
        (-99_999, -99_999),
        (-100_000, None),
        (-100_001, None),
        ("", None),
        ("warm", None),
        ("nan", None),
        (math.nan, None),
        (math.inf, None),
        (10**400, None),
        (999_999_999, 999_999_999),
        (10**12, None),
        (1e308, None),
        (True, None),
        (False, None),
        (None, None),
        ([21], None),
        ("-2.5e1", -25),
        ("+.5", 0.5),
        ("1_000", None),
        ("٢١", None),
        ("35 °C", None),
        ("0x10", None),
        ({"value": 21}, None),
    ],
)
def test_numbers(raw: object, value: float | None) -> None:
    """A finite number or its text; all else, the no-data mark too, is unknown."""
    assert parse_plant(fresh(Model.HK3, longitude=raw)).values["longitude"] == value


NEITHER: tuple[object, ...] = (
    *(None, [], {}, [True], 2, -1, math.nan),
    *("", " ", "2", "N/A", "error", "unknown"),
)


@pytest.mark.parametrize(
    ("raw", "on"),
    [
        *((yes, True) for yes in (True, 1, 1.0, "1", "true", "TRUE", "Yes", " on ")),
        *((no, False) for no in (False, 0, 0.0, "0", "false", "No", " OFF ")),
        *((neither, None) for neither in NEITHER),
    ],
)
def test_flags(raw: object, on: bool | None) -> None:
    """Yes and no are explicit: truths, 0 and 1, and words for them; all else is neither."""
    reading = parse_plant(
        fresh(Model.HK3, fan1=raw, leakage_fault=raw, circulating_pump=raw)
    )
    assert reading.flags["fan1"] is on
    assert reading.alarm_states["leakage_fault"] is on
    assert reading.running is on


@pytest.mark.parametrize("raw", ["false", 0, False, "0"])
def test_connected_is_inverted(raw: object) -> None:
    """`disconnect` that is off means connected; where it is missing, that is unknown."""
    state = fresh(Model.IMMERSION, disconnect=raw)
    assert parse_plant(state).connected is True
    del state["disconnect"]
    reading = parse_plant(state)
    assert reading.connected is None
    assert reading.running is False


@pytest.mark.parametrize("model", Model)
def test_without_its_plc_only_set_alarms_count(model: Model) -> None:
    """What a controller repeats is not shown, but a fault bit that is set is."""
    reading = parse_plant(faulty(model) | {"disconnect": 1})
    with_bit = {kind.key for kind in TABLES[model].alarms if kind.wire}
    assert reading.alarms == with_bit - (
        {"circulating_pump_fault"} if model is Model.IMMERSION else set()
    )
    assert False not in reading.alarm_states.values()
    assert set(reading.values.values()) == {None}
    assert {key for key, on in reading.flags.items() if on is not None} == {"connected"}


def test_missing_keys_lose_nothing_else() -> None:
    """Absent keys are unknown; the rest is read."""
    state = fresh(Model.HK3)
    for key in ("return_liquid_temp", "fan1", "pid_mode", "leakage_fault"):
        del state[key]
    reading = parse_plant(state)
    assert reading.values["return_liquid_temp"] is None
    assert reading.values["supply_liquid_temp"] == 43
    assert reading.flags["fan1"] is reading.pid_mode is None
    assert reading.flags["fan2"] is True
    assert reading.alarm_states["leakage_fault"] is None
    assert status_of(TABLES[Model(reading.model)], reading) is Status.STOPPED


def test_unknown_keys_are_ignored() -> None:
    """Keys that real controllers have and no documentation names change nothing."""
    extra = {"power_relay_fault": 1, "liquid_level_high": True, "": None}
    assert parse_plant(fresh(Model.HK3) | extra) == parse_plant(fresh(Model.HK3))


@pytest.mark.parametrize(
    ("pumps", "running"),
    [
        ((0, 0), False),
        ((1, 0), True),
        ((0, 1), True),
        ((None, 1), True),
        ((None, 0), None),
        ((None, None), None),
    ],
)
def test_immersion_runs_by_its_oil_pumps(
    pumps: tuple[int | None, int | None], running: bool | None
) -> None:
    """Either oil pump; the water pump and the pump station decide nothing."""
    state = fresh(Model.IMMERSION, one_pump=1, pump_operation=1, pump_run=1)
    state |= dict(zip(("second_pump1", "second_pump2"), pumps, strict=True))
    reading = parse_plant(state)
    assert reading.running is running
    expected = {True: Status.RUNNING, False: Status.STOPPED, None: None}
    assert status_of(TABLES[Model(reading.model)], reading) is expected[running]


def test_cold_coolant_changes_no_status() -> None:
    """Below 20 °C is an alarm of HK3 that leaves it running; 20 °C is none."""
    for celsius, alarms in ((19.9, {"supply_liquid_temp_low"}), (20, set[str]())):
        state = fresh(Model.HK3, supply_liquid_temp=celsius, circulating_pump=1)
        reading = parse_plant(state)
        assert reading.alarms == alarms
        assert status_of(TABLES[Model(reading.model)], reading) is Status.RUNNING
    unknown = parse_plant(fresh(Model.HK3, supply_liquid_temp=None))
    assert unknown.alarm_states["supply_liquid_temp_low"] is None


@pytest.mark.parametrize(("model", "count"), [(Model.HK3, 18), (Model.IMMERSION, 20)])
def test_everything_is_wrong(model: Model, count: int) -> None:
    """All faults at once are all alarms at once."""
    reading = parse_plant(faulty(model))
    assert len(reading.alarms) == count
    assert status_of(TABLES[Model(reading.model)], reading) is Status.ERROR


@pytest.mark.parametrize(
    ("silent_for", "status"),
    [
        (0, Status.ERROR),
        (30, Status.ERROR),
        (30.1, Status.OFFLINE),
        (None, Status.OFFLINE),
    ],
)
def test_status_in_silence(silent_for: float | None, status: Status) -> None:
    """In trouble for half a minute after a good answer, offline from then on."""
    assert status_in_silence(silent_for) is status


NO_STATES: tuple[object, ...] = ({}, {"foo": 1}, None, [], "second_pump1")
IMMERSION_MARKS = ("second_pump1", "tank_a_level", "primary_supply_temp", "pump_ready")
HK3_MARKS = ("circulating_pump", "cooling_tower_fan1", "colding_tower_inlet_temp")


def test_detection() -> None:
    """One mark is enough, and shared keys decide nothing."""
    for mark in IMMERSION_MARKS:
        assert detect({mark: None}) is Model.IMMERSION
    for mark in HK3_MARKS:
        assert detect({mark: 0}) is Model.HK3
    shared = {"supply_liquid_set_temp": 35, "pid_mode": 0, "disconnect": 0}
    for params in (shared, *NO_STATES):
        assert detect(params) is None
        with pytest.raises(UnknownDeviceError):
            parse_plant(params)
    for model in Model:
        assert parse_plant(shared, model).set_point == 35
        with pytest.raises(UnknownDeviceError):
            parse_plant({"foo": 1}, model)


@pytest.mark.parametrize("mark", IMMERSION_MARKS)
def test_a_stray_key_of_the_other_model_changes_no_model(mark: str) -> None:
    """An HK3 stays an HK3 when a key of an immersion plant appears among its own."""
    state = fresh(Model.HK3) | {mark: 0}
    assert parse_plant(state, Model.HK3).set_point == 35
    assert detect(state) is Model.HK3


def test_another_model_in_its_place() -> None:
    """What an immersion sends once it is started is no state of an HK3."""
    started = fresh(Model.IMMERSION) | fresh(Model.HK3)
    assert parse_plant(started).model is Model.IMMERSION
    assert parse_plant(started, Model.IMMERSION).model is Model.IMMERSION
    for state in (started, fresh(Model.IMMERSION)):
        with pytest.raises(UnknownDeviceError):
            parse_plant(state, Model.HK3)
    with pytest.raises(UnknownDeviceError):
        parse_plant(fresh(Model.HK3), Model.IMMERSION)


def test_numbers_beyond_all_sense_add_up_to_nothing() -> None:
    """No sum, no unit and no count makes a number of them that no entity could show."""
    for model in Model:
        keys = [row.wire for row in TABLES[model].fields if row.wire is not None]
        reading = parse_plant(dict.fromkeys(keys, 1.7e308), model)
        assert set(reading.values.values()) == {None}
    assert parse_miners({"miner_num": 1e308}).miners_known is None


def test_miner_summary() -> None:
    """Totals in TH/s and °C, and each miner; a mean of 0 was not computed."""
    summary = parse_miners(MINERS)
    assert summary.miners_known == 120
    assert summary.miners_reporting == 5
    assert summary.total_hashrate == 12665
    assert (summary.board_max_temp, summary.chip_max_temp) == (58, 71)
    assert summary.chip_temp_mean is None
    assert summary.hashing is True
    assert summary.miners is not None
    first = summary.miners[0]
    assert (first.ip, first.type) == ("10.99.0.1", "ANTMINER S19 Hydro")
    assert (first.version, first.elapsed) == ("Fri Mar 3 2028", 3601)
    assert (first.hashrate_5s, first.hashrate_avg) == (150.5, 149)
    assert (first.board_max_temp, first.chip_max_temp) == (51, 61)


def test_miner_summary_without_data() -> None:
    """The no-data mark, negative rates and missing keys are unknown."""
    summary = parse_miners(
        {
            "miner_num": "171",
            "total_hashrate": -1,
            "chip_max_temp": -100_001,
            "pcb_max_temp": 61,
            "miner_info": {
                "10.99.0.1": None,
                "10.99.0.2": {"GHS_5s": "x", "elapsed": 1.5},
            },
        }
    )
    assert summary.miners_known == 171
    assert summary.total_hashrate is summary.chip_max_temp is None
    assert summary.board_max_temp == 61
    assert summary.hashing is None
    assert summary.miners is not None
    for miner in summary.miners:
        found = (miner.type, miner.hashrate_5s, miner.elapsed, miner.chip_max_temp)
        assert set(found) == {None}


def test_miner_lists_that_are_none() -> None:
    """Without a list the number is unknown; an empty list is none."""
    assert parse_miners({"miner_num": 3}).miners_reporting is None
    assert parse_miners(IDLE).miners_reporting == 0
    assert parse_miners(IDLE).hashing is False


@pytest.mark.parametrize("row", [None, {}, {"GHS_5s": "n/a"}, {"GHS_5s": -1}])
def test_a_miner_whose_rate_is_unknown_may_hash(row: object) -> None:
    """A sum of 0 that is sent beside it is no proof."""
    idle = {"10.99.0.8": {"GHS_5s": 0}}
    assert parse_miners(IDLE | {"miner_info": idle}).hashing is False
    mute = idle | {"10.99.0.9": row}
    assert parse_miners(IDLE | {"miner_info": mute}).hashing is None


@pytest.mark.parametrize("params", [None, [], {}, {"foo": 1}, "miner_num", 3])
def test_no_miner_summary(params: object) -> None:
    """What has no key of a summary is none, instead of one with nothing in it."""
    with pytest.raises(UnknownDeviceError):
        parse_miners(params)


KEYS = sorted({key for model in Model for row in rows(model) if (key := row.wire)})
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["true", "on", "1e400", "-inf", "٣", 10**400, -100_000]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)
STATES = st.dictionaries(
    st.sampled_from(KEYS) | st.text(max_size=6), VALUES, max_size=30
)


def _is_sane(reading: PlantReading) -> bool:
    numbers = [v for v in reading.values.values() if v is not None]
    return all(type(v) is float and math.isfinite(v) for v in numbers)


@given(
    params=STATES,
    model=st.sampled_from([None, *Model]),
    unit=st.sampled_from(PressureUnit),
)
def test_no_state_breaks_the_reading(
    params: dict[str, Any], model: Model | None, unit: PressureUnit
) -> None:
    """Whatever comes: a whole reading of finite numbers, or the one error."""
    try:
        reading = parse_plant(params, model, unit)
    except UnknownDeviceError:
        return
    table = TABLES[Model(reading.model)]
    assert model in (None, reading.model)
    assert _is_sane(reading)
    assert set(reading.values) == {row.key for row in table.fields}
    assert set(reading.alarm_states) == {kind.key for kind in table.alarms}
    assert set(reading.flags.values()) <= {True, False, None}
    assert set(reading.implausible) <= {
        k for k, v in reading.values.items() if v is None
    }
    assert status_of(TABLES[Model(reading.model)], reading) in (*Status, None)


@given(params=STATES | VALUES, miners=VALUES)
def test_no_summary_breaks_the_reading(params: object, miners: object) -> None:
    """Whatever comes: a summary of finite numbers, or the one error."""
    if isinstance(params, dict):
        params = params | {"miner_num": miners, "miner_info": {"ip": miners}}
    try:
        summary = parse_miners(params)
    except UnknownDeviceError:
        return
    assert summary.miners_known is None or summary.miners_known >= 0
    assert summary.total_hashrate is None or summary.total_hashrate >= 0
    assert summary.hashing in (True, False, None)


@given(state=STATES)
def test_reading_survives_json(state: dict[str, Any]) -> None:
    """A state reads the same after a trip through JSON, NaN and all."""
    params = fresh(Model.HK3) | {k: v for k, v in state.items() if k not in HK3_MARKS}
    if detect(params) is not Model.HK3:
        return
    assert parse_plant(json.loads(json.dumps(params))) == parse_plant(params)
