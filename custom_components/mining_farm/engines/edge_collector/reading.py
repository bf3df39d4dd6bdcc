"""What drivers have in common whose readers learn nothing."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from .address import Address
from .credentials import Credentials, SignIn
from .driver import TIMEOUT_S
from .models import MinerSnapshot


class PlainReader(ABC):
    """Reads one miner again and again, each time in the same way."""

    @property
    def memory(self) -> dict[str, Any] | None:
        """Nothing."""
        return None

    def recall(self, memory: object) -> None:
        """Take over nothing."""
        del memory

    @abstractmethod
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""


class PlainDriver[ClientT]:
    """A way to a miner by which a first reading shows what it is."""

    name: str
    ports: tuple[int, ...]
    accompanies: tuple[str, ...] = ()
    sign_in: SignIn | None = None
    client: Callable[[Address, float, Credentials | None], ClientT]
    """Makes what asks a miner, with the deadline of one exchange."""
    reads: Callable[[ClientT], PlainReader]
    """Makes what reads the miner by its client."""

    def reader(
        self,
        host: str,
        port: int,
        timeout_s: float = TIMEOUT_S,
        credentials: Credentials | None = None,
    ) -> PlainReader:
        """Return what reads the miner at an address."""
        return self.reads(self.client(Address(host, port), timeout_s, credentials))

    async def async_identify(
        self, host: str, port: int, timeout_s: float
    ) -> MinerSnapshot:
        """Return a first reading; MinerError for anything else at this address."""
        return await self.reader(host, port, timeout_s).async_poll()

    async def async_sign_in(
        self, host: str, port: int, timeout_s: float, credentials: Credentials
    ) -> None:
        """Prove credentials by a reading; MinerError where the miner refuses them."""
        await self.reader(host, port, timeout_s, credentials).async_poll()
