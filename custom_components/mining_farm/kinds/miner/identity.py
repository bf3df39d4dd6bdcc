"""Which miner is which: the same one twice is refused, a moved one is followed."""

from collections.abc import Iterator, Mapping

from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import format_mac

from ...common.address import same_host
from ...common.entries import entries_of
from ...const import Kind
from ...engines.edge_collector import MinerSnapshot
from .const import CONF_MAC, CONF_PROFILE
from .coordinator import MinerConfigEntry


def miner_entries(hass: HomeAssistant) -> Iterator[MinerConfigEntry]:
    """Yield the entries of this kind that the user did not choose to ignore."""
    yield from entries_of(hass, Kind.MINER)


def find_entry(
    hass: HomeAssistant, host: str, port: int, snapshot: MinerSnapshot | None
) -> MinerConfigEntry | None:
    """Return the entry of the miner that answered with `snapshot` at an address.

    The hardware decides where both sides know it; else the address does.
    """
    for entry in miner_entries(hass):
        if (same := _same_hardware(entry, snapshot)) is None:
            ours = entry.data.get(CONF_HOST)
            same = (
                isinstance(ours, str)
                and entry.data.get(CONF_PORT) == port
                and same_host(ours, host)
            )
        if same:
            return entry
    return None


def is_another_miner(entry: MinerConfigEntry, snapshot: MinerSnapshot) -> bool:
    """Return whether the snapshot certainly comes from other hardware than the entry's."""
    return _same_hardware(entry, snapshot) is False


def _same_hardware(
    entry: MinerConfigEntry, snapshot: MinerSnapshot | None
) -> bool | None:
    if snapshot is None:
        return None
    for ours, theirs in (
        (entry.data.get(CONF_MAC), snapshot.mac and format_mac(snapshot.mac)),
        (_hardware_id(entry), snapshot.hardware_id),
    ):
        if ours and theirs:
            return bool(ours == theirs)
    return None


def _hardware_id(entry: MinerConfigEntry) -> object:
    profile = entry.data.get(CONF_PROFILE)
    return profile.get("hardware_id") if isinstance(profile, Mapping) else None


def miner_title(snapshot: MinerSnapshot, host: str) -> str:
    """Return a name that distinguishes this miner: model, and worker or address."""
    pool = snapshot.active_pool
    worker = (pool.worker or "") if pool else ""
    _account, dot, name = worker.partition(".")
    model = " ".join(filter(None, (snapshot.maker, snapshot.model))) or "Miner"
    return f"{model} {name if dot and name else host}"
