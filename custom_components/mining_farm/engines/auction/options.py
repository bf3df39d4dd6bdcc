"""The options of the command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from .errors import NumberError
from .proxy.hook import WITHIN
from .wire.numbers import parse_fp18


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; exits with 2 on wrong usage."""
    parser = argparse.ArgumentParser(
        prog="auction_miner", description="Bid hashrate in the InfiniteHash auction."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="what would be committed, and why")
    auction = commands.add_parser("auction", help="the outcome of a window")
    publish = commands.add_parser("publish", help="publish the bid where that is due")
    run = commands.add_parser("run", help="bid, watch and route until stopped")
    for command in (check, auction, publish, run):
        command.add_argument(
            "--config",
            type=Path,
            default=Path("config.toml"),
            help="the workers file, default: %(default)s",
        )
        command.add_argument(
            "--endpoint",
            action="append",
            default=[],
            metavar="NETWORK",
            help="another endpoint to fall back on, by URL or name; may be repeated",
        )
        command.add_argument(
            "--tempo",
            type=int,
            metavar="BLOCKS",
            help="the subnet's tempo, for a node that does not know it",
        )
    for command in (check, auction, run):
        command.add_argument(
            "--watch", metavar="SS58", help="watch this hotkey, without any key"
        )
    for command in (auction, run):
        command.add_argument(
            "--glibc",
            metavar="FOLDER",
            help="what starts CBC where there is no glibc",
        )
    for command in (publish, run):
        command.add_argument(
            "--price-ceiling",
            type=_price,
            metavar="PRICE",
            required=command is publish,
            help="the highest price multiplier that may be published",
        )
        command.add_argument(
            "--worker-ceiling",
            type=int,
            metavar="COUNT",
            required=command is publish,
            help="the most workers that may be published",
        )
    publish.add_argument(
        "--force", action="store_true", help="publish also what the chain holds"
    )
    auction.add_argument(
        "--block", type=int, help="of any block, default: the present one"
    )
    run.add_argument(
        "--arm", action="store_true", help="publish; without it all is rehearsed"
    )
    run.add_argument(
        "--no-routing", action="store_true", help="leave the proxy's file alone"
    )
    run.add_argument(
        "--hook",
        metavar="TARGET",
        help="a program or an http(s) URL that gets each result as JSON",
    )
    run.add_argument(
        "--hook-deadline",
        type=_seconds,
        default=WITHIN,
        metavar="SECONDS",
        help="how long it may take, default: %(default)g",
    )
    run.add_argument(
        "--metrics",
        type=_address,
        metavar="[HOST:]PORT",
        help="serve /metrics and /healthz here, default host: 127.0.0.1",
    )
    options = parser.parse_args(arguments)
    if options.command == "run" and options.arm:
        if options.price_ceiling is None or options.worker_ceiling is None:
            run.error("--arm needs --price-ceiling and --worker-ceiling")
        if options.watch is not None:
            run.error("--arm needs a key: it cannot go with --watch")
    return options


def _seconds(text: str) -> float:
    """Return a time above 0."""
    if not 0 < (seconds := float(text)) <= 600:
        raise argparse.ArgumentTypeError("more than 0 s and at most 600 s")
    return seconds


def _address(text: str) -> tuple[str, int]:
    """Return host and port."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 0xFFFF:
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return host.strip("[]") or "127.0.0.1", int(port)


def _price(text: str) -> int:
    """Return a price in fp18."""
    try:
        return parse_fp18(text)
    except NumberError as err:
        raise argparse.ArgumentTypeError(str(err)) from err
