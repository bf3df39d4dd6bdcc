"""Rigs in Prometheus, by Home Assistant's own integration: as docs and deploy/ ask for it."""

from collections.abc import Callable
import json
from pathlib import Path
import re
from typing import Any, cast

import prometheus_client
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mining_farm.engines.pools import Outcome
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml

from .watching import Farm

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/users/site-collector.md"
DASHBOARD = ROOT / "deploy/grafana/dashboards/rigs.json"
ALERTS = ROOT / "deploy/prometheus/rig_alerts.yml"
_SELECTOR = re.compile(r'(homeassistant_\w+)\{entity=~"([^"]+)"\}')

type Samples = dict[str, dict[str, float]]


def configured() -> dict[str, Any]:
    """Return what the documentation has in Home Assistant's configuration."""
    (text,) = re.findall(r"```yaml\n(prometheus:.*?)```", PAGE.read_text(), re.DOTALL)
    return cast("dict[str, Any]", parse_yaml(text))


def selectors() -> set[tuple[str, str]]:
    """Return metrics and entities that documentation, alerts and dashboard ask for."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    groups = cast("dict[str, Any]", parse_yaml(ALERTS.read_text()))["groups"]
    queries = [
        *re.findall(r"\| `(.*homeassistant_.*)` \|", PAGE.read_text()),
        *(target["expr"] for panel in panels for target in panel["targets"]),
        *(rule["expr"] for group in groups for rule in group["rules"]),
    ]
    found = {pair for query in queries for pair in _SELECTOR.findall(query)}
    asked = [query for query in queries if "homeassistant_" in query]
    assert len(asked) >= 11
    assert all(_SELECTOR.search(query) for query in asked)
    return {(name, entity.replace("\\\\", "\\")) for name, entity in found}


@pytest.fixture
async def samples(
    hass: HomeAssistant,
    farm: Farm,
    hass_client_no_auth: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], Any]:
    """Return what reads the samples, by name and entity; a rig's pool answers."""
    # Core's integration has one for the whole process.
    monkeypatch.setattr(prometheus_client, "REGISTRY", CollectorRegistry())
    config = configured()
    # A token of now would end while time passes.
    config["prometheus"]["requires_auth"] = False
    assert await async_setup_component(hass, "prometheus", config)
    await farm.add("rig1")
    entities = er.async_get(hass)
    # As the documentation says.
    entities.async_update_entity("sensor.rig1_pool_answered", disabled_by=None)
    await hass.config_entries.async_reload("rig1")
    await farm.after(1)
    client = await hass_client_no_auth()

    async def read() -> Samples:
        response = await client.get("/api/prometheus")
        assert response.status == 200
        found: Samples = {}
        for family in text_string_to_metric_families(await response.text()):
            for sample in family.samples:
                entity = sample.labels.get("entity", "")
                found.setdefault(sample.name, {})[entity] = sample.value
        return found

    return read


async def test_every_query_finds_what_home_assistant_exposes(
    farm: Farm, samples: Callable[[], Any]
) -> None:
    """Each by the name and label that core's integration really gives our entities."""
    await farm.after(10)
    found: Samples = await samples()
    for name, pattern in selectors():
        entities = [each for each in found.get(name, {}) if re.fullmatch(pattern, each)]
        assert entities, (name, pattern, sorted(found))
    assert found["homeassistant_sensor_unit_mh_per_s"] == {
        "sensor.rig1_pool_hashrate": 62.5
    }


async def test_restarts_are_counted_and_an_answer_grows_old(
    farm: Farm, samples: Callable[[], Any]
) -> None:
    """The numbers that alerts are made of."""
    await farm.after(10)
    farm.dies("rig1")
    await farm.after(40)
    found: Samples = await samples()
    (restarts,) = [
        found[name] for name, pattern in selectors() if pattern.endswith("_restarts")
    ]
    assert restarts["sensor.rig1_restarts"] >= 1
    answered = found["homeassistant_sensor_timestamp_seconds"]
    now = dt_util.utcnow().timestamp()
    assert 0 <= now - answered["sensor.rig1_pool_answered"] <= 300
    farm.outcome = Outcome.UNREACHABLE
    await farm.after(60)
    found = await samples()
    answered = found["homeassistant_sensor_timestamp_seconds"]
    age = dt_util.utcnow().timestamp() - answered["sensor.rig1_pool_answered"]
    assert 3600 <= age <= 3900
