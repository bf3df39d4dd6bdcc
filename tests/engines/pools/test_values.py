"""Numbers, times and rates as pools write them."""

from datetime import UTC, datetime

import pytest

from custom_components.mining_farm.engines.pools.values import (
    epoch,
    hashrate,
    iso_time,
    number,
)

MOMENT = datetime(2026, 11, 20, 11, 58, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "unit", "rate"),
    [
        ("1.19T", "", 1.19e12),
        ("0", "", 0),
        ("1.42 KH/s", "", 1420),
        ("900g", "", 9e11),
        ("3 Sol/s", "", 3),
        ("5e3", "", 5000),
        (4310.0, "Gh/s", 4.31e12),
        ("4310", "TH/s", 4.31e15),
        ("1.5 MH/s", "GH/s", 1.5e6),
        (10**400, "", None),
        (-1, "", None),
        (True, "", None),
        (1, "parsecs", None),
        (1, None, None),
        ("fast", "", None),
        ("1.2.3M", "", None),
        (None, "", None),
    ],
)
def test_hashrate(value: object, unit: object, rate: float | None) -> None:
    """Suffixes K to Z scale to H/s; the value's own goes before the column's."""
    assert hashrate(value, unit) == pytest.approx(rate)


@pytest.mark.parametrize(
    "value", [1795175905, "1795175905", 1795175905.0, 1795175905000, "1795175905000"]
)
def test_epoch_in_seconds_or_milliseconds(value: object) -> None:
    """The unit shows in the size, so that no pool can switch it unnoticed."""
    assert epoch(value) == MOMENT


@pytest.mark.parametrize(
    "value", [0, "0", -1, 1e300, float("nan"), True, None, "", "1m ago", [1], 99_999]
)
def test_epoch_of_nothing(value: object) -> None:
    """Never, impossible and prose are no time."""
    assert epoch(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20T11:58:25Z",
        "2026-11-20T11:58:25.000000Z",
        "2026-11-20T12:58:25+01:00",
        "2026-11-20T11:58:25",
    ],
)
def test_iso_time(value: str) -> None:
    """Times without a zone are UTC."""
    assert iso_time(value) == MOMENT


@pytest.mark.parametrize(
    "value", ["", "soon", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", 5, None]
)
def test_iso_time_of_nothing(value: object) -> None:
    """The zero time of Go and C# is no time."""
    assert iso_time(value) is None


@pytest.mark.parametrize("value", ["inf", "nan", True, None, "x", [], 10**400])
def test_no_number(value: object) -> None:
    """Only finite numbers are numbers."""
    assert number(value) is None
