"""Run one simulated Bitaxe or NerdQAxe++ until it is interrupted."""

import argparse

from simulators.clock import SystemClock
from simulators.device import Devices
from simulators.running import command_line, run, until_interrupted

from . import MODELS, AxeOsSimulator

DEFAULT_PORT = 8080
"""Port 80 of the real ones needs a privilege."""


def _arguments() -> argparse.Namespace:
    parser = command_line("axeos", __doc__, {"axes": AxeOsSimulator}, port=DEFAULT_PORT)
    parser.add_argument("--model", choices=MODELS, default="gamma")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    axe = AxeOsSimulator(
        arguments.model,
        arguments.host,
        arguments.port,
        clock=SystemClock(arguments.speed),
    )
    devices = Devices({"axes": {arguments.model: axe}})
    async with until_interrupted(devices, arguments.control_port):
        print(f"{arguments.model}: http://{axe.host}:{axe.port}")


if __name__ == "__main__":
    run(_run(_arguments()))
