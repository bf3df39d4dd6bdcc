"""ePIC as a driver: read over HTTP without a password."""

from contextlib import suppress
from typing import override

from ...credentials import SignIn
from ...errors import MinerError
from ...models import MinerSnapshot
from ...reading import PlainDriver, PlainReader
from ..web import Object, WebClient, require_object
from .parsing import parse_summary, require_summary


class EpicClient(WebClient):
    """Asks one miner; there is a password and no account, and no session."""

    async def async_summary(self) -> Object:
        """Return the readings; MinerError for anything else."""
        return require_summary(require_object(await self.async_read("/summary")))


class EpicReader(PlainReader):
    """Reads one miner again and again; asks for what it is once."""

    def __init__(self, client: EpicClient) -> None:
        """Take what asks it."""
        self._client = client
        self._about: object = None

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        summary = await self._client.async_summary()
        if self._about is None:
            with suppress(MinerError):
                self._about = await self._client.async_read("/capabilities")
        return parse_summary(summary, self._about)


class EpicDriver(PlainDriver[EpicClient]):
    """Reads what answers HTTP on the port of the CGMiner API."""

    name = "epic"
    ports = (4028,)
    sign_in = SignIn()
    client = EpicClient
    reads = EpicReader
