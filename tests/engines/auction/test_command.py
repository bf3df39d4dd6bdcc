"""The command line, installed under its own name: one JSON line per event."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
import json
import os
from pathlib import Path
import sys
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction import main as main_module, miner
from custom_components.mining_farm.engines.auction.errors import ChainError
from custom_components.mining_farm.engines.auction.main import execute, main
from custom_components.mining_farm.engines.auction.options import parse_options
from simulators.subtensor import ALICE, BOB, SubtensorSimulator
from simulators.subtensor.wallet import WalletFolder, write_hotkey

from .mining import mining

ENGINE = Path(__file__).parents[3] / "custom_components/mining_farm/engines/auction"
POOLS = '[pools]\n[[pools.main]]\nname = "central-proxy"\nweight = 1\n'

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def simulator() -> AsyncIterator[SubtensorSimulator]:
    """Run a chain that makes blocks for what is sent."""
    async with SubtensorSimulator(block_time=None) as simulator, mining(simulator):
        yield simulator


@pytest.fixture
async def config(simulator: SubtensorSimulator, tmp_path: Path) -> Path:
    """Return the workers file of a wallet whose bid the chain holds."""
    await WalletFolder(simulator.node.url, tmp_path / "wallets").start()
    return tmp_path / "wallets" / "workers.toml"


async def _start(folder: Path, *arguments: str, **environment: str) -> Process:
    """Run the command in a process where it is installed and nothing else of ours is."""
    installed = folder / "installed" / "auction_miner"
    if not installed.is_symlink():
        installed.parent.mkdir()
        installed.symlink_to(ENGINE)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "auction_miner.main",
        *arguments,
        stdout=PIPE,
        stderr=PIPE,
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(installed.parent), **environment},
    )


async def _execute(folder: Path, *arguments: str) -> tuple[int | None, dict[str, Any]]:
    process = await _start(folder, *arguments)
    out, err = await process.communicate()
    assert not err, err.decode()
    return process.returncode, json.loads(out)


async def _execute_here(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> dict[str, Any]:
    """Run the command in this process, which costs no start of Python."""
    await execute(parse_options(arguments), {})
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def _ask_for_more(config: Path) -> None:
    """Want another commitment than the chain holds."""
    _replace(config, "= 3", "= 4")


def _rename(config: Path, old: str, new: str) -> None:
    """Name another hotkey."""
    _replace(config, f'hotkey_name = "{old}"', f'hotkey_name = "{new}"')


def _replace(config: Path, old: str, new: str) -> None:
    text = config.read_text(encoding="utf-8")
    assert old in text
    config.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["mine"],
        ["run", "--arm"],
        ["run", "--arm", "--price-ceiling", "1"],
        ["run", "--price-ceiling", "much"],
        ["run", "--metrics", "x"],
        ["run", "--metrics", "127.0.0.1:70000"],
        ["run", "--hook", "x", "--hook-deadline", "0"],
        ["publish"],
        ["publish", "--price-ceiling", "1"],
        ["publish", "--price-ceiling", "1", "--worker-ceiling", "5", "--watch", "x"],
        [
            *("run", "--arm", "--price-ceiling", "1", "--worker-ceiling", "5"),
            *("--watch", ALICE.address),
        ],
    ],
)
def test_usage(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage ends with 2; arming needs both ceilings and a key."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "auction", "run"])
def test_a_file_with_a_mistake(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line of JSON with the line of the file, and exit code 1."""
    path = tmp_path / "config.toml"
    path.write_text("[bittensor]\nnetwork = \n", encoding="utf-8")
    assert main([command, "--config", str(path)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["event"], document["line"]) == ("error", 2)


def test_an_address_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wallet's mistake is reported in the same way."""
    path = tmp_path / "config.toml"
    path.write_text(
        '[bittensor]\nnetwork = "local"\nnetuid = 89\n[wallet]\nname = "a"\n'
        'hotkey_name = "b"\ndirectory = "/nowhere"\n[workers]\n'
        'price_multiplier = "1"\nhashrates = ["1"]\n',
        encoding="utf-8",
    )
    assert main(["check", "--config", str(path), "--watch", "5Nobody"]) == 1
    assert json.loads(capsys.readouterr().out)["event"] == "error"
    assert main(["check", "--config", str(path)]) == 1
    assert "does not exist" in json.loads(capsys.readouterr().out)["reason"]


def test_ctrl_c_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with the shell's 130, and without a traceback."""

    async def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main_module, "execute", interrupt)
    assert main(["check"]) == 130
    assert capsys.readouterr() == ("", "")


