"""Goes through the config flow of wallets, with a simulated chain and a wallet directory."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from simulators.subtensor import ALICE, BOB, SubtensorSimulator
from simulators.subtensor.wallet import write_hotkey
from tests.kinds.rig.flowing import TEXTS, answer, choose, go

__all__ = [
    "ALICE",
    "API_KEY",
    "BOB",
    "POOLS",
    "PROFILE",
    "TEXTS",
    "Site",
    "address_of",
    "shown",
    "simulated",
    "wallet_entry",
    "without_watching",
]

API_KEY = "k3y-0f-the-endpoint"
POOLS = """\
[pools.backup]
name = "backup"

[[pools.main]]
name = "central-proxy" # ours
weight = 1
"""
PROFILE = """\
[[routing]]

[[routing.goal]]
name = "InfiniteHashLuxorGoal"
hr_weight = 1

[[routing.goal]]
name = "MinerDefaultGoal"
hr_weight = 1
"""
WORKERS = """\
[bittensor]
network = "finney"
netuid = 89

[wallet]
name = "cold"
hotkey_name = "hot"
directory = "~/.bittensor/wallets"

[workers]
price_multiplier = "{price}"
worker_sizes = {{ "0.1" = 2, "{size}" = 3 }}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A chain with one member of ours, and the folder that all files are in."""

    hass: HomeAssistant
    simulator: SubtensorSimulator
    folder: Path

    @property
    def url(self) -> str:
        """The first node, as a provider's URL with a key."""
        return f"{self.simulator.node.url}/v1/{API_KEY}"

    @property
    def genesis(self) -> str:
        """The first block's hash."""
        return f"0x{self.simulator.chain.genesis.hex()}"

    @property
    def wallets(self) -> Path:
        """The wallet directory."""
        return self.folder / "wallets"

    def write(self, name: str, text: str) -> Path:
        """Write a file and return where it is."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def write_workers(self, price: str = "0.97", size: str = "0.2") -> Path:
        """Write a workers file."""
        return self.write("workers.toml", WORKERS.format(price=price, size=size))

    async def to_key(self, **changes: Any) -> ConfigFlowResult:
        """Go through the network to the menu of keys, or to what is wrong."""
        form = await choose(self.hass, "wallet")
        entered = {"endpoints": [self.url], "netuid": 89, **changes}
        return await answer(self.hass, form, **entered)

    async def to_hotkey(self, **changes: Any) -> ConfigFlowResult:
        """Go on to the list of hotkeys."""
        form = await go(self.hass, await self.to_key(**changes), "wallet_directory")
        return await answer(self.hass, form, wallet_directory=str(self.wallets))

    async def to_workers(self) -> ConfigFlowResult:
        """Go on to what is bid."""
        form = await self.to_hotkey()
        form = await answer(self.hass, form, hotkey="farm/default")
        assert form["step_id"] == "wallet_confirm"
        return await answer(self.hass, form)

    async def to_proxy(self) -> ConfigFlowResult:
        """Go on to who learns of it."""
        return await go(self.hass, await self.to_workers(), "wallet_no_workers")


@asynccontextmanager
async def simulated(hass: HomeAssistant, folder: Path) -> AsyncIterator[Site]:
    """Run a chain on which Alice is a member and Bob is not; no entry watches it yet."""
    write_hotkey(folder / "wallets")
    async with SubtensorSimulator(block_time=None) as simulator:
        with without_watching():
            yield Site(hass, simulator, folder)


@contextmanager
def without_watching() -> Iterator[None]:
    """Let entries load and do nothing."""
    package = "custom_components.mining_farm"
    with (
        patch(f"{package}.async_setup_entry", return_value=True),
        patch(f"{package}.async_unload_entry", return_value=True),
    ):
        yield


def wallet_entry(
    hass: HomeAssistant, *, watched: bool = False, **options: Any
) -> MockConfigEntry:
    """Add Alice's wallet as it is stored."""
    data = {
        "kind": "wallet",
        "endpoints": ["finney"],
        "netuid": 89,
        "hotkey": ALICE.address,
    }
    if not watched:
        data |= {
            "wallet_directory": "/gone",
            "wallet_name": "farm",
            "hotkey_name": "default",
        }
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="farm default",
        unique_id=f"89_{ALICE.address}",
        data=data,
        options={"armed": False, "proxy": "none", **options},
    )
    entry.add_to_hass(hass)
    return entry


def address_of(site: Site, uid: int) -> str:
    """Return a member's address."""
    address: str = site.simulator.control.describe()["members"][uid]
    return address


def shown(result: ConfigFlowResult) -> str:
    """Return what words go to the browser beside the form itself."""
    return json.dumps(
        [
            result.get("title"),
            result.get("errors"),
            result.get("description_placeholders"),
        ],
        default=str,
    )
