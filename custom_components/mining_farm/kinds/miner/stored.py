"""What the entry of a miner stores, and the profile in it as the engine takes it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.helpers.device_registry import format_mac

from ...const import CONF_KIND, Kind
from ...engines.edge_collector import CGMINER, Identified, MinerProfile
from .const import CONF_DRIVER, CONF_MAC, CONF_PROFILE


def entry_data(host: str, found: Identified, mac: str | None = None) -> dict[str, Any]:
    """Return what the entry of a miner that answered stores."""
    snapshot = found.snapshot
    mac = mac or (snapshot.mac and format_mac(snapshot.mac))
    return {
        CONF_KIND: Kind.MINER,
        CONF_HOST: host,
        CONF_PORT: found.port,
        CONF_DRIVER: found.driver,
        **profile_data(MinerProfile().learn(snapshot)),
    } | ({CONF_MAC: mac} if mac else {})


def stored_driver(data: Mapping[str, Any]) -> str:
    """Return the driver of an entry; those from before there were several name none."""
    driver: str = data.get(CONF_DRIVER, CGMINER)
    return driver


def profile_data(profile: MinerProfile) -> dict[str, Any]:
    """Return the part of an entry's data that holds the profile."""
    return {CONF_PROFILE: asdict(profile)}


def stored_profile(data: Mapping[str, Any]) -> MinerProfile | None:
    """Return the stored profile; None for a miner that was never seen."""
    stored = data.get(CONF_PROFILE)
    return None if stored is None else MinerProfile.from_dict(stored)
