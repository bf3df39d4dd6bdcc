"""Acceptance checks, our own and the documented ones, against a controller on loopback.

Those of entities, options and diagnostics are of the kind that uses this engine.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

from aiohttp import web
import pytest

from custom_components.mining_farm.engines.containers import (
    ContainerError,
    MinersHashingError,
    OutOfBoundsError,
    PlantReading,
    Snapshot,
    reset_cooling,
    set_pid,
    set_supply_temperature,
    start_cooling,
    stop_cooling,
    take_snapshot,
)
from custom_components.mining_farm.engines.containers.antspace import (
    TABLES,
    AntspaceClient,
    Model,
)
from tests.reference import OTHER_CASES, reference, twin

from .conftest import Build
from .fake_container import FakeContainer, Fault, Time, always, not_ok, reply
from .states import faulty, fresh

OWN = Path(__file__).parents[3] / "data" / "antspace" / "checks.json"
FILE = reference("antspace", "checks.json")
NOW = datetime(2031, 5, 4, 9, tzinfo=UTC)
OF_THE_KIND = {"D29": "controls are an option of the entry", "D32": "diagnostics"}
SUMMARY = {
    "miner_num": ("miners_known", None),
    "miners_reporting": ("miners_reporting", None),
    "total_hashrate": ("total_hashrate", "TH/s"),
    "chip_max_temp": ("chip_max_temp", "°C"),
    "pcb_max_temp": ("board_max_temp", "°C"),
    "chip_temp_mean": ("chip_temp_mean", "°C"),
}
FASTER = 100
"""How many times sooner than documented a slow controller answers here."""


def _checks() -> list[Any]:
    found = [
        pytest.param(check, id=check["id"])
        for check in json.loads(OWN.read_text("utf-8"))["checks"]
    ]
    if not FILE.is_file():
        reason = "../shared/data/antspace is not there"
        return [*found, pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    for check in json.loads(FILE.read_text("utf-8"))["checks"]:
        marks = []
        if check["level"] != "client" or check["id"] in OF_THE_KIND:
            why = OF_THE_KIND.get(check["id"], "entities")
            marks = [pytest.mark.skip(reason=f"of the kind, not of the engine: {why}")]
        found.append(pytest.param(check, marks=marks, id=check["id"]))
    return found


class Player:
    """Plays the steps of a check and compares what comes of them."""

    def __init__(
        self,
        container: FakeContainer,
        client: AntspaceClient,
        build_client: Callable[[], AntspaceClient],
        time: Time,
        options: dict[str, Any],
    ) -> None:
        """Keep both ends."""
        self.container = container
        self.table = TABLES[container.model]
        self.client = client
        self.build_client = build_client
        self.read_back = time.read_back(options.get("readback_timeout", 10))

    async def play(self, step: dict[str, Any]) -> None:
        """Do one step and compare."""
        self.container.requests.clear()
        self.container.most_under_way = 0
        found = await self._do(step)
        expect = dict(step.get("expect", {}))
        if isinstance(found, Snapshot):
            _compare(found, expect)
        elif isinstance(found, str):
            result = expect.pop("result", found)
            assert found in (result if isinstance(result, list) else [result])
        writes = expect.pop("writes", None)
        assert writes is None or self._writes() == writes
        for key, value in expect.pop("wire", {}).items():
            assert self.container.state[key] == value
        assert self.container.most_under_way <= expect.pop("max_in_flight", 1)
        assert len(self.container.requests) >= expect.pop("min_requests", 0)
        if "model" in expect:
            assert self.client.model == expect.pop("model")
            assert expect.pop("reads_only_ok")
        assert not expect, "this expectation was not compared"

    def _writes(self) -> list[dict[str, Any]]:
        def sent(key: str, value: str) -> object:
            return float(value) if key == "temp" and value != "pid" else value

        return [
            {key: sent(key, value) for key, value in query.items()}
            for query in self.container.writes
        ]

    async def _do(self, step: dict[str, Any]) -> Snapshot | str | None:
        match step["do"]:
            case "poll":
                return await take_snapshot(self.table, self.client, NOW)
            case "parallel":
                await asyncio.gather(*(self._do(inner) for inner in step["steps"]))
            case "setup":
                self.client = self.build_client()
                snapshot = await take_snapshot(self.table, self.client, NOW)
                return "refused" if snapshot.plant is None else "ok"
            case "raw":
                operation = step["query"].removeprefix("operation=")
                self.container.operate(operation)
            case "ctl":
                await self._control(step["path"], step["body"])
            case _:
                return await self._command(step)
        return None

    async def _command(self, step: dict[str, Any]) -> str:
        table, client, read_back = self.table, self.client, self.read_back
        commands: dict[str, Callable[[], Awaitable[object]]] = {
            "set_temp": lambda: set_supply_temperature(
                table, client, step["value"], table.bounds, read_back
            ),
            "pid_on": lambda: set_pid(table, client, read_back),
            "cooling_on": lambda: start_cooling(table, client, read_back),
            "cooling_off": lambda: stop_cooling(
                table,
                client,
                force=step.get("override", False),
                read_back=read_back,
            ),
            "reset": lambda: reset_cooling(table, client, read_back),
        }
        try:
            await commands[step["do"]]()
        except OutOfBoundsError, MinersHashingError:
            return "rejected"
        except ContainerError:
            return "failed"
        return "ok"

    async def _control(self, path: str, body: dict[str, Any]) -> None:
        match path:
            case "/state":
                change(self.container, body)
            case "/down":
                await self.container.stop()
            case "/up":
                await self.container.start()
            case "/fault":
                self.container.faults.clear()
                self.container.deaf.clear()
                operations = body.get("ops", ["*"])
                if body["mode"] == "ack_only":
                    self.container.deaf.update(operations)
                elif body["mode"] != "none":
                    fault = self._fault(body)
                    self.container.faults = dict.fromkeys(operations, fault)

    def _fault(self, body: dict[str, Any]) -> Fault:
        async def delayed(_request: web.BaseRequest) -> None:
            await asyncio.sleep(body["ms"] / 1000 / FASTER)

        async def as_text(request: web.BaseRequest) -> web.StreamResponse:
            operation = request.query["operation"]
            answer = reply(operation, self.container.operate(operation))
            return web.Response(text=answer.text, content_type="text/plain")

        match body["mode"]:
            case "delay":
                return delayed
            case "text_json":
                return as_text
            case "okfalse":
                return not_ok
            case "status":
                return always(body["status"], json.dumps(body.get("body")))
            case "html":
                return always(200, "<html><title>AntBox</title></html>")
            case "empty":
                return always()
        raise AssertionError(body)


def change(container: FakeContainer, body: dict[str, Any]) -> None:
    """Set and drop keys of the state."""
    changed = dict(body.get("set", {}))
    container.miners = changed.pop("minerInfo", container.miners)
    container.state |= changed
    for key in body.get("drop", []):
        del container.state[key]


def _compare(snapshot: Snapshot, expect: dict[str, Any]) -> None:
    """Compare a snapshot with what is expected of it, and take that out."""
    plant, miners = snapshot.plant, snapshot.miners
    assert (plant is not None) == expect.pop("available", True)
    assert snapshot.status == expect.pop("status", snapshot.status)
    if "miners_available" in expect:
        assert (miners is not None) == expect.pop("miners_available")
    for key, value in expect.pop("values", {}).items():
        assert _value(snapshot, key) == (None if value is None else tuple(value))
    for key, flag in expect.pop("flags", {}).items():
        assert plant is not None
        assert plant.flags[key] is flag
    if (alarms := expect.pop("alarms", None)) is not None:
        assert plant is not None
        assert alarms.keys() == {"exact"}
        assert _alarms(plant) == alarms["exact"]


def _value(snapshot: Snapshot, key: str) -> tuple[float, str | None] | None:
    if key in SUMMARY:
        name, unit = SUMMARY[key]
        value = getattr(snapshot.miners, name) if snapshot.miners else None
    else:
        assert snapshot.plant is not None
        value = snapshot.plant.values[key]
        rows = TABLES[Model(snapshot.plant.model)].fields
        unit = next(row.unit for row in rows if row.key == key)
    return None if value is None else (value, unit)


def _alarms(plant: PlantReading) -> dict[str, str]:
    table = TABLES[Model(plant.model)]
    kinds = [table.alarm(key) for key in plant.alarms]
    return {kind.wire or kind.key: kind.severity for kind in kinds}


@twin(OTHER_CASES)
@pytest.mark.parametrize("check", _checks())
async def test_check(check: dict[str, Any], build: Build, time: Time) -> None:
    """Readings, alarms, writes, results and the wire are as the check expects."""
    model = Model(check["mock_type"].lower())
    state = faulty(model) if check["error"] else fresh(model)
    container, client = await build(model, state)
    change(container, check["given"])

    def build_client() -> AntspaceClient:
        return AntspaceClient(client._session, "127.0.0.1", container.port)  # noqa: SLF001

    player = Player(container, client, build_client, time, check["options"])
    for step in check["steps"]:
        await player.play(step)
