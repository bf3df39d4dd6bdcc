"""The CGMiner API as a driver: plain TCP, no password to read."""

from ...credentials import Credentials, SignIn
from ...driver import TIMEOUT_S
from ...errors import MinerError
from ...models import MinerSnapshot
from .client import DEFAULT_PORT, CGMinerClient
from .collector import MinerCollector


class CGMinerDriver:
    """Reads whatever answers on port 4028: cgminer, bmminer and their descendants."""

    name = "cgminer"
    ports = (DEFAULT_PORT,)
    accompanies: tuple[str, ...] = ()
    sign_in: SignIn | None = None

    def __init__(self, *, retries: int = 3) -> None:
        """Take how often a reader repeats a request that brought nothing."""
        self._retries = retries

    async def async_identify(
        self, host: str, port: int, timeout_s: float
    ) -> MinerSnapshot:
        """Return a first reading; MinerError when none comes.

        Some firmware states the model only beside what a first poll asks for, so a
        second poll may be needed.
        """
        collector = MinerCollector(CGMinerClient(host, port, timeout_s, retries=0))
        snapshot = await collector.async_poll()
        if snapshot.model is not None:
            return snapshot
        try:
            return await collector.async_poll()
        except MinerError:
            return snapshot

    def reader(
        self,
        host: str,
        port: int,
        timeout_s: float = TIMEOUT_S,
        credentials: Credentials | None = None,  # noqa: ARG002
    ) -> MinerCollector:
        """Return a collector, which learns what the miner's firmware may be asked."""
        client = CGMinerClient(host, port, timeout_s, retries=self._retries)
        return MinerCollector(client)
