"""What the entry of a miner stores, and the profile in it as the engine takes it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
from homeassistant.helpers.device_registry import format_mac

from ...const import CONF_KIND, Kind
from ...engines.edge_collector import (
    CGMINER,
    Command,
    Credentials,
    Identified,
    MinerProfile,
    MinerSnapshot,
    Way,
    sign_in_of,
)
from .const import CONF_DRIVER, CONF_MAC, CONF_PROFILE, CONF_SECOND
from .parts import bounded


def entry_data(host: str, found: Identified, mac: str | None = None) -> dict[str, Any]:
    """Return what the entry of a miner that answered stores."""
    snapshot = found.snapshot
    mac = mac or (snapshot.mac and format_mac(snapshot.mac))
    return {
        CONF_KIND: Kind.MINER,
        CONF_HOST: host,
        **ways_data(found),
        **profile_data(bounded(MinerProfile().learn(snapshot))),
    } | ({CONF_MAC: mac} if mac else {})


def ways_data(found: Identified) -> dict[str, Any]:
    """Return the part of an entry's data that says how its miner is read."""
    second = found.second
    return {
        CONF_PORT: found.port,
        CONF_DRIVER: found.driver,
        CONF_SECOND: None if second is None else second._asdict(),
    }


def second_data(
    second: Way, snapshot: MinerSnapshot, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what changes of an entry's data by a second way that was found later."""
    profile = stored_profile(data) or MinerProfile()
    known = replace(profile, capabilities=snapshot.capabilities)
    return {CONF_SECOND: second._asdict(), **profile_data(known)}


def stored_way(data: Mapping[str, Any]) -> Way:
    """Return how an entry's miner is read; those of one protocol name no driver."""
    return Way(data.get(CONF_DRIVER) or CGMINER, data[CONF_PORT])


def stored_second(data: Mapping[str, Any]) -> Way | None:
    """Return the second way to an entry's miner, where there is one."""
    second = data.get(CONF_SECOND)
    return None if second is None else Way(**second)


def way_of_orders(found: Identified) -> Way:
    """Return the way by which a miner that answered takes orders."""
    return found.second or Way(found.driver, found.port)


def ordering_way(data: Mapping[str, Any]) -> Way:
    """Return the way by which a miner takes orders."""
    return stored_second(data) or stored_way(data)


def read_by_both(data: Mapping[str, Any]) -> bool:
    """Return whether a miner has two ways, and both can be read."""
    second = stored_second(data)
    wanted = None if second is None else sign_in_of(second.driver)
    known = stored_credentials(data) is not None
    return second is not None and (wanted is None or known or not wanted.to_read)


def stored_credentials(data: Mapping[str, Any]) -> Credentials | None:
    """Return the account of a miner; None where none was given."""
    password = data.get(CONF_PASSWORD)
    if password is None:
        return None
    return Credentials(username=data.get(CONF_USERNAME), password=password)


def profile_data(profile: MinerProfile) -> dict[str, Any]:
    """Return the part of an entry's data that holds the profile."""
    return {CONF_PROFILE: asdict(profile)}


def is_lasting(before: MinerProfile, after: MinerProfile) -> bool:
    """Return whether a change of a profile is worth a write of its own.

    Some devices name their levels by what they draw at the moment, or move their limits:
    with each reading all of that is another one.
    """
    known = before.capabilities
    levels = () if known is None else known.choices.get(Command.LEVEL, ())
    chosen = after.level != before.level and after.level in levels
    return chosen or _lasting(before) != _lasting(after)


def _lasting(profile: MinerProfile) -> tuple[object, ...]:
    parts, known = replace(profile, capabilities=None, level=None), profile.capabilities
    if known is None:
        return (parts,)
    valued = (known.numbers, known.unbounded, known.choices)
    return (
        parts,
        *(each.keys() for each in valued),
        known.commands,
        known.boards,
        known.wear,
        known.writable,
    )


def stored_profile(data: Mapping[str, Any]) -> MinerProfile | None:
    """Return the stored profile; None for a miner that was never seen."""
    stored = data.get(CONF_PROFILE)
    return None if stored is None else bounded(MinerProfile.from_dict(stored))
