"""What the tests of rigs share."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest

from homeassistant.core import HomeAssistant

from .surroundings import (
    LOCKED_HOST,
    PLUG_HOST,
    STRIP_HOST,
    WALLET,
    Surroundings,
    locked_plug,
    plug,
    report,
    strip,
    surrounded,
    worker,
)
from .watching import Farm, simulated


@pytest.fixture
def around() -> Iterator[Surroundings]:
    """A pool that knows an account of three workers; a plug, a strip, and a locked plug."""
    around = Surroundings(
        reports={
            WALLET: report(
                worker("rig01"),
                worker("rig02", minutes=200),
                worker("rig03", minutes=None),
            )
        },
        devices={PLUG_HOST: plug(), STRIP_HOST: strip(), LOCKED_HOST: locked_plug()},
        locked={LOCKED_HOST},
    )
    with surrounded(around):
        yield around


@pytest.fixture
async def farm(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, tmp_path: Path
) -> AsyncIterator[Farm]:
    """Return a farm at three in the morning, with a storage folder of its own."""
    freezer.move_to(datetime(2026, 11, 21, 3, 0, 15, tzinfo=UTC))
    hass.config.config_dir = str(tmp_path)
    with simulated(hass, freezer) as farm:
        yield farm
