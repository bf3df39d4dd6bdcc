"""Windows as they are tried by hand: other workers, another budget, a proxy that reloads."""

from collections.abc import Mapping
from pathlib import Path
import tomllib
from typing import Any

import pytest

from simulators.clock import ManualClock
from simulators.subtensor import SubtensorSimulator
from simulators.subtensor.__main__ import parse_arguments
from simulators.subtensor.play import POOLS_FILE, RELOAD_FILE, Play
from simulators.subtensor.storage import commitment_key
from simulators.subtensor.wallet import WalletFolder

FIRST = 7_500_045
"""The second window's first block, from which on six windows are 361 blocks."""


def _workers(folder: Path) -> dict[str, int]:
    found = tomllib.loads((folder / "workers.toml").read_text(encoding="utf-8"))
    workers: dict[str, int] = found["workers"]["worker_sizes"]
    return workers


async def test_an_epoch(loopback: None, clock: ManualClock, tmp_path: Path) -> None:
    """In each window other workers and, for the next one, another budget."""
    said: list[Mapping[str, Any]] = []
    async with SubtensorSimulator(clock=clock, block_time=None) as simulator:
        wallet = WalletFolder(simulator.node.url, tmp_path)
        await wallet.start()
        assert _workers(tmp_path) == {"0.1": 2, "0.2": 3}
        async with Play(simulator, wallet, tmp_path, say=said.append):
            simulator.chain.produce(FIRST - simulator.chain.head.number)
            voter = simulator.market.neurons[0].hotkey
            votes = set()
            for _ in range(361):
                simulator.chain.produce()
                state = simulator.chain.head.state.storage
                votes.add(state[commitment_key(89, voter)][-90:])
                if said[-1]["event"] == "workers":
                    assert _workers(tmp_path) == said[-1]["workers"]
        before = len(said)
        simulator.chain.produce(60)
        assert len(said) == before
    windows = [line for line in said if line["event"] == "window"]
    assert [line["index"] for line in windows] == [1, 2, 3, 4, 5, 0, 1]
    assert [line["start"] - FIRST for line in windows] == [
        0,
        60,
        120,
        180,
        240,
        301,
        361,
    ]
    workers = [line for line in said if line["event"] == "workers"]
    assert [line["block"] - FIRST for line in workers] == [10, 70, 130, 190, 250, 311]
    budgets = [line for line in said if line["event"] == "budget"]
    assert [line["block"] - FIRST for line in budgets] == [
        -1,
        59,
        119,
        179,
        239,
        300,
        360,
    ]
    assert len({line["budget_ph"] for line in budgets}) > 3
    assert len(votes) >= len(budgets) - 1
    [epoch] = [line for line in said if line["event"] == "epoch"]
    assert epoch["succeeded"] == 0


async def test_the_proxy_loads_its_file_again(
    loopback: None, clock: ManualClock, tmp_path: Path
) -> None:
    """Where it is asked to: the request is taken, and the target told."""
    said: list[Mapping[str, Any]] = []
    async with SubtensorSimulator(clock=clock, block_time=None) as simulator:
        wallet = WalletFolder(simulator.node.url, tmp_path)
        await wallet.start()
        async with Play(simulator, wallet, tmp_path, say=said.append):
            pools = tmp_path / POOLS_FILE
            text = pools.read_text(encoding="utf-8")
            pools.write_text(
                text.replace("weight = 1", 'target_hashrate = "300TH/s"'), "utf-8"
            )
            (tmp_path / RELOAD_FILE).touch()
            simulator.chain.produce()
            assert not (tmp_path / RELOAD_FILE).exists()
            simulator.chain.produce()
    assert said == [{"event": "proxy", "target_hashrate": "300TH/s"}]


def test_it_needs_a_wallet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is played without one."""
    assert parse_arguments(["--play", "--wallets", str(tmp_path)]).play
    with pytest.raises(SystemExit):
        parse_arguments(["--play"])
    assert "--play needs --wallets" in capsys.readouterr().err


@pytest.mark.parametrize("ph", [0, -1, 1001])
async def test_a_budget_that_is_none(
    loopback: None, clock: ManualClock, ph: float
) -> None:
    """It is refused."""
    async with SubtensorSimulator(clock=clock, block_time=None) as simulator:
        with pytest.raises(ValueError, match="ph must be"):
            simulator.control.set_budget(ph)
