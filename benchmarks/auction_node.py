"""A simulated chain in a process of its own, that notes when windows begin."""

import asyncio
from multiprocessing import get_context
from multiprocessing.connection import Connection
import time
from typing import Any, NamedTuple, Self, cast

from custom_components.mining_farm.engines.auction.windows import next_window, window_at
from simulators.clock import SystemClock
from simulators.subtensor import ALICE, SubtensorSimulator
from simulators.subtensor.chain import NETUID, TEMPO
from simulators.subtensor.market import OWN_BID
from simulators.subtensor.wallet import WalletFolder

_START_TIMEOUT = 60.0


class Traffic(NamedTuple):
    """What clients have asked of the node so far, and bytes of JSON both ways."""

    requests: int
    received: int
    sent: int

    def since(self, earlier: Traffic) -> Traffic:
        """Return what came after that moment."""
        return Traffic(*(now - then for now, then in zip(self, earlier, strict=True)))


class Begun(NamedTuple):
    """A window's first block."""

    at: float
    """When it was made: s of the machine's monotonic clock."""
    traffic: Traffic
    """Until then."""


class Node:
    """A chain with one node, and a wallet whose bid is always in force."""

    def __init__(self, speed: float) -> None:
        """Make blocks so many times as fast as the true chain."""
        context = get_context("spawn")
        self._orders, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(theirs, speed))
        self.url = ""
        self.wallet: dict[str, Any] = {}

    def __enter__(self) -> Self:
        """Start; RuntimeError when the node does not come up, its reason on stderr."""
        self._process.start()
        if not self._orders.poll(_START_TIMEOUT):
            self._process.kill()
            raise RuntimeError("the simulated node did not start")
        self.url, self.wallet = self._orders.recv()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._orders.close()
        self._process.join()

    def approach(self, blocks: int) -> int:
        """Make all at once but so many blocks before the next window; return its first.

        The wallet's bid is renewed on the way, as it would be too old before long.
        """
        return cast(int, self._order(blocks))

    def begun(self) -> Begun:
        """Return when the last window began."""
        return cast(Begun, self._order("begun"))

    def traffic(self) -> Traffic:
        """Return what the node has seen."""
        return cast(Traffic, self._order("traffic"))

    def _order(self, order: object) -> object:
        self._orders.send(order)
        return self._orders.recv()


def _run(orders: Connection, speed: float) -> None:
    asyncio.run(_serve(orders, speed))


async def _serve(orders: Connection, speed: float) -> None:
    """Run until the other end hangs up."""
    done = asyncio.Event()
    simulator = SubtensorSimulator(clock=SystemClock(speed))
    chain = simulator.chain
    last = Begun(time.monotonic(), Traffic(0, 0, 0))

    def traffic() -> Traffic:
        seen = simulator.node.traffic
        return Traffic(seen.requests, seen.received, seen.sent)

    def note() -> None:
        nonlocal last
        number = chain.head.number
        if number == window_at(number, NETUID, TEMPO).start:
            last = Begun(time.monotonic(), traffic())

    def obey() -> None:
        try:
            match orders.recv():
                case "begun":
                    orders.send(last)
                case "traffic":
                    orders.send(traffic())
                case int(blocks):
                    orders.send(_approach(simulator, blocks))
        except EOFError:
            done.set()

    chain.listeners.add(note)
    async with simulator:
        wallet = WalletFolder(simulator.node.url)
        await wallet.start()
        asyncio.get_running_loop().add_reader(orders.fileno(), obey)
        orders.send((simulator.node.url, wallet.describe()))
        await done.wait()
        await wallet.stop()


def _approach(simulator: SubtensorSimulator, blocks: int) -> int:
    number = simulator.chain.head.number
    window = next_window(window_at(number, NETUID, TEMPO), NETUID, TEMPO)
    simulator.control.commit(ALICE.address, OWN_BID.decode())
    if (missing := window.start - blocks - number) > 0:
        simulator.control.produce(missing)
    return window.start
