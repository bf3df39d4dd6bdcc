"""No action of another kind is offered for a miner."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.kinds.offered import offered_actions

from .conftest import FakeMiners, set_up


@pytest.mark.usefixtures("stand_ins")
async def test_a_miner(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """A miner that is only read has no action."""
    await set_up(hass, entry)
    assert await offered_actions(hass, entry) == set()
