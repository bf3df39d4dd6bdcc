"""What can go wrong between a client and a container, each seen by a client."""

import asyncio
from collections.abc import Awaitable
import json
from typing import Any

import aiohttp
import pytest

from simulators.antspace import AntspaceSimulator, Corruption
from simulators.clock import ManualClock
from simulators.commands import perform
from tests.simulators.asking import settle

from .conftest import Answer, Ask, StartContainer

READ = "operation=coolerState"
OPEN = "operation=open"


async def _arrived(container: AntspaceSimulator, count: int) -> None:
    """Wait until so many requests have come in."""
    async with asyncio.timeout(10):
        while len(container.requests) < count:
            await asyncio.sleep(0)
    await settle()


def _asked(asking: Awaitable[Answer]) -> asyncio.Future[Answer]:
    return asyncio.ensure_future(asking)


async def test_delay(
    start_container: StartContainer, ask: Ask, clock: ManualClock
) -> None:
    """What is asked is done at once, and answered when its time has come."""
    container = await start_container("HK3")
    container.delay(3, "open")
    assert container.faults == {"delay"}
    asking = _asked(ask(container, OPEN))
    await _arrived(container, 1)
    assert container.state["circulating_pump"] is True
    assert (await ask(container, READ)).status == 200
    clock.advance(2.9)
    await settle()
    assert not asking.done()
    clock.advance(0.1)
    assert (await asking).json["ok"] is True


async def test_requests_under_way_are_counted(
    start_container: StartContainer, ask: Ask, clock: ManualClock
) -> None:
    """So that a test can see that a client asks one by one."""
    container = await start_container("HK3")
    await ask(container, READ)
    assert (container.traffic.open, container.traffic.most_open) == (0, 1)
    container.delay(1)
    asking = [_asked(ask(container, READ)) for _ in range(3)]
    await _arrived(container, 4)
    assert (container.traffic.open, container.traffic.most_open) == (3, 3)
    clock.advance(1)
    await asyncio.gather(*asking)
    assert container.traffic.open == 0


async def test_hang(start_container: StartContainer, ask: Ask) -> None:
    """Nothing is done, and nothing comes; who gives up is no longer under way."""
    container = await start_container("HK3")
    container.hang()
    asking = _asked(ask(container, OPEN))
    await _arrived(container, 1)
    assert not asking.done()
    assert container.traffic.open == 1
    asking.cancel()
    async with asyncio.timeout(10):
        while container.traffic.open:
            await asyncio.sleep(0)
    assert container.state["circulating_pump"] is False
    container.restore()
    assert (await ask(container, READ)).status == 200


async def test_drop(start_container: StartContainer, ask: Ask) -> None:
    """It is done, and the connection breaks before the answer."""
    container = await start_container("HK3")
    container.drop("open")
    # aiohttp's client would ask again by itself.
    reader, writer = await asyncio.open_connection(container.host, container.port)
    writer.write(f"GET /cooler?{OPEN} HTTP/1.1\r\nHost: antbox\r\n\r\n".encode())
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    assert container.state["circulating_pump"] is True
    assert [request.operation for request in container.requests] == ["open"]
    assert (await ask(container, READ)).status == 200


async def test_drop_midway(start_container: StartContainer, ask: Ask) -> None:
    """Headers and half of the body arrive."""
    container = await start_container("HK3")
    container.drop(midway=True)
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{container.url}/cooler?{READ}") as response,
    ):
        assert response.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()
    assert container.faults == {"drop"}


async def _spoilt(ask: Ask, container: AntspaceSimulator, how: str) -> Answer:
    container.corrupt(how)
    return await ask(container, READ)


