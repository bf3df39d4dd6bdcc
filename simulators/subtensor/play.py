"""Windows as an operator tries them by hand: the workers change, and so does the budget.

In each window's eleventh block the wallet's workers file lists other workers, in its last
one the validators agree on another budget for the next window. Beside the workers file is
one of InfiniteHash's proxy; a request to load it again is taken as that proxy's sidecar
takes it. What happens is printed, one line of JSON each.
"""

from collections.abc import Callable, Mapping
import json
from pathlib import Path
from random import Random
import tomllib
from typing import Any, override

from simulators.device import Startable

from .simulator import SubtensorSimulator
from .wallet import WalletFolder

POOLS_FILE = "pools.toml"
RELOAD_FILE = ".reload-ihp"
POOL = "central-proxy"
_POOLS = f"""\
[pools.backup]
name = "backup"
host = "backup.example.com"
port = 700

[[pools.main]]
name = "{POOL}"
host = "stratum.example.com"
port = 9332
weight = 1
"""
_WINDOW = 60
_WINDOWS = 6
_WORKERS_AT = 10
_SIZES = ("0.1", "0.15", "0.2", "0.25", "0.3", "0.45")
_BUDGETS_PH = (15, 45)


def _print(line: Mapping[str, Any]) -> None:
    print(json.dumps(line), flush=True)


class Play(Startable):
    """Changes workers and budget for as long as it runs."""

    def __init__(
        self,
        simulator: SubtensorSimulator,
        wallet: WalletFolder,
        folder: Path,
        *,
        say: Callable[[Mapping[str, Any]], None] = _print,
    ) -> None:
        """Take a wallet, which has been started, and its folder."""
        self._simulator = simulator
        self._wallet = wallet
        self._pools = folder / POOLS_FILE
        self._reload = folder / RELOAD_FILE
        self._say = say
        self._seen = simulator.chain.head.number
        self._begun = 0

    @override
    async def start(self) -> None:
        """Write the proxy's file and follow the blocks."""
        self._pools.write_text(_POOLS, encoding="utf-8")
        self._simulator.chain.listeners.add(self._follow)

    @override
    async def stop(self) -> None:
        """Change nothing any more."""
        self._simulator.chain.listeners.discard(self._follow)

    def _follow(self) -> None:
        head = self._simulator.chain.head.number
        for block in range(self._seen + 1, head + 1):
            self._take(block)
        self._seen = max(self._seen, head)
        self._look_at_proxy()

    def _take(self, block: int) -> None:
        chain = self._simulator.chain
        index, place, last = _place(block, chain.netuid)
        random = Random(f"{index} {block}")
        if place == 0:
            self._begun += 1
            self._say({"event": "window", "index": index, "start": block})
            if self._begun > 1 and (self._begun - 1) % _WINDOWS == 0:
                self._say({"event": "epoch", **chain.describe()["extrinsics"]})
        elif place == _WORKERS_AT:
            sizes = sorted(random.sample(_SIZES, 2))
            workers = {size: random.randint(2, 9) for size in sizes}
            self._wallet.offer(workers)
            self._say({"event": "workers", "block": block, "workers": workers})
        elif place == last:
            budget = random.randint(*_BUDGETS_PH)
            self._simulator.control.set_budget(budget)
            self._say({"event": "budget", "block": block, "budget_ph": budget})

    def _look_at_proxy(self) -> None:
        if not self._reload.exists():
            return
        self._reload.unlink()
        pools = tomllib.loads(self._pools.read_text(encoding="utf-8"))["pools"]
        target = pools["main"][0].get("target_hashrate")
        self._say({"event": "proxy", "target_hashrate": target})


def _place(block: int, netuid: int) -> tuple[int, int, int]:
    """Return a block's window in its epoch, its place there, and the last one's.

    With the usual tempo of 360: six windows, of which the last is one block longer, and
    the first begins a window before the epoch does.
    """
    epoch = _WINDOW * _WINDOWS + 1
    since = (block + netuid + 2 + _WINDOW) % epoch
    index = min(since // _WINDOW, _WINDOWS - 1)
    length = _WINDOW + (index == _WINDOWS - 1)
    return index, since - index * _WINDOW, length - 1
