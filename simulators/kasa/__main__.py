"""Run one simulated Kasa plug or strip until it is interrupted."""

import argparse

from simulators.clock import SystemClock
from simulators.device import Devices
from simulators.running import command_line, run, until_interrupted

from . import MODELS, KasaSimulator
from .simulator import PORT


def _arguments() -> argparse.Namespace:
    models = "\n".join(
        f"  {name:<8} {model.type}, {model.dev_name}" for name, model in MODELS.items()
    )
    parser = command_line(
        "kasa",
        __doc__,
        {"plugs": KasaSimulator},
        port=PORT,
        notes=f"models:\n{models}",
    )
    parser.add_argument("--model", choices=MODELS, default="hs300", metavar="NAME")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    simulator = KasaSimulator(
        arguments.model,
        arguments.host,
        arguments.port,
        seed=arguments.seed,
        clock=SystemClock(arguments.speed),
    )
    devices = Devices({"plugs": {simulator.model.name: simulator}})
    async with until_interrupted(devices, arguments.control_port):
        print(f"{simulator.model.type} on {simulator.host}:{simulator.port}")


if __name__ == "__main__":
    run(_run(_arguments()))
