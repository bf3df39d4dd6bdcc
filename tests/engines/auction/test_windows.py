"""Which window a block belongs to."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.models import Window
from custom_components.mining_farm.engines.auction.windows import (
    epoch_end,
    epoch_start,
    next_window,
    validation_window,
    window_at,
)
from tests.reference import twin, vectors


@twin("test_an_epoch_of_the_network")
@pytest.mark.parametrize("case", vectors("auction", "subnet_epoch.json"))
def test_reference_epoch(case: Mapping[str, Any]) -> None:
    """Epochs begin and end where the reference has them."""
    asked, expected = case["input"], case["expected"]
    assert epoch_start(**asked) == expected["start"]
    assert epoch_end(**asked) == expected["stop_exclusive"] - 1


@twin("test_an_epoch_of_the_network", "test_six_windows_from_one_before_the_epoch")
@pytest.mark.parametrize("case", vectors("auction", "current_validation_window.json"))
def test_reference_window(case: Mapping[str, Any]) -> None:
    """Each block is in the reference's window, also far from the epoch."""
    asked = case["input"]
    window = validation_window(
        asked["block"], asked["subnet_epoch_start"], asked["blocks_per_window"]
    )
    assert [window.index, [window.start, window.end]] == case["expected"]


@twin("test_six_windows_from_one_before_the_epoch")
@pytest.mark.parametrize(
    "case", vectors("auction", "validation_windows_for_subnet_epoch.json")
)
def test_reference_windows_of_an_epoch(case: Mapping[str, Any]) -> None:
    """The six windows of an epoch hold just the blocks they hold in the reference."""
    asked = case["input"]
    for index, (start, end) in enumerate(case["expected"]):
        window = Window(index=index, start=start, end=end)
        for block in range(start, end + 1):
            assert (
                validation_window(
                    block, asked["subnet_epoch_start"], asked["blocks_per_window"]
                )
                == window
            )


def test_an_epoch_of_the_network() -> None:
    """Subnet 89: epochs start at 270 mod 361, the first window 60 blocks before."""
    start = 270 + 361 * 20_000
    assert epoch_start(start, 89, 360) == start
    assert epoch_start(start - 1, 89, 360) == start - 361
    assert epoch_end(start, 89, 360) == start + 360
    assert window_at(start - 60, 89, 360) == Window(
        index=0, start=start - 60, end=start - 1
    )
    assert window_at(start - 61, 89, 360) == Window(
        index=5, start=start - 121, end=start - 61
    )
    assert window_at(start + 60, 89, 360).index == 2


def test_six_windows_from_one_before_the_epoch() -> None:
    """Five of 60 blocks, the sixth of 61; then, before and after, the same again."""
    expected = (
        (940, 999),
        (1000, 1059),
        (1060, 1119),
        (1120, 1179),
        (1180, 1239),
        (1240, 1300),
    )
    for index, (start, end) in enumerate(expected):
        for shift in (-722, -361, 0, 361, 722):
            window = Window(index=index, start=start + shift, end=end + shift)
            for block in range(window.start, window.end + 1):
                assert validation_window(block, 1000) == window


@given(st.integers(0, 2**32), st.integers(0, 2**16 - 1))
def test_windows_tile_the_chain(block: int, netuid: int) -> None:
    """At the network's tempo each block is in one window, and none is left out."""
    window = window_at(block, netuid, 360)
    assert window.start <= block <= window.end
    assert window.end - window.start == (60 if window.index == 5 else 59)
    assert window_at(window.start, netuid, 360) == window
    assert window_at(window.end, netuid, 360) == window
    after = next_window(window, netuid, 360)
    assert after.start == window.end + 1
    assert after.index == (window.index + 1) % 6


@given(st.integers(0, 2**32), st.integers(0, 2**16 - 1), st.integers(0, 1500))
def test_windows_at_any_tempo(block: int, netuid: int, tempo: int) -> None:
    """Epochs may cut windows short; the next window is that of the next block."""
    window = window_at(block, netuid, tempo)
    after = next_window(window, netuid, tempo)
    assert window.start <= block < after.start <= window.end + 1
    assert window_at(window.start, netuid, tempo) == window
    assert window_at(after.start - 1, netuid, tempo) == window
    assert window_at(after.start, netuid, tempo) == after
    assert epoch_start(block, netuid, tempo) <= block <= epoch_end(block, netuid, tempo)
