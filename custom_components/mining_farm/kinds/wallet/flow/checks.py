"""What a flow tries before anything is saved; each refusal names its text."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from yarl import URL

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady

from ....engines import auction
from ....engines.auction.regular_file import DISK_WITHIN, run_within
from ..const import CONF_POOL, CONF_PRICE, CONF_SETS, CONF_SIZES
from ..libraries import async_load
from ..served import async_served_folder
from ..stored import ceilings_of, read_offer_of, route_of

CHAIN_WITHIN_S = 60
"""For all endpoints together; one that is silent takes the engine 20 s."""


class RefusedError(Exception):
    """Something is not saved; `key` names the text, `detail` says what was seen."""

    def __init__(self, key: str, detail: str = "") -> None:
        """Take the error's key in the translations, and words of the engine."""
        super().__init__(key)
        self.key = key
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """What the chain answered."""

    netuid: int
    block: int
    genesis: str
    """The hash of the chain's first block."""
    endpoint: str
    """The one that answered, without what may be a key."""
    members: Mapping[str, auction.Neuron]
    """By hotkey."""


def absolute(hass: HomeAssistant, text: str) -> str:
    """Return a path as it is stored: relative ones are below the configuration."""
    path = Path(text.strip())
    try:
        path = path.expanduser()
    except RuntimeError:
        # No such home directory: the folder will be said to be missing.
        return str(path)
    return hass.config.path(str(path))


async def proposed_directory(hass: HomeAssistant) -> str:
    """Return where wallets are, or would have to be put."""
    usual = auction.DEFAULT_DIRECTORY.expanduser()
    with suppress(TimeoutError):
        if await run_within(DISK_WITHIN, usual.is_dir):
            return str(auction.DEFAULT_DIRECTORY)
    return hass.config.path("bittensor", "wallets")


def checked_endpoints(texts: Sequence[str]) -> list[str]:
    """Return networks and URLs without spaces, each once; RefusedError."""
    endpoints = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    for number, endpoint in enumerate(endpoints, start=1):
        _check_url(number, endpoint)
    try:
        auction.endpoint_urls(endpoints)
    except auction.ChainError as err:
        raise RefusedError("wallet_endpoints", str(err)) from err
    return endpoints


def _check_url(number: int, endpoint: str) -> None:
    """RefusedError for an endpoint that cannot be; it is named by its place alone."""
    try:
        auction.check_endpoint(endpoint)
        # Core's own parser is stricter. Its errors may repeat what may be a key.
        URL(endpoint)
    except auction.ChainError as err:
        raise RefusedError("wallet_endpoints", f"{number}. {err}") from err
    except ValueError as err:
        reason = f"{number}. an endpoint is a ws:// or wss:// URL"
        raise RefusedError("wallet_endpoints", reason) from err


async def load_libraries(hass: HomeAssistant) -> None:
    """Have the packages of wallets installed; RefusedError names one that is missing."""
    try:
        await async_load(hass)
    except ConfigEntryNotReady as err:
        package = (err.translation_placeholders or {}).get("package", "")
        raise RefusedError("wallet_packages", package) from err


async def ask_chain(
    endpoints: Sequence[str], netuid: int, genesis: str | None = None
) -> Subnet:
    """Return the subnet as the first endpoint that answers describes it; RefusedError.

    Endpoints of another chain than that of a known first block do not count.
    """
    try:
        async with (
            asyncio.timeout(CHAIN_WITHIN_S),
            auction.ChainClient(endpoints, netuid=netuid, genesis=genesis) as chain,
        ):
            head = await chain.head()
            members = await chain.neurons(head.hash)
            first = await chain.block_hash(0)
            used = next((one.url for one in chain.endpoints if one.in_use), "?")
    except TimeoutError as err:
        detail = f"no answer within {CHAIN_WITHIN_S} s"
        raise RefusedError("wallet_chain", detail) from err
    except auction.AuctionError as err:
        raise RefusedError("wallet_chain", str(err)) from err
    if first is None:
        raise RefusedError("wallet_chain", "there is no first block")
    if not members:
        raise RefusedError("wallet_no_subnet", str(netuid))
    return Subnet(
        netuid=netuid,
        block=head.number,
        genesis=first,
        endpoint=used,
        members={neuron.hotkey: neuron for neuron in members},
    )


async def hotkeys_in(directory: str) -> dict[str, auction.HotkeyFile]:
    """Return hotkeys by "wallet/name"; RefusedError where there are none."""
    try:
        found = await auction.list_hotkeys(Path(directory))
    except auction.WalletError as err:
        raise RefusedError("wallet_directory", str(err)) from err
    if not found:
        raise RefusedError("wallet_no_hotkeys")
    return {f"{file.wallet}/{file.name}": file for file in found}


