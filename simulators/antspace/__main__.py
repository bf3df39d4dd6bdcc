"""Run simulated Antspace containers until it is interrupted."""

import argparse
import json
from pathlib import Path
from typing import Any, NoReturn

from simulators.clock import Clock, SystemClock
from simulators.device import Devices
from simulators.running import command_line, run, until_interrupted

from . import PORT, AntspaceSimulator, Corruption, Model

_BULK = """A bulk file is a JSON list of containers, each an object with `type` and, where
they differ from the options, `host`, `port` and `error`."""

_KINDS = {"type": str, "host": str, "port": int, "error": bool}


def _arguments() -> argparse.Namespace:
    parser = command_line(
        "antspace",
        __doc__,
        {"containers": AntspaceSimulator},
        port=PORT,
        notes=f"{_BULK}\n\nanswers can be spoilt by: {', '.join(Corruption)}",
        # The documented mock has the host as -h.
        host_options=("-h", "--host"),
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--type", metavar="|".join(Model))
    what.add_argument("--bulk", type=Path, metavar="FILE", help="start many at once")
    parser.add_argument("--error", action="store_true", help="set the fault bits")
    parser.add_argument(
        "--realistic",
        action="store_true",
        help="live like a plant, without the quirks of the documented mock",
    )
    return parser.parse_args()


def _wanted(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the options of each container; ValueError names what is wrong in a file."""
    if arguments.bulk is None:
        return [{"type": arguments.type}]
    listed = json.loads(arguments.bulk.read_text("utf-8"))
    if not listed or not isinstance(listed, list):
        _wrong(arguments.bulk, "not a list of containers")
    for number, entry in enumerate(listed, 1):
        if not isinstance(entry, dict) or "type" not in entry:
            _wrong(arguments.bulk, f"container {number} has no type")
        for key, kind in _KINDS.items():
            if key in entry and type(entry[key]) is not kind:
                _wrong(
                    arguments.bulk, f"{key} of container {number} is no {kind.__name__}"
                )
    return listed


def _wrong(path: Path, what: str) -> NoReturn:
    raise ValueError(f"{path}: {what}")


def _made(
    entry: dict[str, Any], seed: int, arguments: argparse.Namespace, clock: Clock
) -> AntspaceSimulator:
    return AntspaceSimulator(
        entry["type"],
        entry.get("host", arguments.host),
        entry.get("port", arguments.port),
        clock=clock,
        faithful=not arguments.realistic,
        error=entry.get("error", arguments.error),
        seed=seed,
    )


async def _run(arguments: argparse.Namespace) -> None:
    clock = SystemClock(arguments.speed)
    containers = {
        f"{entry['type'].lower()}-{number}": _made(entry, number, arguments, clock)
        for number, entry in enumerate(_wanted(arguments), 1)
    }
    devices = Devices({"containers": containers})
    async with until_interrupted(devices, arguments.control_port):
        for container in containers.values():
            print(f"Antspace {container.model} on {container.host}:{container.port}")


if __name__ == "__main__":
    run(_run(_arguments()))
