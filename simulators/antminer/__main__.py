"""Run one simulated miner until it is interrupted."""

import argparse

from simulators.clock import SystemClock
from simulators.device import Devices
from simulators.running import command_line, run, until_interrupted

from . import EVERYONE, MODELS, AntminerSimulator

PORT = 4028


def _arguments() -> argparse.Namespace:
    models = "\n".join(f"  {name:<12} {model.type}" for name, model in MODELS.items())
    parser = command_line(
        "antminer",
        __doc__,
        {"miners": AntminerSimulator},
        port=PORT,
        notes=f"models:\n{models}",
    )
    parser.add_argument("--model", choices=MODELS, default="s19jpro", metavar="NAME")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--uptime", type=float, help="seconds that it has been running")
    parser.add_argument(
        "--allow",
        action="append",
        metavar="NETWORK",
        help="network whose clients are answered; all by default",
    )
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    simulator = AntminerSimulator(
        arguments.model,
        arguments.host,
        arguments.port,
        seed=arguments.seed,
        clock=SystemClock(arguments.speed),
        uptime=arguments.uptime,
        allow=tuple(arguments.allow or EVERYONE),
    )
    devices = Devices({"miners": {simulator.model.name: simulator}})
    async with until_interrupted(devices, arguments.control_port):
        print(f"{simulator.model.type} on {simulator.host}:{simulator.port}")


if __name__ == "__main__":
    run(_run(_arguments()))