async def test_corrupt(start_container: StartContainer, ask: Ask) -> None:
    """Every kind is what it is called, and the status is 200."""
    container = await start_container("HK3")
    right = await ask(container, READ)
    content = right.json
    spoilt = {how: await _spoilt(ask, container, how) for how in Corruption}
    assert {answer.status for answer in spoilt.values()} == {200}
    assert spoilt[Corruption.EMPTY].body == b""
    page = spoilt[Corruption.HTML]
    assert page.content_type == "text/html"
    assert b"<title>AntBox</title>" in page.body
    with pytest.raises(UnicodeDecodeError):
        spoilt[Corruption.NOT_JSON].body.decode()
    assert spoilt[Corruption.OK_FALSE].json == {**content, "ok": False}
    assert spoilt[Corruption.PARAMS_NULL].json == {**content, "params": None}
    assert spoilt[Corruption.WRONG_METHOD].json == {**content, "method": "historyData"}
    assert spoilt[Corruption.TEXT_PLAIN] == (200, "text/plain", right.body)
    half = spoilt[Corruption.TRUNCATED].body
    assert half == right.body[: len(right.body) // 2]
    huge = spoilt[Corruption.HUGE]
    assert len(huge.body) > 16 * 1024 * 1024
    padding = huge.json.pop("padding")
    assert set(padding) == {"x"}
    assert huge.json["params"] == content["params"]
    container.restore()
    assert await ask(container, READ) == right


async def test_ack_without_effect(start_container: StartContainer, ask: Ask) -> None:
    """The answer is the right one; only the chosen operations do nothing."""
    container = await start_container("HK3")
    container.ack_without_effect("open")
    before = container.state
    answer = await ask(container, OPEN)
    assert answer.json == {"ok": True, "method": "open", "params": None}
    assert container.state == before
    await ask(container, "operation=setTemp&temp=40")
    assert container.state["supply_liquid_set_temp"] == 40
    container.ack_without_effect()
    await ask(container, "operation=setTemp&temp=41")
    assert container.state["supply_liquid_set_temp"] == 40
    assert (await ask(container, READ)).json["params"] == container.state


async def test_break_down(start_container: StartContainer, ask: Ask) -> None:
    """HTTP 500 or another, of one operation only, so many times."""
    container = await start_container("HK3")
    container.break_down(operations="minerInfo", times=2)
    statuses = []
    for _ in range(3):
        statuses.append((await ask(container, "operation=minerInfo")).status)
        assert (await ask(container, READ)).status == 200
    assert statuses == [500, 500, 200]
    assert container.faults == set()
    container.break_down(503)
    assert (await ask(container, OPEN)).status == 503
    assert container.state["circulating_pump"] is False


async def test_redirect(start_container: StartContainer, ask: Ask) -> None:
    """To another container, so that a test sees who follows."""
    container, other = await start_container("HK3"), await start_container("HK3")
    container.redirect(f"{other.url}/cooler?{OPEN}")
    assert (await ask(container, READ)).status == 302
    assert not other.requests
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{container.url}/cooler?{READ}") as response,
    ):
        assert response.status == 200
    assert [request.target for request in other.writes] == [f"/cooler?{OPEN}"]


async def test_answer_with(start_container: StartContainer, ask: Ask) -> None:
    """Any JSON of another service, and nothing is done."""
    container = await start_container("HK3")
    foreign = {"ok": True, "method": "open", "params": {"foo": 1}}
    container.answer_with(json.dumps(foreign), 201)
    answer = await ask(container, OPEN)
    assert (answer.status, answer.json) == (201, foreign)
    assert container.state["circulating_pump"] is False


async def test_refuse(start_container: StartContainer, ask: Ask) -> None:
    """Silence; the port stays its own, also over a stop and start."""
    container = await start_container("HK3")
    port = container.port
    container.refuse()
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectorError):
            await ask(container, READ)
        await container.stop()
        await container.start()
    container.restore()
    assert container.port == port
    assert (await ask(container, READ)).status == 200


async def test_faults_go_together(start_container: StartContainer, ask: Ask) -> None:
    """One of the answers at a time, beside the others; restore ends all of them."""
    container = await start_container("HK3")
    container.corrupt("ok_false", "open")
    container.redirect()
    container.ack_without_effect()
    container.delay(1)
    container.refuse()
    container.set_fields({"leakage_fault": True})
    assert container.faults == {"redirect", "ack_without_effect", "delay", "refuse"}
    container.restore()
    assert container.faults == set()
    assert (await ask(container, READ)).json["params"]["leakage_fault"] is True


