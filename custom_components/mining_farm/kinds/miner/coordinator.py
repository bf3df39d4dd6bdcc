"""Polls one miner and remembers what it consists of."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, STATE_OFF, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util.hass_dict import HassKey

from ...common.coordinator import FarmCoordinator
from ...common.events import EventQueue
from ...common.members import MinerFacts
from ...common.power_switch import CONF_SWITCH_ENTITY
from ...const import DOMAIN
from ...engines.edge_collector import (
    CGMINER,
    AnotherMinerError,
    Capabilities,
    Command,
    Failure,
    MinerError,
    MinerProfile,
    MinerSnapshot,
    MinerState,
    Order,
    Outcome,
    RateUnit,
    Reader,
    display_unit,
    miner_state,
)
from ...engines.farm import Setting
from .const import (
    CONF_CONTROLS,
    CONF_DETAIL_SHOWN,
    CONF_LEARNED,
    CONF_MAC,
    CONF_POWER_MAXIMUM,
    CONF_POWER_MINIMUM,
)
from .data import miner_facts, power_setting
from .detail import FARM_PLATFORMS, Detail, detail_of
from .issues import async_update_issues, async_update_locked
from .parts import NewParts, bounded
from .pool_watch import PoolWatch
from .stored import is_lasting, profile_data, stored_credentials, stored_profile
from .whereabouts import Whereabouts, identity_text, same_hardware

type MinerConfigEntry = ConfigEntry[MinerCoordinator]

FIRST_POLLS: HassKey[asyncio.Semaphore] = HassKey(f"{DOMAIN}_first_polls")
# A first poll takes 5 ms of CPU (measured): 32 of them take 0.6 s of a quarter of a
# core, less than the 3 s that each exchange may last.
FIRST_POLLS_AT_ONCE = 32
FIRST_POLL_S = 3.0
"""How long a poll keeps its place: the deadline of an exchange."""
POLL_INTERVAL = timedelta(seconds=30)
MOVING_STORED_EVERY_S = 3600.0
"""What is another with each reading needs no place on disk each time."""
POLL_INTERVAL_UNDER_WAY = timedelta(seconds=5)
"""While a command is under way."""
OFTEN: HassKey[set[str]] = HassKey(f"{DOMAIN}_polled_often")
"""Entry ids of the miners that are polled so often."""
OFTEN_AT_ONCE = 50
"""Of hundreds that stop together the others are read by their commands alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A command that was not seen to work yet."""

    order: Order
    task: asyncio.Task[Outcome]


class MinerCoordinator(FarmCoordinator[MinerSnapshot]):
    """Latest snapshot of a miner, and the profile that outlives it."""

    __slots__ = (
        "_followed",
        "_new_parts",
        "_on_profile",
        "_switches",
        "another_miner",
        "detail",
        "device_id",
        "events",
        "has_read",
        "pauses",
        "pool_watch",
        "profile",
        "reader",
        "settles",
        "turn",
        "under_way",
        "whereabouts",
    )

    config_entry: MinerConfigEntry
    device_id: str

    def __init__(
        self, hass: HomeAssistant, entry: MinerConfigEntry, reader: Reader
    ) -> None:
        """Start from the stored profile, so that entities exist while the miner is off."""
        profile = stored_profile(entry.data)
        super().__init__(
            hass,
            entry,
            name=entry.title,
            interval=POLL_INTERVAL,
            known=profile is not None,
        )
        self.reader = reader
        self.profile = self._stored_profile = profile or MinerProfile()
        self._stored_at = monotonic()
        self.has_read = False
        self._new_parts = NewParts()
        self.turn = asyncio.Lock()
        """Held for each exchange: a miner takes one at a time."""
        self.under_way: UnderWay | None = None
        self.events = EventQueue()
        self.pauses = 0
        """How often a user has paused it: what waits to wake it looks for a new one."""
        self.another_miner = False
        self.whereabouts = Whereabouts(hass, entry)
        self.pool_watch = PoolWatch(hass, entry)
        self.detail = detail_of(entry.options)
        noted = entry.data.get(CONF_DETAIL_SHOWN)
        self.settles = self.detail is Detail.EVERYTHING or (
            self.detail is Detail.STANDARD and noted not in (None, self.detail)
        )
        """Whether entities that are known from before are on or off as new ones are."""
        self._switches = self.controls
        # Functions and methods: a thousand miners hold it, and a closure that listens is
        # twelve objects.
        self._on_profile: list[Callable[[MinerCoordinator], None]] = []
        self._followed = self.profile
        entry.async_on_unload(self._on_profile.clear)

    @override
    def platforms(self, of_kind: Sequence[Platform]) -> list[Platform]:
        if self.detail is not Detail.FARM:
            return list(of_kind)
        return [*FARM_PLATFORMS, *([Platform.SWITCH] if self._switches else [])]

    @property
    def controls(self) -> bool:
        """Whether the user allows the miner to be controlled from here."""
        return bool(self.config_entry.options.get(CONF_CONTROLS))

    @property
    def capabilities(self) -> Capabilities:
        """What the miner can be ordered to do; nothing where it is only read."""
        known = self.profile.capabilities or Capabilities()
        options = self.config_entry.options
        least, most = options.get(CONF_POWER_MINIMUM), options.get(CONF_POWER_MAXIMUM)
        if least is None or most is None:
            return known
        return known.bounded(Command.POWER_TARGET, least, most)

    @property
    def state(self) -> MinerState | None:
        """What the miner is doing, as it is read; on its way while it was ordered to."""
        state = miner_state(self.data, self.profile)
        match self.under_way and self.under_way.order.command:
            case Command.PAUSE if state is not MinerState.PAUSED:
                return MinerState.STOPPING
            case Command.RESUME | Command.REBOOT | Command.RESTART_MINING:
                return MinerState.STARTING
        return state

    @callback
    def async_refresh_in_background(self) -> None:
        """Poll at once, for no caller that waits."""
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{self.name} after a command"
        )

    @property
    def polled_often(self) -> set[str]:
        """Entry ids of the miners that are polled often while a command is under way."""
        return self.hass.data.setdefault(OFTEN, set())

    @callback
    def async_follow(self, under_way: UnderWay | None) -> None:
        """Poll often, and show that a command is under way, until there is none."""
        self.under_way = under_way
        often = self.polled_often
        often.discard(self.config_entry.entry_id)
        if under_way is None or len(often) >= OFTEN_AT_ONCE:
            self.async_poll_every(POLL_INTERVAL)
        else:
            often.add(self.config_entry.entry_id)
            self.async_poll_every(POLL_INTERVAL_UNDER_WAY)
        self.async_update_listeners()

    @property
    def rate_unit(self) -> RateUnit:
        """Unit in which the hashrates of this miner are shown."""
        return display_unit(self.profile.algorithm)

    @override
    async def _async_poll(self) -> MinerSnapshot:
        try:
            async with self.turn:
                snapshot = await self._async_read()
        except AnotherMinerError as err:
            await self._async_require_ours(err.snapshot, ours=False)
            raise
        except MinerError as err:
            self._ask_for_account({CGMINER: err.failure})
            await self.whereabouts.async_look()
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=f"miner_{err.failure}",
                translation_placeholders={"detail": str(err)},
            ) from err
        self._ask_for_account(snapshot.failing)
        await self._async_require_ours(
            snapshot,
            ours=same_hardware(self.config_entry, snapshot) is not False
            and Failure.ANOTHER_MINER not in snapshot.failing.values(),
        )
        self._learn(snapshot)
        self.pool_watch.note(snapshot)
        return snapshot

    @callback
    def _ask_for_account(self, failing: Mapping[str, Failure]) -> None:
        """Let the user enter the password that a miner takes now."""
        # A miner that is only read needs no password.
        wanted = self.controls or stored_credentials(self.config_entry.data)
        if wanted and Failure.AUTH_FAILED in failing.values():
            self.config_entry.async_start_reauth(self.hass)

    async def _async_read(self) -> MinerSnapshot:
        """Return a reading; the first ones of hundreds of miners take turns.

        A miner that is off keeps its place no longer than a healthy one needs.
        """
        if self.has_read:
            return await self.reader.async_poll()
        places = self.hass.data.setdefault(
            FIRST_POLLS, asyncio.Semaphore(FIRST_POLLS_AT_ONCE)
        )
        async with places:
            self.has_read = True
            reading = asyncio.ensure_future(self.reader.async_poll())
            try:
                await asyncio.wait({reading}, timeout=FIRST_POLL_S)
            except BaseException:
                reading.cancel()
                raise
        try:
            return await reading
        finally:
            reading.cancel()

    async def _async_require_ours(self, snapshot: MinerSnapshot, *, ours: bool) -> None:
        """Keep the readings of a miner that took over the address out of the history."""
        self.another_miner = not ours
        another = None if ours else identity_text(snapshot)
        async_update_issues(self.hass, self.config_entry, another=another)
        if ours:
            self.whereabouts.forget()
            return
        # Earlier readings are of a miner that is certainly not there any more.
        self._cancel_grace_timer()
        await self.whereabouts.async_look()
        raise UpdateFailed(
            translation_domain=DOMAIN, translation_key="miner_another_miner"
        )

    def _learn(self, snapshot: MinerSnapshot) -> None:
        self._learn_mac(snapshot.mac)
        if self.known:
            profile = bounded(self._new_parts.learn(self.profile, snapshot))
        else:
            profile = bounded(self.profile.learn(snapshot))
        memory = self.reader.memory
        news = memory is not None and memory != self.config_entry.data.get(CONF_LEARNED)
        self.profile = profile
        lasting = is_lasting(self._stored_profile, profile)
        if not self.known or news or lasting or self._is_due(profile):
            self._store(profile)
        if self.controls and (writable := self.capabilities.writable) is not None:
            async_update_locked(self.hass, self.config_entry, locked=not writable)

    def _is_due(self, profile: MinerProfile) -> bool:
        """Return whether what moves with each reading is to be stored again."""
        due = self._stored_at + MOVING_STORED_EVERY_S <= monotonic()
        return due and profile != self._stored_profile

    def _learn_mac(self, reported: str | None) -> None:
        """Know the miner by its MAC from now on, where it did not report one before."""
        entry = self.config_entry
        if reported is None or entry.data.get(CONF_MAC) or entry.unique_id is not None:
            return
        mac = format_mac(reported)
        entries = self.hass.config_entries
        if entries.async_entry_for_domain_unique_id(DOMAIN, mac) is None:
            entries.async_update_entry(
                entry, unique_id=mac, data={**entry.data, CONF_MAC: mac}
            )

    @callback
    def forget_board(self, board_id: int) -> None:
        """No longer expect a hashboard."""
        self._store(self.profile.without_board(board_id))
        self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)

    def _store(self, profile: MinerProfile) -> None:
        self.profile = self._stored_profile = profile
        self._stored_at = monotonic()
        self.known = True
        memory = self.reader.memory
        learned = {} if memory is None else {CONF_LEARNED: memory}
        self.hass.config_entries.async_update_entry(
            self.config_entry,
            data={**self.config_entry.data, **profile_data(profile), **learned},
        )

    @property
    def power_switch(self) -> str | None:
        """Entity id of the switch that feeds it; None where the user named none."""
        return self.config_entry.options.get(CONF_SWITCH_ENTITY)

    def facts(self) -> MinerFacts:
        """Return what other entries may know of the miner."""
        state = None
        if (switch := self.power_switch) is not None:
            state = self.hass.states.get(switch)
        return miner_facts(
            self.data if self.fresh else None,
            self.profile,
            host=self.config_entry.data[CONF_HOST],
            last_seen=self.last_seen,
            identity_in_doubt=self._identity_in_doubt,
            set_to=None if (found := self.power_setting) is None else found[1],
            off_since=state.last_changed
            if state and state.state == STATE_OFF
            else None,
        )

    @property
    def power_setting(self) -> tuple[Command, Setting] | None:
        """What sets how much it draws, and to what it is set; None where unknown."""
        if not self.fresh:
            return None
        return power_setting(self.capabilities, self.data.settings)

    @property
    def _identity_in_doubt(self) -> bool:
        """Whether what is at the address, or its silence, may say nothing of the miner."""
        may_have_moved = self.whereabouts.elsewhere is not None and not self.fresh
        return self.another_miner or may_have_moved

    @callback
    def async_on_profile(self, on_profile: Callable[[MinerCoordinator], None]) -> None:
        """Call now, and whenever the profile has changed."""
        self._on_profile.append(on_profile)
        on_profile(self)

    @callback
    @override
    def async_update_listeners(self) -> None:
        if self.profile != self._followed:
            self._followed = self.profile
            for on_profile in tuple(self._on_profile):
                on_profile(self)
        super().async_update_listeners()
