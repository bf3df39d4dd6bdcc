"""The command line: the documented JSON, its warning, its errors and exit codes."""

import asyncio
from collections.abc import Sequence
import json
import sys
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector.main import main

from .fake_miner import FakeMiner, Firmware, Reply, access_denied, ok
from .harness import StartMiner
from .replies import STOCK, braiins_replies, devs, stock_replies

RATES = (48523.45, 49012.33, 47890.12)


def example_replies() -> dict[str, Reply]:
    """Return the example of the original specification: three boards of 63 chips."""
    entry: dict[str, Any] = {"STATS": 0, "ID": "BC50", "Elapsed": 100}
    for slot, (rate, chip, pcb) in enumerate(
        zip(RATES, (72, 74, 71), (68, 70, 67), strict=True), 1
    ):
        entry |= {
            f"chain_acn{slot}": 63,
            f"chain_acs{slot}": "o" * 63,
            f"chain_rate{slot}": rate,
            f"temp_chip{slot}": chip,
            f"temp_pcb{slot}": pcb,
        }
    device = {"ASC": 0, "MHS 5s": 145425.9, "Temperature": 73.5}
    return {
        "stats": ok("STATS", [{"Type": "Antminer"}, entry], STOCK),
        "devs": ok("DEVS", [device], STOCK),
    }


EXAMPLE_OUTPUT = {
    "boards": [
        {
            "id": slot,
            "hashrate_ghs": rate,
            "temp_chip": chip,
            "temp_pcb": pcb,
            "chips_ok": 63,
            "chips_total": 63,
            "status": "healthy",
        }
        for slot, rate, chip, pcb in (
            (1, 48523.45, 72.0, 68.0),
            (2, 49012.33, 74.0, 70.0),
            (3, 47890.12, 71.0, 67.0),
        )
    ],
    "boards_healthy": 3,
    "boards_total": 3,
    "total_hashrate_ghs_boards": 145425.9,
    "total_hashrate_ghs_devs": 145.4259,
    "temperature_overall": 73.5,
    "error_rate": None,
}


async def run(miner: FakeMiner, *options: str) -> int:
    """Run the command against a miner; it makes an event loop of its own."""
    arguments = ["--host", "127.0.0.1", "--port", str(miner.port), *options]
    return await asyncio.to_thread(main, arguments)


@pytest.mark.parametrize("section_only", ["stats", "devs", "both"])
async def test_a_reply_without_status(
    start_miner: StartMiner, capsys: pytest.CaptureFixture[str], section_only: str
) -> None:
    """The section that was asked for makes it a reply, as in the specification."""
    replies = example_replies()
    for command, section in (("stats", "STATS"), ("devs", "DEVS")):
        if section_only in (command, "both"):
            replies[command] = {section: replies[command][section]}
    miner = await start_miner(Firmware(STOCK, replies))
    assert await run(miner) == 0
    assert json.loads(capsys.readouterr().out) == EXAMPLE_OUTPUT


