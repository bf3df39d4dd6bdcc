"""The container's recipe: what it copies is there, and its commands play a whole epoch."""

import asyncio
from collections.abc import Mapping
import json
from pathlib import Path
import re
import shlex
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from custom_components.mining_farm.engines.auction import miner
from custom_components.mining_farm.engines.auction.main import execute
from custom_components.mining_farm.engines.auction.options import parse_options
from custom_components.mining_farm.engines.auction.windows import window_at
from simulators.subtensor import SubtensorSimulator
from simulators.subtensor.__main__ import parse_arguments
from simulators.subtensor.chain import NETUID, TEMPO
from simulators.subtensor.wallet import WalletFolder

from .mining import mining

REPOSITORY = Path(__file__).parents[3]
FOLDER = REPOSITORY / "deploy" / "auction_miner"
COMPOSE: Mapping[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
RECIPE = (FOLDER / "Dockerfile").read_text().replace("\\\n", "")


def _command(service: str) -> list[str]:
    return list(COMPOSE["services"][service]["command"])


def test_what_is_copied_is_in_the_repository() -> None:
    """Each file and folder, and both targets of the compose file."""
    copied = [
        shlex.split(line)[1:-1] for line in re.findall("^COPY .*", RECIPE, re.MULTILINE)
    ]
    for name in (name for names in copied for name in names):
        assert (REPOSITORY / name).exists(), name
    targets = set(re.findall(r"^FROM \S+ AS (\w+)", RECIPE, re.MULTILINE))
    for service in COMPOSE["services"].values():
        assert service["build"]["target"] in targets
        assert (FOLDER / service["build"]["context"]).resolve() == REPOSITORY
        assert (REPOSITORY / service["build"]["dockerfile"]).exists()


def test_the_commands_are_understood() -> None:
    """By the programs that they start; the health check asks where they serve."""
    chain = parse_arguments(_command("chain"))
    assert (chain.host, chain.port) == ("chain", 9944)
    options = parse_options(_command("miner"))
    assert options.arm
    (default,) = re.findall(r"^CMD (\[\"run\".*)", RECIPE, re.MULTILINE)
    for command in (options, parse_options(json.loads(default))):
        assert command.metrics == ("0.0.0.0", 9090)
    assert "127.0.0.1:9090/healthz" in RECIPE
    assert options.config.parent == chain.wallets


@pytest.mark.usefixtures("socket_enabled")
async def test_a_whole_epoch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bid is published, renewed when it is due, and every window has its result."""
    monkeypatch.setattr(miner, "INTERVAL", 0.2)
    async with SubtensorSimulator(block_time=None) as simulator, mining(simulator):
        await WalletFolder(simulator.node.url, tmp_path).start()
        config = tmp_path / "workers.toml"
        config.write_text(config.read_text().replace('"0.2" = 3', '"0.2" = 4'))
        options = parse_options([*_command("miner"), "--metrics=0"])
        options.config = config
        running = asyncio.create_task(execute(options, {}))
        events: list[dict[str, Any]] = []

        async def until(event: str, **values: object) -> None:
            async with asyncio.timeout(60):
                while not any(
                    {"event": event, **values}.items() <= one.items() for one in events
                ):
                    await asyncio.sleep(0.02)
                    out = capsys.readouterr().out
                    for line in out.splitlines():
                        one = json.loads(line)
                        start = (
                            one["window"]["start"] if one["event"] == "window" else 0
                        )
                        events.append({**one, "start": start})

        await until("commitment", outcome="published")
        windows = []
        first = simulator.chain.head.number
        while (head := simulator.chain.head.number) <= first + TEMPO:
            window = window_at(head, NETUID, TEMPO)
            windows.append(window)
            await until("window", start=window.start)
            simulator.chain.produce(window.end + 1 - head)
            await simulator.settle()
        # All that is asked ends with the last window.
        await until(
            "window", start=window_at(simulator.chain.head.number, NETUID, TEMPO).start
        )
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert {window.index for window in windows} == set(range(6))
    published = [one for one in events if one.get("outcome") == "published"]
    assert len(published) == simulator.chain.counts.succeeded
    assert 2 <= len(published) <= 3
    held = [one for one in events if one["event"] == "window" and one["start"] > first]
    assert all(one["won"] or one["lost"] for one in held)
