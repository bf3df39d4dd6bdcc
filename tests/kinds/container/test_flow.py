"""Adding a container, and following it to a new address."""

from dataclasses import replace
import json
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.containers import (
    DeadlineError,
    UnreachableError,
    registry,
)
from custom_components.mining_farm.engines.containers.antspace import (
    ANTSPACE,
    AntspaceClient,
    parse_plant,
)
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from simulators.antspace import AntspaceSimulator, Model
from tests.kinds.rig.flowing import check

from .conftest import Site


async def begin(site: Site) -> ConfigFlowResult:
    """Choose a container from the menu."""
    flows = site.hass.config_entries.flow
    menu = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await answer(site, menu, next_step_id="container")


async def answer(
    site: Site, form: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Fill in a form; everything shown has its text."""
    result = await site.hass.config_entries.flow.async_configure(
        form["flow_id"], user_input
    )
    check(result)
    await site.settle()
    return result


def address(simulator: AntspaceSimulator) -> dict[str, Any]:
    """Return what a user types to reach it."""
    return {"host": simulator.host, "port": simulator.port}


@pytest.mark.parametrize(
    ("kind", "model", "target"),
    [
        (Model.HK3, "Antspace HK3", "35"),
        (Model.IMMERSION, "Antspace Immersion", "42"),
    ],
)
async def test_add_a_container(
    site: Site, kind: Model, model: str, target: str
) -> None:
    """Its model is found and shown; nothing but a read is sent; it is only watched."""
    simulator = await site.container(kind)
    form = await begin(site)
    confirm = await answer(site, form, host=f" {simulator.host} ", port=simulator.port)
    assert confirm["step_id"] == "container_confirm"
    assert confirm["description_placeholders"] == {
        "model": model,
        "address": f"{simulator.host}:{simulator.port}",
        "set_point": target,
        "alarms": "0",
    }
    assert [request.operation for request in simulator.requests] == ["coolerState"]
    assert confirm["data_schema"] is not None
    defaults = confirm["data_schema"]({"name": "Hall 1"})
    assert defaults["controls"] is False
    result = await answer(site, confirm, name=" Hall 1 ", controls=False)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Hall 1"
    assert result["data"] == {
        "kind": "container",
        **address(simulator),
        "model": simulator.model.lower(),
    }
    assert result["options"] == {"controls": False}
    assert site.state("sensor.hall_1_status") == "running"
    for platform in ("climate", "switch", "button"):
        assert site.hass.states.async_entity_ids(platform) == []
    assert simulator.writes == []


async def test_controls_where_they_are_ticked(
    site: Site, north: AntspaceSimulator
) -> None:
    """With the tick cooling can be controlled."""
    confirm = await answer(site, await begin(site), **address(north))
    await answer(site, confirm, name="Hall", controls=True)
    assert site.hass.states.async_entity_ids("climate") == ["climate.hall"]
    assert north.writes == []


def listen_on(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    """Let these be the ports where the maker's controllers usually listen."""
    monkeypatch.setattr(registry, "MAKERS", (replace(ANTSPACE, ports=ports),))


@pytest.mark.parametrize("number", [0, 1])
async def test_usual_ports_are_tried(
    site: Site,
    north: AntspaceSimulator,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    """Without a port both usual ones are asked, the controllers' own first."""
    assert ANTSPACE.ports == (80, 8000)
    silent = await site.container()
    silent.refuse()
    ports = [silent.port, silent.port]
    ports[number] = north.port
    listen_on(monkeypatch, *ports)
    confirm = await answer(site, await begin(site), host=north.host)
    result = await answer(site, confirm, name="Hall", controls=False)
    assert result["data"]["port"] == north.port


async def test_an_explicit_port_is_the_only_one(
    site: Site, north: AntspaceSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever names a port means it."""
    silent = await site.container()
    silent.refuse()
    listen_on(monkeypatch, north.port)
    form = await answer(site, await begin(site), **address(silent))
    assert form["errors"] == {"base": "container_unreachable"}
    assert len(north.requests) == 0


@pytest.mark.parametrize(
    "pasted",
    ["http://{host}:{port}/", "http://{host}:{port}/cooler", " {host}:{port} "],
)
@pytest.mark.parametrize("proposed", [{}, {"port": 1}])
async def test_a_pasted_address_is_understood(
    site: Site, north: AntspaceSimulator, pasted: str, proposed: dict[str, int]
) -> None:
    """The page's URL, or host and port in one, give both; a port that was proposed yields."""
    text = pasted.format(host=north.host, port=north.port)
    confirm = await answer(site, await begin(site), host=text, **proposed)
    result = await answer(site, confirm, name="Hall", controls=False)
    assert (result["data"]["host"], result["data"]["port"]) == (north.host, north.port)


@pytest.mark.parametrize(
    "spelling", ["localhost", "LOCALHOST.", "::ffff:127.0.0.1", "[::ffff:127.0.0.1]"]
)
async def test_another_spelling_of_a_known_address_is_refused(
    site: Site, north: AntspaceSimulator, spelling: str
) -> None:
    """The same controller twice would be asked twice, and controlled by two."""
    await site.add(north)
    assert north.host == "127.0.0.1"
    # No name is resolved in a test.
    reading = parse_plant(north.state)
    with patch.object(AntspaceClient, "read_plant", return_value=reading):
        result = await answer(site, await begin(site), host=spelling, port=north.port)
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )


REFUSAL = json.dumps({"ok": False, "method": "coolerState", "params": None})
FOREIGN = json.dumps({"ok": True, "method": "coolerState", "params": {"a": 1}})


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (("refuse",), "container_unreachable"),
        (("drop",), "container_unreachable"),
        (("corrupt", "html"), "container_not_antspace"),
        (("answer_with", FOREIGN), "container_not_antspace"),
        (("redirect",), "container_not_antspace"),
        (("answer_with", REFUSAL), "container_refused"),
        (("break_down",), "container_refused"),
    ],
)
async def test_errors_are_shown_and_recovered_from(
    site: Site, north: AntspaceSimulator, fault: tuple[str, ...], error: str
) -> None:
    """Each failure has a text of its own, and the form goes on with what was typed."""
    name, *arguments = fault
    getattr(north, name)(*arguments)
    form = await answer(site, await begin(site), **address(north))
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"base": error}
    assert f"{north.host}:{north.port}" in form["description_placeholders"]["detail"]
    north.restore()
    confirm = await answer(site, form, **address(north))
    result = await answer(site, confirm, name="Hall", controls=False)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_controller_that_does_not_answer_in_time(site: Site) -> None:
    """A deadline has its own text, also where the other port refuses."""
    late = DeadlineError("north:80: no answer within 10 s")
    failures = (late, UnreachableError("north:8000: no connection"))
    with patch.object(AntspaceClient, "read_plant", side_effect=failures):
        form = await answer(site, await begin(site), host="north")
    assert form["errors"] == {"base": "container_timeout"}
    assert form["description_placeholders"]["detail"] == str(late)


