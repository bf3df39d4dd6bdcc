"""Run a simulated Subtensor chain and its nodes until it is interrupted."""

import argparse
from contextlib import AsyncExitStack
from pathlib import Path
import sys

from simulators.clock import SystemClock
from simulators.commands import commands_of
from simulators.control import ControlServer
from simulators.running import interruption, run

from .chain import START_BLOCK
from .metadata import read_metadata
from .node import PORT, SubtensorNode
from .simulator import BLOCK_TIME, ChainDevice, SubtensorSimulator
from .wallet import WalletFolder


def _commands(kind: type[ChainDevice | SubtensorNode]) -> str:
    found = commands_of(kind).items()
    return "\n".join(f"  {usage:<44} {meaning}" for usage, meaning in found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.subtensor",
        description=__doc__,
        epilog="commands, by curl -X POST localhost:<control port>/...\n"
        f"chains/subtensor/<command>:\n{_commands(ChainDevice)}\n"
        f"nodes/<node or all>/<command>:\n{_commands(SubtensorNode)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=PORT, help="of the first node")
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--control-port", type=int, help="HTTP port to cause faults by")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start-block", type=int, default=START_BLOCK)
    parser.add_argument("--bidders", type=int, default=12)
    parser.add_argument(
        "--block-time", type=float, default=BLOCK_TIME, help="seconds between blocks"
    )
    parser.add_argument("--metadata", type=Path, help="file to serve as metadata V15")
    parser.add_argument("--wallets", type=Path, help="folder to write a wallet into")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    if arguments.block_time <= 0:
        raise ValueError(f"block time must be above 0, not {arguments.block_time}")
    interrupted = interruption()
    metadata = arguments.metadata
    simulator = SubtensorSimulator(
        arguments.host,
        arguments.port,
        clock=SystemClock(),
        seed=arguments.seed,
        nodes=arguments.nodes,
        bidders=arguments.bidders,
        block_time=arguments.block_time,
        metadata=None if metadata is None else read_metadata(metadata),
        start_block=arguments.start_block,
    )
    async with AsyncExitStack() as running:
        await running.enter_async_context(simulator)
        head = simulator.chain.head.number
        print(f"subnet {simulator.chain.netuid} at block {head}")
        print(f"nodes: {' '.join(simulator.urls)}")
        if arguments.wallets is not None:
            wallet = WalletFolder(simulator.node.url, arguments.wallets)
            await wallet.start()
            print(f"wallet: {wallet.describe()}")
        if arguments.control_port is not None:
            control = ControlServer(simulator.groups, port=arguments.control_port)
            await running.enter_async_context(control)
            print(f"state and faults: curl {control.url}/")
        sys.stdout.flush()
        await interrupted.wait()


if __name__ == "__main__":
    run(_run(_arguments()))
