"""At farm detail readings are shown at a stated resolution, and nothing that matters waits."""

from random import Random
from statistics import fmean

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
    READINGS,
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


@pytest.mark.parametrize("share", [0.995, 1.005])
async def test_a_drift_is_followed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miner: FakeMiners,
    share: float,
) -> None:
    """For an hour, what is shown is within 2 % of the mean of the last five minutes."""
    rates = [102.0]
    for _ in range(120):
        rates.append(rates[-1] * share)
        miner.answers[HOST] = snapshot(hashrate_ghs=rates[-1] * 1000)
        await tick(hass, freezer, 31)
        mean = fmean(rates[-READINGS:])
        assert abs(float(state(hass, HASHRATE)) - mean) < RATE_STEP * mean * 1.03
    assert len(miner.polls) == 121


async def test_a_degree_is_a_change(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, miner: FakeMiners
) -> None:
    """Less is not written."""
    for chip, shown in (
        (73.9, "73.0"),
        (74.0, "74.0"),
        (73.1, "74.0"),
        (73.0, "73.0"),
        (63.6, "63.6"),
        (64.5, "63.6"),
        (64.6, "64.6"),
    ):
        miner.answers[HOST] = snapshot(
            board(1, temp_chip=chip), board(2, temp_chip=9.0)
        )
        await tick(hass, freezer, 31)
        assert state(hass, CHIP) == shown


async def test_a_temperature_around_a_boundary_is_not_written(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, miner: FakeMiners
) -> None:
    """Wherever the boundary is: it is counted from what is shown."""
    changes = async_capture_events(hass, "state_changed")
    for number in range(40):
        chip = 73.5 + (0.6 if number % 2 else -0.1)
        miner.answers[HOST] = snapshot(board(1), board(2), board(3, temp_chip=chip))
        await tick(hass, freezer, 31)
    assert [state(hass, CHIP), len(changes)] == ["74.1", 1]


async def test_a_reload_begins_anew(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miner: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """With the reading of that moment."""
    miner.answers[HOST] = snapshot(board(1, temp_chip=73.4), hashrate_ghs=101_500.0)
    await tick(hass, freezer, 31)
    assert (state(hass, HASHRATE), state(hass, CHIP)) == ("102.0", "73.0")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (state(hass, HASHRATE), state(hass, CHIP)) == ("101.5", "73.4")


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


@given(st.lists(st.none() | st.just(0.0) | st.floats(60, 140), max_size=60))
def test_what_is_shown_is_within_the_resolution(values: list[float | None]) -> None:
    """Unknown and zero are exact, all else within 2 % of the mean since the last jump."""
    resolution, since = RateResolution(), list[float]()
    for value in values:
        resolution.take(value)
        if not value:
            assert resolution.shown == value
            since = []
            continue
        if since:
            mean = fmean(since[-READINGS:])
            if abs(value - mean) > RATE_JUMP * mean:
                since = []
        since.append(value)
        assert resolution.shown is not None
        mean = fmean(since[-READINGS:])
        assert abs(mean - resolution.shown) <= RATE_STEP * resolution.shown * 1.0001
        if len(since) == 1:
            assert resolution.shown == value
