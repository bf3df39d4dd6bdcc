"""Command line: one reading of a miner as JSON, one command to it, or a scan."""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import asdict
import json
from pathlib import Path
import sys
from typing import Any

from .capabilities import Command
from .controls import ControlError, ControlFailure, Order, Outcome, Turn
from .credentials import Credentials
from .driver import TIMEOUT_S
from .errors import MinerError
from .models import MinerSnapshot
from .prove import Waiting
from .registry import DEFAULT_PORT, Way, async_identify, create_writer, ways
from .scan import MAX_TARGETS, async_scan, parse_targets

MAX_DIFFERENCE = 0.05
"""Share by which the rates of the boards and of `devs` may differ without a warning."""

_NUMBERS = (
    Command.FAN_SPEED,
    Command.HASHRATE_TARGET,
    Command.POWER_PERCENT,
    Command.POWER_TARGET,
    Command.TARGET_TEMPERATURE,
)
_NOT_FROM_HERE = (Command.BOARD, Command.POOLS)
"""Their values are no single word."""
_COMMANDS = {
    command.value: command for command in Command if command not in _NOT_FROM_HERE
} | {"power": Command.POWER_TARGET}

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
    """Print a reading or the outcome of a command; return 1 when there is none."""
    options = _parse(arguments)
    if options.scan is not None:
        return _print_found(options)
    try:
        if options.command is not None:
            outcome = asyncio.run(_async_order(options, options.command))
            print(json.dumps({"command": options.command.command, "outcome": outcome}))
            return 0
        snapshot = asyncio.run(_async_read(options))
    except (MinerError, ControlError) as err:
        port = options.port or DEFAULT_PORT
        print(f"error: {options.host}:{port}: {err}", file=sys.stderr)
        return 1
    if warning := find_warning(snapshot):
        print(f"warning: {warning}", file=sys.stderr)
    print(json.dumps(build_document(snapshot, full=options.full), indent=2))
    return 0


def _print_found(options: argparse.Namespace) -> int:
    """Print one line of JSON for each miner of a range; return 1 when there is none."""
    found = asyncio.run(async_scan(options.scan, options.port))
    for miner in found:
        snapshot = miner.snapshot
        line = {
            "host": miner.host,
            "port": miner.port,
            "driver": miner.identified.driver,
            "model": snapshot.model,
            "firmware": snapshot.firmware,
            "mac": snapshot.mac,
            "hashrate_ghs": snapshot.hashrate_ghs,
        }
        print(json.dumps(line))
    return 0 if found else 1


async def _async_read(options: argparse.Namespace) -> MinerSnapshot:
    """Return a reading by the first driver that gives one, else the first failure."""
    failures = []
    account = _credentials(options)
    for driver, port in ways(options.port):
        reader = driver.reader(options.host, port, options.timeout, account)
        try:
            return await reader.async_poll()
        except MinerError as err:
            failures.append(err)
    raise failures[0]


async def _async_order(options: argparse.Namespace, order: Order) -> Outcome:
    """Carry out an order on the miner at an address."""
    found = await async_identify(options.host, options.port, timeout_s=options.timeout)
    way = found.second or Way(found.driver, found.port)
    turn = Turn(asyncio.Lock(), asyncio.Semaphore())
    writer = create_writer(way, options.host, turn, Waiting(), _credentials(options))
    if writer is None:
        raise ControlError(
            ControlFailure.UNSUPPORTED, "miners of this kind are only read"
        )
    return await writer.async_carry_out(order, lambda _: None)


def _credentials(options: argparse.Namespace) -> Credentials | None:
    """Return the account to sign in with; None where no password is given."""
    if options.password_file is None:
        return None
    return Credentials(username=options.username, password=options.password_file)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; exits with 2 on wrong usage."""
    parser = argparse.ArgumentParser(
        prog="edge_collector",
        description="Read a miner, send it one command, or look for miners.",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--host", help="address or name of the miner")
    where.add_argument(
        "--scan",
        type=_targets,
        metavar="RANGE",
        help="print what is at the addresses of a range or network",
    )
    parser.add_argument(
        "--port", type=_port, help="default: the usual one of each protocol"
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
    parser.add_argument(
        "--command",
        type=_order,
        metavar="COMMAND[=VALUE]",
        help=f"send one command in place of reading: {', '.join(_COMMANDS)}",
    )
    parser.add_argument(
        "--username", help="account of the miner, default: the usual one"
    )
    parser.add_argument(
        "--password-file",
        type=_first_line,
        metavar="FILE",
        help="file whose first line is the password, for miners that want one",
    )
    return parser.parse_args(arguments)


def _targets(text: str) -> list[str]:
    """Return the addresses that a text stands for."""
    try:
        return parse_targets(text)
    except ValueError as err:
        reason = str(err) or f"more than {MAX_TARGETS} addresses"
        raise argparse.ArgumentTypeError(reason) from err


def _first_line(path: str) -> str:
    """Return the first line of a file: a password in an argument shows to everyone."""
    try:
        return Path(path).read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, ValueError) as err:
        raise argparse.ArgumentTypeError(f"cannot be read: {path}") from err


def _order(text: str) -> Order:
    """Return the order that `pause` or `frequency=525` stands for."""
    name, _, value = text.partition("=")
    try:
        command = _COMMANDS[name]
    except KeyError as err:
        raise argparse.ArgumentTypeError(f"no command: {name}") from err
    # Frequencies and modes are of a list, and compared as text.
    if command in _NUMBERS:
        try:
            return Order(command=command, value=float(value))
        except ValueError as err:
            raise argparse.ArgumentTypeError(f"no number: {value}") from err
    if command is Command.LOCATE:
        if value not in ("on", "off"):
            raise argparse.ArgumentTypeError(f"neither on nor off: {value}")
        return Order(command=command, value=value == "on")
    return Order(command=command, value=value or None)


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