async def test_a_section_that_was_not_asked_for(
    start_miner: StartMiner, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without STATUS, JSON of another program is no reply."""
    miner = await start_miner(lambda _request: {"miners": [{"rate": 1}]})
    assert await run(miner) == 1
    assert "STATUS" in capsys.readouterr().err


async def test_example(
    start_miner: StartMiner, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example of the specification prints its JSON, with the true sum."""
    miner = await start_miner(Firmware(STOCK, example_replies()))
    assert await run(miner) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == EXAMPLE_OUTPUT
    assert list(json.loads(out)) == list(EXAMPLE_OUTPUT)
    assert list(json.loads(out)["boards"][0]) == list(EXAMPLE_OUTPUT["boards"][0])
    assert '"total_hashrate_ghs_boards": 145425.9,' in out
    assert err.startswith("warning: ")
    assert err.count("\n") == 1
    assert "145425.9 GH/s" in err
    assert "145.4259 GH/s" in err


@pytest.mark.parametrize(
    ("share", "warned"),
    [(1.0, False), (0.951, False), (0.949, True), (1.06, True), (0.0, True)],
)
async def test_warning(
    start_miner: StartMiner,
    capsys: pytest.CaptureFixture[str],
    share: float,
    warned: bool,
) -> None:
    """A difference of more than 5 % is worth a line; a smaller one is not."""
    replies = example_replies()
    replies["devs"] = devs(sum(RATES) * 1000 * share, description=STOCK)
    miner = await start_miner(Firmware(STOCK, replies))
    assert await run(miner) == 0
    out, err = capsys.readouterr()
    assert bool(err) is warned
    assert json.loads(out)["total_hashrate_ghs_boards"] == 145425.9


async def test_dummy_devs_do_not_warn(
    start_miner: StartMiner, capsys: pytest.CaptureFixture[str]
) -> None:
    """The row of zeros that stock firmware sends is no rate to compare with."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    assert await run(miner) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out)["total_hashrate_ghs_devs"] is None


async def test_full(
    start_miner: StartMiner, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --full there is everything that the miner reports."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    assert await run(miner, "--full") == 0
    document = json.loads(capsys.readouterr().out)
    assert document.keys() > EXAMPLE_OUTPUT.keys()
    assert document["model"] == "Antminer S19 Pro"
    assert document["algorithm"] == "sha256"
    assert document["pools"][0]["worker"] == "worker.1"
    assert document["boards"][0]["frequency_mhz"] == 600
    assert document["uptime_s"] == 5000


async def test_other_families(
    start_miner: StartMiner, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where `stats` is empty the boards come from elsewhere."""
    miner = await start_miner(Firmware("BOSminer", braiins_replies()))
    assert await run(miner) == 0
    document = json.loads(capsys.readouterr().out)
    assert [board["id"] for board in document["boards"]] == [6, 7, 8]


async def test_denied(
    start_miner: StartMiner, capsys: pytest.CaptureFixture[str]
) -> None:
    """A miner that allows nothing: one line that says so, and exit code 1."""
    miner = await start_miner(lambda _: access_denied("stats", STOCK))
    assert await run(miner) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert (
        err
        == f"error: 127.0.0.1:{miner.port}: Access denied to 'stats' command (code 45)\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--port", "4028"],
        ["--host", "127.0.0.1", "--port", "0"],
        ["--host", "127.0.0.1", "--port", "65536"],
        ["--host", "127.0.0.1", "--port", "api"],
        ["--host", "127.0.0.1", "--timeout", "0"],
        ["--host", "127.0.0.1", "--timeout", "-1"],
        ["--host", "127.0.0.1", "--timeout", "nan"],
        ["--host", "127.0.0.1", "--timeout", "soon"],
        ["--host", "127.0.0.1", "--unknown"],
    ],
)
def test_usage(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage ends with 2 before anything is sent."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


async def _execute(*arguments: str) -> tuple[int | None, str, str]:
    """Run the installed command in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "edge_collector.main",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd="/",
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_as_a_command(start_miner: StartMiner) -> None:
    """Installed, it runs as a module, without Home Assistant."""
    miner = await start_miner(Firmware(STOCK, example_replies()))
    code, out, err = await _execute("--host", "127.0.0.1", "--port", str(miner.port))
    assert code == 0
    assert json.loads(out) == EXAMPLE_OUTPUT
    assert err.startswith("warning: ")


async def test_error_as_a_command(start_miner: StartMiner) -> None:
    """Something else listens there: one line, exit code 1 and no traceback."""
    miner = await start_miner(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n")
    code, out, err = await _execute("--host", "127.0.0.1", "--port", str(miner.port))
    assert code == 1
    assert out == ""
    assert err.startswith(f"error: 127.0.0.1:{miner.port}: ")
    assert err.count("\n") == 1


async def test_message_of_several_lines(
    start_miner: StartMiner, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the miner says is printed on one line, whatever it holds."""
    miner = await start_miner(
        lambda _: {"STATUS": [{"STATUS": "E", "Code": 99, "Msg": "not\nready\tyet"}]}
    )
    assert await run(miner) == 1
    err = capsys.readouterr().err
    assert "ready" in err
    assert err.count("\n") == 1
