"""Kasa plugs and the outlets of Kasa strips, through python-kasa."""

import asyncio
from collections.abc import Awaitable, Callable
import time
from typing import override

from .kasa_connection import KasaConnection
from .kasa_models import KasaOutletInfo, outlet_of
from .models import Outlet, OutletError, OutletNotConfirmedError, OutletReading

CONFIRM_WITHIN = 10.0
"""Seconds in which a reading must show what was commanded."""
_READ_EVERY = 0.5


class KasaOutlet(Outlet):
    """The only outlet of a plug, or one of a strip; never a strip as a whole."""

    def __init__(
        self,
        connection: KasaConnection,
        child_id: str | None = None,
        *,
        name: str = "",
        confirm_within: float = CONFIRM_WITHIN,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Use a connection until closed; `name` holds until the device reports one."""
        self._connection = connection
        self._child_id = child_id
        self._name = name
        self._confirm_within = confirm_within
        self._sleep = sleep
        self._monotonic = monotonic
        self._closed = False
        connection.attach()

    @property
    @override
    def id(self) -> str:
        return self._child_id or self._connection.device_id

    @property
    @override
    def name(self) -> str:
        return self._name

    @override
    async def async_read(self) -> OutletReading:
        outlet = await self._async_describe()
        watts, energy_kwh = None, None
        if outlet.measures:
            watts, energy_kwh = await self._connection.async_meter(self._child_id)
        return OutletReading(
            on=outlet.on,
            watts=watts,
            energy_kwh=energy_kwh,
            on_for=outlet.on_for if outlet.on else None,
        )

    @override
    async def async_turn_on(self) -> None:
        await self._async_turn(on=True)

    @override
    async def async_turn_off(self) -> None:
        await self._async_turn(on=False)

    @override
    async def async_close(self) -> None:
        if not self._closed:
            self._closed = True
            await self._connection.async_detach()

    async def _async_describe(self) -> KasaOutletInfo:
        device = await self._connection.async_describe()
        outlet = outlet_of(device, self._connection.device_id, self._child_id)
        self._name = outlet.alias or self._name
        return outlet

    async def _async_turn(self, *, on: bool) -> None:
        await self._connection.async_switch(self._child_id, on=on)
        seen_on: bool | None = None
        deadline = self._monotonic() + self._confirm_within
        # Plugs have accepted a command and switched seconds later, or never, as with a
        # welded contact. A reading that fails says nothing of either.
        while (left := deadline - self._monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    seen_on = (await self._async_describe()).on
            except OutletError, TimeoutError:
                pass
            if seen_on is on:
                return
            await self._sleep(min(_READ_EVERY, left))
        wanted = "on" if on else "off"
        seen = {True: "is still on", False: "is still off", None: "cannot be read"}
        raise OutletNotConfirmedError(
            f"{self._name or self.id} was switched {wanted} and {seen[seen_on]}",
            seen_on=seen_on,
        )
