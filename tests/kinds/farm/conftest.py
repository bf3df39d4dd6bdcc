"""A site whose machines a test holds in its hand."""

from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest

from homeassistant.core import HomeAssistant
from tests.common.machinery import NIGHT

from .site import Site


@pytest.fixture
async def site(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, tmp_path: Path
) -> Site:
    """Return a site at three in the morning, without its farm."""
    freezer.move_to(NIGHT)
    hass.config.config_dir = str(tmp_path)
    site = Site(hass, freezer)
    await site.start()
    return site
