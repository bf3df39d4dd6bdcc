"""An Avalon as a second way beside its CGMiner API, on the same port."""

from typing import Any, override

from ...address import Address
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...errors import Failure, MinerError
from ...models import MinerSnapshot
from ...reading import PlainDriver, PlainReader
from ..api import PORT, async_ask
from ..decoding import raise_for_status, reply_status
from .parsing import Module, find_module, options_of, parse_module, when_of

# Of all that begins with `ascset` this alone changes nothing.
_HELP = {"command": "ascset", "parameter": "0,help"}
_READINGS = ("stats", "estats")


class AvalonClient:
    """Reads what one miner reports of its set points."""

    def __init__(
        self,
        address: Address,
        timeout_s: float = TIMEOUT_S,
        _credentials: Credentials | None = None,
    ) -> None:
        """Take the address, and the deadline of one exchange; reading needs no account."""
        self._address = address
        self._timeout_s = timeout_s
        self._reading: str | None = None
        """The command that brings the module."""
        self.when: int | None = None
        """The device's time in its last reply."""

    async def async_module(self) -> Module:
        """Return the fields of the one module; MinerError where there is none."""
        names = (self._reading,) if self._reading else _READINGS
        failure = MinerError(Failure.NOT_CGMINER, "the answer is not that of an Avalon")
        for name in names:
            try:
                module = find_module(await self._async_get({"command": name}))
            except MinerError as err:
                if err.failure is not Failure.UNKNOWN_COMMAND:
                    raise
                failure = err
                continue
            if module is not None:
                self._reading = name
                return module
        raise failure

    async def async_options(self) -> frozenset[str]:
        """Return what the device lists that it can be told."""
        return options_of(reply_status(await self._async_get(_HELP)).message)

    async def _async_get(self, request: dict[str, str]) -> dict[str, Any]:
        reply = await async_ask(self._address, request, self._timeout_s)
        self.when = when_of(reply) or self.when
        raise_for_status(reply)
        return reply


class AvalonReader(PlainReader):
    """Reads one miner again and again; asks for its options once per firmware."""

    def __init__(self, client: AvalonClient) -> None:
        """Take what asks it."""
        self._client = client
        self._options: frozenset[str] | None = None
        self._options_of: str | None = None

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        module = await self._client.async_module()
        firmware = module.get("Ver")
        if self._options is None or self._options_of != firmware:
            self._options = await self._client.async_options()
            self._options_of = firmware
        return parse_module(module, self._options)


class AvalonDriver(PlainDriver[AvalonClient]):
    """Reads the set points beside what the CGMiner API reads."""

    name = "avalon"
    ports = (PORT,)
    accompanies = ("avalon",)
    client = AvalonClient
    reads = AvalonReader
