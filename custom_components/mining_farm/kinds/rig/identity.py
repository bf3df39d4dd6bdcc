"""Identity of rigs: a worker, an outlet or a linked miner belongs to one rig only."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.core import HomeAssistant

from ...common.entries import entries_of
from ...common.power_switch import CONF_SWITCH_ENTITY
from ...const import CONF_MINER_ENTRY, DOMAIN, Kind
from ...engines.pools import POOLS, AccountKind
from ...engines.restart import Memory
from .const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_COIN,
    CONF_KASA_OUTLET_ID,
    CONF_OUTLET,
    CONF_POOL,
    CONF_SECOND_POOL,
    CONF_TOKEN,
    CONF_WORKER,
    OUTLET_KASA,
    OUTLET_SWITCH,
)
from .coordinator import RigConfigEntry, RigCoordinator


def rig_entries(
    hass: HomeAssistant, excluding: str | None = None
) -> Iterator[RigConfigEntry]:
    """Yield the entries of rigs, without that of one entry id."""
    yield from entries_of(hass, Kind.RIG, excluding=excluding)


def find_worker(
    hass: HomeAssistant, data: Mapping[str, Any], excluding: str | None = None
) -> RigConfigEntry | None:
    """Return the rig that is the same worker of the same account, or of its second."""
    ours = set(worker_keys(data))
    for entry in rig_entries(hass, excluding):
        if not ours.isdisjoint(worker_keys(entry.data)):
            return entry
    return None


def find_outlet_user(
    hass: HomeAssistant, data: Mapping[str, Any], excluding: str | None = None
) -> RigConfigEntry | None:
    """Return the rig that is fed by the same outlet."""
    if (ours := outlet_key(data)) is None:
        return None
    for entry in rig_entries(hass, excluding):
        if outlet_key(entry.data) == ours:
            return entry
    return None


def find_miner_user(
    hass: HomeAssistant, data: Mapping[str, Any], excluding: str | None = None
) -> RigConfigEntry | None:
    """Return the rig that has the same miner linked."""
    if (ours := data.get(CONF_MINER_ENTRY)) is None:
        return None
    for entry in rig_entries(hass, excluding):
        if entry.data.get(CONF_MINER_ENTRY) == ours:
            return entry
    return None


def account_key(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the identity of a pool account; its token may change."""
    # Of a damaged entry, or one of a newer version, anything may be missing.
    account = str(data.get(CONF_ACCOUNT) or data.get(CONF_TOKEN) or "")
    # In an Ethereum-like address the case is only a checksum (EIP-55).
    hexadecimal = account[:2].casefold() == "0x"
    return (
        str(data.get(CONF_POOL)),
        account.casefold() if hexadecimal else account,
        str(data.get(CONF_COIN) or "").casefold(),
        str(data.get(CONF_BASE_URL) or "").rstrip("/"),
    )


def pool_place(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what rigs of one pool share, whatever their account."""
    pool, _, *place = account_key(data)
    return pool, *place


def memory_of(entry: RigConfigEntry) -> Memory | None:
    """Return what is remembered of a rig; None of one that is not loaded."""
    rig = getattr(entry, "runtime_data", None)
    return rig.power.memory if isinstance(rig, RigCoordinator) else None


def worker_key(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the identity of a worker of an account."""
    return *account_key(data), str(data.get(CONF_WORKER))


def accounts_in(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what an entry stores of its account, and of its second one."""
    yield data
    if isinstance(second := data.get(CONF_SECOND_POOL), Mapping):
        yield second


def worker_keys(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the identity of a rig at each of its accounts."""
    return map(worker_key, accounts_in(data))


def outlet_key(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the identity of an outlet; None where there is none."""
    if data.get(CONF_OUTLET) == OUTLET_KASA:
        # Firmware has been seen to change the case of the ids.
        outlet_id = data.get(CONF_KASA_OUTLET_ID)
        return None if outlet_id is None else (OUTLET_KASA, str(outlet_id).casefold())
    if data.get(CONF_OUTLET) == OUTLET_SWITCH:
        entity_id = data.get(CONF_SWITCH_ENTITY)
        return None if entity_id is None else (OUTLET_SWITCH, str(entity_id))
    return None


def rig_title(hass: HomeAssistant, data: Mapping[str, Any]) -> str:
    """Return the worker's name without the wallet, and the pool where that is needed."""
    pool = POOLS[data[CONF_POOL]].name
    account, worker = data.get(CONF_ACCOUNT, ""), data[CONF_WORKER]
    before, dot, name = worker.partition(".")
    # Where the token is the account, the pool puts the account before the first dot.
    token_only = POOLS[data[CONF_POOL]].account_kind is AccountKind.TOKEN_ONLY
    if token_only:
        worker = name if dot else worker
    elif account and before.casefold() == account.casefold():
        worker = name
    if not worker:
        return pool
    taken = {entry.title for entry in hass.config_entries.async_entries(DOMAIN)}
    return f"{worker} {pool}" if worker in taken else worker
