"""One for the farm: sees all rigs at once, and lets one after the other be switched."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
import time
from typing import TYPE_CHECKING

from aiohttp import ClientSession
from kasa.httpclient import get_cookie_jar

from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import (
    async_create_clientsession,
    async_get_clientsession,
)
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN
from ...engines.pools import Outcome, PoolClient
from ...engines.power import KasaConnections
from ...engines.restart import PoolHealth, PowerUpGate

if TYPE_CHECKING:
    from .coordinator import RigCoordinator

QUIET_START = timedelta(minutes=3)
BLIND_AFTER = timedelta(minutes=15)


class RestartCoordinator:
    """What the rigs of a farm share: pools, their health, and the order of power-ups."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start quietly: no cut until Home Assistant has been up for a while."""
        self.hass = hass
        self.pools = PoolClient(async_get_clientsession(hass))
        self.kasa = KasaConnections(session_factory=self._kasa_session)
        self._kasa_sessions: list[ClientSession] = []
        self.sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
        self.gate = PowerUpGate(monotonic=time.monotonic, sleep=self._async_sleep)
        self.rigs: dict[str, RigCoordinator] = {}
        self.started_at: datetime | None = None
        self._health: dict[tuple[str, str], PoolHealth] = {}
        self._last_reached: datetime = dt_util.utcnow()
        async_at_started(hass, self._started)
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, self._close)

    async def _async_sleep(self, seconds: float) -> None:
        await self.sleep(seconds)

    def _kasa_session(self) -> ClientSession:
        # One each: newer devices keep their session in a cookie. Not cleaned up with the
        # entry that happens to connect first: a strip feeds rigs of several entries.
        session = async_create_clientsession(
            self.hass,
            verify_ssl=False,
            auto_cleanup=False,
            cookie_jar=get_cookie_jar(),
        )
        self._kasa_sessions.append(session)
        return session

    @callback
    def _close(self, _event: Event) -> None:
        while self._kasa_sessions:
            self._kasa_sessions.pop().detach()

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        self.started_at = dt_util.utcnow()

    @property
    def stopping(self) -> bool:
        """Whether nothing new may be begun."""
        return self.hass.state not in (CoreState.running, CoreState.starting)

    def quiet(self, now: datetime) -> bool:
        """Return whether Home Assistant has only just started."""
        return self.started_at is None or not (self.started_at + QUIET_START <= now)

    def blind(self, now: datetime) -> bool:
        """Return whether no pool was reached lately: the internet may be down."""
        return now - self._last_reached > BLIND_AFTER

    @callback
    def note_report(self, outcome: Outcome, at: datetime) -> None:
        """Note that a pool answered, with whatever."""
        if outcome is not Outcome.UNREACHABLE:
            self._last_reached = max(self._last_reached, at)

    async def async_hear_others(self, rig: RigCoordinator, now: datetime) -> None:
        """Judge all rigs of a pool by answers no older than the one about this rig.

        Else the first to hear that shares have stopped would stand alone with it.
        """
        if (report := rig.witnesses.report) is None:
            return
        max_age = now - report.at + timedelta(seconds=1)
        await asyncio.gather(
            *(
                other.witnesses.async_ask_pool(max_age, seen=other.power.memory.seen)
                for other in self._members(rig.pool_key)
                if other is not rig
            )
        )

    @callback
    def learn_health(self, rig: RigCoordinator, now: datetime) -> bool:
        """Judge the pool of a rig by all its rigs; return whether they are to be held.

        An outage is told once, by one rig for all of them. A rig that works has no part
        in one: looking at all its pool's rigs at each of their polls costs the square.
        """
        before = self.health(rig)
        if before.out_since is None and not rig.as_pool_member(now).silent:
            return before.held(now)
        key = rig.pool_key
        members = sorted(self._members(key), key=lambda member: member.name)
        health = before.learn(now, [member.as_pool_member(now) for member in members])
        self._health[key] = health
        if health.out_since is not None and before.out_since is None:
            members[0].tell("held", rigs=[member.name for member in members])
        return health.held(now)

    def health(self, rig: RigCoordinator) -> PoolHealth:
        """Return what was judged last of the pool of a rig."""
        return self._health.get(rig.pool_key, PoolHealth())

    def _members(self, key: tuple[str, str]) -> Iterator[RigCoordinator]:
        return (rig for rig in self.rigs.values() if rig.pool_key == key)


DATA_RESTARTS: HassKey[RestartCoordinator] = HassKey(f"{DOMAIN}_restarts")


@callback
def async_get_restart_coordinator(hass: HomeAssistant) -> RestartCoordinator:
    """Return the farm's restart coordinator; made for the first rig."""
    if DATA_RESTARTS not in hass.data:
        hass.data[DATA_RESTARTS] = RestartCoordinator(hass)
    return hass.data[DATA_RESTARTS]
