"""Command line: bid, watch and route without Home Assistant. One JSON line per event."""

import argparse
import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import partial
import json
import os
from pathlib import Path
import signal
import sys
from typing import Any

from .chain.networks import endpoint_urls
from .documents import (
    Document,
    describe_event,
    describe_offer,
    describe_report,
    describe_result,
    now,
)
from .environment import allows_version_1, find_route
from .errors import AuctionError, ChainError, NumberError, WalletError, WorkersFileError
from .miner import AuctionMiner, MinerEvent
from .models import EndpointState
from .offer.offer import Offer
from .offer.workers_file import FileSettings, WorkersSource
from .opening import journal_path, open_chain, open_wallet, read_file
from .publish.arming import Arming, rehearse
from .publish.journal import FileJournal, ReadOnlyJournal
from .publish.upkeep import CommitmentUpkeep
from .solver.client import AuctionSolver
from .window.any_window import auction_at
from .window.auction import hold_auction
from .wire.numbers import parse_fp18


class _SettingsChangedError(Exception):
    """Network, subnet or wallet are others than those in use."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; return 0, or 1 where it could not be done."""
    try:
        asyncio.run(_until_terminated(execute(parse_options(arguments), os.environ)))
    except KeyboardInterrupt:
        return 130
    except WorkersFileError as err:
        _print({"event": "error", "line": err.line, "reason": err.reason})
        return 1
    except AuctionError as err:
        _print({"event": "error", "line": None, "reason": str(err)})
        return 1
    return 0


async def execute(options: argparse.Namespace, environment: Mapping[str, str]) -> None:
    """Do what is asked; AuctionError. `run` ends only when it is cancelled."""
    match options.command:
        case "check":
            await _check(options, environment)
        case "auction":
            await _auction(options, environment)
        case _:
            while True:
                await _run_once(options, environment)


async def _until_terminated(work: Coroutine[Any, Any, None]) -> None:
    """Do some work, or as much of it as there is time for."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


async def _check(options: argparse.Namespace, environment: Mapping[str, str]) -> None:
    """Print what would be committed, and why."""
    file = await read_file(options.config, environment)
    hotkey, key = await open_wallet(file.settings, options.watch)
    async with open_chain(file.settings, options.endpoint, options.tempo) as chain:
        upkeep = CommitmentUpkeep(
            chain,
            ReadOnlyJournal(journal_path(options.config, hotkey)),
            netuid=file.settings.netuid,
            hotkey=hotkey,
            signer=key,
        )
        report = await upkeep.run(file.offer, rehearse)
    _print(
        {
            "event": "check",
            "hotkey": hotkey,
            "can_sign": key is not None,
            "offer": describe_offer(file.offer),
            **describe_report(report),
        }
    )


async def _auction(options: argparse.Namespace, environment: Mapping[str, str]) -> None:
    """Print a window's outcome."""
    settings = (await read_file(options.config, environment)).settings
    hotkey, _ = await open_wallet(settings, options.watch)
    hold = partial(hold_auction, own_hotkey=hotkey, solve=AuctionSolver())
    async with open_chain(settings, options.endpoint, options.tempo) as chain:
        result = await auction_at(
            chain, hold, netuid=settings.netuid, block=options.block
        )
    _print({"event": "auction", **describe_result(result)})


