"""Braiins OS over REST as a driver: the second way beside its CGMiner API, or the only one."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, override

from ...capabilities import Capabilities, Command, Value
from ...credentials import SignIn
from ...errors import MinerError
from ...models import MinerSnapshot
from ...reading import PlainDriver, PlainReader
from ...values import hottest
from ..web import at
from . import cooling
from .client import API, DETAILS, USER, BraiinsClient
from .parsing import (
    WITHOUT_ACCOUNT,
    boards_on,
    capabilities_of,
    fans_of,
    parse_details,
    with_stats,
)


class BraiinsReader(PlainReader):
    """Reads one miner again and again; asks for its bounds once per firmware."""

    def __init__(self, client: BraiinsClient) -> None:
        """Take what asks it."""
        self._client = client
        self._capabilities: Capabilities | None = None
        self._capabilities_of: str | None = None

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        client = self._client
        if client.credentials is None:
            await client.async_version()
            return WITHOUT_ACCOUNT
        details = await client.async_object(DETAILS)
        tuner = await self._async_beside("/performance/tuner-state")
        snapshot = parse_details(details, tuner)
        state = await self._async_beside("/cooling/state")
        highest = at(state, "highest_temperature", "temperature", "degree_c")
        added: dict[str, Any] = {
            "fans": fans_of(state),
            "temperature_overall": hottest(highest),
            "boards_on": boards_on(await self._async_beside("/miner/hw/hashboards")),
            "capabilities": await self._async_capabilities(snapshot.firmware),
            **with_stats(snapshot, await self._async_beside("/miner/stats")),
        }
        added["settings"] = {**snapshot.settings, **await self._async_settings()}
        return replace(snapshot, **added)

    async def _async_settings(self) -> Mapping[Command, Value]:
        """Return what is set beside the targets."""
        configuration = await self._async_beside(cooling.CONFIGURATION)
        found = cooling.settings_of(cooling.cooling_of(configuration))
        locating = await self._async_beside("/actions/locate")
        if isinstance(locating, bool):
            return {**found, Command.LOCATE: locating}
        return found

    async def _async_capabilities(self, firmware: str | None) -> Capabilities | None:
        if self._capabilities is None or self._capabilities_of != firmware:
            found = await self._async_beside("/configuration/constraints")
            self._capabilities = None if found is None else capabilities_of(found)
            self._capabilities_of = firmware
        return self._capabilities

    async def _async_beside(self, path: str) -> object:
        """Return what a reading can do without; None where it is not answered."""
        with suppress(MinerError):
            return await self._client.async_read(f"{API}{path}")
        return None


class BraiinsDriver(PlainDriver[BraiinsClient]):
    """Reads and signs in to a Braiins OS of 25.07 or newer."""

    name = "braiins"
    ports = (80,)
    accompanies = ("braiins",)
    sign_in = SignIn(username=USER, may_be_empty=True, to_read=True)
    client = BraiinsClient
    reads = BraiinsReader
