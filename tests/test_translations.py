"""Every text that the code asks for exists, and no text is left without its use."""

import ast
from collections.abc import Iterator
from importlib import import_module
import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.mining_farm.common import mending
from custom_components.mining_farm.common.holds_issues import FIXABLE
from custom_components.mining_farm.common.issues import DISK, OF_NO_ENTRY
from custom_components.mining_farm.engines import containers
from custom_components.mining_farm.engines.auction import Certainty
from custom_components.mining_farm.engines.edge_collector import ControlFailure, Failure
from custom_components.mining_farm.engines.farm import Cause, Owner, Reaction
from custom_components.mining_farm.engines.pools import Outcome, Service
from custom_components.mining_farm.kinds.container import issues as container_issues
from custom_components.mining_farm.kinds.container.binary_sensor import (
    describe_alarm,
    describe_flag,
)
from custom_components.mining_farm.kinds.container.errors import error_key
from custom_components.mining_farm.kinds.container.sensor import describe
from custom_components.mining_farm.kinds.farm import issues as farm_issues
from custom_components.mining_farm.kinds.farm.const import (
    AUTOMATIC,
    BY_HAND,
    GROUP,
    KEEP_COOLING,
    STOP_COOLING,
)
from custom_components.mining_farm.kinds.farm.sensor import UNKNOWN_ALGORITHM
from custom_components.mining_farm.kinds.miner.detail import Detail
from custom_components.mining_farm.kinds.miner.issues import (
    ANOTHER_MINER,
    LOCKED,
    LOCKED_TEXTS,
    MOVED,
    NEW_POOL,
)
from custom_components.mining_farm.kinds.rig import issues as rig_issues
from custom_components.mining_farm.kinds.rig.flow.account import ANSWERED
from custom_components.mining_farm.kinds.rig.flow.kasa import FAILURES
from custom_components.mining_farm.kinds.rig.flow.rigs_file import Mistake
from custom_components.mining_farm.kinds.rig.policy import MINER_STEPS
from custom_components.mining_farm.kinds.wallet import issues as wallet_issues
from homeassistant.helpers.entity import EntityDescription

INTEGRATION = Path(__file__).parents[1] / "custom_components" / "mining_farm"
TEXTS: dict[str, Any] = json.loads(
    (INTEGRATION / "translations" / "en.json").read_text()
)
GROUP_TEXTS: dict[str, Any] = TEXTS["config_subentries"][GROUP]
ICONS: dict[str, Any] = json.loads((INTEGRATION / "icons.json").read_text())
SOURCES = [
    path
    for path in INTEGRATION.rglob("*.py")
    if "engines" not in path.relative_to(INTEGRATION).parts
]
CONTAINER_ERRORS = {
    error_key(error(""))
    for error in (
        containers.DeadlineError,
        containers.UnknownDeviceError,
        containers.RefusedError,
        containers.UnreachableError,
    )
}
"""What reading a container can fail with."""
ERRORS = {
    *(str(kind) for kind in Failure),
    *(f"pool_{outcome}" for outcome in {*Outcome} - {*ANSWERED, Outcome.ABSENT}),
    *FAILURES.values(),
    *CONTAINER_ERRORS,
}
"""Errors of forms that come from enumerations."""
OF_BOTH_FLOWS = {"proxy.py", "workers.py"}
"""Steps of a wallet that its options have as well."""
OPTIONS = {
    "miner_detail": {*Detail},
    "pressure_unit": {*containers.PressureUnit},
    "rig_gap": set(),
    "rig_pool": {*Service},
    "rig_worker": {"minutes", "hours", "days"},
    "rig_outlet": {"device", "locked_device", "on", "off", "on_watts", "off_watts"},
    "rig_import": {*Mistake},
    "rig_miner_steps": {*MINER_STEPS},
    "farm_after_leak": {KEEP_COOLING, STOP_COOLING},
    "farm_answer": {"stops", "only_told"},
    "farm_cause": {*Cause} - {Cause.HAND},
    "farm_reaction": {*Reaction},
    "farm_return": {BY_HAND, AUTOMATIC},
    "severity": {*containers.Severity},
    "threshold_side": {*containers.Side},
    "wallet_hotkey": set(),
    "wallet_proxy_from": {*Certainty} - {Certainty.ESTIMATE},
}
"""Options of selectors that are not named literally."""
SHARED = {
    "energy": "sensor",
    "alarm_sensors": "sensor",
    "board_sensors": "sensor",
    "group_sensors": "sensor",
    "entity": "sensor",
    "held_by": "sensor",
    "miner_readings": "sensor",
    "sensor_descriptions": "sensor",
}
"""Platforms of the descriptions that modules of another name hold."""


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
    """Return the platform of a module of a kind, or of one that kinds share."""
    return SHARED.get(path.stem, path.stem)


