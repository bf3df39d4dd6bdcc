"""All pools at once, each on its own port, with the same workers."""

from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from typing import Self

from simulators.clock import Clock, SystemClock
from simulators.commands import Device

from .dialects import DIALECTS
from .pool import Pool
from .worker import Worker

ACCOUNT = "0x52908400098527886E0F7030069857D2E4169EE7"
TOKEN = "EXAMPLE-KEY"  # noqa: S105
NOMINAL_HS = 62_500_000.0
SHARE_INTERVAL = 20.0


def _always(_name: str) -> bool:
    return True


class PoolSimulator:
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
        self._running = AsyncExitStack()

    @property
    def groups(self) -> dict[str, dict[str, Device]]:
        """Devices by kind and name, for a control port or a farm."""
        return {"pools": dict(self.pools), "workers": dict(self.workers)}

    def url(self, key: str) -> str:
        """Return the base address of a pool."""
        return self.pools[key].url

    async def __aenter__(self) -> Self:
        """Start everything, or nothing."""
        async with AsyncExitStack() as starting:
            for devices in self.groups.values():
                for device in devices.values():
                    await device.start()
                    starting.push_async_callback(device.stop)
            self._running = starting.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        await self._running.aclose()
