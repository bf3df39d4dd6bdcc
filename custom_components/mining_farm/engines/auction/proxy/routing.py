"""Routes what was won by the file of a mining proxy. The documents' keys are the proxies' own."""

from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
import math
import os
from pathlib import Path
import tomllib
from typing import TYPE_CHECKING

from ..errors import RoutingError
from ..file_replacing import ChangedMeanwhileError, replace_file
from ..models import OwnBid, WorkerSet
from ..places import check_places, resolved, touch
from ..regular_file import DISK_SILENT, DISK_WITHIN, read_regular, run_within
from .braiins import set_weights
from .ihp_pools import set_targets
from .tables import WonByPool

if TYPE_CHECKING:
    import tomlkit

ATTEMPTS = 3
"""How often a file is read again after another program has written it meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IhpRoute:
    """InfiniteHash's proxy: one pool of its list gets what was won."""

    pools: Path
    """pools.toml"""
    sentinel: Path
    """Its appearance makes the proxy read the file; it stands beside that."""
    pool_name: str = "central-proxy"


@dataclass(frozen=True, slots=True, kw_only=True)
class BraiinsRoute:
    """Braiins Farm Proxy: two goals share all hashrate as won to lost."""

    profile: Path
    """The active profile, TOML."""
    sentinel: Path
    """Its appearance makes the proxy read the profile."""


type Route = IhpRoute | BraiinsRoute


def apply_routing(
    route: Route, own: Sequence[OwnBid], sets: Sequence[WorkerSet] = ()
) -> bool:
    """Bring a proxy's file in line with the own bids; return whether it changed. Blocks.

    What a set with a pool of its own has won goes there: it is known by its price.
    RoutingError, nothing written, where the file is missing or not as documented.
    """
    pools = {each.price_fp18: each.pool for each in sets}
    won: dict[str | None, list[float]] = {None: []}
    won |= {pool: [] for pool in pools.values()}
    lost: list[float] = []
    for bid in own:
        if (number := _hashrate(bid)) is not None:
            (won[pools.get(bid.price_fp18)] if bid.won else lost).append(number)
    path, sentinel, change = _plan(route, won, lost)
    check_places(path, sentinel)
    return _update(path, sentinel, change)


async def check_routing_in_time(route: Route, sets: Sequence[WorkerSet] = ()) -> None:
    """Do what `check_routing` does, within seconds; RoutingError."""
    try:
        await run_within(DISK_WITHIN, partial(check_routing, route, sets))
    except TimeoutError:
        raise RoutingError(DISK_SILENT) from None


def check_routing(route: Route, sets: Sequence[WorkerSet] = ()) -> None:
    """Try what `apply_routing` would do, and write nothing; RoutingError. Blocks."""
    pools = {each.pool for each in sets} or {None}
    path, sentinel, change = _plan(route, {pool: [1.0] for pool in pools}, [1.0])
    check_places(path, sentinel)
    _read_changed(path, change)
    # The file is replaced by one that is written beside it.
    if not os.access(path.parent, os.W_OK):
        raise RoutingError(f"the folder of {path.name} may not be written by us")
    if sentinel.is_dir():
        raise RoutingError(f"the reload file {sentinel.name} is a folder")


def _plan(
    route: Route, won: WonByPool, lost: Sequence[float]
) -> tuple[Path, Path, Callable[[tomlkit.TOMLDocument], bool]]:
    """Return the file, the sentinel, and what brings the file in line."""
    match route:
        case IhpRoute(pools=path, sentinel=sentinel, pool_name=name):
            return path, sentinel, lambda document: set_targets(document, name, won)
        case BraiinsRoute(profile=path, sentinel=sentinel):
            return path, sentinel, lambda document: set_weights(document, won, lost)


def _update(
    path: Path, sentinel: Path, change: Callable[[tomlkit.TOMLDocument], bool]
) -> bool:
    for _ in range(ATTEMPTS):
        old, new = _read_changed(path, change)
        if new is None:
            return False
        try:
            _replace(path, sentinel, new, old)
        except ChangedMeanwhileError:
            continue
        return True
    raise RoutingError(f"{path.name} is being written by somebody else all the time")


def _read_changed(
    path: Path, change: Callable[[tomlkit.TOMLDocument], bool]
) -> tuple[bytes, bytes | None]:
    """Return a file as it is, and changed; None where nothing changes."""
    old = _read(path)
    try:
        return old, _change(old, change)
    except RoutingError as err:
        raise RoutingError(f"{path.name} {err}") from err


def _change(old: bytes, change: Callable[[tomlkit.TOMLDocument], bool]) -> bytes | None:
    """Return the changed file, its form and comments kept; None where nothing changes."""
    # Only who routes needs it, and all of this blocks anyhow.
    import tomlkit  # noqa: PLC0415
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    if old.startswith(BOM_UTF8):
        raise RoutingError("begins with a byte order mark: save it without one")
    try:
        # Of bytes that are no UTF-8, tomlkit would make others.
        document = tomlkit.parse(old.decode())
        if not change(document):
            return None
        new = tomlkit.dumps(document)
        lost = tomllib.loads(new) != document.unwrap()
    except (TOMLKitError, tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise RoutingError(f"is no valid TOML: {err}") from err
    if lost:
        raise RoutingError("cannot be changed without losing parts of it")
    if old.count(b"\n") == old.count(b"\r\n") > 0:
        # A line that is added would have another end than all the others.
        new = new.replace("\r\n", "\n").replace("\n", "\r\n")
    return new.encode()


def _replace(path: Path, sentinel: Path, new: bytes, old: bytes) -> None:
    """Replace the file, then call for its reading.

    The sentinel is touched before as well: a proxy that reads once too often does no
    harm, but after a power cut between the two no reload would be asked for.
    """
    was_there = sentinel.exists()
    _touch(sentinel)
    try:
        replace_file(path, new, old=old)
    except BaseException as err:
        if not was_there:
            sentinel.unlink(missing_ok=True)
        if isinstance(err, OSError):
            raise RoutingError(
                f"{path.name} cannot be replaced: {err.strerror or err}"
            ) from err
        raise
    _touch(sentinel)


def _touch(sentinel: Path) -> None:
    try:
        # The original makes its folder; ours makes none.
        touch(sentinel)
    except OSError as err:
        raise RoutingError(
            f"the reload file {sentinel.name} cannot be touched: {err.strerror or err}"
        ) from err


def _read(path: Path) -> bytes:
    try:
        return read_regular(resolved(path))
    except OSError as err:
        raise RoutingError(
            f"{path.name} cannot be read: {err.strerror or err}"
        ) from err


def _hashrate(bid: OwnBid) -> float | None:
    """Return PH/s; None for what is no number, as a stranger's text might be."""
    try:
        number = float(bid.size)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
