"""The command line on a Bitaxe: read it, and send it one command."""

import asyncio
import json

import pytest

from custom_components.mining_farm.engines.edge_collector.main import main
from simulators.axeos import AxeOsSimulator

from .axes import Axes


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
