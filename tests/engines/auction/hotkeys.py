"""Wallet directories as Bittensor's tools write them, with keys that everybody knows."""

import json
from pathlib import Path
from typing import Any

import sr25519  # type: ignore[import-untyped]

from custom_components.mining_farm.engines.auction.wire.ss58 import ss58_encode

SEED = bytes.fromhex("5eed" * 16)
PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"


def fields(seed: bytes = SEED) -> dict[str, Any]:
    """Return a hotkey's file of a seed, complete."""
    public, private = sr25519.pair_from_seed(seed)
    return {
        "accountId": f"0x{public.hex()}",
        "publicKey": f"0x{public.hex()}",
        "privateKey": f"0x{private.hex()}",
        "secretPhrase": PHRASE,
        "secretSeed": f"0x{seed.hex()}",
        "ss58Address": ss58_encode(public),
    }


def address(seed: bytes = SEED) -> str:
    """Return the address of a seed."""
    return ss58_encode(sr25519.pair_from_seed(seed)[0])


def secrets(seed: bytes = SEED) -> tuple[str, ...]:
    """Return all that must be shown nowhere, however it is spelled."""
    _, private = sr25519.pair_from_seed(seed)
    return (seed.hex(), private.hex(), private[:32].hex(), PHRASE, repr(seed))


def write(
    directory: Path,
    content: dict[str, Any] | bytes | None = None,
    *,
    wallet: str = "miner",
    hotkey: str = "default",
) -> Path:
    """Write a hotkey's file and return where it is."""
    path = directory / wallet / "hotkeys" / hotkey
    path.parent.mkdir(parents=True, exist_ok=True)
    content = fields() if content is None else content
    path.write_bytes(
        content if isinstance(content, bytes) else json.dumps(content).encode()
    )
    return path