async def test_check(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What would be committed and why; nothing is sent or written."""
    before = _names(config.parent)
    code, document = await _execute(tmp_path, "check", "--config", str(config))
    assert code == 0
    assert document["offer"]["text"] == "2;b;BTC,0.97=0.1:2,0.2:3"
    assert (document["standing"], document["outcome"]) == ("in_force", "nothing")
    assert document["hotkey"] == ALICE.address
    assert _names(config.parent) == before
    _ask_for_more(config)
    document = await _execute_here(
        capsys, "check", "--config", str(config), "--watch", ALICE.address
    )
    assert (document["standing"], document["outcome"]) == ("changed", "rehearsed")
    assert document["can_sign"] is False


async def test_auction(
    config: Path,
    tmp_path: Path,
    simulator: SubtensorSimulator,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The present window's result, and that of any block."""
    code, document = await _execute(tmp_path, "auction", "--config", str(config))
    assert code == 0
    assert document["window"]["start"] <= simulator.chain.head.number
    assert document["winners"]
    own = document["won"] + document["lost"]
    assert sum(bid["workers"] for bid in own) == 5
    asked = ("auction", "--config", str(config), "--block")
    again = await _execute_here(capsys, *asked, str(document["window"]["start"]))
    assert again["block_hash"] == document["block_hash"]
    assert again["winners"] == document["winners"]
    with pytest.raises(ChainError, match="there is no block 999999999 yet"):
        await _execute_here(capsys, *asked, "999999999")


async def test_run(config: Path, tmp_path: Path, simulator: SubtensorSimulator) -> None:
    """Armed, it publishes once, holds auctions and routes, until stopped."""
    pools = tmp_path / "pools.toml"
    pools.write_text(POOLS, encoding="utf-8")
    _ask_for_more(config)
    process = await _start(
        tmp_path,
        *("run", "--config", str(config), "--arm"),
        *("--price-ceiling", "1", "--worker-ceiling", "6"),
        APS_MINER_POOLS_CONFIG_PATH=str(pools),
        APS_MINER_IHP_RELOAD_SENTINEL=str(tmp_path / "reload"),
    )
    assert process.stdout is not None
    events: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        while {"start", "commitment", "window", "routing"} - {
            event["event"] for event in events
        }:
            events.append(json.loads(await process.stdout.readline()))
    process.terminate()
    out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    [commitment] = [event for event in events if event["event"] == "commitment"]
    assert (commitment["outcome"], commitment["standing"]) == ("published", "changed")
    assert simulator.chain.counts.succeeded == 1
    assert "target_hashrate" in pools.read_text(encoding="utf-8")
    shown = json.dumps(events) + out.decode()
    _, secret = ALICE.pair
    assert secret.hex()[:32] not in shown


async def test_publish(
    config: Path,
    tmp_path: Path,
    simulator: SubtensorSimulator,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is due, or forced what the chain holds; never above a ceiling."""
    ceilings = ("--price-ceiling", "1", "--worker-ceiling", "6")
    asked = ("publish", "--config", str(config), *ceilings)
    document = await _execute_here(capsys, *asked)
    assert (document["event"], document["outcome"]) == ("publish", "nothing")
    assert simulator.chain.counts.accepted == 0
    code, document = await _execute(tmp_path, *asked, "--force")
    assert (code, document["outcome"]) == (0, "published")
    assert simulator.chain.counts.succeeded == 1
    _ask_for_more(config)
    options = parse_options([*asked[:-1], "5"])
    assert await execute(options, {}) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["outcome"] == "refused"
    assert "6 workers are above" in document["reason"]
    assert simulator.chain.counts.accepted == 1


async def test_run_with_a_hook_and_metrics(
    config: Path, tmp_path: Path, simulator: SubtensorSimulator
) -> None:
    """A program gets the window's result; figures and health are served meanwhile."""
    noted = tmp_path / "noted"
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ncat >> {noted}.new\nmv {noted}.new {noted}\n")
    hook.chmod(0o755)
    process = await _start(
        tmp_path,
        *("run", "--config", str(config), "--no-routing", "--metrics", "0"),
        *("--hook", str(hook), "--hook-deadline", "60"),
    )
    assert process.stdout is not None
    events: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        while {"metrics", "window", "routing"} - {one["event"] for one in events}:
            events.append(json.loads(await process.stdout.readline()))
    port = next(one["port"] for one in events if one["event"] == "metrics")
    for page, shown in (("metrics", "window_start_block"), ("healthz", '"ok": true')):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /{page} HTTP/1.1\r\n\r\n".encode())
        assert shown in (await reader.read()).decode()
        writer.close()
    process.terminate()
    await process.communicate()
    document = json.loads(noted.read_text(encoding="utf-8"))
    assert document["hotkey"] == ALICE.address
    assert document["window"]["start"] <= simulator.chain.head.number
    assert (
        sum(one["workers_won"] + one["workers_lost"] for one in document["sets"]) == 5
    )


async def test_a_node_without_any_tempo(
    config: Path, simulator: SubtensorSimulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error, unless the tempo is given."""
    simulator.node.lack("tempo")
    simulator.node.lack("subnet")
    asked = ("auction", "--config", str(config))
    with pytest.raises(ChainError, match="no tempo"):
        await _execute_here(capsys, *asked)
    document = await _execute_here(capsys, *asked, "--tempo", "360")
    assert document["window"]["end"] - document["window"]["start"] in {59, 60}


async def test_settings_that_change_while_it_runs(
    config: Path,
    simulator: SubtensorSimulator,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another hotkey starts again; one that is not there leaves the last in force.

    What stands in for what the node lacks is one line.
    """
    simulator.node.lack("heads")
    monkeypatch.setattr(miner, "INTERVAL", 0.1)
    write_hotkey(config.parent, BOB, hotkey="other")
    task = asyncio.create_task(
        execute(parse_options(["run", "--config", str(config), "--no-routing"]), {})
    )
    events: list[dict[str, Any]] = []

    async def until(event: str, **values: str) -> None:
        async with asyncio.timeout(60):
            while not any(
                {"event": event, **values}.items() <= one.items() for one in events
            ):
                await asyncio.sleep(0.02)
                out = capsys.readouterr().out
                events.extend(json.loads(line) for line in out.splitlines())

    await until("commitment", standing="in_force")
    await until("fallback", endpoint=simulator.node.url)
    _rename(config, "default", "none")
    await until("workers", reason="the hotkey's file does not exist")
    _rename(config, "none", "other")
    await until("restart")
    await until("start", hotkey=BOB.address)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
