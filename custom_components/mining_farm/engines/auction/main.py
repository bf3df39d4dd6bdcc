"""Command line: bid, watch and route without Home Assistant. One JSON line per event."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
import json
import os
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
from .errors import AuctionError, ChainError, WalletError, WorkersFileError
from .metrics import Metrics
from .metrics_server import serve_metrics
from .miner import AuctionMiner, MinerEvent
from .models import AuctionResult, EndpointState
from .offer.offer import Offer
from .offer.workers_file import FileSettings, WorkersSource
from .opening import journal_path, open_chain, open_wallet, read_file
from .options import parse_options
from .proxy.hook import Hook, HookCaller
from .publish.arming import Arming, rehearse
from .publish.journal import FileJournal, ReadOnlyJournal
from .publish.report import Outcome
from .publish.upkeep import CommitmentUpkeep
from .solver.client import AuctionSolver
from .window.any_window import auction_at
from .window.auction import hold_auction


class _SettingsChangedError(Exception):
    """Network, subnet or wallet are others than those in use."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; return 0, or 1 where it could not be done."""
    try:
        work = execute(parse_options(arguments), os.environ)
        return asyncio.run(_until_terminated(work))
    except KeyboardInterrupt:
        return 130
    except WorkersFileError as err:
        _print({"event": "error", "line": err.line, "reason": err.reason})
        return 1
    except AuctionError as err:
        _print({"event": "error", "line": None, "reason": str(err)})
        return 1


async def execute(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what is asked; AuctionError. `run` ends only when it is cancelled.

    Return 1 where the bid is not on the chain although it was to be published.
    """
    match options.command:
        case "check":
            await _check(options, environment)
        case "auction":
            await _auction(options, environment)
        case "publish":
            return await _publish(options, environment)
        case _:
            metrics = Metrics()
            async with _served(options, metrics):
                while True:
                    await _run_once(options, environment, metrics)
    return 0


async def _until_terminated(work: Coroutine[Any, Any, int]) -> int:
    """Do some work, or as much of it as there is time for."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError):
        return await task
    return 0


@asynccontextmanager
async def _served(options: argparse.Namespace, metrics: Metrics) -> AsyncIterator[None]:
    """Serve the metrics, where that is asked for."""
    if options.metrics is None:
        yield
        return
    host, port = options.metrics
    async with serve_metrics(
        host, port, text=metrics.text, find_ailments=metrics.find_ailments
    ) as served:
        _print({"event": "metrics", "host": host, "port": served})
        yield


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


async def _publish(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Publish what is due, or all the same where that is forced; print what was done."""
    file = await read_file(options.config, environment)
    hotkey, key = await open_wallet(file.settings)
    arming = Arming(
        price_ceiling_fp18=options.price_ceiling, worker_ceiling=options.worker_ceiling
    )
    async with open_chain(file.settings, options.endpoint, options.tempo) as chain:
        upkeep = CommitmentUpkeep(
            chain,
            FileJournal(journal_path(options.config, hotkey)),
            netuid=file.settings.netuid,
            hotkey=hotkey,
            signer=key,
        )
        run = upkeep.publish_now if options.force else upkeep.run
        report = await run(file.offer, lambda: arming)
    _print({"event": "publish", "hotkey": hotkey, **describe_report(report)})
    return int(report.outcome not in {Outcome.PUBLISHED, Outcome.NOTHING})


async def _auction(options: argparse.Namespace, environment: Mapping[str, str]) -> None:
    """Print a window's outcome."""
    settings = (await read_file(options.config, environment)).settings
    hotkey, _ = await open_wallet(settings, options.watch)
    solve = AuctionSolver(glibc=options.glibc)
    hold = partial(hold_auction, own_hotkey=hotkey, solve=solve)
    async with open_chain(settings, options.endpoint, options.tempo) as chain:
        result = await auction_at(
            chain, hold, netuid=settings.netuid, block=options.block
        )
    _print({"event": "auction", **describe_result(result)})


async def _run_once(
    options: argparse.Namespace, environment: Mapping[str, str], metrics: Metrics
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
        metrics.take_event(event)
        _print(describe_event(event))

    async with open_chain(settings, options.endpoint, options.tempo) as chain:
        solver = AuctionSolver(glibc=options.glibc)
        miner = AuctionMiner(
            chain,
            FileJournal(journal_path(options.config, hotkey)),
            netuid=settings.netuid,
            hotkey=hotkey,
            signer=key,
            read_offer=read_offer,
            read_arming=lambda: arming,
            route=None if options.no_routing else find_route(environment),
            hook=_hook(options, hotkey),
            solve=solver,
            stand_by=solver.stand_by,
            listener=listener,
        )
        chain.subscribe_heads(metrics.take_head)
        chain.subscribe_endpoints(metrics.take_endpoints)
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


def _hook(options: argparse.Namespace, hotkey: str) -> HookCaller | None:
    if options.hook is None:
        return None

    def describe(result: AuctionResult) -> Document:
        return {"event": "window", "hotkey": hotkey, **describe_result(result)}

    hook = Hook(target=options.hook, within=options.hook_deadline)
    return HookCaller(hook, describe)


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


if __name__ == "__main__":
    sys.exit(main())
