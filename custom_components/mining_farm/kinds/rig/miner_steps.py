"""What the linked miner can be told before its power is cut."""

from typing import Any, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ...common.members import Member, MinerFacts, RestartKind, async_members
from ...const import CONF_MINER_ENTRY


class Linked(Protocol):
    """A rig that may be linked with a miner."""

    hass: HomeAssistant
    config_entry: ConfigEntry[Any]


def possible_steps(rig: Linked) -> tuple[RestartKind, ...]:
    """Return what can be told now: nothing to a miner that is silent or may be another."""
    if (member := _miner(rig)) is None:
        return ()
    facts = member.facts()
    if not isinstance(facts, MinerFacts) or not facts.fresh or facts.identity_in_doubt:
        return ()
    return tuple(member.restarts)


async def async_take_step(rig: Linked, kind: RestartKind) -> bool:
    """Send it once; return whether the miner may have taken it."""
    member = _miner(rig)
    restart = None if member is None else member.restarts.get(kind)
    if restart is None:
        return False
    receipt = await restart()
    return receipt.taken


def _miner(rig: Linked) -> Member | None:
    entry_id = rig.config_entry.data.get(CONF_MINER_ENTRY)
    return None if entry_id is None else async_members(rig.hass).get(entry_id)
