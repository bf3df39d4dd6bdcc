"""Every documented field and alarm is in a table, and the tables make sense."""

from collections import Counter
import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.mining_farm.engines.containers import Nature, Quantity, Severity
from custom_components.mining_farm.engines.containers.antspace import (
    TABLES,
    Model,
    parse_plant,
)
from tests.reference import reference, twin

from .states import rows

DATA = Path(__file__).parents[3] / "data" / "antspace"
FILE = reference("antspace", "fields.json")
MINERS = {"miner_num", "miners_reporting", "total_hashrate", "chip_temp_mean"}
MINERS |= {"chip_max_temp", "pcb_max_temp"}


@pytest.fixture
def documented() -> dict[str, list[dict[str, Any]]]:
    """The field table of the facts."""
    if not FILE.is_file():
        pytest.skip("../shared/data/antspace is not there")
    found: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text())
    return found


def _of(rows: list[dict[str, Any]], model: Model) -> list[dict[str, Any]]:
    return [row for row in rows if row["model"] in (model, "both")]


def _wire(raw: str) -> str | None:
    return raw if re.fullmatch(r"\w+", raw) else None


@twin("test_a_state_reads_as_expected")
@pytest.mark.parametrize("model", Model)
def test_numbers_are_as_documented(
    model: Model, documented: dict[str, list[dict[str, Any]]]
) -> None:
    """Key, wire key, factor, unit and confidence of every number, and no others."""
    expected = {
        row["canonical"]: (
            _wire(row["raw"]),
            row["scale"],
            row["ha_unit"],
            row["confidence"],
        )
        for row in _of(documented["fields"], model)
        if row["kind"] == "sensor" and row["canonical"] not in MINERS
    }
    found = {
        row.key: (
            row.wire,
            10 if row.quantity is Quantity.PRESSURE else row.factor,
            row.unit,
            row.confidence,
        )
        for row in TABLES[model].fields
    }
    assert found == expected


@twin("test_a_state_reads_as_expected")
@pytest.mark.parametrize("model", Model)
def test_flags_are_as_documented(
    model: Model, documented: dict[str, list[dict[str, Any]]]
) -> None:
    """Key, wire key and confidence of every flag, and no others."""
    rows = _of(documented["fields"], model)
    assert {(r.key, r.wire, r.confidence) for r in TABLES[model].flags} == {
        (row["canonical"], row["raw"], row["confidence"])
        for row in rows
        if row["kind"] == "binary"
    }


@twin("test_a_state_reads_as_expected")
@pytest.mark.parametrize("model", Model)
def test_alarms_are_as_documented(
    model: Model, documented: dict[str, list[dict[str, Any]]]
) -> None:
    """Wire key, alert name, severity and nature of every alarm, and no others."""
    found = [
        (kind.wire, kind.name, kind.severity, kind.nature)
        for kind in TABLES[model].alarms
    ]
    assert found == [
        (
            _wire(a["raw"]),
            a["alert"],
            Severity(a["severity"]),
            Nature(a["device_class"]),
        )
        for a in _of(documented["alarms"], model)
    ]


@pytest.mark.parametrize("model", Model)
def test_a_state_reads_as_expected(model: Model) -> None:
    """A whole state that we made up: every number, flag and alarm, and no others."""
    expected = json.loads((DATA / f"{model}.json").read_text("utf-8"))
    reading, table = parse_plant(expected["state"]), TABLES[model]
    assert {
        row.key: [
            row.wire,
            reading.values[row.key],
            row.unit,
            row.quantity,
            row.confidence,
        ]
        for row in table.fields
    } == expected["numbers"]
    assert {
        row.key: [row.wire, reading.flags[row.key], row.confidence]
        for row in table.flags
    } == expected["flags"]
    assert {
        kind.key: [kind.wire, kind.name, kind.severity, kind.nature]
        for kind in table.alarms
    } == expected["alarms"]
    assert reading.alarms == frozenset()


@pytest.mark.parametrize(("model", "count"), [(Model.HK3, 20), (Model.IMMERSION, 22)])
def test_every_alarm_is_one_bit(model: Model, count: int) -> None:
    """Keys and wire keys are unique; those that share a name are told apart by number."""
    table = TABLES[model]
    alarms = table.alarms
    assert len(alarms) == len({k.key for k in alarms}) == len({k.wire for k in alarms})
    assert len(alarms) == count
    names = Counter(kind.name for kind in alarms)
    for kind in alarms:
        assert (kind.number is not None) == (names[kind.name] > 1)
        assert table.alarm(kind.key) is kind
    numbered = [(kind.name, kind.number) for kind in alarms]
    assert len(numbered) == len(set(numbered))


@pytest.mark.parametrize("model", Model)
def test_keys_share_no_name(model: Model) -> None:
    """A number, a flag and an alarm of one model never have the same key."""
    table = TABLES[model]
    keys = [row.key for row in rows(model)]
    assert not [key for key, count in Counter(keys).items() if count > 1]
    assert all(re.fullmatch(r"[a-z0-9_]+", key) for key in keys)
    assert set(table.running_flags) <= {row.key for row in table.flags}


def test_unknown_alarm_key() -> None:
    """An alarm that the model cannot raise is a KeyError."""
    with pytest.raises(KeyError):
        TABLES[Model.HK3].alarm("lever_low")


def test_severities_compare_by_weight() -> None:
    """Critical is worst, though it comes first by spelling."""
    assert Severity.MEDIUM < Severity.HIGH < Severity.CRITICAL
    assert Severity.CRITICAL >= Severity.CRITICAL >= Severity.MEDIUM
    assert Severity.MEDIUM <= Severity.MEDIUM <= Severity.HIGH
    assert max(Severity) is Severity.CRITICAL
    assert sorted([*Severity, Severity.MEDIUM])[1:] == list(Severity)
    assert [severity.rank for severity in Severity] == [0, 1, 2]
