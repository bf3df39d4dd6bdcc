"""Rigs whose pool, outlet and miner a test controls."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.pools import (
    Account,
    AccountReport,
    Outcome,
    PoolClient,
    WorkerReport,
)
from custom_components.mining_farm.engines.restart import OutletFailure, OutletKind
from custom_components.mining_farm.kinds.rig import outlets, owed
from custom_components.mining_farm.kinds.rig.outlets import RigOutletReading
from custom_components.mining_farm.kinds.rig.resources import async_get_resources
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

SECOND: dict[str, Any] = {
    "status_api": "f2pool",
    "wallet": "backup-user",
    "coin": "bitcoin",
    "token": "backup-token",
    "worker_name": "rig1",
}
"""A second account of rig1."""


@dataclass
class FakeOutlet:
    """An outlet that remembers what was done to it."""

    name: str | None = None
    on: bool = True
    watts: float | None = None
    reachable: bool = True
    refuses: bool = False
    goes_on: bool = True
    log: list[str] = field(default_factory=list)

    async def async_read(self) -> RigOutletReading:
        """Return the state, if it can be reached."""
        if not self.reachable or self.refuses:
            return RigOutletReading(kind=OutletKind.UNREACHABLE, refused=self.refuses)
        kind = OutletKind.ON if self.on else OutletKind.OFF
        return RigOutletReading(kind=kind, watts=self.watts)

    async def async_is_on(self) -> bool:
        """Return the state, if it can be reached."""
        if not self.reachable:
            raise OutletFailure("unreachable", sent=False)
        return self.on

    async def async_turn_on(self) -> None:
        """Go on, unless the relay is stuck."""
        self._command("on")
        if not self.goes_on:
            raise OutletFailure("still off", sent=True)
        self.on = True

    async def async_turn_off(self) -> None:
        """Go off."""
        self._command("off")
        self.on = False

    async def async_close(self) -> None:
        """Nothing is held."""

    def _command(self, command: str) -> None:
        if not self.reachable:
            raise OutletFailure("unreachable", sent=False)
        self.log.append(command)


@dataclass
class Farm:
    """A pool with its workers, the outlets of their rigs, and the clock."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    shares: dict[str, datetime] = field(default_factory=dict)
    outcome: Outcome = Outcome.WORKER
    dated: bool = True
    """Whether the pool says when the last share of a worker came."""
    outlets: dict[str, FakeOutlet] = field(default_factory=dict)
    entries: dict[str, MockConfigEntry] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    fetches: int = 0
    last: AccountReport | None = None
    second: AccountReport | None = None
    """What the pool of a second account answers; None: the same as the first."""
    second_last: AccountReport | None = None

    def report(self) -> AccountReport:
        """Answer for all workers of the account."""
        self.fetches += 1
        now = dt_util.utcnow()
        if self.outcome is not Outcome.WORKER:
            return AccountReport(outcome=self.outcome, at=now)
        self.shares |= dict.fromkeys(self.alive, now - timedelta(seconds=20))
        workers = tuple(
            WorkerReport(name=name, last_share=share, hashrate_hs=62.5e6)
            if self.dated
            else WorkerReport(
                name=name, hashrate_hs=62.5e6 if name in self.alive else 0.0
            )
            for name, share in self.shares.items()
        )
        return AccountReport(outcome=Outcome.WORKER, at=now, workers=workers)

    async def add(
        self,
        name: str,
        *,
        armed: bool = True,
        alive: bool = True,
        options: dict[str, Any] | None = None,
        **data: Any,
    ) -> FakeOutlet:
        """Add a rig and load its entry."""
        if alive:
            self.alive.add(name)
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=name,
            data={
                "kind": "rig",
                "status_api": "2miners",
                "wallet": "0xwallet",
                "coin": "rvn",
                "worker_name": name,
                "outlet": "kasa",
                "kasa_device_ip": "192.0.2.1",
                "kasa_device_id": f"8006{name}",
                "kasa_outlet_id": f"8006{name}",
                **data,
            },
            options={"armed": armed, **(options or {})},
            entry_id=name,
        )
        entry.add_to_hass(self.hass)
        self.entries[name] = entry
        self.outlets[name] = FakeOutlet()
        await self.load(name)
        return self.outlets[name]

    async def load(self, name: str) -> None:
        """Load a rig's entry."""
        await self.hass.config_entries.async_setup(name)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    def dies(self, *names: str) -> None:
        """Let rigs stop mining."""
        self.alive -= set(names)

    async def after(self, minutes: float) -> None:
        """Let that much time pass, poll by poll."""
        for _ in range(round(minutes * 2)):
            self.freezer.tick(timedelta(seconds=30))
            async_fire_time_changed(self.hass)
            await self.hass.async_block_till_done(wait_background_tasks=True)

    def state(self, entity_id: str) -> str:
        """Return the state of an entity that must exist."""
        found = self.hass.states.get(entity_id)
        assert found is not None, entity_id
        return found.state


@contextmanager
def simulated(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Iterator[Farm]:
    """Replace network and waiting by what the test controls."""
    farm = Farm(hass, freezer)

    async def async_fetch(
        _client: PoolClient, account: Account, max_age: float
    ) -> AccountReport:
        if account.pool == SECOND["status_api"] and farm.second is not None:
            last, now = farm.second_last, dt_util.utcnow()
            if last is None or (now - last.at).total_seconds() >= max_age:
                farm.second_last = last = replace(farm.second, at=now)
            return last
        last = farm.last
        if last is None or (dt_util.utcnow() - last.at).total_seconds() >= max_age:
            farm.last = last = farm.report()
        return last

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)
        freezer.tick(timedelta(seconds=seconds))

    def create_outlet(hass: HomeAssistant, kasa: Any, data: dict[str, Any]) -> object:
        if data["outlet"] == "kasa":
            return farm.outlets[data["worker_name"]]
        return outlets.create_outlet(hass, kasa, data)

    async_get_resources(hass).sleep = sleep
    with (
        patch.object(PoolClient, "async_fetch", async_fetch),
        patch("custom_components.mining_farm.kinds.rig.create_outlet", create_outlet),
        patch.object(owed, "create_outlet", create_outlet),
    ):
        yield farm
