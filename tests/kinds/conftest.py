"""What the tests of all kinds share."""

import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.auth.providers.homeassistant import HassAuthProvider
from homeassistant.core import HomeAssistant

from .callers import Callers


@pytest.fixture
def callers(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    local_auth: HassAuthProvider,
) -> Callers:
    """Return users with various rights."""
    return Callers(hass, hass_ws_client)
