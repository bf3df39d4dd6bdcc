"""What a workers file names, opened: its bid, its wallet's hotkey and its chain."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from .chain.client import ChainClient
from .environment import allows_version_1
from .offer.workers_file import FileSettings, WorkersFile, open_workers_file
from .publish.hotkey import HotkeySigner, hotkey_path, open_signer
from .wire.ss58 import ss58_decode


async def read_file(config: Path, environment: Mapping[str, str]) -> WorkersFile:
    """Return a workers file; WorkersFileError."""
    return await open_workers_file(config, version_1=allows_version_1(environment))


async def open_wallet(
    settings: FileSettings, watch: str | None = None
) -> tuple[str, HotkeySigner | None]:
    """Return the hotkey's address and what signs with it; WalletError."""
    if watch is not None:
        ss58_decode(watch)
        return watch, None
    wallet = settings.wallet
    path = hotkey_path(wallet.directory, wallet.name, wallet.hotkey)
    key = await open_signer(path)
    return key.ss58, key


def open_chain(
    settings: FileSettings, endpoints: Iterable[str] = (), tempo: int | None = None
) -> ChainClient:
    """Return the chain's client, to be entered; more endpoints are fallbacks.

    The tempo is for nodes that do not know it.
    """
    return ChainClient(
        (settings.network, *endpoints), netuid=settings.netuid, tempo=tempo
    )


def journal_path(config: Path, hotkey: str) -> Path:
    """Return the file of a hotkey's journal: no two hotkeys share one."""
    return config.with_name(f"{config.stem}.{hotkey}.journal.json")
