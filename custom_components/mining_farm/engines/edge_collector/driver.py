"""What every way to a miner offers, whatever protocol it speaks.

Reading and changing are apart: what is described here sends nothing that changes a
miner. A `writer` module beside a driver does, which `registry` alone imports; what can be
ordered is part of each reading.
"""

from typing import Any, Protocol, runtime_checkable

from .credentials import Credentials, SignIn
from .models import MinerSnapshot

TIMEOUT_S = 3.0
"""Deadline of one exchange with a miner that is polled."""


class Reader(Protocol):
    """Reads one miner again and again, and remembers what it has learned about it."""

    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        ...

    @property
    def memory(self) -> dict[str, Any] | None:
        """What has been learned and is worth keeping over a restart, as JSON."""
        ...

    def recall(self, memory: object) -> None:
        """Take over what was learned before; what cannot be used is ignored."""
        ...


@runtime_checkable
class BesideReader(Reader, Protocol):
    """A second way that need not ask for what the CGMiner API reports."""

    async def async_poll_beside(self) -> MinerSnapshot:
        """Return what only this way reports; MinerError when it gives nothing."""
        ...


class Driver(Protocol):
    """One way to a miner: a protocol and the devices that speak it."""

    @property
    def name(self) -> str:
        """Name of the driver, as entries may store it."""
        ...

    @property
    def ports(self) -> tuple[int, ...]:
        """TCP ports that it uses, the usual one first."""
        ...

    @property
    def accompanies(self) -> tuple[str, ...]:
        """CGMiner families (`Family.name`) of which it is the second way.

        Where the CGMiner API reads such a miner, this way is read beside it, and orders
        go by this one.
        """
        ...

    @property
    def sign_in(self) -> SignIn | None:
        """What a user has to give before it can order, or read; None: nothing."""
        ...

    async def async_identify(
        self, host: str, port: int, timeout_s: float
    ) -> MinerSnapshot:
        """Return a first reading, with the model where the miner states one.

        Asks once and sends no secret. Raises MinerError for whatever is no miner of this
        protocol. What can be ordered is part of it also where that needs a password: as
        far as the family tells it.
        """
        ...

    def reader(
        self,
        host: str,
        port: int,
        timeout_s: float = TIMEOUT_S,
        credentials: Credentials | None = None,
    ) -> Reader:
        """Return what reads the miner at an address.

        Without credentials it reads what it can without. With some, and where the miner
        does not take them, it raises MinerError of the kind AUTH_FAILED.
        """
        ...


class SigningDriver(Driver, Protocol):
    """A way whose `sign_in` is not None."""

    async def async_sign_in(
        self, host: str, port: int, timeout_s: float, credentials: Credentials
    ) -> None:
        """Prove credentials by a read that needs them, never by a write.

        Raises MinerError: AUTH_FAILED where the miner does not take them, else as a
        reading would.
        """
        ...