@pytest.mark.parametrize("host", ["", "   ", "http://:x", "no such host", "a/b"])
async def test_what_is_no_address(site: Site, host: str) -> None:
    """Nonsense is answered with the form, not with an exception."""
    form = await answer(site, await begin(site), host=host, port=80)
    assert form["errors"] == {"base": "container_unreachable"}


async def test_the_proposed_name(
    site: Site, north: AntspaceSimulator, south: AntspaceSimulator
) -> None:
    """It is the model alone; the address distinguishes a second one of the model."""

    async def proposed(simulator: AntspaceSimulator) -> str:
        confirm = await answer(site, await begin(site), **address(simulator))
        assert confirm["data_schema"] is not None
        (field,) = [key for key in confirm["data_schema"].schema if key == "name"]
        name: str = field.description["suggested_value"]
        return name

    other = await site.container()
    assert await proposed(north) == "Antspace HK3"
    entry = await site.add(north)
    site.hass.config_entries.async_update_entry(entry, title="Antspace HK3")
    assert await proposed(other) == f"Antspace HK3 {other.host}"
    assert await proposed(south) == "Antspace Immersion"


async def test_the_same_container_twice_is_refused(
    site: Site, north: AntspaceSimulator, south: AntspaceSimulator
) -> None:
    """Host and port identify it; another port of the same host is another container."""
    await site.add(north)
    result = await answer(site, await begin(site), **address(north))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert result["description_placeholders"] == {"name": "North"}
    assert south.host == north.host
    confirm = await answer(site, await begin(site), **address(south))
    result = await answer(site, confirm, name="South", controls=False)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_reconfigure_keeps_the_history(
    site: Site, north: AntspaceSimulator, entity_registry: er.EntityRegistry
) -> None:
    """A new address changes neither the entities nor the options."""
    entry = await site.add(north, controls=True)
    before = {
        entity.unique_id: entity.entity_id
        for entity in er.async_entries_for_config_entry(entity_registry, "north")
    }
    moved = await site.container()
    form = await entry.start_reconfigure_flow(site.hass)
    check(form)
    assert form["step_id"] == "container_reconfigure"
    moved.break_down()
    form = await answer(site, form, **address(moved))
    assert form["errors"] == {"base": "container_refused"}
    moved.restore()
    result = await answer(site, form, **address(moved))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["port"] == moved.port
    assert entry.options == {"controls": True}
    assert before == {
        entity.unique_id: entity.entity_id
        for entity in er.async_entries_for_config_entry(entity_registry, "north")
    }
    polls = len(north.requests)
    await site.polls()
    assert site.state("sensor.north_status") == "running"
    assert len(north.requests) == polls
    assert moved.writes == []


async def test_reconfigure_refuses_what_is_another_container(
    site: Site, north: AntspaceSimulator, south: AntspaceSimulator
) -> None:
    """One of the other model, and one that has an entry of its own."""
    entry = await site.add(north)
    form = await entry.start_reconfigure_flow(site.hass)
    form = await answer(site, form, **address(south))
    assert form["errors"] == {"base": "container_another_model"}
    assert form["description_placeholders"]["detail"] == "Antspace Immersion"
    assert entry.data["port"] == north.port

    await site.add(south, "south")
    result = await answer(site, form, **address(south))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert entry.data["port"] == north.port


async def test_removal_leaves_nothing(
    site: Site, north: AntspaceSimulator, hass_storage: dict[str, Any]
) -> None:
    """What was kept of a container goes with its entry."""
    entry = await site.add(north)
    north.leak()
    await site.polls()
    await site.after(6)
    key = f"{DOMAIN}.container.north"
    assert key in hass_storage
    await site.hass.config_entries.async_remove(entry.entry_id)
    await site.after(6)
    assert key not in hass_storage
