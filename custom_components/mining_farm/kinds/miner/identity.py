"""Which miner is which: the same one twice is refused, a moved one is followed."""

from collections.abc import Iterator
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant

from ...common.address import same_host
from ...common.entries import entries_of
from ...const import Kind
from ...engines.edge_collector import MinerSnapshot
from .whereabouts import same_hardware


def miner_entries(hass: HomeAssistant) -> Iterator[ConfigEntry[Any]]:
    """Yield the entries of this kind that the user did not choose to ignore."""
    yield from entries_of(hass, Kind.MINER)


def find_entry(
    hass: HomeAssistant, host: str, port: int, snapshot: MinerSnapshot | None
) -> ConfigEntry[Any] | None:
    """Return the entry of the miner that answered with `snapshot` at an address.

    The hardware decides where both sides know it; else the address does.
    """
    for entry in miner_entries(hass):
        same = None if snapshot is None else same_hardware(entry, snapshot)
        if same is None:
            ours = entry.data.get(CONF_HOST)
            same = (
                isinstance(ours, str)
                and entry.data.get(CONF_PORT) == port
                and same_host(ours, host)
            )
        if same:
            return entry
    return None


def miner_title(snapshot: MinerSnapshot, host: str) -> str:
    """Return a name that distinguishes this miner: model, and worker or address."""
    pool = snapshot.active_pool
    worker = (pool.worker or "") if pool else ""
    _account, dot, name = worker.partition(".")
    model = " ".join(filter(None, (snapshot.maker, snapshot.model))) or "Miner"
    return f"{model} {name if dot and name else host}"
