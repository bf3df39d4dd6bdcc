"""Command line: runs until it is told to end; SIGHUP has the file read again."""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace
import logging
import os
from pathlib import Path
import signal
import sys

from .collector import Collector
from .config import Config, load
from .inventory import Shard
from .tables import ConfigError

_LOGGER = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; return 1 where the file or an address cannot be used."""
    options = _parse(arguments)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.INFO,
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        config = _load(options)
        if options.check:
            print(f"{options.config}: {len(config.spots)} addresses, no mistake found")
            return 0
        asyncio.run(_async_run(options, config))
    except ConfigError as err:
        print(f"error: {err}", file=sys.stderr)
        return 1
    except OSError as err:
        print(f"error: {err.strerror or err}", file=sys.stderr)
        return 1
    return 0


def _load(options: argparse.Namespace) -> Config:
    """Return the file's content, with what the command line has of its own."""
    config = load(options.config)
    if options.port is None:
        return config
    return replace(config, web=replace(config.web, port=options.port))


async def _async_run(options: argparse.Namespace, config: Config) -> None:
    """Collect until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    loop.add_signal_handler(signal.SIGHUP, changed.set)
    collector = Collector(config, options.shard)
    try:
        await collector.async_start()
        reloading = loop.create_task(_async_reload(collector, options, changed))
        await ended.wait()
        reloading.cancel()
    finally:
        await collector.async_stop()
    if collector.is_held_up:
        # Everything is done that can be, but the interpreter would wait for that thread.
        logging.shutdown()
        os._exit(0)


async def _async_reload(
    collector: Collector, options: argparse.Namespace, changed: asyncio.Event
) -> None:
    """Follow the file each time; one that cannot be used changes nothing."""
    while True:
        await changed.wait()
        changed.clear()
        try:
            config = await asyncio.to_thread(_load, options)
            await collector.async_reload(config)
        except (ConfigError, OSError) as err:
            collector.note_refused(err)
        except Exception:
            _LOGGER.exception("The configuration could not be followed")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; exits with 2 on wrong usage."""
    parser = argparse.ArgumentParser(
        prog="site_collector",
        description="Read all miners of a site, for Prometheus and MQTT.",
    )
    parser.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="the site's file"
    )
    parser.add_argument(
        "--shard",
        type=_shard,
        default=Shard(),
        metavar="K/N",
        help="be number K, counted from 0, of N collectors, default: 0/1",
    )
    parser.add_argument(
        "--port",
        type=int,
        choices=range(65536),
        metavar="PORT",
        help="serve /metrics there, for several collectors on one machine",
    )
    parser.add_argument(
        "--check", action="store_true", help="look for mistakes in the file, and end"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="write down what is done in detail"
    )
    return parser.parse_args(arguments)


def _shard(text: str) -> Shard:
    try:
        return Shard.parse(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError(str(err)) from err
