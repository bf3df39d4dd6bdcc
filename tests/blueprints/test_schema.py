"""Every blueprint is one that Home Assistant imports and makes an automation from."""

import json
from pathlib import Path
import re

import pytest

from custom_components.mining_farm.engines.containers.antspace import TABLES
from custom_components.mining_farm.engines.restart import Reason
from custom_components.mining_farm.kinds.farm.event import EVENTS as FARM_EVENTS
from custom_components.mining_farm.kinds.rig.event import RESTARTS
from custom_components.mining_farm.kinds.wallet.event import AUCTION
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.event import EventEntityDescription
from homeassistant.helpers.selector import TargetSelector
from homeassistant.util.yaml import load_yaml_dict

from .conftest import FOLDER

TEXTS = json.loads(
    FOLDER.parent.joinpath(
        "custom_components/mining_farm/translations/en.json"
    ).read_text()
)
BLUEPRINTS = sorted(FOLDER.rglob("*.yaml"))


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_it_can_be_imported(path: Path) -> None:
    """The file passes the schemas, and every input that it uses is declared."""
    blueprint = Blueprint(
        load_yaml_dict(path),
        expected_domain="automation",
        path=path.name,
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )
    assert blueprint.validate() is None
    assert blueprint.metadata["source_url"].endswith(
        path.relative_to(FOLDER.parent).as_posix()
    )
    assert set(re.findall(r"!input (\w+)", path.read_text())) == set(blueprint.inputs)


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("farm_notify", FARM_EVENTS),
        ("rig_notify", RESTARTS),
        ("wallet_result_notify", AUCTION),
    ],
)
def test_what_is_offered_exists(name: str, event: EventEntityDescription) -> None:
    """Events to choose from are those of the entity."""
    path = FOLDER / "automation" / "mining_farm" / f"{name}.yaml"
    inputs = Blueprint(load_yaml_dict(path), schema=AUTOMATION_BLUEPRINT_SCHEMA).inputs
    offered = inputs["events"]["selector"]["select"]["options"]
    assert {option["value"] for option in offered} == set(event.event_types or ())


@pytest.mark.parametrize(
    ("name", "devices", "action"),
    [
        ("rig_notify", "rigs", "power_cycle"),
        ("rig_daily_summary", "rigs", "power_cycle"),
        ("container_critical_alarm", "containers", "get_snapshot"),
        ("wallet_result_notify", "wallets", "get_results"),
    ],
)
def test_devices_of_its_own_kind_are_offered(
    name: str, devices: str, action: str
) -> None:
    """Devices are told apart by the same entity as for the actions of their kind."""
    path = FOLDER / "automation" / "mining_farm" / f"{name}.yaml"
    inputs = Blueprint(load_yaml_dict(path), schema=AUTOMATION_BLUEPRINT_SCHEMA).inputs
    offered = inputs[devices]["selector"]["device"]["entity"]
    actions = load_yaml_dict(
        FOLDER.parent / "custom_components" / "mining_farm" / "services.yaml"
    )
    target = TargetSelector({"entity": [actions[action]["target"]["entity"]]})
    assert offered == target.config["entity"]


def test_what_is_explained_exists() -> None:
    """Reasons are those of the decision."""
    path = FOLDER / "automation" / "mining_farm" / "rig_notify.yaml"
    explained = set(re.findall(r"^ +'(\w+)': '", path.read_text(), re.MULTILINE))
    assert explained
    assert explained <= {*Reason}


def test_every_alarm_has_its_name() -> None:
    """An alarm is told by the name that its entity has."""
    path = FOLDER / "automation" / "mining_farm" / "container_critical_alarm.yaml"
    named = dict(re.findall(r"^ +'(\w+)': '(.+)',$", path.read_text(), re.MULTILINE))
    texts = TEXTS["entity"]["binary_sensor"]
    alarms = {kind.key for table in TABLES.values() for kind in table.alarms}
    assert {key: name.lower() for key, name in named.items()} == {
        key: texts[f"alarm_{key}"]["name"].lower() for key in alarms
    }
