"""An account is for one miner: what answers is read without it before it is sent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from .controls import OnSent, Order, Outcome, Turn, Writer
from .driver import Reader
from .errors import Failure, MinerError
from .models import MinerSnapshot
from .prove import Waiting, async_read_before

type Recognise = Callable[[MinerSnapshot], bool | None]
"""Whether a reading is of the miner that an account is for; None where it cannot say."""


class AnotherMinerError(MinerError):
    """Another miner answers than the one that an account is for; it was not sent."""

    def __init__(self, snapshot: MinerSnapshot) -> None:
        """Keep what was read of it."""
        super().__init__(Failure.ANOTHER_MINER, "another miner answers")
        self.snapshot = snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What has to come before an account is sent."""

    look: Callable[[], Awaitable[MinerSnapshot]]
    """Reads without an account; MinerError where nothing is read."""
    recognise: Recognise

    async def async_require(self) -> None:
        """Raise MinerError, of the kind ANOTHER_MINER or as the reading does."""
        found = await self.look()
        if self.recognise(found) is False:
            raise AnotherMinerError(found)


class RecognisingReader:
    """Reads with an account what was recognised without it, each time."""

    def __init__(self, reader: Reader, recognition: Recognition) -> None:
        """Take what reads with the account."""
        self._reader = reader
        self._recognition = recognition

    @property
    def memory(self) -> dict[str, Any] | None:
        """What the reader has learned."""
        return self._reader.memory

    def recall(self, memory: object) -> None:
        """Hand what was learned before to the reader."""
        self._reader.recall(memory)

    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        await self._recognition.async_require()
        return await self._reader.async_poll()


class RecognisingWriter:
    """Orders with an account what was recognised without it, each time."""

    def __init__(
        self, writer: Writer, recognition: Recognition, turn: Turn, waiting: Waiting
    ) -> None:
        """Take what writes with the account, and the turn of each exchange."""
        self._writer = writer
        self._recognition = recognition
        self._turn = turn
        self._waiting = waiting

    async def async_carry_out(self, order: Order, on_sent: OnSent) -> Outcome:
        """Carry out an order; ControlError, NO_ANSWER where another miner answers."""
        await async_read_before(self._async_require, self._waiting, order.patience)
        return await self._writer.async_carry_out(order, on_sent)

    async def _async_require(self) -> None:
        async with self._turn:
            await self._recognition.async_require()
