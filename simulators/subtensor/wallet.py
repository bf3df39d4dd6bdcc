"""A wallet directory with a development hotkey, as the operator's miner reads it."""

from collections.abc import Mapping
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .accounts import ALICE, Key, named, ss58
from .chain import NETUID

NAME = "farm"
HOTKEY = "default"
_WORKERS = """\
[bittensor]
network = "{url}"
netuid = {netuid}

[wallet]
name = "{name}"
hotkey_name = "{hotkey}"
directory = "{directory}"

[workers]
price_multiplier = "0.97"

[workers.worker_sizes]
{workers}
"""
_OFFERED = {"0.1": 2, "0.2": 3}
"""The workers whose bid the simulated chain holds."""


def write_hotkey(
    directory: Path, key: Key = ALICE, name: str = NAME, hotkey: str = HOTKEY
) -> Path:
    """Write an unencrypted hotkey below a wallet directory and return its file."""
    public, secret = key.pair
    file = directory / name / "hotkeys" / hotkey
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "accountId": f"0x{public.hex()}",
        "publicKey": f"0x{public.hex()}",
        "ss58Address": key.address,
    }
    shown = file.with_name(f"{hotkey}pub.txt")
    shown.write_text(json.dumps(content), encoding="utf-8")
    content["privateKey"] = f"0x{secret.hex()}"
    content["secretSeed"] = f"0x{key.seed.hex()}"
    file.touch(mode=0o600)
    file.write_text(json.dumps(content | {"secretPhrase": None}), encoding="utf-8")
    return file


class WalletFolder:
    """A folder with one wallet and its workers file; a temporary one is removed."""

    def __init__(self, url: str, folder: Path | None = None, key: Key = ALICE) -> None:
        """Write into that folder when started; None: into a temporary one."""
        self._url = url
        self._folder = folder
        self._key = key
        self._temporary: TemporaryDirectory[str] | None = None

    async def start(self) -> None:
        """Write the files."""
        if self._folder is None:
            self._temporary = TemporaryDirectory(prefix="mining_farm_wallets_")
            self._folder = Path(self._temporary.name)
        write_hotkey(self._folder, self._key)
        cold = {"ss58Address": ss58(named(f"cold {self._key.account.hex()}"))}
        shown = self._folder / NAME / "coldkeypub.txt"
        shown.write_text(json.dumps(cold), encoding="utf-8")
        self.offer(_OFFERED)

    def offer(self, workers: Mapping[str, int]) -> None:
        """Let the workers file list so many workers of each size in PH/s."""
        assert self._folder is not None
        text = _WORKERS.format(
            url=self._url,
            netuid=NETUID,
            name=NAME,
            hotkey=HOTKEY,
            directory=self._folder.as_posix(),
            workers="\n".join(f'"{size}" = {count}' for size, count in workers.items()),
        )
        # Whoever reads it meanwhile gets the one or the other.
        written = self._folder / "workers.new"
        written.write_text(text, encoding="utf-8")
        written.replace(self._folder / "workers.toml")

    async def stop(self) -> None:
        """Remove a temporary folder."""
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = self._folder = None

    def describe(self) -> dict[str, Any]:
        """Return where the wallet is and whose it is."""
        return {
            "directory": None if self._folder is None else str(self._folder),
            "wallet": NAME,
            "hotkey": HOTKEY,
            "address": self._key.address,
        }
