"""Every text that the code asks for exists, and no text is left without its use."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import Failure

INTEGRATION = Path(__file__).parents[1] / "custom_components" / "mining_farm"
TEXTS: dict[str, Any] = json.loads(
    (INTEGRATION / "translations" / "en.json").read_text()
)
ICONS: dict[str, Any] = json.loads((INTEGRATION / "icons.json").read_text())
SOURCES = [
    path
    for path in INTEGRATION.rglob("*.py")
    if "engines" not in path.relative_to(INTEGRATION).parts
]


def _calls() -> Iterator[tuple[Path, ast.Call, str]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                yield path, node, name


def _argument(call: ast.Call, name: str) -> str | None:
    for keyword in call.keywords:
        if keyword.arg == name and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return None


def _platform(path: Path) -> str:
    return path.stem


def entity_keys() -> set[tuple[str, str]]:
    """Return platform and translation key of every entity description."""
    return {
        (_platform(path), key)
        for path, call, name in _calls()
        if name.endswith("Description") and (key := _argument(call, "translation_key"))
    }


def steps(flow: str) -> set[str]:
    """Return the step ids that the config or the options flows show."""
    return {
        step
        for path, call, name in _calls()
        if name in ("async_show_form", "async_show_menu")
        and (path.stem == "options") == (flow == "options")
        and (step := _argument(call, "step_id"))
    }


def test_entities() -> None:
    """Names exist for all translation keys, and only for them."""
    texts = {
        (platform, key) for platform, keys in TEXTS["entity"].items() for key in keys
    }
    assert texts == entity_keys()


def test_icons_belong_to_entities() -> None:
    """No icon is left of an entity that is gone."""
    icons = {
        (platform, key) for platform, keys in ICONS["entity"].items() for key in keys
    }
    assert icons <= entity_keys()


@pytest.mark.parametrize("flow", ["config", "options"])
def test_steps(flow: str) -> None:
    """Every step that is shown has its texts, and there are no others."""
    assert set(TEXTS[flow]["step"]) == steps(flow)


def test_every_field_of_a_form_is_explained() -> None:
    """Labels come with a description."""
    for flow in ("config", "options"):
        for step, texts in TEXTS[flow]["step"].items():
            assert set(texts.get("data", {})) == set(
                texts.get("data_description", {})
            ), f"{flow}.{step}"


def test_abort_reasons() -> None:
    """Every reason to end a flow is explained."""
    reasons = {
        reason
        for _, call, name in _calls()
        if name == "async_abort" and (reason := _argument(call, "reason"))
    }
    assert set(TEXTS["config"]["abort"]) == reasons


def test_failures_of_a_miner() -> None:
    """Each way in which a miner cannot be read has a text for the form and the log."""
    assert {str(kind) for kind in Failure} <= set(TEXTS["config"]["error"])
    assert {f"miner_{kind}" for kind in Failure} <= set(TEXTS["exceptions"])


def test_exceptions_and_issues() -> None:
    """Literal keys of exceptions and repair issues exist."""
    source = "\n".join(path.read_text() for path in SOURCES)
    dynamic = {f"miner_{kind}" for kind in Failure}
    issues = set()
    exceptions = set()
    for _, call, name in _calls():
        key = _argument(call, "translation_key")
        if key is None:
            continue
        if name == "async_create_issue":
            issues.add(key)
        elif name in ("UpdateFailed", "HomeAssistantError", "ServiceValidationError"):
            exceptions.add(key)
    assert set(TEXTS["issues"]) == issues
    assert set(TEXTS["exceptions"]) == exceptions | dynamic
    assert "[%key:" not in source


def test_custom_integrations_get_no_references() -> None:
    """Home Assistant resolves references for its own integrations only."""
    assert not re.search(r"\[%key", json.dumps(TEXTS))