async def test_fields_of_any_kind(start_container: StartContainer, ask: Ask) -> None:
    """Strings, null, unknown keys, and miners, on the wire."""
    container = await start_container("HK3")
    miners = {"miner_num": 171, "chip_max_temp": -100001, "miner_info": {}}
    container.set_fields(
        {"leakage_fault": "false", "supply_liquid_set_temp": None, "minerInfo": miners}
    )
    perform(container, "set_field", {"key": "new", "value": '{"a":[1]}'})
    perform(container, "set_field", {"key": "fan1", "value": "yes"})
    perform(container, "remove_field", {"key": "fan2"})
    state = (await ask(container, READ)).json["params"]
    assert state["leakage_fault"] == "false"
    assert state["supply_liquid_set_temp"] is None
    assert state["new"] == {"a": [1]}
    assert state["fan1"] == "yes"
    assert not state.keys() & {"fan2", "minerInfo"}
    assert (await ask(container, "operation=minerInfo")).json["params"] == miners
    container.release_fields()
    assert container.state["fan2"] is True


@pytest.mark.parametrize("faithful", [True, False])
@pytest.mark.parametrize("model", ["HK3", "IMMERSION"])
async def test_alarms(
    start_container: StartContainer, model: str, faithful: bool
) -> None:
    """Raised and cleared by wire key, the lost PLC among them."""
    container = await start_container(model, faithful=faithful)
    container.raise_alarm("leakage_fault")
    assert container.alarms == ["leakage_fault"]
    container.raise_alarm("disconnect")
    raised = container.state
    container.clear_alarm("leakage_fault")
    container.clear_alarm("disconnect")
    assert container.alarms == []
    for key in ("leakage_fault", "disconnect"):
        assert (raised[key], container.state[key]) == (True, False)


@pytest.mark.parametrize("model", ["HK3", "IMMERSION"])
async def test_accidents_of_the_mock(
    start_container: StartContainer, model: str
) -> None:
    """They set the bits that a plant would set."""
    container = await start_container(model)
    container.set_fields({"circulating_pump": True, "second_pump1": True})
    container.leak()
    container.stop_pump()
    container.disconnect()
    pumps = {
        "HK3": {"circulating_pump_fault"},
        "IMMERSION": {"second_pump1_fault", "second_pump2_fault"},
    }[model]
    assert set(container.alarms) == {"leakage_fault", *pumps}
    running = "circulating_pump" if model == "HK3" else "second_pump1"
    assert container.state[running] is False
    container.repair()
    assert container.state["disconnect"] is False
    assert set(container.alarms) == {"leakage_fault", *pumps}


@pytest.mark.parametrize(
    ("command", "arguments", "error"),
    [
        ("delay", {"seconds": "-1"}, "must be 0 or more"),
        ("delay", {"seconds": "1", "operations": "fly"}, "no operation fly"),
        ("ack_without_effect", {"operations": "minerInfo"}, "no operation minerInfo"),
        ("ack_without_effect", {"times": "0"}, "times must be 1 or more"),
        ("hang", {"times": "0"}, "times must be 1 or more"),
        ("corrupt", {"how": "odd"}, "how must be one of empty, html, "),
        ("break_down", {"status": "200"}, "from 400 to 599"),
        ("answer_with", {"body": "{"}, "body must be JSON"),
    ],
)
async def test_wrong_arguments(
    start_container: StartContainer, command: str, arguments: dict[str, Any], error: str
) -> None:
    """They are refused, and there is no fault."""
    container = await start_container("HK3")
    with pytest.raises(ValueError, match=error):
        perform(container, command, arguments)
    assert container.faults == set()


async def test_state_outlives_a_stop_and_start(
    start_container: StartContainer, ask: Ask
) -> None:
    """The port is free in between."""
    container = await start_container("HK3")
    await ask(container, OPEN)
    await container.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await ask(container, READ)
    await container.start()
    assert (await ask(container, READ)).json["params"]["circulating_pump"] is True
