"""The original's two functions, run by hand on a workers file."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

from custom_components.mining_farm.engines.auction.errors import WorkersFileError
from custom_components.mining_farm.engines.auction.publish.arming import Arming
from custom_components.mining_farm.engines.auction.publish.decision import Standing
from custom_components.mining_farm.engines.auction.publish.report import Outcome
from custom_components.mining_farm.engines.auction.tasks import (
    compute_current_auction,
    ensure_worker_commitment,
)
from custom_components.mining_farm.engines.auction.wire.numbers import parse_fp18
from simulators.subtensor import SubtensorSimulator
from simulators.subtensor.wallet import WalletFolder

from .mining import mining

ARMING = Arming(price_ceiling_fp18=parse_fp18("1"), worker_ceiling=10)

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def simulator() -> AsyncIterator[SubtensorSimulator]:
    """Run a chain that makes blocks for what is sent."""
    async with SubtensorSimulator(block_time=None) as simulator, mining(simulator):
        yield simulator


@pytest.fixture
async def config(simulator: SubtensorSimulator, tmp_path: Path) -> Path:
    """Return the workers file of a wallet whose bid the chain holds."""
    await WalletFolder(simulator.node.url, tmp_path).start()
    return tmp_path / "workers.toml"


async def test_the_commitment_is_compared(config: Path) -> None:
    """What the chain holds needs nothing; forced it is rehearsed, and nothing is kept."""
    before = sorted(config.parent.iterdir())
    report = await asyncio.to_thread(ensure_worker_commitment, str(config))
    assert (report.standing, report.outcome) == (Standing.IN_FORCE, Outcome.NOTHING)
    forced = partial(ensure_worker_commitment, str(config), force=True)
    assert (await asyncio.to_thread(forced)).outcome is Outcome.REHEARSED
    assert sorted(config.parent.iterdir()) == before


async def test_an_arming_lets_it_publish(
    config: Path, simulator: SubtensorSimulator
) -> None:
    """Only with ceilings of the caller is anything signed."""
    forced = partial(ensure_worker_commitment, config, force=True, arming=ARMING)
    assert (await asyncio.to_thread(forced)).outcome is Outcome.PUBLISHED
    assert simulator.chain.counts.succeeded == 1


async def test_the_present_window(config: Path, simulator: SubtensorSimulator) -> None:
    """The outcome is that of the window at the head."""
    result = await asyncio.to_thread(compute_current_auction, str(config))
    assert result.window.start <= simulator.chain.head.number
    assert len(result.own) == 5


@pytest.mark.parametrize("task", [ensure_worker_commitment, compute_current_auction])
def test_a_file_that_is_not_there(
    task: Callable[[Path], object], tmp_path: Path
) -> None:
    """It raises what is wrong."""
    with pytest.raises(WorkersFileError):
        task(tmp_path / "config.toml")
