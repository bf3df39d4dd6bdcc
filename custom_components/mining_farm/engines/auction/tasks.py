"""The original's two tasks under its names, each run once by hand."""

import asyncio
from functools import partial
import os
from pathlib import Path

from .models import AuctionResult
from .opening import journal_path, open_chain, open_wallet, read_file
from .publish.arming import Arming
from .publish.journal import FileJournal, ReadOnlyJournal
from .publish.report import UpkeepReport
from .publish.upkeep import CommitmentUpkeep
from .solver.client import AuctionSolver
from .window.any_window import auction_at
from .window.auction import hold_auction


def ensure_worker_commitment(
    config_path: str | Path, *, force: bool = False, arming: Arming | None = None
) -> UpkeepReport:
    """Compare the commitment with a workers file, and publish it where that is due.

    Forced, it is published although the chain holds it. Without an arming nothing is
    signed: the report says what would be published. Raises AuctionError.
    """
    return asyncio.run(_ensure_commitment(Path(config_path), arming, force=force))


def compute_current_auction(config_path: str | Path) -> AuctionResult:
    """Return the outcome of the present window for a file's wallet; AuctionError."""
    return asyncio.run(_compute_auction(Path(config_path)))


async def _ensure_commitment(
    config: Path, arming: Arming | None, *, force: bool
) -> UpkeepReport:
    file = await read_file(config, os.environ)
    hotkey, key = await open_wallet(file.settings)
    journal = (ReadOnlyJournal if arming is None else FileJournal)(
        journal_path(config, hotkey)
    )
    async with open_chain(file.settings) as chain:
        upkeep = CommitmentUpkeep(
            chain, journal, netuid=file.settings.netuid, hotkey=hotkey, signer=key
        )
        run = upkeep.publish_now if force else upkeep.run
        return await run(file.offer, lambda: arming)


async def _compute_auction(config: Path) -> AuctionResult:
    settings = (await read_file(config, os.environ)).settings
    hotkey, _ = await open_wallet(settings)
    solve = AuctionSolver()
    async with open_chain(settings) as chain:
        return await auction_at(
            chain,
            partial(hold_auction, own_hotkey=hotkey, solve=solve),
            netuid=settings.netuid,
        )
