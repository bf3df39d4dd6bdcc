"""Every action of the integration names the right that it needs."""

import ast
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
import voluptuous as vol

import custom_components.mining_farm as integration
from custom_components.mining_farm import kinds
from custom_components.mining_farm.common.actions import Action
from custom_components.mining_farm.const import DOMAIN, Kind
from custom_components.mining_farm.services import async_setup_services
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
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


VALUES: Final[dict[str, Any]] = {
    "temperature": 30,
    "enabled": True,
    "confirm": True,
    "watts": 3000,
    "level": "low",
    "pools": [{"url": "stratum+tcp://pool.example:3333", "worker": "farm.1"}],
}
"""Something for every field that an action cannot go without."""
RIGHTS: Final = {
    # A stop needs no more than the entity that does the same.
    **dict.fromkeys(("pause", "stop_cooling", "emergency_stop"), POLICY_CONTROL),
    **dict.fromkeys(("resume", "set_power_target", "set_level"), POLICY_CONTROL),
    **dict.fromkeys(("restart_mining", "reboot", "power_cycle"), POLICY_CONTROL),
    **dict.fromkeys(("set_supply_temperature", "set_pid"), POLICY_CONTROL),
    **dict.fromkeys(("start_cooling", "check_now"), POLICY_CONTROL),
    **dict.fromkeys(("preview_commitment", "compute_auction"), POLICY_READ),
    **dict.fromkeys(("get_results", "get_farm", "test_interlock"), POLICY_READ),
    # Whoever confirms a curtailment needs the button of the stop.
    "curtail": POLICY_READ,
    "release_curtailment": POLICY_CONTROL,
    # What signs, decides who is paid, releases a latch or returns addresses.
    **dict.fromkeys(("publish_commitment", "set_pools", "get_snapshot")),
    **dict.fromkeys(("reset_restarts", "reset_cooling", "release_interlock")),
    **dict.fromkeys(("release_emergency_stop", "bypass_interlock")),
}
"""What every action needs; None: an administrator."""


def actions() -> dict[str, tuple[Kind, Action[Any]]]:
    """Return every action and the kind that it acts on."""
    return {
        action.name: (kind, action)
        for kind in Kind
        for action in kind_part(kind, "services").ACTIONS
    }


def kind_part(kind: Kind, name: str) -> Any:
    """Return a module of a kind."""
    return import_module(f"{kinds.__name__}.{kind}.{name}")


def test_every_action_needs_what_it_should() -> None:
    """One that is added is named above first; what is forced is for administrators."""
    known = actions()
    assert {name: action.right.policy for name, (_, action) in known.items()} == RIGHTS
    for name, (_, action) in known.items():
        fields = {str(field) for field in action.fields}
        if "force" in fields and action.right.policy is not None:
            assert action.right_with["force"].policy is None, name
        if "confirm" in fields and action.right.policy == POLICY_READ:
            assert action.right_with["confirm"].policy == POLICY_CONTROL, name


def test_what_an_action_acts_through_is_an_entity() -> None:
    """The right on an entity that never exists would be asked of nobody."""
    for name, (kind, action) in actions().items():
        for right in (action.right, *action.right_with.values()):
            if right.entity is not None:
                platform, key = right.entity
                assert key in keys_of(kind_part(kind, platform)), name


def keys_of(module: object) -> set[str]:
    """Return the keys of the entities that a platform of a kind describes."""
    return {
        found.key
        for value in vars(module).values()
        for found in (
            value
            if isinstance(value, tuple)
            else value.values()
            if isinstance(value, dict)
            else (value,)
        )
        if hasattr(found, "key") and hasattr(found, "translation_key")
    }


async def test_none_passes_who_has_no_right(
    hass: HomeAssistant, callers: Callers
) -> None:
    """Also an action that is added later refuses who has no right on its target."""
    async_setup_services(hass)
    for name, service in hass.services.async_services_for_domain(DOMAIN).items():
        answer = await callers.call(
            "sun.sun",
            name,
            response=service.supports_response.value == "only",
            entity_id="sensor.of_anybody",
            **{
                str(field): VALUES[str(field)]
                for field in actions()[name][1].fields
                if isinstance(field, vol.Required)
                and isinstance(field.default, vol.Undefined)
            },
        )
        assert answer == "Unauthorized", name
