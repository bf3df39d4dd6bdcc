"""AxeOS as a driver: it is read over HTTP without a password."""

from contextlib import suppress
from typing import override

from ...address import Address
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...errors import Failure, MinerError
from ...models import MinerSnapshot
from ...reading import PlainDriver, PlainReader
from ..http import Answer, async_get
from .parsing import Info, parse_asic, parse_info, parse_snapshot

INFO = "/api/system/info"
ASIC = "/api/system/asic"
PORT = 80


class AxeOsClient:
    """Reads what one device reports; it sends nothing but GET."""

    def __init__(
        self,
        address: Address,
        timeout_s: float = TIMEOUT_S,
        _credentials: Credentials | None = None,
    ) -> None:
        """Take the address, and the deadline of one exchange; reading needs no account."""
        self._address = address
        self._timeout_s = timeout_s

    async def async_info(self) -> Info:
        """Return the readings; MinerError when there are none."""
        answer = await self._async_get(INFO)
        if answer.status != 200:
            raise MinerError(
                Failure.NOT_CGMINER, f"{INFO} answers with HTTP {answer.status}"
            )
        return parse_info(answer.body)

    async def async_asic(self) -> Info:
        """Return what the device lists for its chip; older firmware lists nothing."""
        answer = await self._async_get(ASIC)
        return parse_asic(answer.body) if answer.status == 200 else {}

    async def _async_get(self, path: str) -> Answer:
        answer = await async_get(self._address, path, self._timeout_s)
        # AxeOS has no password: it answers only within its own private network.
        if answer.status == 401:
            raise MinerError(
                Failure.DENIED, "it answers in its own private network only"
            )
        return answer


class AxeOsReader(PlainReader):
    """Reads one device again and again; asks for its options once per firmware."""

    def __init__(self, client: AxeOsClient) -> None:
        """Know nothing yet."""
        self._client = client
        self._asic: Info | None = None
        self._asic_of: object = None

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the device gives none."""
        info = await self._client.async_info()
        firmware = (info.get("version"), info.get("ASICModel"))
        if self._asic is None or self._asic_of != firmware:
            self._asic, self._asic_of = None, firmware
            # Readings come without the options, too; the next poll asks for them again.
            with suppress(MinerError):
                self._asic = await self._client.async_asic()
        return parse_snapshot(info, self._asic)


class AxeOsDriver(PlainDriver[AxeOsClient]):
    """Reads Bitaxe, NerdAxe, NerdQAxe+ and NerdOctaxe."""

    name = "axeos"
    ports = (PORT,)
    client = AxeOsClient
    reads = AxeOsReader
