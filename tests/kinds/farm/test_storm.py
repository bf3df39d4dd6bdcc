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


@pytest.mark.parametrize("profile", PROFILES)
def test_random_histories(profile: str, tmp_path: Path) -> None:
    """Nothing is started that must not, ordered twice, lost or left down."""

    async def live() -> Tally:
        async with async_test_home_assistant(config_dir=str(tmp_path)) as hass:
            tally = await async_live_all(hass, profile, range(HISTORIES))
            await hass.async_stop(force=True)
            return tally

    logging.disable(logging.CRITICAL)
    try:
        with asyncio.Runner(loop_factory=DrivenLoop) as runner:
            tally = runner.run(live())
    finally:
        logging.disable(logging.NOTSET)
    assert tally.stops
    assert tally.starts
    assert not tally.faults, tally.seeds
