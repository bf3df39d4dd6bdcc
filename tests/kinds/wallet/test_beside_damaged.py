"""Every dialog of a wallet works beside entries that are damaged in every way."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from homeassistant.core import HomeAssistant
from tests.kinds.damaged import add_damaged_entries

from . import test_flow, test_wallet_options
from .flowing import Site, simulated


@pytest.fixture
async def site(
    hass: HomeAssistant, tmp_path: Path, socket_enabled: None
) -> AsyncIterator[Site]:
    """Run a chain and keep a wallet directory."""
    async with simulated(hass, tmp_path) as site:
        yield site


async def test_adding_works(hass: HomeAssistant, site: Site) -> None:
    """As it does alone."""
    add_damaged_entries(hass)
    await test_flow.test_sign_with_a_hotkey(hass, site)


async def test_options_work(hass: HomeAssistant, tmp_path: Path) -> None:
    """A proxy, whose pool no other wallet may have, and the machines."""
    add_damaged_entries(hass)
    await test_wallet_options.test_proxy(hass, tmp_path)
