"""Containers as a program, behind a control port, and in the farm."""

import asyncio
from contextlib import AsyncExitStack
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from simulators.clock import ManualClock
from simulators.control import ControlServer
from simulators.farm import Farm, containers
from tests.harness import child
from tests.harness.ports import hold_port
from tests.simulators.asking import free_base

from .conftest import StartContainer

ROOT = Path(__file__).parents[3]

type Program = asyncio.subprocess.Process


async def _http(method: str, url: str) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, url) as response,
    ):
        return response.status, await response.json()


async def _program(*arguments: str) -> Program:
    return await asyncio.create_subprocess_exec(
        *child.command("simulators.antspace", *arguments),
        **child.options(),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def _line(program: Program) -> str:
    assert program.stdout is not None
    line = (await program.stdout.readline()).decode()
    assert line, (await program.communicate())[1].decode()
    return line.strip()


async def _end(program: Program) -> None:
    program.terminate()
    _, errors = await program.communicate()
    assert (program.returncode, errors) == (0, b"")


async def test_the_documented_mock(loopback: None) -> None:
    """The documented options; faults over the control port."""
    port = hold_port()
    program = await _program(
        *("--type", "Immersion", "-p", str(port), "-h", "127.0.0.1", "--error"),
        *("--control-port", "0"),
    )
    assert await _line(program) == f"Antspace IMMERSION on 127.0.0.1:{port}"
    control = (await _line(program)).split()[-1].rstrip("/")
    cooler = f"http://127.0.0.1:{port}/cooler?operation="
    await _http("GET", f"{cooler}open")
    _, answer = await _http("GET", f"{cooler}coolerState")
    assert answer["params"]["smoke_sensor_fault"] is True
    assert answer["params"]["circulating_pump"] is True
    status, described = await _http(
        "POST", f"{control}/containers/all/set_field?key=out_temp&value=21.5"
    )
    assert status == 200
    assert described["immersion-1"]["state"]["out_temp"] == 21.5
    await _http("POST", f"{control}/containers/immersion-1/break_down?status=502")
    async with aiohttp.ClientSession() as http, http.get(f"{cooler}open") as response:
        assert response.status == 502
    await _end(program)


async def test_a_bulk_file(loopback: None, tmp_path: Path) -> None:
    """Many in one process; what an entry does not say is as the options say."""
    ports = [hold_port(), hold_port()]
    bulk = tmp_path / "bulk.json"
    entries = [
        {"type": "HK3", "port": ports[0], "error": True},
        {"type": "IMMERSION", "port": ports[1], "host": "127.0.0.2", "serial": "x"},
    ]
    bulk.write_text(json.dumps(entries), "utf-8")
    program = await _program("--bulk", str(bulk), "--realistic")
    assert await _line(program) == f"Antspace HK3 on 127.0.0.1:{ports[0]}"
    assert await _line(program) == f"Antspace IMMERSION on 127.0.0.2:{ports[1]}"
    state = "cooler?operation=coolerState"
    _, hydro = await _http("GET", f"http://127.0.0.1:{ports[0]}/{state}")
    assert hydro["params"]["leakage_fault"] is True
    _, oil = await _http("GET", f"http://127.0.0.2:{ports[1]}/{state}")
    assert oil["params"]["leakage_fault"] is False
    assert oil["params"]["second_supply_temp1"] == 42.0
    await _end(program)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("[", "Expecting value"),
        ("[]", "not a list of containers"),
        ('{"type": "HK3"}', "not a list of containers"),
        ('[{"port": 1}]', "container 1 has no type"),
        ('[{"type": "HK3", "port": "1"}]', "port of container 1 is no int"),
        ('[{"type": "HK4"}]', "no container type 'HK4'; types: HK3, IMMERSION"),
    ],
)
async def test_a_wrong_bulk_file_ends_in_one_line(
    tmp_path: Path, content: str, error: str
) -> None:
    """No traceback for what a person got wrong."""
    bulk = tmp_path / "bulk.json"
    bulk.write_text(content, "utf-8")
    program = await _program("--bulk", str(bulk))
    _, errors = await program.communicate()
    lines = errors.decode().splitlines()
    assert (program.returncode, len(lines)) == (1, 1)
    assert error in lines[0]


async def test_the_control_port(start_container: StartContainer) -> None:
    """State and commands of each container, with what they mean."""
    container = await start_container("HK3", faithful=False)
    async with ControlServer({"containers": {"one": container}}) as control:
        _, index = await _http("GET", f"{control.url}/")
        commands = index["containers"]["commands"]
        usage = "POST /containers/<name or all>/delay?seconds=<float>&operations="
        assert commands[usage] == (
            "Answer that much later; what is asked is done at once."
        )
        for name in ("leak", "stop_pump", "refuse", "disconnect"):
            url = f"{control.url}/containers/one/{name}"
            assert (await _http("POST", url))[0] == 200
        _, described = await _http("GET", f"{control.url}/containers/one")
        assert described["one"]["faults"] == ["refuse"]
        assert described["one"]["alarms"] == ["circulating_pump_fault", "leakage_fault"]
        assert described["one"]["state"]["disconnect"] is True
        status, refused = await _http(
            "POST", f"{control.url}/containers/one/raise_alarm?key=fire"
        )
        assert status == 400
        assert "no alarm 'fire'" in refused["error"]


async def test_the_containers_of_a_farm(loopback: None, clock: ManualClock) -> None:
    """One of each model, living, at addresses of their own."""
    base, port = free_base(), hold_port()
    group = containers(base, port, clock)
    first = base.removesuffix(".0").rpartition(".")
    subnet = f"{first[0]}.{int(first[2]) + 3}"
    async with AsyncExitStack() as running:
        farm = await running.enter_async_context(Farm({"containers": dict(group)}))
        lines = [line.split() for line in farm.table().splitlines()[1:]]
        assert lines == [
            ["hk3", f"{subnet}.1:{port}", "Antspace", "HK3"],
            ["immersion", f"{subnet}.2:{port}", "Antspace", "IMMERSION"],
        ]
        for address in (f"{subnet}.1", f"{subnet}.2"):
            url = f"http://{address}:{port}/cooler?operation=minerInfo"
            status, answer = await _http("GET", url)
            assert status == 200
            assert answer["params"]["total_hashrate"] > 10_000
