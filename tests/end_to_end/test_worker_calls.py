"""The documentation's table of a container worker's calls, row by row."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
import re
from typing import Any

from annotatedyaml import parse_yaml
import pytest

from simulators.antspace import AntspaceSimulator, Model
from tests.harness import HomeAssistantClient
from tests.harness.containers import add_container

from . import DOMAIN

PAGE = (Path(__file__).parents[2] / "docs/users/containers.md").read_text()
FLOWS = "/api/config/config_entries/flow"
OPTIONS = "/api/config/config_entries/options/flow"
ACTION = "/api/services/mining_farm/get_snapshot?return_response"
TARGET = "sensor.north_target_supply_temperature"
NAMES = ("North", "South")
type Containers = dict[str, AntspaceSimulator]


@pytest.fixture
async def containers(loopback: None) -> AsyncIterator[Containers]:
    """Return a container of each model that cools its miners."""
    async with AsyncExitStack() as running:
        yield {
            name: await running.enter_async_context(
                AntspaceSimulator(model, faithful=False)
            )
            for name, model in zip(NAMES, Model, strict=True)
        }


async def _snapshot(client: HomeAssistantClient, **target: Any) -> dict[str, Any]:
    """Return what the action returns, by the containers' names."""
    answer = await client.post(ACTION, target)
    return {each["name"]: each for each in answer["service_response"].values()}


async def _render(client: HomeAssistantClient, expression: str) -> list[str]:
    """Return a list that a template yields."""
    result = await client.command(
        "execute_script",
        sequence=[
            {"variables": {"rendered": {"list": f"{{{{ {expression} | list }}}}"}}},
            {"stop": "", "response_variable": "rendered"},
        ],
    )
    rendered: list[str] = result["response"]["list"]
    return rendered


async def _run_example(client: HomeAssistantClient) -> None:
    """Run the documentation's example as it stands there."""
    text = PAGE.split("## Actions on containers")[1].split("```yaml\n")[1]
    example = parse_yaml(text.split("```")[0])
    assert isinstance(example, dict)
    await client.command("execute_script", sequence=example["actions"])


async def test_every_call(client: HomeAssistantClient, containers: Containers) -> None:
    """Two containers are registered, listed, read, commanded, moved, and forgotten."""
    done: list[str] = []

    for name, container in containers.items():
        await add_container(client, container, name, controls=True)
    await client.until(
        client.states,
        lambda states: {"event.north_alarms", "event.south_alarms"} <= states.keys(),
    )
    done.append("registerThing")

    entries = {each["title"]: each for each in await client.entries(DOMAIN)}
    assert {name: each["state"] for name, each in entries.items()} == dict.fromkeys(
        NAMES, "loaded"
    )
    listed = await _render(
        client, "integration_entities('mining_farm') | map('device_name') | unique"
    )
    assert sorted(listed) == [*NAMES]
    done.append("listThings")

    snapshot = await _snapshot(client, entity_id="climate.south")
    assert [each["model"] for each in snapshot.values()] == ["immersion"]
    assert len(snapshot["South"]["miners"]["miners"]) == 120
    done.append("queryThing")

    await _put_into_area(client, "Yard")
    await _run_example(client)
    assert [
        container.state["supply_liquid_set_temp"] for container in containers.values()
    ] == [36.5, 36.5]
    notifications = await client.command("persistent_notification/get")
    (message,) = [
        each["message"] for each in notifications if each["title"] == "Containers"
    ]
    assert " ".join(message.split()) == (
        "North is running and holds 36.5 °C. South is running and holds 36.5 °C."
    )
    done.append("applyThings")

    path = f"/api/history/period?filter_entity_id={TARGET}"
    await client.until(
        lambda: client.get(path),
        lambda found: (
            {"35.0", "36.5"} <= {state["state"] for each in found for state in each}
        ),
    )
    done.append("tailLog")

    north = entries["North"]["entry_id"]
    diagnostics = await client.get(f"/api/diagnostics/config_entry/{north}")
    assert diagnostics["integration_manifest"]["domain"] == DOMAIN
    assert containers["North"].host not in str(diagnostics["data"])
    done.append("getRack")

    asked = len(containers["South"].requests)
    await client.call_action(
        "homeassistant.update_entity", entity_id="sensor.south_status"
    )
    requests = [*containers["South"].requests][asked:]
    assert {each.operation for each in requests} == {"coolerState", "minerInfo"}
    assert (await client.states())["binary_sensor.south_connection"]["state"] == "on"
    done.append("echo")

    form = await client.post(OPTIONS, {"handler": north})
    values = {
        field["name"]: field["description"]["suggested_value"]
        for field in form["data_schema"]
    }
    await client.post(
        f"{OPTIONS}/{form['flow_id']}", values | {"set_point_highest": 40}
    )
    await client.until(
        client.states,
        lambda states: states["climate.north"]["attributes"].get("max_temp") == 40,
    )
    form = await client.post(FLOWS, {"handler": DOMAIN, "entry_id": north})
    address = {"host": containers["North"].host, "port": containers["North"].port}
    moved = await client.continue_flow(form, address)
    assert moved["reason"] == "reconfigure_successful"
    done.append("updateThing")

    for each in entries.values():
        await client.remove_entry(each["entry_id"])
    assert await client.entries(DOMAIN) == []
    assert not [
        entity_id
        for entity_id in await client.states()
        if re.search(r"\.(north|south)", entity_id)
    ]
    done.append("forgetThings")

    table = PAGE.split("## Coming from MiningOS")[1].split("\n#")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(done)


async def _put_into_area(client: HomeAssistantClient, name: str) -> None:
    """Put every container into a new area."""
    area = await client.command("config/area_registry/create", name=name)
    for device in await client.command("config/device_registry/list"):
        if device["name"] in NAMES:
            await client.command(
                "config/device_registry/update",
                device_id=device["id"],
                area_id=area["area_id"],
            )