def entity_keys() -> set[tuple[str, str]]:
    """Return platform and translation key of every entity description."""
    literal = {
        (_platform(path), key)
        for path, call, name in _calls()
        if name.endswith("Description") and (key := _argument(call, "translation_key"))
    }
    of_tables = {
        (platform, str(description.translation_key))
        for maker in containers.MAKERS
        for table in maker.plants
        for platform, described in (
            ("sensor", map(describe, table.fields)),
            ("binary_sensor", map(describe_flag, table.flags)),
            ("binary_sensor", map(describe_alarm, table.alarms)),
        )
        for description in described
    }
    return literal | of_tables | {("sensor", UNKNOWN_ALGORITHM)}


def _flows(path: Path) -> set[str]:
    """Return the flows that show what a file asks for."""
    for flow in ("options", "repairs", "group"):
        if path.stem.endswith(flow):
            return {flow}
    return {"config", "options"} if path.name in OF_BOTH_FLOWS else {"config"}


SHOWING = (
    "async_show_form",
    "async_show_menu",
    # What two steps of a rig share.
    "_async_choose_pool",
    "_async_enter_account",
    "_async_choose_worker",
)


def steps(flow: str) -> set[str]:
    """Return the step ids that the config, options or repair flows show."""
    return {
        step
        for path, call, name in _calls()
        if name in SHOWING
        and flow in _flows(path)
        and (step := _argument(call, "step_id"))
    }


def descriptions() -> Iterator[tuple[str, EntityDescription]]:
    """Yield platform and description of the entities that have a state of a list."""
    for path in INTEGRATION.glob("kinds/*/*.py"):
        if (platform := _platform(path)) not in ("event", "sensor"):
            continue
        parts = path.relative_to(INTEGRATION.parents[1]).with_suffix("").parts
        for value in vars(import_module(".".join(parts))).values():
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, EntityDescription):
                    yield platform, each


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


def test_states() -> None:
    """Every state and type of event that is one of a list has its word."""
    for platform, description in descriptions():
        texts = TEXTS["entity"][platform].get(description.translation_key, {})
        if options := getattr(description, "options", None):
            assert set(texts["state"]) == set(options), description.key
        if types := getattr(description, "event_types", None):
            words = texts["state_attributes"]["event_type"]["state"]
            assert set(words) == set(types), description.key


def test_words_of_a_container_s_alarm() -> None:
    """The sensor calls each alarm as the alarm's own entity is called."""
    texts = TEXTS["entity"]["binary_sensor"]
    words = {
        kind.key: texts[f"alarm_{kind.key}"]["name"]
        for maker in containers.MAKERS
        for table in maker.plants
        for kind in table.alarms
    }
    states = TEXTS["entity"]["sensor"]["container_alarm"]["state"]
    assert states == {"none": "None", "silent": "No answer", **words}


@pytest.mark.parametrize("flow", ["config", "options"])
def test_steps(flow: str) -> None:
    """Every step that is shown has its texts, and there are no others."""
    assert set(TEXTS[flow]["step"]) == steps(flow)


def test_steps_of_groups() -> None:
    """Those that add a part of an entry, too."""
    assert set(GROUP_TEXTS["step"]) == steps("group")


def test_steps_of_repairs() -> None:
    """The same for what can be mended under Repairs."""
    texts = {
        step
        for issue in TEXTS["issues"].values()
        for step in issue.get("fix_flow", {}).get("step", {})
    }
    # That of Home Assistant's own flow, for what only has to be read.
    assert texts == steps("repairs") | {"confirm"}


def test_every_field_of_a_form_is_explained() -> None:
    """Labels come with a description, also those in sections."""
    for flow in ("config", "options"):
        for step, texts in TEXTS[flow]["step"].items():
            for part in (texts, *texts.get("sections", {}).values()):
                assert set(part.get("data", {})) == set(
                    part.get("data_description", {})
                ), f"{flow}.{step}"
            assert set(texts.get("menu_options", {})) == set(
                texts.get("menu_option_descriptions", {})
            ), f"{flow}.{step}"


