"""The mixed farm, in process and as a program."""

import asyncio
from ipaddress import ip_address
import json
from pathlib import Path
import signal
import socket
from urllib.parse import urlsplit

import pytest

from simulators.antminer import MODELS
from simulators.clock import ManualClock
from simulators.farm import MIX, Farm, miners
from tests.harness import child
from tests.harness.ports import hold_port

from .asking import ask, free_base

ROOT = Path(__file__).parents[2]


def test_every_model_is_in_the_mix() -> None:
    """A farm of ten shows all there is."""
    assert sorted(MIX) == sorted(MODELS)


def test_a_number_is_always_the_same_machine() -> None:
    """Name, address, serial number and MAC do not depend on the farm's size."""
    small = miners(3, "127.10.0.0", 4028, ManualClock())
    large = miners(25, "127.10.0.0", 4028, ManualClock())
    assert list(small) == ["s19jpro-1", "s21-2", "s9-3"]
    for name, miner in small.items():
        assert miner.identity == large[name].identity
        assert miner.host == large[name].host
    assert list(large)[10] == "s19jpro-11"
    assert [miner.host for miner in large.values()][-1] == "127.10.0.25"
    assert len({miner.identity.mac for miner in large.values()}) == 25
    assert len({miner.identity.serial for miner in large.values()}) == 25


async def test_each_miner_has_its_own_address(loopback: None) -> None:
    """All listen on the same port of neighbouring addresses, until the farm stops."""
    clock, port = ManualClock(), hold_port()
    fleet = miners(3, "127.10.7.0", port, clock)
    async with Farm({"miners": dict(fleet)}) as farm:
        for miner in fleet.values():
            assert b"VERSION" in await ask(miner, '{"command":"version"}')
        lines = farm.table().splitlines()
        assert len(lines) == 4
        assert lines[3].split()[:2] == ["s9-3", f"127.10.7.3:{port}"]
    for miner in fleet.values():
        with pytest.raises(ConnectionRefusedError):
            await ask(miner, '{"command":"version"}')


async def test_a_farm_starts_whole_or_not_at_all(socket_enabled: None) -> None:
    """If one address is taken, the others are given back."""
    clock, port = ManualClock(), hold_port()
    with socket.socket() as other:
        other.bind(("127.10.8.2", port))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            await Farm(
                {"miners": dict(miners(2, "127.10.8.0", port, clock))}
            ).__aenter__()
    with socket.socket() as again:
        again.bind(("127.10.8.1", port))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_program(loopback: None, number: signal.Signals) -> None:
    """It prints where everything is, answers, takes commands, and ends cleanly."""
    port, base = hold_port(), free_base()
    program = await asyncio.create_subprocess_exec(
        *child.command("simulators.farm", "--base", base, "--miners", "1"),
        *("--port", str(port), "--control-port", "0"),
        **child.options(),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    control, printed = "", ""
    while not control:
        line = (await program.stdout.readline()).decode()
        assert line, (await program.communicate())[1].decode()
        printed += line
        if line.startswith("and undo it:"):
            control = line.split()[-1]
    assert "strip feeds s19jpro-1, Outlet 2, " in printed
    assert "pools know the account 0x" in printed
    for offset, model in enumerate(("HK3", "IMMERSION"), 1):
        assert f"{ip_address(base) + 768 + offset}:8000" in printed
        assert f"Antspace {model}" in printed
    parts = urlsplit(control)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(b"POST /miners/all/kill_board?board=1 HTTP/1.0\r\n\r\n")
    state = json.loads((await reader.read()).partition(b"\r\n\r\n")[2])
    assert state["s19jpro-1"]["boards"]["1"]["chips"] == "0/126"
    writer.close()
    miner = str(ip_address(base) + 1)
    reader, writer = await asyncio.open_connection(miner, port)
    writer.write(b"stats")
    assert b"chain_acs1= xxx xxx" in await reader.read()
    writer.close()
    program.send_signal(number)
    _, errors = await program.communicate()
    assert (program.returncode, errors) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("simulators.farm", "--base", "home"), "'home' does not appear to be an IPv4"),
        (("simulators.farm", "--speed", "0"), "speed must be above 0, not 0.0"),
        (
            ("simulators.antminer", "--host", "192.0.2.1"),
            "192.0.2.1:4028: Cannot assign",
        ),
        (("simulators.antminer", "--allow", "x"), "'x' does not appear to be an IPv4"),
    ],
)
async def test_wrong_arguments_end_in_one_line(
    arguments: tuple[str, ...], error: str
) -> None:
    """No traceback for what a person got wrong."""
    program = await asyncio.create_subprocess_exec(
        *child.command(*arguments),
        **child.options(),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await program.communicate()
    lines = errors.decode().splitlines()
    assert (program.returncode, len(lines)) == (1, 1)
    assert error in lines[0]


async def test_a_single_miner_as_a_program(socket_enabled: None) -> None:
    """One model on one port, with its own control port if wanted."""
    port = hold_port()
    program = await asyncio.create_subprocess_exec(
        *child.command("simulators.antminer", "--model", "s9"),
        *("--port", str(port), "--control-port", "0"),
        **child.options(),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    first = (await program.stdout.readline()).decode()
    assert first == f"Antminer S9 on 127.0.0.1:{port}\n"
    second = (await program.stdout.readline()).decode()
    assert second.startswith("state and faults: curl http://127.0.0.1:")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b'{"command":"version"}')
    assert b'"Type":"Antminer S9"' in await reader.read()
    writer.close()
    program.terminate()
    await program.communicate()
    assert program.returncode == 0
