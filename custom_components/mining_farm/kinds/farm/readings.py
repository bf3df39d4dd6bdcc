"""Reads containers out of their turn, once one of them shows trouble."""

from collections.abc import Awaitable, Callable, Iterable
import math
from time import monotonic
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ...common.members import async_members

OTHERS_EVERY_S: Final = 10.0
"""They are read so often anyway."""


class Readings:
    """What a farm asks of the containers of its groups."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        containers: Callable[[], Iterable[Iterable[str]]],
    ) -> None:
        """Take the farm's entry, and what returns the containers of each group."""
        self._hass = hass
        self._entry = entry
        self._containers = containers
        self._others_at = -math.inf

    @callback
    def read(self, entry_ids: Iterable[str]) -> None:
        """Read these containers now."""
        for entry_id in entry_ids:
            member = async_members(self._hass).get(entry_id)
            if member is not None and member.refresh is not None:
                self._entry.async_create_background_task(
                    self._hass, _async(member.refresh), f"{member.name} is read again"
                )

    @callback
    def read_others(self, than: Iterable[str]) -> None:
        """Read all others now: what befalls one, as without mains, may befall all.

        Not again before they were read in their turn.
        """
        if (now := monotonic()) < self._others_at + OTHERS_EVERY_S:
            return
        self._others_at = now
        self.read(set[str]().union(*self._containers()).difference(than))


async def _async(refresh: Callable[[], Awaitable[None]]) -> None:
    await refresh()
