"""Talks to one controller: `GET /cooler?operation=…`, one request at a time.

Writes are GETs as well, so nothing here repeats, prefetches or follows one.
"""

import asyncio
from collections.abc import Callable
from decimal import Decimal
import time

import aiohttp
from yarl import URL

from ..errors import (
    ContainerError,
    OutOfBoundsError,
    UnknownDeviceError,
    UnreachableError,
)
from ..models import MinerSummary, PlantReading, PressureUnit
from .envelope import unwrap
from .exchange import Timeout, fetch
from .miner_parsing import parse_miners
from .models import Model
from .parsing import parse_plant

DEADLINE = 10.0
"""Seconds for one request in total; a controller that asks its PLC takes up to 4."""
_BEYOND = 1e6


class AntspaceClient:
    """A container's controller; every method raises a ContainerError for no good answer."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        port: int,
        *,
        model: str | None = None,
        pressure_unit: PressureUnit = PressureUnit.MPA,
        deadline: float = DEADLINE,
        timeout: Timeout = asyncio.timeout,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep what is needed; the first state decides the model where it is None."""
        self.model = None if model is None else Model(model)
        self._session = session
        self._host = host.removeprefix("[").removesuffix("]")
        self._port = port
        self._pressure_unit = pressure_unit
        self._deadline = deadline
        self._timeout = timeout
        self._monotonic = monotonic
        self._one_at_a_time = asyncio.Lock()
        self._answered_at: float | None = None

    @property
    def address(self) -> str:
        """Return host and port as texts show them."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    @property
    def page(self) -> str:
        """Return the URL of the controller's own page."""
        return f"http://{self.address}"

    @property
    def silent_for(self) -> float | None:
        """Return the seconds since the last good answer; None before the first."""
        if self._answered_at is None:
            return None
        return self._monotonic() - self._answered_at

    async def read_plant(self, within: float | None = None) -> PlantReading:
        """Return the plant's state; `within` so many seconds where less than usual."""
        params = await self._ask("coolerState", within=within)
        try:
            reading = parse_plant(params, self.model, self._pressure_unit)
        except UnknownDeviceError as err:
            raise self._named(err) from err
        # The first answer decides: HK3s send keys of the other model too (miner-monitor).
        self.model = Model(reading.model)
        return reading

    async def read_miners(self) -> MinerSummary:
        """Return what the controller knows of its miners."""
        try:
            return parse_miners(await self._ask("minerInfo"))
        except UnknownDeviceError as err:
            raise self._named(err) from err

    async def start_cooling(self) -> None:
        """Ask to start cooling; the answer is no proof."""
        await self._ask("open")

    async def stop_cooling(self) -> None:
        """Ask to stop cooling, whatever the miners do; the answer is no proof."""
        await self._ask("close")

    async def reset_faults(self) -> None:
        """Ask to clear latched faults; the answer is no proof."""
        await self._ask("reset")

    async def set_temperature(self, celsius: float) -> None:
        """Ask for a fixed supply temperature and PID off; the answer is no proof.

        Raises OutOfBoundsError for no finite number; bounds are the caller's.
        """
        await self._ask("setTemp", temp=_plain(celsius))

    async def set_pid(self) -> None:
        """Ask for PID mode; the answer is no proof."""
        await self._ask("setTemp", temp="pid")

    async def _ask(
        self, operation: str, *, within: float | None = None, **query: str
    ) -> object:
        try:
            url = URL.build(
                scheme="http",
                host=self._host,
                port=self._port,
                path="/cooler",
                query={"operation": operation, **query},
            )
        except ValueError as err:
            raise UnreachableError(f"{self.address} is no address") from err
        deadline = self._deadline if within is None else min(within, self._deadline)
        # A controller asks its PLC at each request, for seconds (miner-monitor): requests
        # wait here, and their deadline begins with their turn.
        async with self._one_at_a_time:
            try:
                answer = await fetch(self._session, url, deadline, self._timeout)
                params = unwrap(*answer, operation)
            except ContainerError as err:
                raise self._named(err) from err
            self._answered_at = self._monotonic()
        return params

    def _named(self, err: ContainerError) -> ContainerError:
        """Return the same error with the controller's address in front."""
        return type(err)(f"{self.address}: {err}")


def _plain(celsius: float) -> str:
    """Return a number as the controller reads it: a point, no exponent, no zeros."""
    if isinstance(celsius, bool) or not isinstance(celsius, int | float):
        raise OutOfBoundsError("a set point has to be a number")
    if not abs(celsius) < _BEYOND:
        raise OutOfBoundsError("a set point has to be a finite temperature")
    text = f"{Decimal(repr(celsius)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
