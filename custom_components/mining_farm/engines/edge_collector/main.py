"""Command line: one reading of a miner as JSON."""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import asdict
import json
import sys
from typing import Any

from .driver import TIMEOUT_S
from .errors import MinerError
from .models import MinerSnapshot
from .registry import DEFAULT_PORT, create_reader

MAX_DIFFERENCE = 0.05
"""Share by which the rates of the boards and of `devs` may differ without a warning."""

_BOARD_KEYS = (
    "id",
    "hashrate_ghs",
    "temp_chip",
    "temp_pcb",
    "chips_ok",
    "chips_total",
    "status",
)
_KEYS = (
    "boards",
    "boards_healthy",
    "boards_total",
    "total_hashrate_ghs_boards",
    "total_hashrate_ghs_devs",
    "temperature_overall",
    "error_rate",
)


def build_document(snapshot: MinerSnapshot, *, full: bool = False) -> dict[str, Any]:
    """Return what is printed: the board health, or everything the miner reports."""
    document = asdict(snapshot)
    if full:
        return document
    document["boards"] = [
        {key: board[key] for key in _BOARD_KEYS} for board in document["boards"]
    ]
    return {key: document[key] for key in _KEYS}


def find_warning(snapshot: MinerSnapshot) -> str | None:
    """Return a warning when the rates of the boards and of `devs` contradict."""
    boards = snapshot.total_hashrate_ghs_boards
    devs = snapshot.total_hashrate_ghs_devs
    if boards is None or devs is None:
        return None
    if abs(boards - devs) <= MAX_DIFFERENCE * max(boards, devs):
        return None
    return (
        f"the boards' total of {boards} GH/s and the total of {devs} GH/s in devs "
        f"differ by more than {MAX_DIFFERENCE:.0%}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one reading; return 0, or 1 when the miner gives none."""
    options = _parse(arguments)
    reader = create_reader(options.host, options.port, timeout_s=options.timeout)
    try:
        snapshot = asyncio.run(reader.async_poll())
    except MinerError as err:
        print(f"error: {options.host}:{options.port}: {err}", file=sys.stderr)
        return 1
    if warning := find_warning(snapshot):
        print(f"warning: {warning}", file=sys.stderr)
    print(json.dumps(build_document(snapshot, full=options.full), indent=2))
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; exits with 2 on wrong usage."""
    parser = argparse.ArgumentParser(
        prog="edge_collector", description="Read a miner through the CGMiner API."
    )
    parser.add_argument("--host", required=True, help="address or name of the miner")
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="default: %(default)s"
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=TIMEOUT_S,
        help="seconds for one exchange with the miner, default: %(default)s",
    )
    parser.add_argument(
        "--full", action="store_true", help="print everything that the miner reports"
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    """Return a TCP port."""
    if not (text.isdecimal() and 0 < (port := int(text)) < 65536):
        raise argparse.ArgumentTypeError(f"no port between 1 and 65535: {text}")
    return port


def _seconds(text: str) -> float:
    """Return a time that is worth waiting."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"no time in seconds, up to 3600: {text}")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
