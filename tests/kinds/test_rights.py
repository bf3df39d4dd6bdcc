"""Every action of the integration names the right that it needs."""

import ast
from pathlib import Path
from typing import Any

import pytest

import custom_components.mining_farm as integration
from custom_components.mining_farm.common.actions import Action
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.services import async_setup_services
from homeassistant.core import HomeAssistant, ServiceCall
from tests.kinds.callers import Callers

PACKAGE = Path(integration.__file__).parent


def registering() -> set[str]:
    """Return the modules that register an action of Home Assistant."""
    return {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("async_register")
        and node.attr.endswith(("register", "service"))
    }


def test_there_is_one_way_to_register_an_action() -> None:
    """No module but one registers an action, and it takes no action without a right."""
    assert registering() == {"common/actions.py"}
    with pytest.raises(TypeError, match="right"):
        Action(name="unguarded", run=_run)  # type: ignore[call-arg]


async def _run(_targets: list[object], _call: ServiceCall) -> None:
    """Do nothing."""


async def test_none_passes_who_has_no_right(
    hass: HomeAssistant, callers: Callers
) -> None:
    """Also an action that is added later refuses who has no right on its target."""
    async_setup_services(hass)
    required: dict[str, dict[str, Any]] = {
        "set_supply_temperature": {"temperature": 30},
        "set_pid": {"enabled": True},
        "emergency_stop": {"confirm": True},
    }
    for name, service in hass.services.async_services_for_domain(DOMAIN).items():
        answer = await callers.call(
            "sun.sun",
            name,
            response=service.supports_response.value == "only",
            entity_id="sensor.of_anybody",
            **required.get(name, {}),
        )
        assert answer == "Unauthorized", name
