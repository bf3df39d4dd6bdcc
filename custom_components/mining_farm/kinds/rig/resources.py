"""What all rigs share: the pools' client, the plugs' connections, the order of power-ups."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
import time

from aiohttp import ClientSession

from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import (
    async_create_clientsession,
    async_get_clientsession,
)
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ...common.power_ups import async_power_ups
from ...const import DOMAIN
from ...engines.farm import PowerUpGate
from ...engines.pools import Outcome, PoolClient
from ...engines.power import KasaConnections, create_cookie_jar
from ...engines.restart import ClockWatch, Presence
from .rosters import Rosters

LONG_AGO = datetime.min.replace(tzinfo=UTC)
QUIET_START = timedelta(minutes=3)
"""After a start nothing is cut: pools, plugs and miners have yet to answer."""
BLIND_AFTER = timedelta(minutes=15)
"""Without an answer from any pool for so long, the internet counts as down."""


class RigResources:
    """Made for the first rig, kept until Home Assistant stops."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start the quiet time when Home Assistant has started."""
        self._hass = hass
        self.pools = PoolClient(async_get_clientsession(hass))
        self.kasa = KasaConnections(session_factory=self._kasa_session)
        self._kasa_sessions: list[ClientSession] = []
        self._power_ups = async_power_ups(hass)
        self.clock = ClockWatch(time.monotonic)
        # With Home Assistant up for long, a rig that is added is judged at once.
        self._started_at = LONG_AGO if hass.state is CoreState.running else None
        self._pool_answered_at = dt_util.utcnow()
        self._internet = Presence()
        self._internet_seen = LONG_AGO
        self.rosters = Rosters(hass)
        self.workers: defaultdict[str, set[str]] = defaultdict(set)
        self._closing: dict[str, asyncio.Event] = {}
        async_at_started(hass, self._started)
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, self._close)

    @property
    def sleep(self) -> Callable[[float], Awaitable[object]]:
        """Return how waits are waited."""
        return self._power_ups.sleep

    @sleep.setter
    def sleep(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        self._power_ups.sleep = sleep

    def _kasa_session(self) -> ClientSession:
        session = create_kasa_session(self._hass)
        self._kasa_sessions.append(session)
        return session

    @callback
    def _close(self, _event: Event) -> None:
        # Core owns the connector, and warns when a session on it is closed.
        while self._kasa_sessions:
            self._kasa_sessions.pop().detach()

    def gate_of(self, machine_id: str) -> PowerUpGate:
        """Return the gate that a rig's machine starts through."""
        return self._power_ups.gate_of(machine_id)

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        if self._started_at is None:
            self._started_at = dt_util.utcnow()

    @asynccontextmanager
    async def async_closing(self, entry_id: str) -> AsyncIterator[None]:
        """Finish with a rig; whoever wants to go on with it waits for the end."""
        self._closing[entry_id] = closed = asyncio.Event()
        try:
            yield
        finally:
            del self._closing[entry_id]
            closed.set()

    async def async_closed(self, entry_id: str) -> None:
        """Return when nothing is under way any more of a rig that was unloaded."""
        if (closed := self._closing.get(entry_id)) is not None:
            await closed.wait()

    @property
    def stopping(self) -> bool:
        """Whether Home Assistant stops: nothing new may be begun."""
        return self._hass.state not in (CoreState.running, CoreState.starting)

    def quiet(self, now: datetime) -> bool:
        """Return whether Home Assistant has only just started."""
        return self._started_at is None or not self._started_at + QUIET_START <= now

    def blind(self, now: datetime) -> bool:
        """Return whether no pool has answered lately: the internet may be down."""
        return now - self._pool_answered_at > BLIND_AFTER

    @callback
    def note_pool_answer(self, outcome: Outcome, at: datetime) -> None:
        """Note that a pool could be reached, whatever it answered."""
        answered = outcome not in (Outcome.UNREACHABLE, Outcome.NOT_JSON)
        self._internet = self._internet.learn(at, answered=answered)
        if answered:
            self._internet_seen = max(self._internet_seen, at)
            self._pool_answered_at = max(self._pool_answered_at, at)

    @property
    def internet_seen(self) -> datetime:
        """When any pool last answered; long ago before the first."""
        return self._internet_seen

    @property
    def internet_back_at(self) -> datetime | None:
        """When a pool answered after none had for a while."""
        return self._internet.back_at


DATA_RESOURCES: HassKey[RigResources] = HassKey(f"{DOMAIN}_rig_resources")


@callback
def async_get_resources(hass: HomeAssistant) -> RigResources:
    """Return what the rigs share; created on first use."""
    if DATA_RESOURCES not in hass.data:
        hass.data[DATA_RESOURCES] = RigResources(hass)
    return hass.data[DATA_RESOURCES]


def create_kasa_session(hass: HomeAssistant) -> ClientSession:
    """Return a session for one device; the caller detaches it.

    One per device: newer firmware keeps its login in a cookie. No automatic clean-up
    with the current entry: the outlets of a strip belong to several entries.
    """
    return async_create_clientsession(
        hass, verify_ssl=False, auto_cleanup=False, cookie_jar=create_cookie_jar()
    )
