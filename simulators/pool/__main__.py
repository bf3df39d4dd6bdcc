"""Run simulated mining pools until it is interrupted, one port for each of them."""

import argparse
from contextlib import AsyncExitStack
import sys

from simulators.clock import SystemClock
from simulators.commands import commands_of
from simulators.control import ControlServer
from simulators.running import interruption, run

from . import Pool, PoolSimulator, Worker
from .dialects import DIALECTS
from .simulator import ACCOUNT, SHARE_INTERVAL, TOKEN


def _arguments() -> argparse.Namespace:
    commands = "\n".join(
        f"  /{group}/<name or all>/{usage:<48} {meaning}"
        for group, kind in (("pools", Pool), ("workers", Worker))
        for usage, meaning in commands_of(kind).items()
    )
    parser = argparse.ArgumentParser(
        prog="python -m simulators.pool",
        description=__doc__,
        epilog=f"pools: {', '.join(DIALECTS)}\n\n"
        f"commands, by curl -X POST localhost:<control port>:\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8700, help="of the first pool")
    parser.add_argument("--control-port", type=int, help="HTTP port to cause faults by")
    parser.add_argument("--pools", nargs="+", choices=DIALECTS, default=[*DIALECTS])
    parser.add_argument("--workers", nargs="+", default=["rig01", "rig02", "rig03"])
    parser.add_argument("--account", default=ACCOUNT, help="wallet or user name")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--share-interval", type=float, default=SHARE_INTERVAL)
    parser.add_argument("--speed", type=float, default=1.0, help="seconds per second")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    interrupted = interruption()
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
    async with AsyncExitStack() as running:
        await running.enter_async_context(simulator)
        for key in simulator.pools:
            print(f"{key:<12}{simulator.url(key)}")
        print(f"account {arguments.account}, token {arguments.token}")
        if arguments.control_port is not None:
            control = ControlServer(simulator.groups, port=arguments.control_port)
            await running.enter_async_context(control)
            print(f"state and faults: curl {control.url}/")
        sys.stdout.flush()
        await interrupted.wait()


if __name__ == "__main__":
    run(_run(_arguments()))