async def refuse_served(hass: HomeAssistant, path: str) -> None:
    """RefusedError where a path is in a folder that Home Assistant serves."""
    try:
        folder = await async_served_folder(hass, path)
    except (OSError, RuntimeError, TimeoutError) as err:
        raise RefusedError("wallet_directory", "cannot be read") from err
    if folder is not None:
        raise RefusedError("wallet_served", folder)


def checked_address(text: str) -> str:
    """Return an SS58 address; RefusedError."""
    address = text.strip()
    try:
        auction.ss58_decode(address)
    except auction.WalletError as err:
        raise RefusedError("wallet_address", str(err)) from err
    return address


def checked_price(text: str) -> str:
    """Return a price multiplier as the shortest decimal; RefusedError."""
    try:
        price_fp18 = auction.parse_fp18(text)
    except auction.NumberError as err:
        raise RefusedError("wallet_price", str(err)) from err
    return _allowed_price(price_fp18)


def form_offer(price: str, rows: Sequence[Mapping[str, Any]]) -> auction.Offer:
    """Return the bid of a form: each row has a size in PH/s and a count; RefusedError.

    A row may have a price of its own, and a pool. Rows of one price are one set.
    """
    # Refused also where no row has it.
    checked_price(price)
    sets: dict[str, dict[str, int]] = {}
    pools: dict[str, set[str]] = {}
    for row in rows:
        own = checked_price(row.get(CONF_PRICE) or price)
        sizes = sets.setdefault(own, {})
        pools.setdefault(own, set()).add(row.get(CONF_POOL, "").strip())
        # The shortest text of a double is what was typed.
        size = repr(row["size"])
        # Core's number selector checks least and most, and leaves a fraction to us.
        if (count := int(row["count"])) != row["count"]:
            reason = f"{row['count']} is no whole number of workers"
            raise RefusedError("wallet_workers", reason)
        sizes[size] = sizes.get(size, 0) + count
    for own, named in pools.items():
        if len(named) > 1:
            raise RefusedError("wallet_workers", f"workers at {own} have several pools")
    if not sets:
        raise RefusedError("wallet_workers", "there are no workers")
    try:
        return auction.Offer.of(
            *(
                replace(auction.worker_set(own, sizes), pool=pools[own].pop() or None)
                for own, sizes in (sets).items()
            )
        )
    except auction.CommitmentError as err:
        raise RefusedError("wallet_workers", str(err)) from err


async def file_offer(path: str) -> auction.Offer:
    """Return the bid of a workers file; RefusedError with the line."""
    try:
        offer = (await auction.open_workers_file(Path(path))).offer
    except auction.WorkersFileError as err:
        raise RefusedError("wallet_workers_file", str(err)) from err
    for workers in offer.sets:
        _allowed_price(workers.price_fp18)
    return offer


def form_values(offer: auction.Offer) -> dict[str, Any]:
    """Return what an entry stores of a bid that was filled in."""
    sets = [
        {
            CONF_PRICE: auction.format_fp18(workers.price_fp18),
            CONF_SIZES: dict(workers.sizes),
            **({} if workers.pool is None else {CONF_POOL: workers.pool}),
        }
        for workers in offer.sets
    ]
    # As it was before there could be several.
    return sets[0] if len(sets) == 1 and len(sets[0]) == 2 else {CONF_SETS: sets}


def check_ceilings(options: Mapping[str, Any], offer: auction.Offer) -> None:
    """RefusedError where the user's own ceilings forbid a bid."""
    ceilings = ceilings_of(options)
    if ceilings and (objection := ceilings.find_objection(offer.sets)):
        raise RefusedError("wallet_above_ceiling", objection)


async def check_proxy(options: Mapping[str, Any]) -> None:
    """RefusedError where a proxy's file is not as documented, or lacks a set's pool."""
    if (route := route_of(options)) is None:
        return
    sets: tuple[auction.WorkerSet, ...] = ()
    # What is wrong with a workers file is said where it is chosen, and under Repairs.
    with suppress(auction.WorkersFileError):
        offer = await read_offer_of(options)()
        sets = () if offer is None else offer.sets
    try:
        await auction.check_routing_in_time(route, sets)
    except auction.RoutingError as err:
        raise RefusedError("wallet_proxy", str(err)) from err


def _allowed_price(price_fp18: int) -> str:
    price = auction.format_fp18(price_fp18)
    if not 0 < price_fp18 <= auction.MAX_PRICE_FP18:
        # The network takes such bids, and none of them ever wins.
        raise RefusedError("wallet_price", f"{price} cannot win")
    return price
