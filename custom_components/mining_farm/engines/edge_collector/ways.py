"""Two ways to one miner as one: it answers while either of them does."""

from dataclasses import fields, replace
from typing import Any

from .driver import Reader
from .errors import MinerError
from .models import MinerSnapshot


class TwoWays:
    """Reads a miner by its CGMiner API and by another way, one after the other."""

    def __init__(self, first: tuple[str, Reader], second: tuple[str, Reader]) -> None:
        """Take the readers with the names of their drivers."""
        self._readers = dict((first, second))
        self._first = first[1]

    @property
    def memory(self) -> dict[str, Any] | None:
        """What the first has learned."""
        return self._first.memory

    def recall(self, memory: object) -> None:
        """Hand what was learned before to the first."""
        self._first.recall(memory)

    async def async_poll(self) -> MinerSnapshot:
        """Return what both report; the first's MinerError where neither does."""
        readings: list[MinerSnapshot] = []
        failures: dict[str, MinerError] = {}
        for name, reader in self._readers.items():
            try:
                readings.append(await reader.async_poll())
            except MinerError as err:
                failures[name] = err
        if not readings:
            raise next(iter(failures.values()))
        return replace(
            joined(*readings),
            failing={name: err.failure for name, err in failures.items()},
        )


def joined(first: MinerSnapshot, second: MinerSnapshot | None = None) -> MinerSnapshot:
    """Return a reading with what only the second way reports.

    The way that takes the orders knows best whether the miner was put to sleep.
    """
    if second is None:
        return first
    added: dict[str, Any] = {
        each: getattr(second, each)
        for each in _FIELDS
        if getattr(first, each) == getattr(_NOTHING, each)
    }
    added["settings"] = {**first.settings, **second.settings}
    added["capabilities"] = second.capabilities or first.capabilities
    added["reported_state"] = second.reported_state or first.reported_state
    # The CGMiner API names the mining software, which is but a part of it.
    added["firmware"] = second.firmware or first.firmware
    if "boards" not in added:
        # Numbers that belong to the boards of the first.
        added |= {"boards_healthy": first.boards_healthy}
        added |= {"boards_total": first.boards_total}
    return replace(first, **added)


_NOTHING = MinerSnapshot()
_FIELDS = tuple(each.name for each in fields(MinerSnapshot))
