"""API 2 of a Whatsminer as a second way beside the CGMiner API on the same port."""

from contextlib import suppress
from typing import override

from ...address import Address
from ...credentials import Credentials, SignIn
from ...driver import TIMEOUT_S
from ...errors import Failure, MinerError
from ...models import MinerSnapshot
from ...reading import PlainDriver, PlainReader
from ..api import PORT, Reply, async_ask
from ..decoding import raise_for_status
from .parsing import Row, is_status, message, parse_status

ACCOUNT = "admin"


class WhatsminerV2Client:
    """Reads what one miner reports of its set points; it sends nothing that changes it."""

    def __init__(
        self,
        address: Address,
        timeout_s: float = TIMEOUT_S,
        _credentials: Credentials | None = None,
    ) -> None:
        """Take the address, and the deadline of one exchange; reading needs no account."""
        self._address = address
        self._timeout_s = timeout_s

    async def async_status(self) -> Row:
        """Return the set points; MinerError where it is no Whatsminer's."""
        status = message(await self.async_get("status"))
        if not is_status(status):
            raise MinerError(Failure.NOT_CGMINER, "the answer is not a Whatsminer's")
        return status

    async def async_get(self, command: str) -> Reply:
        """Return the reply to a command that only reads."""
        reply = await async_ask(self._address, {"cmd": command}, self._timeout_s)
        raise_for_status(reply)
        return reply


class WhatsminerV2Reader(PlainReader):
    """Reads one miner again and again."""

    def __init__(self, client: WhatsminerV2Client) -> None:
        """Take what asks it."""
        self._client = client
        self._version: Row = {}
        self._version_of: object = None

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        status = await self._client.async_status()
        firmware = status.get("FirmwareVersion")
        info: Row = {}
        with suppress(MinerError):
            info = message(await self._client.async_get("get_miner_info"))
            if not self._version or self._version_of != firmware:
                self._version = message(await self._client.async_get("get_version"))
                self._version_of = firmware
        return parse_status(status, info, self._version)


class WhatsminerV2Driver(PlainDriver[WhatsminerV2Client]):
    """Reads the set points beside what the CGMiner API reads.

    No reading needs, and so proves, the password: it shows with the first command.
    """

    name = "whatsminer_v2"
    ports = (PORT,)
    accompanies = ("whatsminer",)
    sign_in = SignIn(username=ACCOUNT)
    client = WhatsminerV2Client
    reads = WhatsminerV2Reader
