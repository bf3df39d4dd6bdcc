"""A simulated chain in a process of its own, that notes when windows begin."""

from multiprocessing.connection import Connection
import time
from typing import Any, NamedTuple, Self, override

from custom_components.mining_farm.engines.auction.windows import next_window, window_at
from simulators.clock import SystemClock
from simulators.subtensor import ALICE, SubtensorSimulator, ss58
from simulators.subtensor.chain import NETUID, TEMPO
from simulators.subtensor.market import OWN_BID
from simulators.subtensor.wallet import WalletFolder

from .auction_markets import LATE, bid, kind_of
from .simulation import Simulation, run_devices

_BIDDERS = 12
"""As many as the simulated subnet has beside the wallet."""


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


class Node(Simulation):
    """A chain with one node, and a wallet whose bid is always in force."""

    def __init__(self, speed: float) -> None:
        """Make blocks so many times as fast as the true chain."""
        super().__init__("the simulated node", _serve, speed)
        self.url = ""
        self.wallet: dict[str, Any] = {}

    @override
    def __enter__(self) -> Self:
        """Start, and learn where it is; RuntimeError as for any simulation."""
        super().__enter__()
        self.url, self.wallet = self.greeting
        return self

    def approach(self, blocks: int, market: int = 0) -> int:
        """Make all at once but so many blocks before the next window; return its first.

        All bid as in the market of that number. The wallet's bid is renewed on the way,
        as it would be too old before long.
        """
        return self.order((blocks, market), int)

    def begun(self, start: int) -> Begun:
        """Return when the window with that first block began."""
        return self.order(("begun", start), Begun)

    def traffic(self) -> Traffic:
        """Return what the node has seen."""
        return self.order("traffic", Traffic)


async def _serve(orders: Connection, speed: float) -> None:
    """Run until the other end hangs up."""
    simulator = SubtensorSimulator(clock=SystemClock(speed))
    chain = simulator.chain
    begun: dict[int, Begun] = {}
    late: int | None = None

    def traffic() -> Traffic:
        seen = simulator.node.traffic
        return Traffic(seen.requests, seen.received, seen.sent)

    def note() -> None:
        nonlocal late
        number = chain.head.number
        window = window_at(number, NETUID, TEMPO)
        if number == window.start:
            begun[number] = Begun(time.monotonic(), traffic())
        elif number == window.end and late is not None:
            _change_bid(simulator, late)
            late = None

    def obey(order: object) -> object:
        nonlocal late
        match order:
            case "begun", int(start):
                return begun[start]
            case "traffic":
                return traffic()
            case int(blocks), int(market):
                late = market if kind_of(market) == LATE else None
                return _approach(simulator, blocks, market)
        return None

    chain.listeners.add(note)
    async with simulator:
        wallet = WalletFolder(simulator.node.url)
        await wallet.start()
        greeting = simulator.node.url, wallet.describe()
        await run_devices(orders, (), obey, lambda: greeting)
        await wallet.stop()


def _approach(simulator: SubtensorSimulator, blocks: int, market: int) -> int:
    number = simulator.chain.head.number
    window = next_window(window_at(number, NETUID, TEMPO), NETUID, TEMPO)
    simulator.control.commit(ALICE.address, OWN_BID.decode())
    for bidder, address in enumerate(_bidders(simulator)):
        simulator.control.commit(address, bid(market, bidder))
    if (missing := window.start - blocks - number) > 0:
        simulator.control.produce(missing)
    return window.start


def _change_bid(simulator: SubtensorSimulator, market: int) -> None:
    """Let one bid be another one in the window's first block."""
    simulator.control.commit(_bidders(simulator)[0], bid(market, 0, turn=1))


def _bidders(simulator: SubtensorSimulator) -> list[str]:
    miners = [one for one in simulator.market.neurons if not one.validator]
    return [ss58(one.hotkey) for one in miners[:_BIDDERS]]
