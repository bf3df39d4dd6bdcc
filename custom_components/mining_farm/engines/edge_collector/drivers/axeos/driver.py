"""AxeOS as a driver: it is read over HTTP without a password."""

from contextlib import suppress
from typing import Any

from ...credentials import Credentials, SignIn
from ...driver import TIMEOUT_S
from ...errors import Failure, MinerError
from ...models import MinerSnapshot
from ..http import Address, Answer, async_get
from .parsing import Info, parse_asic, parse_info, parse_snapshot

INFO = "/api/system/info"
ASIC = "/api/system/asic"
PORT = 80


class AxeOsClient:
    """Reads what one device reports; it sends nothing but GET."""

    def __init__(self, address: Address, timeout_s: float = TIMEOUT_S) -> None:
        """Take the address, and the deadline of one exchange."""
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


class AxeOsReader:
    """Reads one device again and again; asks for its options once per firmware."""

    def __init__(self, client: AxeOsClient) -> None:
        """Know nothing yet."""
        self._client = client
        self._asic: Info | None = None
        self._asic_of: object = None

    @property
    def memory(self) -> dict[str, Any] | None:
        """Nothing: what there is to learn takes one request."""
        return None

    def recall(self, memory: object) -> None:
        """Take over nothing."""

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


class AxeOsDriver:
    """Reads Bitaxe, NerdAxe, NerdQAxe+ and NerdOctaxe."""

    name = "axeos"
    ports = (PORT,)
    accompanies: tuple[str, ...] = ()
    sign_in: SignIn | None = None

    async def async_identify(
        self, host: str, port: int, timeout_s: float
    ) -> MinerSnapshot:
        """Return a first reading; MinerError for anything else at this address."""
        return await self.reader(host, port, timeout_s).async_poll()

    def reader(
        self,
        host: str,
        port: int,
        timeout_s: float = TIMEOUT_S,
        credentials: Credentials | None = None,  # noqa: ARG002
    ) -> AxeOsReader:
        """Return what reads the device at an address."""
        return AxeOsReader(AxeOsClient(Address(host, port), timeout_s))
