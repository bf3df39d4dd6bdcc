"""All pools at once, each on its own port, with the same workers."""

from collections.abc import Callable, Iterable

from simulators.clock import Clock, SystemClock
from simulators.device import Devices

from .dialects import DIALECTS
from .pool import Pool
from .worker import Worker

ACCOUNT = "0x52908400098527886E0F7030069857D2E4169EE7"
PORT = 8700
TOKEN = "EXAMPLE-KEY:EXAMPLE-SECRET"  # noqa: S105
NOMINAL_HS = 62_500_000.0
SHARE_INTERVAL = 20.0


def _always(_name: str) -> bool:
    return True


class PoolSimulator(Devices):
    """Pools that see the shares of the same machines."""

    def __init__(
        self,
        workers: Iterable[str],
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        clock: Clock | None = None,
        is_hashing: Callable[[str], bool] = _always,
        account: str = ACCOUNT,
        token: str = TOKEN,
        dialects: Iterable[str] = DIALECTS,
        share_interval: float = SHARE_INTERVAL,
    ) -> None:
        """Let workers send shares while `is_hashing(name)`, one in so many seconds.

        The first pool takes `port`, the others those after it; 0 is any free ones.

        Raises:
            ValueError: There is no such dialect.
        """
        clock = clock or SystemClock()
        self.workers = {
            name: Worker(
                name,
                clock=clock,
                is_hashing=is_hashing,
                share_interval=share_interval,
                nominal_hs=NOMINAL_HS,
            )
            for name in workers
        }
        self.pools = {
            key: Pool(
                key,
                tuple(self.workers.values()),
                clock=clock,
                account=account,
                token=token,
                host=host,
                port=port and port + number,
            )
            for number, key in enumerate(dialects)
        }
        super().__init__({"pools": self.pools, "workers": self.workers})

    def url(self, key: str) -> str:
        """Return the base address of a pool."""
        return self.pools[key].url
