"""Whether a miner is at its address, and where it may have gone.

A DHCP request shows where a MAC is by the word of whoever sent the packet. An entry moves
only once the miner itself proves who it is there; one that cannot is left to a human.
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import partial
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import format_mac

from ...engines.edge_collector import (
    MinerError,
    MinerSnapshot,
    Recognition,
    Way,
    async_identify,
    recognition_of,
)
from .const import CONF_MAC, CONF_PROFILE
from .issues import async_update_moved
from .stored import stored_second, stored_way


def same_hardware(entry: ConfigEntry[Any], snapshot: MinerSnapshot) -> bool | None:
    """Return whether a reading is of the entry's machine, by what it reports of itself.

    The MAC decides where both sides know it, else the serial number: a miner that is read
    by two ways may number itself differently in each. None where nothing can be compared.
    """
    return next(
        (
            ours == theirs
            for ours, theirs in _identities(entry, snapshot)
            if ours and theirs
        ),
        None,
    )


def recognises(entry: ConfigEntry[Any], snapshot: MinerSnapshot) -> bool | None:
    """Return whether the account of the entry's miner is for what gave a reading.

    Where that reports neither MAC nor serial number, its model has to agree at least:
    then None, for machines of one model are not told apart so.
    """
    same = same_hardware(entry, snapshot)
    if same is None and not _may_be_model(_profile(entry).get("model"), snapshot.model):
        return False
    return same


_WORD = re.compile(r"[a-z0-9+]+")


def _may_be_model(ours: object, theirs: str | None) -> bool:
    """Return whether two names may be of one model, which each way writes as it likes.

    "Antminer S19j Pro" and "S19J PRO 104T" share a word with a digit.
    """
    if not isinstance(ours, str) or theirs is None:
        return True
    words = [set(_WORD.findall(name.lower())) for name in (ours, theirs)]
    numbers = [{word for word in each if re.search(r"\d", word)} for each in words]
    ours_, theirs_ = numbers if all(numbers) else words
    return not ours_.isdisjoint(theirs_)


def recognition(entry: ConfigEntry[Any], second: Way | None = None) -> Recognition:
    """Return what has to come before the account of an entry's miner is sent.

    `second` is a way that the entry does not store yet.
    """
    data = entry.data
    return recognition_of(
        data[CONF_HOST],
        stored_way(data),
        second or stored_second(data),
        partial(recognises, entry),
    )


def _profile(entry: ConfigEntry[Any]) -> Mapping[str, Any]:
    stored = entry.data.get(CONF_PROFILE)
    return stored if isinstance(stored, Mapping) else {}


def _identities(
    entry: ConfigEntry[Any], snapshot: MinerSnapshot
) -> Iterator[tuple[object, object]]:
    profile = _profile(entry)
    # What a router says of a miner with two network cards is not what it reports itself.
    yield (
        profile.get("mac") or entry.data.get(CONF_MAC),
        snapshot.mac and format_mac(snapshot.mac),
    )
    yield profile.get("hardware_id"), snapshot.hardware_id


def identity_text(snapshot: MinerSnapshot) -> str:
    """Return model, MAC and serial number of a reading, as far as it has them."""
    model = " ".join(filter(None, (snapshot.maker, snapshot.model))) or None
    parts = (model, snapshot.mac, snapshot.hardware_id)
    return ", ".join(part for part in parts if part)


class Answerer(Enum):
    """Who answers at an address."""

    SAME = auto()
    """The miner, by the MAC or serial number that it reports."""
    ANOTHER = auto()
    UNTOLD = auto()
    """A miner that reports neither."""
    SILENT = auto()


def answerer_of(entry: ConfigEntry[Any], snapshot: MinerSnapshot) -> Answerer:
    """Return whether a reading is of the entry's miner."""
    match same_hardware(entry, snapshot):
        case None:
            return Answerer.UNTOLD
        case same:
            return Answerer.SAME if same else Answerer.ANOTHER


async def async_who_answers(entry: ConfigEntry[Any], host: str) -> Answerer:
    """Ask what is at an address, by the port of the entry's miner."""
    try:
        found = await async_identify(host, entry.data[CONF_PORT])
    except MinerError:
        return Answerer.SILENT
    return answerer_of(entry, found.snapshot)


@callback
def async_move(hass: HomeAssistant, entry: ConfigEntry[Any], host: str) -> None:
    """Let an entry poll its miner at another address from now on."""
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: host})
    hass.config_entries.async_schedule_reload(entry.entry_id)


class Whereabouts:
    """Another address at which a miner was reported, until that is settled."""

    __slots__ = ("_entry", "_hass", "elsewhere")

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Know of no other address."""
        self._hass = hass
        self._entry = entry
        self.elsewhere: str | None = None

    @callback
    def suspect(self, host: str) -> None:
        """Look for the miner at another address while it does not answer at its own."""
        self.elsewhere = host

    @callback
    def forget(self) -> None:
        """Look nowhere else: the miner is where it was, or certainly not there."""
        if self.elsewhere is not None:
            self.elsewhere = None
            async_update_moved(self._hass, self._entry, host=None)

    async def async_look(self) -> None:
        """Move the entry if its miner answers at the other address; ask if it may be it."""
        if (host := self.elsewhere) is None:
            return
        match await async_who_answers(self._entry, host):
            case Answerer.SAME:
                self.forget()
                async_move(self._hass, self._entry, host)
            case Answerer.ANOTHER:
                self.forget()
            case Answerer.UNTOLD:
                async_update_moved(self._hass, self._entry, host=host)