def test_errors_of_forms() -> None:
    """Those of enumerations exist; all others are named somewhere in a flow."""
    texts = set(TEXTS["config"]["error"])
    assert texts >= ERRORS
    named = {
        node.value
        for path in SOURCES
        if path.parent.name == "flow"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert texts - ERRORS <= named


def test_options_of_selectors() -> None:
    """Every option that a list asks for has its text, and there are no others."""
    asked: dict[str, set[str]] = {
        selector: {str(option) for option in options}
        for selector, options in OPTIONS.items()
    }
    for _, call, _ in _calls():
        match call.args:
            case [
                ast.Constant(value=str(selector)),
                ast.Constant(value=option),
                *_,
            ] if selector in asked:
                asked[selector].add(str(option))
    assert {
        selector: set(texts["options"])
        for selector, texts in TEXTS["selector"].items()
        if "options" in texts
    } == asked


def test_abort_reasons() -> None:
    """Every reason to end a flow is explained."""
    reasons = {
        reason
        for _, call, name in _calls()
        if name in ("async_abort", "AbortFlow")
        and (reason := _argument(call, "reason"))
    }
    explained = set(TEXTS["config"]["abort"]) | set(GROUP_TEXTS["abort"])
    for issue in TEXTS["issues"].values():
        explained |= set(issue.get("fix_flow", {}).get("abort", {}))
    # Home Assistant's own, of a part that was changed.
    assert explained == reasons | {"reconfigure_successful"}


def test_failures_of_a_miner() -> None:
    """Each way in which a miner cannot be read has a text for the form and the log."""
    assert {str(kind) for kind in Failure} <= set(TEXTS["config"]["error"])
    assert {f"miner_{kind}" for kind in Failure} <= set(TEXTS["exceptions"])


def test_exceptions_and_issues() -> None:
    """Literal keys of exceptions and repair issues exist."""
    source = "\n".join(path.read_text() for path in SOURCES)
    dynamic = {
        *(f"miner_{kind}" for kind in Failure),
        *CONTAINER_ERRORS,
        error_key(containers.UnconfirmedError("")),
        error_key(containers.OutOfBoundsError("")),
        error_key(containers.MinersHashingError("", None)),
        error_key(containers.UnsupportedError("")),
        *(f"miner_command_{kind}" for kind in ControlFailure),
        *(f"held_by_{owner}" for owner in Owner),
        "holds_unreadable",
        "container_none_targeted",
        "farm_none_targeted",
        "miner_none_targeted",
        "rig_none_targeted",
        "wallet_none_targeted",
    }
    mended = {mending.UNUSABLE, mending.MENDED, mending.ANOTHER_VERSION, DISK}
    locked = {LOCKED, *LOCKED_TEXTS.values()}
    issues = {ANOTHER_MINER, MOVED, NEW_POOL, *locked, *mended} | {
        value
        for module in (container_issues, farm_issues, rig_issues, wallet_issues)
        for value in vars(module).values()
        if isinstance(value, str)
        and value.startswith(("container_", "farm_", "rig_", "wallet_"))
    }
    exceptions = set()
    for path, call, name in _calls():
        if name in ("_error", "_refusal"):
            exceptions |= {
                f"{path.parent.name}_{argument.value}"
                for argument in call.args
                if isinstance(argument, ast.Constant)
                and isinstance(argument.value, str)
            }
        key = _argument(call, "translation_key")
        if key is None:
            continue
        if name == "async_create_issue":
            issues.add(key)
        elif name in (
            "UpdateFailed",
            "ConfigEntryError",
            "ConfigEntryNotReady",
            "HomeAssistantError",
            "ServiceValidationError",
        ):
            exceptions.add(key)
    assert set(TEXTS["issues"]) == issues | FIXABLE | OF_NO_ENTRY
    assert set(TEXTS["exceptions"]) == exceptions | dynamic
    assert "[%key:" not in source


def test_custom_integrations_get_no_references() -> None:
    """Home Assistant resolves references for its own integrations only."""
    assert not re.search(r"\[%key", json.dumps(TEXTS))
