"""The pool list of InfiniteHash's proxy, `pools.toml`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import RoutingError
from .tables import is_array, tables

if TYPE_CHECKING:
    import tomlkit
    from tomlkit.items import AbstractTable


def set_target(
    document: tomlkit.TOMLDocument, pool_name: str, won: Sequence[float]
) -> bool:
    """Give every pool of the name what was won (PH/s) as its target; return if it changed.

    A pool with a target has no weight. Case and spaces around names do not matter.
    """
    target = format_target(won)
    changed = False
    for pool in _find_pools(document, pool_name):
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


def _find_pools(
    document: tomlkit.TOMLDocument, pool_name: str
) -> Sequence[AbstractTable]:
    pools = document.get("pools")
    # A table whose parts stand apart in the file is a mapping, and no table.
    if not isinstance(pools, Mapping):
        raise RoutingError("has no table [pools]")
    main = pools.get("main")
    if not is_array(main):
        raise RoutingError("has no array [[pools.main]]")
    wanted = pool_name.strip().lower()
    found = [
        pool
        for pool in tables(main)
        if isinstance(name := pool.get("name"), str) and name.strip().lower() == wanted
    ]
    if not found:
        raise RoutingError(f"has no pool named {wanted!r} in [[pools.main]]")
    return found
