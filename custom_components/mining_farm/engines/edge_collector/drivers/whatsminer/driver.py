"""A Whatsminer by API 3 as a driver: it is read without a password."""

from contextlib import suppress
from typing import override

from ...address import Address
from ...credentials import Credentials, SignIn
from ...driver import TIMEOUT_S
from ...errors import Failure, MinerError
from ...models import MinerSnapshot
from ...reading import PlainDriver, PlainReader
from .frames import PORT, Message, async_ask
from .parsing import parse_device, section, with_devices, with_percent, with_summary

DEVICE = "get.device.info"
STATUS = "get.miner.status"
SETTING = "get.miner.setting"
ACCOUNT = "super"
"""`admin` of API 2 is no longer taken."""


class WhatsminerClient:
    """Reads what one miner reports; it sends nothing but `get` commands."""

    def __init__(
        self,
        address: Address,
        timeout_s: float = TIMEOUT_S,
        _credentials: Credentials | None = None,
    ) -> None:
        """Take the address, and the deadline of one exchange; reading needs no account."""
        self._address = address
        self._timeout_s = timeout_s

    async def async_device(self) -> Message:
        """Return who the miner is, and its set points; MinerError when it says nothing."""
        device = await self._async_get(DEVICE)
        if not section(device, "miner") and not section(device, "system"):
            raise MinerError(Failure.NOT_CGMINER, "the answer is not that of API 3")
        return device

    async def async_status(self, part: str) -> object:
        """Return a part of the present readings: `summary` or `edevs`."""
        return (await self._async_get(STATUS, part)).get(part)

    async def async_setting(self) -> Message:
        """Return what is set for the frequencies and the power."""
        return await self._async_get(SETTING)

    async def _async_get(self, command: str, parameter: str | None = None) -> Message:
        message = {"cmd": command}
        if parameter is not None:
            message["param"] = parameter
        reply = await async_ask(self._address, message, self._timeout_s)
        if reply.get("code") != 0:
            raise MinerError(
                Failure.COMMAND_FAILED, f"{command} is answered by {reply.get('code')}"
            )
        return section(reply, "msg")


class WhatsminerReader(PlainReader):
    """Reads one miner again and again."""

    def __init__(self, client: WhatsminerClient) -> None:
        """Take what asks it."""
        self._client = client

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none.

        While mining is stopped or restarts, the device answers and its boards do not.
        """
        snapshot = parse_device(await self._client.async_device())
        with suppress(MinerError):
            summary = section(await self._client.async_status("summary"))
            snapshot = with_summary(snapshot, summary)
            devices = await self._client.async_status("edevs")
            snapshot = with_devices(snapshot, devices)
            setting = await self._client.async_setting()
            snapshot = with_percent(snapshot, setting)
        return snapshot


class WhatsminerDriver(PlainDriver[WhatsminerClient]):
    """Reads what answers API 3, beside the rest of API 2 that this firmware keeps.

    No reading needs, and so proves, the password: it shows with the first command.
    """

    name = "whatsminer"
    ports = (PORT,)
    accompanies = ("whatsminer",)
    sign_in = SignIn(username=ACCOUNT)
    client = WhatsminerClient
    reads = WhatsminerReader
