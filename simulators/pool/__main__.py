"""Run simulated mining pools until it is interrupted, one port for each of them."""

import argparse

from simulators.clock import SystemClock
from simulators.running import command_line, run, until_interrupted

from . import Pool, PoolSimulator, Worker
from .dialects import DIALECTS
from .simulator import ACCOUNT, PORT, SHARE_INTERVAL, TOKEN


def _arguments() -> argparse.Namespace:
    parser = command_line(
        "pool",
        __doc__,
        {"pools": Pool, "workers": Worker},
        port=PORT,
        notes=f"pools: {', '.join(DIALECTS)}",
    )
    parser.add_argument("--pools", nargs="+", choices=DIALECTS, default=[*DIALECTS])
    parser.add_argument("--workers", nargs="+", default=["rig01", "rig02", "rig03"])
    parser.add_argument("--account", default=ACCOUNT, help="wallet or user name")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--share-interval", type=float, default=SHARE_INTERVAL)
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    simulator = PoolSimulator(
        arguments.workers,
        arguments.host,
        arguments.port,
        clock=SystemClock(arguments.speed),
        account=arguments.account,
        token=arguments.token,
        dialects=arguments.pools,
        share_interval=arguments.share_interval,
    )
    async with until_interrupted(simulator, arguments.control_port):
        for key in simulator.pools:
            print(f"{key:<12}{simulator.url(key)}")
        print(f"account {arguments.account}, token {arguments.token}")


if __name__ == "__main__":
    run(_run(_arguments()))
