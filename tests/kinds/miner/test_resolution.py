"""At farm detail readings are shown at a stated resolution, and nothing that matters waits."""

from random import Random

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.mining_farm.kinds.miner.resolution import (
    RATE_JUMP,
    RATE_STEP,
    RateResolution,
)
from homeassistant.core import HomeAssistant

from .conftest import HOST, FakeMiners, board, failure, set_up, snapshot, tick
from .test_resilience import PREFIX, state

HASHRATE = f"sensor.{PREFIX}_hashrate"
CHIP = f"sensor.{PREFIX}_hottest_chip"


@pytest.fixture
async def miner(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> FakeMiners:
    """Return a miner at farm detail that shows 102 TH/s and 73 °C."""
    hass.config_entries.async_update_entry(entry, options={"detail": "farm"})
    await set_up(hass, entry)
    assert (state(hass, HASHRATE), state(hass, CHIP)) == ("102.0", "73.0")
    return miners


async def test_noise_is_not_written(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, miner: FakeMiners
) -> None:
    """Of 120 polls with a rate that moves by 2 % up and down, hardly any changes a state."""
    chance = Random(7)
    changes = async_capture_events(hass, "state_changed")
    for _ in range(120):
        rate = 102_000 * (1 + 0.02 * chance.uniform(-1, 1))
        chip = 73 + chance.uniform(-0.4, 0.4)
        miner.answers[HOST] = snapshot(
            board(1), board(2), board(3, temp_chip=chip), hashrate_ghs=rate
        )
        await tick(hass, freezer, 31)
    assert len(miner.polls) == 121
    assert len(changes) <= 6
    assert float(state(hass, HASHRATE)) == pytest.approx(102, rel=0.02)


@pytest.mark.parametrize(
    ("rate", "shown"), [(68_000.0, "68.0"), (0.0, "0.0"), (None, "unknown")]
)
async def test_a_jump_is_shown_at_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miner: FakeMiners,
    rate: float | None,
    shown: str,
) -> None:
    """A lost board, a stop, and a rate that is no longer reported."""
    miner.answers[HOST] = snapshot(hashrate_ghs=rate)
    await tick(hass, freezer, 31)
    assert state(hass, HASHRATE) == shown


async def test_a_slow_change_is_shown_when_it_is_one(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, miner: FakeMiners
) -> None:
    """The mean follows, and is shown in steps of 2 %."""
    miner.answers[HOST] = snapshot(hashrate_ghs=98_000.0)
    await tick(hass, freezer, 31)
    await tick(hass, freezer, 31)
    for _ in range(30):
        await tick(hass, freezer, 31)
    assert float(state(hass, HASHRATE)) == pytest.approx(98, rel=0.02)


async def test_a_degree_is_a_change(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, miner: FakeMiners
) -> None:
    """Less is not written."""
    for chip, shown in ((73.9, "73.0"), (74.0, "74.0"), (73.1, "74.0"), (73.0, "73.0")):
        miner.answers[HOST] = snapshot(board(1), board(2), board(3, temp_chip=chip))
        await tick(hass, freezer, 31)
        assert state(hass, CHIP) == shown


async def test_after_an_outage_nothing_of_before_is_shown(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, miner: FakeMiners
) -> None:
    """The first reading counts, and not a mean with those of before."""
    miner.answers[HOST] = failure()
    await tick(hass, freezer, 31)
    await tick(hass, freezer, 91)
    assert state(hass, HASHRATE) == "unavailable"
    miner.answers[HOST] = snapshot(hashrate_ghs=101_000.0)
    await tick(hass, freezer, 31)
    assert state(hass, HASHRATE) == "101.0"


async def test_at_standard_detail_every_reading_is_shown(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """One miner at home is shown as it reads."""
    await set_up(hass, entry)
    miners.answers[HOST] = snapshot(hashrate_ghs=102_100.0)
    await tick(hass, freezer, 31)
    assert state(hass, HASHRATE) == "102.1"


@given(st.lists(st.none() | st.just(0.0) | st.floats(1, 1e6), min_size=1, max_size=60))
def test_what_is_shown_is_never_far_from_what_is_read(
    values: list[float | None],
) -> None:
    """Whatever the readings: unknown and zero are exact, all else within the resolution."""
    resolution = RateResolution()
    for value in values:
        resolution.take(value)
        if not value:
            assert resolution.shown == value
        else:
            assert resolution.shown is not None
            furthest = (1 + RATE_JUMP) * (1 + RATE_STEP) - 1
            assert abs(value - resolution.shown) <= 1.2 * furthest * value
