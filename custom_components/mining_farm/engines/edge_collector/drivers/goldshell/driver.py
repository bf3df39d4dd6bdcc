"""Goldshell's web API as a driver: the second way beside its CGMiner API, or the only one."""

from dataclasses import replace
from typing import override

from ...credentials import SignIn
from ...identity import normalise_model
from ...models import MinerSnapshot
from ...reading import PlainDriver, PlainReader
from ...values import text
from .client import USER, GoldshellClient
from .parsing import parse_setting


class GoldshellReader(PlainReader):
    """Reads one miner again and again."""

    def __init__(self, client: GoldshellClient) -> None:
        """Take what asks it."""
        self._client = client

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        snapshot = MinerSnapshot()
        if self._client.credentials is not None:
            snapshot = parse_setting(await self._client.async_setting())
        status = await self._client.async_status()
        return replace(
            snapshot,
            model=normalise_model(status.get("model")),
            firmware=text(status.get("firmware")),
        )


class GoldshellDriver(PlainDriver[GoldshellClient]):
    """Reads who it is without a password, and its plans with one."""

    name = "goldshell"
    ports = (80,)
    accompanies = ("bfgminer", "generic")
    sign_in = SignIn(username=USER)
    client = GoldshellClient
    reads = GoldshellReader