async def _run_once(
    options: argparse.Namespace, environment: Mapping[str, str]
) -> None:
    """Mine until the file names another network, subnet or wallet."""
    source = WorkersSource(options.config, version_1=allows_version_1(environment))
    first = await source.read_in_time()
    if first.in_force is None:
        raise first.problem or WorkersFileError("is not there")
    settings = first.in_force.settings
    hotkey, key = await open_wallet(settings, options.watch)
    arming = _arming(options)

    async def read_offer() -> Offer:
        reading = await source.read_in_time()
        if reading.problem is not None or reading.in_force is None:
            raise reading.problem or WorkersFileError("is not there")
        if _identity(reading.in_force.settings) != _identity(settings):
            await _try(options, reading.in_force.settings)
            raise _SettingsChangedError
        return reading.in_force.offer

    def listener(event: MinerEvent) -> None:
        _print(describe_event(event))

    async with open_chain(settings, options.endpoint, options.tempo) as chain:
        solver = AuctionSolver()
        miner = AuctionMiner(
            chain,
            FileJournal(journal_path(options.config, hotkey)),
            netuid=settings.netuid,
            hotkey=hotkey,
            signer=key,
            read_offer=read_offer,
            read_arming=lambda: arming,
            route=None if options.no_routing else find_route(environment),
            solve=solver,
            stand_by=solver.stand_by,
            listener=listener,
        )
        chain.subscribe_endpoints(_FallbackPrinter())
        _print({"event": "start", "hotkey": hotkey, "rehearsing": not options.arm})
        try:
            await miner.run()
        except* _SettingsChangedError:
            _print({"event": "restart", "reason": "network, subnet or wallet changed"})


async def _try(options: argparse.Namespace, settings: FileSettings) -> None:
    """Raise WorkersFileError where a chain or a wallet could not be used at all."""
    try:
        endpoint_urls((settings.network,))
        await open_wallet(settings, options.watch)
    except (ChainError, WalletError) as err:
        raise WorkersFileError(str(err)) from err


def _identity(settings: FileSettings) -> tuple[object, ...]:
    return settings.network, settings.netuid, settings.wallet


def _arming(options: argparse.Namespace) -> Arming | None:
    if not options.arm:
        return None
    return Arming(
        price_ceiling_fp18=options.price_ceiling, worker_ceiling=options.worker_ceiling
    )


class _FallbackPrinter:
    """Prints once what stands in for what a node lacks."""

    def __init__(self) -> None:
        self._printed: set[tuple[str, str]] = set()

    def __call__(self, states: Sequence[EndpointState]) -> None:
        for state in states:
            for how in state.fallbacks:
                if (state.url, how) not in self._printed:
                    self._printed.add((state.url, how))
                    _print({"event": "fallback", "endpoint": state.url, "reason": how})


def _print(document: Document) -> None:
    print(json.dumps({"time": now(), **document}), flush=True)


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; exits with 2 on wrong usage."""
    parser = argparse.ArgumentParser(
        prog="auction_miner", description="Bid hashrate in the InfiniteHash auction."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="what would be committed, and why")
    auction = commands.add_parser("auction", help="the outcome of a window")
    run = commands.add_parser("run", help="bid, watch and route until stopped")
    for command in (check, auction, run):
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
        command.add_argument(
            "--watch", metavar="SS58", help="watch this hotkey, without any key"
        )
    auction.add_argument(
        "--block", type=int, help="of any block, default: the present one"
    )
    run.add_argument(
        "--arm", action="store_true", help="publish; without it all is rehearsed"
    )
    run.add_argument(
        "--price-ceiling",
        type=_price,
        metavar="PRICE",
        help="the highest price multiplier that may be published",
    )
    run.add_argument(
        "--worker-ceiling",
        type=int,
        metavar="COUNT",
        help="the most workers that may be published",
    )
    run.add_argument(
        "--no-routing", action="store_true", help="leave the proxy's file alone"
    )
    options = parser.parse_args(arguments)
    if options.command == "run" and options.arm:
        if options.price_ceiling is None or options.worker_ceiling is None:
            run.error("--arm needs --price-ceiling and --worker-ceiling")
        if options.watch is not None:
            run.error("--arm needs a key: it cannot go with --watch")
    return options


def _price(text: str) -> int:
    """Return a price in fp18."""
    try:
        return parse_fp18(text)
    except NumberError as err:
        raise argparse.ArgumentTypeError(str(err)) from err


if __name__ == "__main__":
    sys.exit(main())
