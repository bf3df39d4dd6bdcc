"""Decimals of 18 places."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.errors import NumberError
from custom_components.mining_farm.engines.auction.wire.numbers import (
    format_fp18,
    parse_fp18,
)
from tests.reference import twin, vectors


@twin("test_decimals", "test_not_decimals")
@pytest.mark.parametrize("case", vectors("auction", "fp18_parse.json"))
def test_reference_parse(case: Mapping[str, Any]) -> None:
    """Each text means what it means to the reference."""
    if "error" in case:
        with pytest.raises(NumberError):
            parse_fp18(case["input"])
    else:
        assert parse_fp18(case["input"]) == case["expected"]


@twin("test_shortest_text")
@pytest.mark.parametrize("case", vectors("auction", "fp18_format.json"))
def test_reference_format(case: Mapping[str, Any]) -> None:
    """Each number reads as the reference writes it."""
    assert format_fp18(case["input"]) == case["expected"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.0075", 7_500_000_000_000_000),
        (" -3.25\n", -3_250_000_000_000_000_000),
        ("+.75", 750_000_000_000_000_000),
        ("12.", 12 * 10**18),
        (".", 0),
        ("-0", 0),
        ("٤.٢", 4_200_000_000_000_000_000),
        ("2.0000000000000000010000", 2 * 10**18 + 1),
    ],
)
def test_decimals(text: str, value: int) -> None:
    """A sign, spaces, a bare dot and any script's digits are read."""
    assert parse_fp18(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "  ", "-", "+-1", "1.2.3", "4e5", "1_0", "0x1", "³", "1.³", "1,5", "- 1"],
)
def test_not_decimals(text: str) -> None:
    """Whatever else Python reads as a number is none."""
    with pytest.raises(NumberError):
        parse_fp18(text)


def test_places_and_digits_have_limits() -> None:
    """18 places, and the 4,300 digits up to which Python reads."""
    with pytest.raises(NumberError, match="more than 18"):
        parse_fp18("0.1234567890123456789")
    assert parse_fp18("7" * 4300) == int("7" * 4300) * 10**18
    with pytest.raises(NumberError) as caught:
        parse_fp18("7" * 4301)
    assert len(str(caught.value)) < 80


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-1, "-0.000000000000000001"),
        (20 * 10**18, "20"),
        (1_050_000_000_000_000_000, "1.05"),
    ],
)
def test_shortest_text(value: int, text: str) -> None:
    """No zero too many and none too few."""
    assert format_fp18(value) == text


@given(st.integers(min_value=-(10**60), max_value=10**60))
def test_text_and_back(value: int) -> None:
    """A number survives its text."""
    assert parse_fp18(format_fp18(value)) == value


@given(st.text(st.characters(categories=["Nd", "No"]) | st.sampled_from("+-. _e")))
def test_no_text_is_fatal(text: str) -> None:
    """A text is a number or an error of ours."""
    try:
        value = parse_fp18(text)
    except NumberError:
        return
    assert parse_fp18(format_fp18(value)) == value
