"""What the tests of all kinds share."""

from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.auth.providers.homeassistant import HassAuthProvider
from homeassistant.core import HomeAssistant

from .callers import Callers


@pytest.fixture(autouse=True)
def _own_storage(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Let no test find the files of another: some are not those of a `Store`."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("hass").config.config_dir = str(tmp_path)


@pytest.fixture
def callers(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    local_auth: HassAuthProvider,
) -> Callers:
    """Return users with various rights."""
    return Callers(hass, hass_ws_client)


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the descriptions of Home Assistant's own actions be read."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "harness" / "stand_ins")
