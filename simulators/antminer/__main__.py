"""Run one simulated miner until it is interrupted."""

import argparse
from contextlib import AsyncExitStack
import sys

from simulators.clock import SystemClock
from simulators.commands import commands_of
from simulators.control import ControlServer
from simulators.running import interruption, run

from . import EVERYONE, MODELS, AntminerSimulator


def _arguments() -> argparse.Namespace:
    commands = "\n".join(
        f"  {usage:<55} {meaning}"
        for usage, meaning in commands_of(AntminerSimulator).items()
    )
    models = "\n".join(f"  {name:<12} {model.type}" for name, model in MODELS.items())
    parser = argparse.ArgumentParser(
        prog="python -m simulators.antminer",
        description=__doc__,
        epilog=f"models:\n{models}\n\n"
        "faults, by curl -X POST localhost:<control port>/miners/all/<fault>:\n"
        f"{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", choices=MODELS, default="s19jpro", metavar="NAME")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4028)
    parser.add_argument("--control-port", type=int, help="HTTP port to cause faults by")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--uptime", type=float, help="seconds that it has been running")
    parser.add_argument("--speed", type=float, default=1.0, help="seconds per second")
    parser.add_argument(
        "--allow",
        action="append",
        metavar="NETWORK",
        help="network whose clients are answered; all by default",
    )
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    interrupted = interruption()
    simulator = AntminerSimulator(
        arguments.model,
        arguments.host,
        arguments.port,
        seed=arguments.seed,
        clock=SystemClock(arguments.speed),
        uptime=arguments.uptime,
        allow=tuple(arguments.allow or EVERYONE),
    )
    async with AsyncExitStack() as running:
        await running.enter_async_context(simulator)
        print(f"{simulator.model.type} on {simulator.host}:{simulator.port}")
        if arguments.control_port is not None:
            devices = {"miners": {simulator.model.name: simulator}}
            control = ControlServer(devices, port=arguments.control_port)
            await running.enter_async_context(control)
            print(f"state and faults: curl {control.url}/")
        sys.stdout.flush()
        await interrupted.wait()


if __name__ == "__main__":
    run(_run(_arguments()))
