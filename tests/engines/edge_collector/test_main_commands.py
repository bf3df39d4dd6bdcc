"""The command line on a Bitaxe: read it, and send it one command."""

import asyncio
import json
from pathlib import Path

import pytest

from custom_components.mining_farm.engines.edge_collector.main import main
from simulators.axeos import AxeOsSimulator

from .axes import Axes
from .makes import Makes, Miner


async def run(device: AxeOsSimulator, *options: str) -> int:
    """Run the command against a device; it makes an event loop of its own."""
    arguments = ["--host", device.host, "--port", str(device.port), *options]
    return await asyncio.to_thread(main, arguments)


async def test_a_bitaxe_is_read_without_naming_its_protocol(
    axes: Axes, capsys: pytest.CaptureFixture[str]
) -> None:
    """The keys are those of every miner; it has no boards."""
    device = await axes.simulated("gamma")
    assert await run(device) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["boards"], document["boards_total"]) == ([], 0)
    assert await run(device, "--full") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["model"], document["hashrate_ghs"]) == ("Gamma", 1071.0)
    assert document["settings"]["frequency"] == "525"


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("identify", "/api/system/identify"),
        ("frequency=490", "/api/system"),
        ("fan_speed=50", "/api/system"),
    ],
)
async def test_a_command_is_sent_once(
    axes: Axes, capsys: pytest.CaptureFixture[str], command: str, path: str
) -> None:
    """Its outcome is one line of JSON."""
    device = await axes.simulated("gamma")
    assert await run(device, "--command", command) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["command"] == command.partition("=")[0]
    assert answer["outcome"] in ("confirmed", "accepted")
    assert [write.path for write in device.writes] == [path]


async def test_what_cannot_be_done_is_an_error(
    axes: Axes, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the reason, and exit status 1."""
    device = await axes.simulated("supra")
    assert await run(device, "--command", "pause") == 1
    assert "no command pause" in capsys.readouterr().err
    assert await run(device, "--command", "frequency=9999") == 1
    assert "is not one of" in capsys.readouterr().err
    assert not device.writes


@pytest.mark.parametrize("command", ["explode", "fan_speed=fast", "fan_speed"])
def test_what_is_no_command_is_wrong_usage(command: str) -> None:
    """Exit status 2 before anything is asked."""
    with pytest.raises(SystemExit) as caught:
        main(["--host", "192.0.2.1", "--command", command])
    assert caught.value.code == 2


async def run_at(
    makes: Makes, name: str, path: Path, *options: str
) -> tuple[int, Miner]:
    """Run the command against a simulated miner, with its password in a file."""
    miner = await makes.start(name)
    lines = f"{miner.machine.password}\nsomething else\n"
    await asyncio.to_thread(path.write_text, lines, encoding="utf-8")
    host, port = miner.simulator.host, str(miner.simulator.port)
    arguments = ["--host", host, "--port", port, "--password-file", str(path)]
    return await asyncio.to_thread(main, [*arguments, *options]), miner


@pytest.mark.parametrize("name", ["braiins", "epic", "whatsminer", "goldshell"])
async def test_other_makes_are_read_with_their_account(
    makes: Makes, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """The keys are those of every miner; the password shows nowhere."""
    status, miner = await run_at(makes, name, tmp_path / "secret")
    printed = capsys.readouterr()
    assert status == 0
    assert "boards_total" in json.loads(printed.out)
    assert miner.machine.password not in f"{printed.out}{printed.err}"


async def test_a_power_target_is_sent_with_the_password_of_a_file(
    makes: Makes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is so already is found out after signing in, and is not sent."""
    options = ("--command", "power=3300")
    status, miner = await run_at(makes, "braiins", tmp_path / "secret", *options)
    printed = capsys.readouterr()
    assert status == 0
    assert json.loads(printed.out) == {
        "command": "power_target",
        "outcome": "unchanged",
    }
    assert not miner.simulator.writes


async def test_a_scan_prints_what_is_there(
    makes: Makes, axes: Axes, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line for each miner, with the driver that read it."""
    miner = await makes.start("epic")
    arguments = ["--scan", "127.0.0.1-2", "--port", str(miner.simulator.port)]
    assert await asyncio.to_thread(main, arguments) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert (found["driver"], found["model"]) == ("epic", "AntMiner S19 XP")
    miner.simulator.refuse()
    assert await asyncio.to_thread(main, arguments) == 1


@pytest.mark.parametrize("scan", ["nowhere/99", "10.0.0.0/8"])
def test_what_is_no_range_is_wrong_usage(scan: str) -> None:
    """Exit status 2 before anything is asked."""
    with pytest.raises(SystemExit) as caught:
        main(["--scan", scan])
    assert caught.value.code == 2
