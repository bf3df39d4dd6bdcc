"""A small part of the random histories of `scripts/benchmark farm_storm`."""

import asyncio
import logging
from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from .storm.driven import DrivenLoop
from .storm.history import Tally, async_live_all
from .storm.profiles import PROFILES

HISTORIES = 6


def _tally(profile: str, seeds: range, folder: Path) -> Tally:
    """Return what became of these histories."""

    async def live() -> Tally:
        async with async_test_home_assistant(config_dir=str(folder)) as hass:
            tally = await async_live_all(hass, profile, seeds)
            await hass.async_stop(force=True)
            return tally

    logging.disable(logging.CRITICAL)
    try:
        with asyncio.Runner(loop_factory=DrivenLoop) as runner:
            return runner.run(live())
    finally:
        logging.disable(logging.NOTSET)


@pytest.mark.parametrize("profile", PROFILES)
def test_random_histories(profile: str, tmp_path: Path) -> None:
    """Nothing is started that must not, ordered twice, lost or left down."""
    tally = _tally(profile, range(HISTORIES), tmp_path)
    assert tally.stops
    assert tally.starts
    assert not tally.faults, tally.seeds


def test_a_cut_whose_turn_comes_after_the_release_is_not_sent(tmp_path: Path) -> None:
    """A stop is released while some of its outlets wait for others."""
    assert not _tally("alarms", range(857, 858), tmp_path).faults
