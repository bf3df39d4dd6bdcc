"""Two ways to one miner as one: it answers while either of them does."""

from dataclasses import fields, replace
from typing import Any

from .driver import BesideReader, Reader
from .errors import Failure, MinerError
from .models import MinerSnapshot, MinerState
from .recognition import AnotherMinerError, Recognition

SPARED_POLLS = 20


class TwoWays:
    """Reads a miner by its CGMiner API and by another way, one after the other."""

    def __init__(
        self,
        first: tuple[str, Reader],
        second: tuple[str, Reader],
        known: Recognition | None = None,
    ) -> None:
        """Take the readers with the names of their drivers.

        `known` reads by the second without the account that it is given.
        """
        self._first_name, self._first = first
        self._second_name, self._second = second
        self._known = known
        self._spared = 0
        """Polls for which the second is not asked: failed logins lock some miners."""

    @property
    def memory(self) -> dict[str, Any] | None:
        """What the first has learned."""
        return self._first.memory

    def recall(self, memory: object) -> None:
        """Hand what was learned before to the first."""
        self._first.recall(memory)

    async def async_poll(self) -> MinerSnapshot:
        """Return what both report; the first's MinerError where neither does."""
        try:
            first = await self._first.async_poll()
        except MinerError as err:
            try:
                if self._known is not None:
                    await self._known.async_require()
                found = await self._second.async_poll()
            except AnotherMinerError:
                raise
            except MinerError:
                raise err from None
            return replace(_alone(found), failing={self._first_name: err.failure})
        if self._spared:
            self._spared -= 1
            return replace(first, failing={self._second_name: Failure.AUTH_FAILED})
        try:
            await self._async_require(first)
            return joined(first, await self._async_beside())
        except MinerError as err:
            if err.failure is Failure.AUTH_FAILED:
                self._spared = SPARED_POLLS
            return replace(first, failing={self._second_name: err.failure})

    async def _async_require(self, first: MinerSnapshot) -> None:
        """Raise MinerError unless the account is for what gave a first reading."""
        if (known := self._known) is None:
            return
        found, same = first, known.recognise(first)
        if same is None:
            found = joined(first, await known.look())
            same = known.recognise(found)
        if same is False:
            raise AnotherMinerError(found)

    async def _async_beside(self) -> MinerSnapshot:
        if isinstance(self._second, BesideReader):
            return await self._second.async_poll_beside()
        return await self._second.async_poll()


def _alone(second: MinerSnapshot) -> MinerSnapshot:
    """Return a reading of the second way without what it numbers in its own way."""
    return replace(
        second,
        temp_chip=second.temp_chip_max,
        boards=(),
        boards_healthy=0,
        boards_total=0,
        fans=(),
    )


def joined(first: MinerSnapshot, second: MinerSnapshot) -> MinerSnapshot:
    """Return a reading with what only the second way reports.

    The way that takes the orders knows best whether the miner was put to sleep: what
    the first goes on stating of its rates is no longer so.
    """
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
    if second.reported_state is MinerState.PAUSED:
        added["hashrate_ghs"] = 0.0
        boards = added.get("boards", first.boards)
        added["boards"] = tuple(
            board if board.hashrate_ghs is None else replace(board, hashrate_ghs=0.0)
            for board in boards
        )
    return replace(first, **added)


_NOTHING = MinerSnapshot()
_FIELDS = tuple(each.name for each in fields(MinerSnapshot))
