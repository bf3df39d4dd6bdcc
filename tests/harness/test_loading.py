"""What scripts/develop offers to try, and what it says while entries are set up."""

from pathlib import Path
from typing import Any, override

import pytest

from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant
from homeassistant.helpers.check_config import async_check_ha_config_file

from .client import HomeAssistantClient
from .folder import offer_examples, prepare
from .loading import describe_failures, until_set_up


def entries(*states: str) -> list[dict[str, Any]]:
    """Return entries in these states."""
    return [
        {"title": f"Rig {number}", "state": state, "reason": None}
        for number, state in enumerate(states, 1)
    ]


class FakeClient(HomeAssistantClient):
    """Sees one stage of the entries at each look, and the last one for ever."""

    def __init__(self, *stages: list[dict[str, Any]]) -> None:
        """Take the stages."""
        self._stages = list(stages)

    @override
    async def entries(self, domain: str) -> list[dict[str, Any]]:
        """Return the next stage."""
        return self._stages.pop(0) if len(self._stages) > 1 else self._stages[0]


async def test_each_step_is_shown_once() -> None:
    """An entry that failed is set up as well: it is not waited for."""
    client = FakeClient(
        entries("setup_in_progress", "not_loaded"),
        entries("loaded", "setup_in_progress"),
        entries("loaded", "setup_in_progress"),
        entries("loaded", "setup_retry"),
    )
    shown: list[str] = []
    await until_set_up(client, "mining_farm", 2, show=shown.append)
    assert shown == ["  1 of 2 set up", "  2 of 2 set up"]


async def test_what_is_never_set_up_is_said() -> None:
    """The wait ends without an error."""
    shown: list[str] = []
    client = FakeClient(entries("loaded", "setup_in_progress"))
    await until_set_up(client, "mining_farm", 2, show=shown.append, timeout=0.01)
    assert shown == ["  1 of 2 set up", "  no more of them within 0 s"]


def test_failures_are_described() -> None:
    """Loaded entries are no news."""
    some = entries("loaded", "setup_retry", "setup_error")
    some[1]["reason"] = "The pool does not answer"
    assert describe_failures(some) == [
        "Rig 2: setup_retry: The pool does not answer",
        "Rig 3: setup_error",
    ]


async def test_the_examples_have_what_they_need(
    hass: HomeAssistant, tmp_path: Path
) -> None:
    """The configuration is valid, and the blueprints are those of the repository."""
    for _ in range(2):
        offer_examples(tmp_path)
        prepare(tmp_path, "127.0.0.1", 8123)
    hass.config.config_dir = str(tmp_path)
    checked = await async_check_ha_config_file(hass)
    assert not checked.errors
    assert {"automation", "conversation", "energy", "recorder"} <= set(checked)
    blueprints = await async_get_blueprints(hass).async_get_blueprints()
    assert "mining_farm/rig_notify.yaml" in blueprints
    assert all(isinstance(each, Blueprint) for each in blueprints.values())


@pytest.mark.parametrize("name", ["configuration.yaml", "automations.yaml"])
def test_changes_of_a_user_stay(tmp_path: Path, name: str) -> None:
    """What is there is not written again."""
    (tmp_path / name).write_text("# mine\n")
    offer_examples(tmp_path)
    assert (tmp_path / name).read_text() == "# mine\n"
