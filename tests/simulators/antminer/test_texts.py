"""Single values as the firmwares print them."""

import pytest

from simulators.antminer.firmware.texts import age, chip_text, dashed, suffixed


def test_chips_are_letters_in_groups() -> None:
    """Good ones are o, dead ones x, a space before each group."""
    assert chip_text(bytes([1, 1, 0, 1, 0]), 3) == " oox ox"
    assert chip_text(b"", 3) == ""


def test_sensors_are_joined_signs_included() -> None:
    """Below zero, two dashes follow each other."""
    assert dashed((2.0, -1.0, 20.0, 22.0)) == "2--1-20-22"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (512, "512"),
        (32_768, "32.8K"),
        (262_144, "262K"),
        (1_048_576, "1.05M"),
        (2.5e9, "2.5G"),
    ],
)
def test_difficulties_have_three_digits(value: float, text: str) -> None:
    """As cgminer shortens them."""
    assert suffixed(value) == text


@pytest.mark.parametrize(
    ("moment", "text"), [(0, "0"), (988, "0:00:12"), (1, "0:16:39"), (2000, "0:00:00")]
)
def test_the_age_of_a_share(moment: int, text: str) -> None:
    """Hours, minutes, seconds; 0 where there was none; never below zero."""
    assert age(moment, 1000) == text
