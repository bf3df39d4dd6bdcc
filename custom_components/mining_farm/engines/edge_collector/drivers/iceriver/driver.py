"""IceRiver as a driver: its panel is read by a POST that changes nothing."""

from typing import override

from ...models import MinerSnapshot
from ...reading import PlainDriver, PlainReader
from ..web import WebClient, require_object
from .parsing import parse_panel


class IceRiverReader(PlainReader):
    """Reads one miner again and again."""

    def __init__(self, client: WebClient) -> None:
        """Take what asks it."""
        self._client = client

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        panel = await self._client.async_read(
            "/user/userpanel", method="POST", signed=False, query={"post": "4"}
        )
        return parse_panel(require_object(panel))


class IceRiverDriver(PlainDriver[WebClient]):
    """Reads IceRiver's KS, AL and AE series; what they can be told is not certain."""

    name = "iceriver"
    ports = (80,)
    client = WebClient
    reads = IceRiverReader
