"""The pool list of InfiniteHash's proxy, `pools.toml`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import RoutingError
from .tables import WonByPool, is_array, tables

if TYPE_CHECKING:
    import tomlkit
    from tomlkit.items import AbstractTable


def set_targets(document: tomlkit.TOMLDocument, usual: str, won: WonByPool) -> bool:
    """Give each pool what was won for it (PH/s) as its target; return if that changed.

    What has no pool of its own goes to the usual one, which may be missing where
    nothing does. Case and spaces around names do not matter.
    """
    rates: dict[str | None, list[float]] = {}
    for pool, part in won.items():
        rates.setdefault(_plain(usual if pool is None else pool), []).extend(part)
    main = _main(document)
    changed = False
    for name, part in rates.items():
        pools = [pool for pool in main if _plain(pool.get("name")) == name]
        if not pools and (part or len(rates) == 1 or name != _plain(usual)):
            raise RoutingError(f"has no pool named {name!r} in [[pools.main]]")
        changed |= _set_target(pools, format_target(part))
    return changed


def _set_target(pools: Sequence[AbstractTable], target: str) -> bool:
    """Give pools a target; one that has a target has no weight."""
    changed = False
    for pool in pools:
        if pool.get("target_hashrate") != target:
            pool["target_hashrate"] = target
            changed = True
        if "weight" in pool:
            del pool["weight"]
            changed = True
    return changed


def format_target(won: Sequence[float]) -> str:
    """Return the sum of rates in PH/s as the proxy's text in TH/s, 3 places at most."""
    # Doubles summed in order: the reference's rounding is theirs.
    total = f"{max(0.0, sum(won)) * 1000:.3f}"
    return f"{total.rstrip('0').rstrip('.')}TH/s"


def _plain(name: object) -> str | None:
    return name.strip().lower() if isinstance(name, str) else None


def _main(document: tomlkit.TOMLDocument) -> Sequence[AbstractTable]:
    pools = document.get("pools")
    # A table whose parts stand apart in the file is a mapping, and no table.
    if not isinstance(pools, Mapping):
        raise RoutingError("has no table [pools]")
    main = pools.get("main")
    if not is_array(main):
        raise RoutingError("has no array [[pools.main]]")
    return tables(main)
