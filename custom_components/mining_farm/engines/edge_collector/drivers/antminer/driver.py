"""The pages of stock Antminers as a driver: HTTP with a password (digest)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
import time
from typing import Any

from ...address import Address
from ...credentials import Credentials, SignIn
from ...driver import TIMEOUT_S
from ...errors import Failure, MinerError
from ...models import MinerSnapshot, MinerState
from ...profile import WARM_UP_S
from . import parsing
from .client import USERNAME, AntminerClient
from .dialects import SLEEP, by_realm

PORT = 80
RARELY = 20
"""Polls between two questions whose answer seldom changes, or never comes."""


class AntminerReader:
    """Reads one miner again and again, alone or beside its port 4028."""

    def __init__(
        self,
        client: AntminerClient,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know nothing yet."""
        self._client = client
        self._monotonic = monotonic
        self._polls = 0
        self._system: parsing.Page | None = None
        self._blinking: bool | None = None
        self._meter = True
        self._started: float | None = None

    @property
    def memory(self) -> dict[str, Any] | None:
        """Nothing: what there is to learn takes one request."""
        return None

    def recall(self, memory: object) -> None:
        """Take over nothing."""

    async def async_poll(self) -> MinerSnapshot:
        """Return a reading by the pages alone."""
        return await self._async_read(whole=True)

    async def async_poll_beside(self) -> MinerSnapshot:
        """Return what port 4028 does not report."""
        return await self._async_read(whole=False)

    async def _async_read(self, *, whole: bool) -> MinerSnapshot:
        try:
            return await self._async_pages(whole=whole)
        except MinerError:
            # Another miner may answer here the next time.
            self._system = None
            raise

    async def _async_pages(self, *, whole: bool) -> MinerSnapshot:
        rarely = self._polls % RARELY == 0
        self._polls += 1
        conf = await self._client.async_conf()
        if self._system is None:
            self._system = await self._client.async_system()
        if rarely:
            self._meter = True
            with suppress(MinerError):
                self._blinking = await self._client.async_blinking()
        stats: parsing.Page | None = None
        # Its port 4028 may go on stating the last rates while it sleeps.
        if whole or parsing.mode_of(conf) == SLEEP:
            stats = await self._client.async_stats()
        state = None if stats is None else self._believed(parsing.state_of(conf, stats))
        found = parsing.beside(self._system, conf, state=state, blinking=self._blinking)
        if whole and stats is not None:
            found = parsing.alone(stats, found)
        watts = await self._async_watts()
        if watts is None:
            return found
        with suppress(MinerError):
            found = replace(found, fault=await self._client.async_warning())
        return replace(found, power_w=watts)

    def _believed(self, state: MinerState | None) -> MinerState | None:
        """Return a state; one that starts for longer than any does, does not start."""
        if state is not MinerState.STARTING:
            self._started = None
            return state
        if self._started is None:
            self._started = self._monotonic()
        begun = self._monotonic() - self._started < WARM_UP_S
        return state if begun else MinerState.IDLE

    async def _async_watts(self) -> float | None:
        """Return the watts of models that measure them; others are seldom asked."""
        if not self._meter:
            return None
        watts = None
        with suppress(MinerError):
            watts = await self._client.async_watts()
        self._meter = watts is not None
        return watts


class AntminerDriver:
    """Reads the pages of stock Antminers, Hammer and Elphapex."""

    name = "antminer"
    ports = (PORT,)
    accompanies = ("antminer", "antminer-new-api", "elphapex")
    sign_in = SignIn(username=USERNAME, to_read=True)

    async def async_identify(
        self, host: str, port: int, timeout_s: float
    ) -> MinerSnapshot:
        """Return what the challenge of the pages tells; MinerError for any other."""
        client = AntminerClient(Address(host, port), timeout_s, None)
        if by_realm(await client.async_challenge()) is None:
            raise MinerError(Failure.NOT_CGMINER, "no pages of an Antminer")
        return MinerSnapshot(capabilities=parsing.CAN_SLEEP)

    async def async_sign_in(
        self, host: str, port: int, timeout_s: float, credentials: Credentials
    ) -> None:
        """Read the configuration; MinerError where the account does not open it."""
        client = AntminerClient(Address(host, port), timeout_s, credentials)
        await client.async_conf()

    def reader(
        self,
        host: str,
        port: int,
        timeout_s: float = TIMEOUT_S,
        credentials: Credentials | None = None,
    ) -> AntminerReader:
        """Return what reads the miner at an address."""
        return AntminerReader(
            AntminerClient(Address(host, port), timeout_s, credentials)
        )
