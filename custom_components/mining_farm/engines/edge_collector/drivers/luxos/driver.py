"""LuxOS as a second way beside its CGMiner API, on the same port."""

from contextlib import suppress
from dataclasses import replace
from typing import Any, override

from ...address import Address
from ...capabilities import Capabilities, Command, Value
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...errors import Failure, MinerError
from ...models import MinerSnapshot
from ...reading import PlainDriver, PlainReader
from ...values import positive
from ..api import PORT, async_ask
from ..decoding import raise_for_status
from .parsing import (
    Row,
    capabilities_of,
    fan_settings,
    fans_of,
    parse_config,
    row_of,
    rows_of,
)


class LuxOsClient:
    """Reads what one miner reports of its set points; reading needs no session."""

    def __init__(
        self,
        address: Address,
        timeout_s: float = TIMEOUT_S,
        _credentials: Credentials | None = None,
    ) -> None:
        """Take the address, and the deadline of one exchange; reading needs no account."""
        self._address = address
        self._timeout_s = timeout_s

    async def async_config(self) -> Row:
        """Return `config`; MinerError where it is not that of LuxOS."""
        config = row_of(await self._async_get("config"), "CONFIG")
        if "CurtailMode" not in config:
            raise MinerError(Failure.NOT_CGMINER, "the answer is not that of LuxOS")
        return config

    async def async_rows(self, command: str, section: str) -> list[Row]:
        """Return the rows that a command answers; none where it is unknown."""
        with suppress(MinerError):
            return rows_of(await self._async_get(command), section)
        return []

    async def async_known_rows(self, command: str, section: str) -> list[Row]:
        """Return the rows as well, but raise MinerError where it does not answer."""
        try:
            return rows_of(await self._async_get(command), section)
        except MinerError as err:
            if err.failure in (Failure.UNKNOWN_COMMAND, Failure.COMMAND_FAILED):
                return []
            raise

    async def async_fan_mode(self) -> object:
        """Return whether the fans are automatic, as `tempctrl` says it."""
        rows = await self.async_rows("tempctrl", "TEMPCTRL")
        return rows[0].get("Mode") if rows else None

    async def async_capabilities(self) -> Capabilities:
        """Return what can be ordered."""
        profiles = await self.async_rows("profiles", "PROFILES")
        atm = await self.async_rows("atm", "ATM")
        fan_mode = await self.async_fan_mode()
        return capabilities_of(profiles, fan_mode, atm[0] if atm else {})

    async def async_fans(self) -> dict[Command, Value]:
        """Return how the fans are set."""
        fans = await self.async_rows("fans", "FANS")
        return fan_settings(fans, await self.async_fan_mode())

    async def async_power_target(self) -> float | None:
        """Return the power in W that the miner tunes itself to."""
        atm = await self.async_rows("atm", "ATM")
        return positive(atm[0].get("PowerTarget")) if atm else None

    async def _async_get(self, command: str) -> dict[str, Any]:
        request = {"command": command}
        reply = await async_ask(self._address, request, self._timeout_s)
        raise_for_status(reply)
        return reply


class LuxOsReader(PlainReader):
    """Reads one miner again and again; asks once for what can be ordered."""

    def __init__(self, client: LuxOsClient) -> None:
        """Take what asks it."""
        self._client = client
        self._capabilities: Capabilities | None = None

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        snapshot = parse_config(await self._client.async_config())
        return await self._async_added(snapshot)

    async def async_poll_beside(self) -> MinerSnapshot:
        """Return what the CGMiner API, which reads `config`, does not report."""
        return await self._async_added(MinerSnapshot())

    async def _async_added(self, snapshot: MinerSnapshot) -> MinerSnapshot:
        fans = await self._client.async_known_rows("fans", "FANS")
        if self._capabilities is None:
            self._capabilities = await self._client.async_capabilities()
        found = dict(snapshot.settings)
        if Command.FAN_SPEED in self._capabilities.numbers:
            found |= fan_settings(fans, await self._client.async_fan_mode())
        if Command.POWER_TARGET in self._capabilities.unbounded:
            target = await self._client.async_power_target()
            found |= {} if target is None else {Command.POWER_TARGET: target}
        return replace(
            snapshot,
            fans=fans_of(fans),
            capabilities=self._capabilities,
            settings=found,
        )


class LuxOsDriver(PlainDriver[LuxOsClient]):
    """Reads the set points beside what the CGMiner API reads."""

    name = "luxos"
    ports = (PORT,)
    accompanies = ("luxos",)
    client = LuxOsClient
    reads = LuxOsReader
