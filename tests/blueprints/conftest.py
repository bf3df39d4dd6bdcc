"""A Home Assistant with the blueprints in its folder, and what to tell about."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from ..kinds.container.conftest import site as site  # noqa: PLC0414
from ..kinds.rig.watching import Farm, simulated
from .wallet import LOSING, Wallet, running_wallet

FOLDER = Path(__file__).parents[2] / "blueprints"


def devices(hass: HomeAssistant, *entity_ids: str) -> list[str]:
    """Return the devices of entities, as a user picks them."""
    registry = er.async_get(hass)
    found = [registry.async_get(entity_id) for entity_id in entity_ids]
    return [each.device_id for each in found if each and each.device_id]


type Automate = Callable[..., Awaitable[list[ServiceCall]]]
"""Makes an automation from a blueprint and its inputs; returns the messages it sends."""


@pytest.fixture
async def blueprints(hass: HomeAssistant, tmp_path: Path) -> None:
    """Give Home Assistant a folder of its own with the blueprints in it."""
    await hass.config.async_set_time_zone("UTC")
    hass.config.config_dir = str(tmp_path)
    shutil.copytree(FOLDER, tmp_path / "blueprints")


@pytest.fixture
async def farm(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, blueprints: None
) -> AsyncIterator[Farm]:
    """Return a farm at three in the morning."""
    freezer.move_to(datetime(2026, 11, 21, 3, 0, 15, tzinfo=UTC))
    with simulated(hass, freezer) as farm:
        yield farm


@pytest.fixture
async def wallet(
    hass: HomeAssistant, loopback: None, blueprints: None
) -> AsyncIterator[Wallet]:
    """Return a wallet that has lost the present window."""
    async with running_wallet(hass) as wallet:
        await wallet.bids(LOSING)
        yield wallet


@pytest.fixture
async def automate(hass: HomeAssistant, blueprints: None) -> AsyncIterator[Automate]:
    """Let a test make an automation as a user does in the editor."""

    async def make(name: str, **inputs: Any) -> list[ServiceCall]:
        messages = async_mock_service(hass, "notify", "send_message")
        assert await async_setup_component(
            hass,
            "automation",
            {
                "automation": {
                    "alias": name,
                    "use_blueprint": {
                        "path": f"mining_farm/{name}.yaml",
                        "input": {"receivers": ["notify.phone"], **inputs},
                    },
                }
            },
        )
        await hass.async_block_till_done()
        state = hass.states.get(f"automation.{name}")
        assert state is not None
        assert state.state == "on"
        return messages

    yield make
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all"}, blocking=True
    )
