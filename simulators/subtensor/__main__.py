"""Run a simulated Subtensor chain and its nodes until it is interrupted."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from simulators.clock import SystemClock
from simulators.running import command_line, run, until_interrupted

from .chain import START_BLOCK
from .metadata import read_metadata
from .node import PORT, SubtensorNode
from .play import Play
from .simulator import BLOCK_TIME, ChainDevice, SubtensorSimulator
from .wallet import WalletFolder


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the options; exits with 2 on wrong usage."""
    kinds = {"chains": ChainDevice, "nodes": SubtensorNode}
    parser = command_line("subtensor", __doc__, kinds, port=PORT)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start-block", type=int, default=START_BLOCK)
    parser.add_argument("--bidders", type=int, default=12)
    parser.add_argument(
        "--block-time", type=float, default=BLOCK_TIME, help="seconds between blocks"
    )
    parser.add_argument("--metadata", type=Path, help="file to serve as metadata V15")
    parser.add_argument("--wallets", type=Path, help="folder to write a wallet into")
    parser.add_argument(
        "--play",
        action="store_true",
        help="let the wallet's workers and the budget change in each window",
    )
    options = parser.parse_args(arguments)
    if options.play and options.wallets is None:
        parser.error("--play needs --wallets")
    return options


async def _run(arguments: argparse.Namespace) -> None:
    if arguments.block_time <= 0:
        raise ValueError(f"block time must be above 0, not {arguments.block_time}")
    metadata = arguments.metadata
    simulator = SubtensorSimulator(
        arguments.host,
        arguments.port,
        clock=SystemClock(arguments.speed),
        seed=arguments.seed,
        nodes=arguments.nodes,
        bidders=arguments.bidders,
        block_time=arguments.block_time,
        metadata=None if metadata is None else read_metadata(metadata),
        start_block=arguments.start_block,
    )
    async with until_interrupted(simulator, arguments.control_port):
        head = simulator.chain.head.number
        print(f"subnet {simulator.chain.netuid} at block {head}")
        print(f"nodes: {' '.join(simulator.urls)}")
        if arguments.wallets is not None:
            wallet = WalletFolder(simulator.node.url, arguments.wallets)
            await wallet.start()
            print(f"wallet: {wallet.describe()}")
            if arguments.play:
                await Play(simulator, wallet, arguments.wallets).start()


if __name__ == "__main__":
    run(_run(parse_arguments()))
