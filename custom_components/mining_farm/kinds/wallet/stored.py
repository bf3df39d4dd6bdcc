"""What an entry stores, as the engine's objects."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...engines import auction
from . import const
from .const import (
    CONF_ARMED,
    CONF_DIRECTORY,
    CONF_HOTKEY,
    CONF_HOTKEY_NAME,
    CONF_POOL,
    CONF_PRICE,
    CONF_PRICE_CEILING,
    CONF_PROXY,
    CONF_PROXY_FILE,
    CONF_PROXY_FROM,
    CONF_PROXY_POOL,
    CONF_PROXY_SENTINEL,
    CONF_SETS,
    CONF_SIZES,
    CONF_WALLET,
    CONF_WORKER_CEILING,
    CONF_WORKERS_FILE,
    DEFAULT_POOL_NAME,
)

type ReadOffer = Callable[[], Awaitable[auction.Offer | None]]


def signer_of(data: Mapping[str, Any]) -> auction.HotkeySigner | None:
    """Return what signs for the wallet; None where its address is only watched."""
    if CONF_HOTKEY_NAME not in data:
        return None
    path = auction.hotkey_path(
        Path(data[CONF_DIRECTORY]), data[CONF_WALLET], data[CONF_HOTKEY_NAME]
    )
    return auction.HotkeySigner(path, data[CONF_HOTKEY])


def ceilings_of(options: Mapping[str, Any]) -> auction.Arming | None:
    """Return the ceilings that the user has set; None without them."""
    try:
        return auction.Arming(
            price_ceiling_fp18=auction.parse_fp18(options[CONF_PRICE_CEILING]),
            worker_ceiling=int(options[CONF_WORKER_CEILING]),
        )
    except KeyError, auction.NumberError:
        return None


def arming_of(options: Mapping[str, Any]) -> auction.Arming | None:
    """Return the leave to publish; None while rehearsing."""
    return ceilings_of(options) if options.get(CONF_ARMED) else None


def read_offer_of(options: Mapping[str, Any]) -> ReadOffer:
    """Return what reads the bid that is wanted, each time it is called.

    WorkersFileError where it cannot be bid; None where nothing is to be bid.
    """
    if path := options.get(CONF_WORKERS_FILE):
        source = auction.WorkersSource(Path(path))

        async def read_file() -> auction.Offer | None:
            reading = await source.read_in_time()
            if reading.problem is not None:
                raise reading.problem
            assert reading.in_force is not None  # noqa: S101
            return reading.in_force.offer

        return read_file

    async def read_form() -> auction.Offer | None:
        sets = options.get(CONF_SETS) or [options]
        if not sets[0].get(CONF_SIZES):
            return None
        try:
            return auction.Offer.of(*map(_workers, sets))
        except auction.CommitmentError as err:
            raise auction.WorkersFileError(str(err)) from err

    return read_form


def _workers(stored: Mapping[str, Any]) -> auction.WorkerSet:
    workers = auction.worker_set(stored[CONF_PRICE], stored[CONF_SIZES])
    return replace(workers, pool=stored.get(CONF_POOL))


def route_of(options: Mapping[str, Any]) -> auction.Route | None:
    """Return the proxy whose file follows what was won; None for none."""
    match options.get(CONF_PROXY):
        case const.PROXY_IHP:
            return auction.IhpRoute(
                pools=Path(options[CONF_PROXY_FILE]),
                sentinel=Path(options[CONF_PROXY_SENTINEL]),
                pool_name=options.get(CONF_PROXY_POOL, DEFAULT_POOL_NAME),
            )
        case const.PROXY_BRAIINS:
            return auction.BraiinsRoute(
                profile=Path(options[CONF_PROXY_FILE]),
                sentinel=Path(options[CONF_PROXY_SENTINEL]),
            )
        case _:
            return None


def route_from_of(options: Mapping[str, Any]) -> auction.Certainty:
    """Return how sure a result has to be before a proxy learns of it."""
    return auction.Certainty(options.get(CONF_PROXY_FROM, auction.Certainty.CONFIRMED))
