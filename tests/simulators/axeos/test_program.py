"""A Bitaxe as a program, and behind a control port."""

import asyncio
from pathlib import Path

import aiohttp

from simulators.axeos import AxeOsSimulator
from simulators.clock import ManualClock
from simulators.control import ControlServer
from tests.harness import child

ROOT = Path(__file__).parents[3]


async def test_the_program_serves_a_device(loopback: None) -> None:
    """It prints where the device is, which answers there."""
    program = await asyncio.create_subprocess_exec(
        *child.command("simulators.axeos", "--model", "nerdqaxe", "--port", "0"),
        **child.options(),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    line = (await program.stdout.readline()).decode()
    url = line.partition(": ")[2].strip()
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{url}/api/system/info") as response,
    ):
        assert (await response.json())["deviceModel"] == "NerdQAxe++"
    program.terminate()
    await program.communicate()


async def test_faults_are_caused_through_the_control_port(
    loopback: None, clock: ManualClock
) -> None:
    """And `restore` undoes them."""
    async with (
        AxeOsSimulator("gamma", clock=clock) as axe,
        ControlServer({"axes": {"gamma": axe}}) as control,
        aiohttp.ClientSession() as http,
    ):
        for command, faults in (
            ("ignore_writes", ["ignore_writes"]),
            ("delay?seconds=2", ["delay", "ignore_writes"]),
            ("restore", []),
        ):
            async with http.post(f"{control.url}/axes/gamma/{command}") as response:
                assert (await response.json())["gamma"]["faults"] == faults


async def test_a_restart_takes_a_while_and_forgets_the_pause(
    loopback: None, clock: ManualClock
) -> None:
    """As on the real device, whose pause is in its memory only."""
    async with (
        AxeOsSimulator("gamma", clock=clock) as axe,
        aiohttp.ClientSession() as http,
    ):
        axe.pause()
        clock.advance(2)
        assert axe.machine.paused
        axe.restart()
        assert not axe.machine.answers
        clock.advance(25)
        async with http.get(
            f"http://{axe.host}:{axe.port}/api/system/info"
        ) as response:
            info = await response.json()
        assert (info["miningPaused"], info["uptimeSeconds"]) == (False, 5)
