"""Run one simulated Kasa plug or strip until it is interrupted."""

import argparse
from contextlib import AsyncExitStack
import sys

from simulators.clock import SystemClock
from simulators.commands import commands_of
from simulators.control import ControlServer
from simulators.running import interruption, run

from . import MODELS, KasaSimulator
from .simulator import PORT


def _arguments() -> argparse.Namespace:
    commands = "\n".join(
        f"  {usage:<40} {meaning}"
        for usage, meaning in commands_of(KasaSimulator).items()
    )
    models = "\n".join(
        f"  {name:<8} {model.type}, {model.dev_name}" for name, model in MODELS.items()
    )
    parser = argparse.ArgumentParser(
        prog="python -m simulators.kasa",
        description=__doc__,
        epilog=f"models:\n{models}\n\n"
        "commands, by curl -X POST localhost:<control port>/plugs/all/<command>:\n"
        f"{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", choices=MODELS, default="hs300", metavar="NAME")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--control-port", type=int, help="HTTP port to cause faults by")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="seconds per second")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    interrupted = interruption()
    simulator = KasaSimulator(
        arguments.model,
        arguments.host,
        arguments.port,
        seed=arguments.seed,
        clock=SystemClock(arguments.speed),
    )
    async with AsyncExitStack() as running:
        await running.enter_async_context(simulator)
        print(f"{simulator.model.type} on {simulator.host}:{simulator.port}")
        if arguments.control_port is not None:
            devices = {"plugs": {simulator.model.name: simulator}}
            control = ControlServer(devices, port=arguments.control_port)
            await running.enter_async_context(control)
            print(f"state and faults: curl {control.url}/")
        sys.stdout.flush()
        await interrupted.wait()


if __name__ == "__main__":
    run(_run(_arguments()))
