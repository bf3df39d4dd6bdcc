"""One connection to one device, shared by all of its outlets."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from aiohttp import ClientSession

from .kasa_library import async_load, async_open, failures, refuses_credentials
from .kasa_models import KasaAddress, KasaDevice, outlet_of
from .models import OutletAuthError, OutletError, OutletUnreachableError

if TYPE_CHECKING:
    from .kasa_driver import Driver

_LOGGER = logging.getLogger(__name__)

EXCHANGE_TIMEOUT = 5.0
"""Seconds for one question and its answer."""
# Users of Home Assistant's own integration report timeouts with many plugs at once.
AT_ONCE = 16
"""Exchanges with different devices at the same moment."""

type SessionFactory = Callable[[], ClientSession]
"""Makes a session for one device, with a jar of `create_cookie_jar`; its maker closes
it."""


class KasaConnection:
    """Asks one device one thing at a time, and reconnects after a failure."""

    def __init__(
        self,
        address: KasaAddress,
        *,
        session_factory: SessionFactory | None = None,
        limit: asyncio.Semaphore | None = None,
        exchange_timeout: float = EXCHANGE_TIMEOUT,
    ) -> None:
        """Be ready to connect; `limit` is shared by all connections of a network."""
        self._address = address
        self._session_factory = session_factory
        self._session: ClientSession | None = None
        self._limit = limit or asyncio.Semaphore()
        self._exchange_timeout = exchange_timeout
        self._driver: Driver | None = None
        self._moved = False
        self._lock = asyncio.Lock()
        self._reading: asyncio.Task[KasaDevice] | None = None
        self._users = 0

    @property
    def address(self) -> KasaAddress:
        """Where the device is and how it is spoken to."""
        return self._address

    @address.setter
    def address(self, address: KasaAddress) -> None:
        self._moved |= address != self._address
        self._address = address

    @property
    def device_id(self) -> str:
        """Who answers at the address, or it is another device."""
        return self._address.device_id

    def attach(self) -> None:
        """Count one more outlet that uses the connection."""
        self._users += 1

    async def async_detach(self) -> None:
        """Count one outlet less; close after the last one."""
        self._users -= 1
        if self._users:
            return
        if self._reading is not None:
            self._reading.cancel()
        async with self._lock:
            await self._async_drop()

    async def async_describe(self) -> KasaDevice:
        """Return the state of the device now; concurrent callers share the answer.

        Raises OutletUnreachableError, OutletAuthError and OutletUnsupportedError.
        """
        # Nothing can be out of date here: commands wait until a reading is over, so one
        # that is under way began after the last command.
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._async_read())
            self._reading.add_done_callback(_retrieve)
        reading = self._reading
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            if not reading.cancelled() or _is_being_cancelled():
                raise
            raise OutletUnreachableError("the connection was closed") from None

    async def async_meter(
        self, child_id: str | None
    ) -> tuple[float | None, float | None]:
        """Return power in W and energy in kWh, None for what cannot be read now."""
        async with self._lock:
            if self._driver is None:
                # Lost since the last description: whoever answers now is not known.
                return None, None
            try:
                return await self._async_ask(lambda d: d.async_meter(child_id))
            except OutletError as err:
                _LOGGER.debug("No meter reading of %s: %s", self._address.host, err)
                return None, None

    async def async_switch(self, child_id: str | None, *, on: bool) -> None:
        """Send the command once, and say nothing about its effect.

        Raises any OutletError except OutletNotConfirmedError: then no command was sent.
        """
        async with self._lock:
            # Finds a dead connection, an expired session or a stranger at the address
            # while nothing has been sent.
            device = await self._async_describe()
            outlet_of(device, self.device_id, child_id)
            try:
                await self._async_ask(lambda d: d.async_switch(child_id, on=on))
            except OutletError as err:
                # An answer that got lost does not mean that the command did.
                _LOGGER.debug("Command to %s in doubt: %s", self._address.host, err)

    async def _async_read(self) -> KasaDevice:
        async with self._lock:
            return await self._async_describe()

    async def _async_describe(self) -> KasaDevice:
        """Return the state of the device, asked a second time if need be."""
        # The session's maker may have closed it, as at the end of another rig's entry.
        if self._moved or (self._session is not None and self._session.closed):
            await self._async_drop()
        try:
            # What is kept may have learned from the failure, as the library's pause
            # for devices that close the connection after each request.
            return await self._async_ask(_describe, keep=True)
        except OutletUnreachableError:
            return await self._async_ask(_describe)

    async def _async_ask[T](
        self, question: Callable[[Driver], Awaitable[T]], *, keep: bool = False
    ) -> T:
        """Return one answer, or raise an OutletError and reconnect next time."""
        host = self._address.host
        # A session needs the library's cookie jar.
        await async_load()
        try:
            async with self._limit:
                if self._driver is None:
                    self._driver = await async_open(
                        self._address, self._own_session(), self._exchange_timeout
                    )
                async with asyncio.timeout(self._exchange_timeout):
                    return await question(self._driver)
        except OutletError:
            await self._async_drop()
            raise
        except failures() as err:
            if not keep:
                await self._async_drop()
            if refuses_credentials(err):
                raise OutletAuthError(f"{host} refuses the credentials") from err
            raise OutletUnreachableError(f"{host} {_complaint(err)}") from err

    def _own_session(self) -> ClientSession | None:
        """Return the session for a device that is spoken to by HTTP."""
        if self._address.connection_parameters is None or self._session_factory is None:
            return None
        if self._session is None or self._session.closed:
            self._session = self._session_factory()
        return self._session

    async def _async_drop(self) -> None:
        driver, self._driver, self._moved = self._driver, None, False
        if driver is not None:
            try:
                async with asyncio.timeout(self._exchange_timeout):
                    await driver.async_close()
            except failures() as err:
                _LOGGER.debug("Closing %s failed: %s", self._address.host, err)


class KasaConnections:
    """The connections of a whole network: one to each device, few busy at once."""

    def __init__(
        self,
        *,
        session_factory: SessionFactory | None = None,
        at_once: int = AT_ONCE,
        exchange_timeout: float = EXCHANGE_TIMEOUT,
    ) -> None:
        """Begin without any."""
        self._session_factory = session_factory
        self._limit = asyncio.Semaphore(at_once)
        self._exchange_timeout = exchange_timeout
        # Lives as long as an outlet uses it, and the credentials with it.
        self._connections: WeakValueDictionary[str, KasaConnection] = (
            WeakValueDictionary()
        )

    def to(self, address: KasaAddress) -> KasaConnection:
        """Return the connection to a device; the newest address of a device counts."""
        key = address.device_id.casefold()
        connection = self._connections.get(key)
        if connection is None:
            connection = self._connections[key] = KasaConnection(
                address,
                session_factory=self._session_factory,
                limit=self._limit,
                exchange_timeout=self._exchange_timeout,
            )
        connection.address = address
        return connection


async def _describe(driver: Driver) -> KasaDevice:
    return await driver.async_describe()


def _complaint(error: BaseException) -> str:
    """Say in what way no answer came, in words of our own: the library's may say more."""
    if isinstance(error, TimeoutError):
        return "does not answer"
    if was_refused(error):
        return "refuses connections"
    return "gives no usable answer"


def was_refused(error: BaseException) -> bool:
    """Return whether a refused connection is at the bottom of an error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ConnectionRefusedError):
        cause = cause.__cause__
    return cause is not None


def _retrieve(reading: asyncio.Task[KasaDevice]) -> None:
    """Retrieve the outcome of a reading: asyncio logs an exception that no one awaits."""
    if not reading.cancelled():
        reading.exception()


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
