"""Polls one container and follows its alarms."""

import asyncio
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from ipaddress import IPv4Address
from time import monotonic
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from ...common.coordinator import FarmCoordinator
from ...common.events import EventQueue
from ...common.issues import update_disk
from ...common.members import ContainerFacts
from ...const import DOMAIN
from ...engines.containers import (
    Driver,
    MinerSummary,
    SetPointBounds,
    Snapshot,
    Status,
    Write,
    plant,
    status_of,
    take_snapshot,
)
from . import issues
from .alarm_options import table_in_force, thresholds_of
from .alarms import ContainerAlarms
from .const import (
    CONF_CONTROLS,
    CONF_MODEL,
    CONF_SET_POINT_HIGHEST,
    CONF_SET_POINT_LOWEST,
)
from .data import ContainerData, container_facts
from .errors import error_key, placeholders
from .journal import ContainerJournal

type ContainerConfigEntry = ConfigEntry[ContainerCoordinator]

POLL_INTERVAL = timedelta(seconds=10)
"""A leak has to be seen within this time."""


class ContainerCoordinator(FarmCoordinator[ContainerData]):
    """One container: its plant, its miners and its alarms."""

    config_entry: ContainerConfigEntry
    device_id: str
    """Of the container's device, once that is registered."""

    def __init__(
        self, hass: HomeAssistant, entry: ContainerConfigEntry, driver: Driver
    ) -> None:
        """Take the container's driver; its model is known from the set-up."""
        super().__init__(
            hass, entry, name=entry.title, interval=POLL_INTERVAL, known=True
        )
        self.driver = driver
        self.table = table_in_force(plant(entry.data[CONF_MODEL]), entry.options)
        self.journal = ContainerJournal(hass, entry.entry_id)
        self.journal.on_written(partial(update_disk, hass, entry))
        self.events = EventQueue()
        self.alarms = ContainerAlarms(
            self.table, thresholds_of(entry.options), self.journal, self.events
        )
        self.command_lock = asyncio.Lock()
        self.latest_target: object = None
        """Stands for the last target that was asked for, done or not."""
        self._journal_loaded = False
        self._miners: MinerSummary | None = None
        self._miners_at = 0.0
        self._read_at: float | None = None
        # A container is silent once nothing came for the grace, after a start as well.
        self._start_grace_timer()
        entry.async_on_unload(self.journal.async_close)

    @property
    def silent(self) -> bool | None:
        """Return whether no good answer came for the grace; None soon after a start."""
        if self.fresh:
            return False
        # Home Assistant counts updates as good before the first one: only the end of the
        # grace says that a container is silent.
        return None if self.last_update_success else True

    @property
    def status(self) -> Status | None:
        """Return what the container does; None where that is unknown."""
        if self.fresh:
            return self.data.status
        return Status.OFFLINE if self.silent else None

    @property
    def bounds(self) -> SetPointBounds:
        """The supply temperatures that may be asked for, °C."""
        options, default = self.config_entry.options, self.table.bounds
        return SetPointBounds(
            low=options.get(CONF_SET_POINT_LOWEST, default.low),
            high=options.get(CONF_SET_POINT_HIGHEST, default.high),
            step=default.step,
        )

    @property
    def controls(self) -> bool:
        """Whether the user allows cooling to be controlled from here."""
        return bool(self.config_entry.options.get(CONF_CONTROLS))

    def offers(self, *writes: Write) -> bool:
        """Return whether control is allowed and the plant has all these commands."""
        return self.controls and self.table.writes.issuperset(writes)

    @override
    async def _async_poll(self) -> ContainerData:
        if not self._journal_loaded:
            aside = await self.journal.async_load()
            self._journal_loaded = True
            if aside is not None:
                issues.create_record(self.hass, self.config_entry, aside)
        snapshot = await take_snapshot(self.table, self.driver, dt_util.utcnow())
        if (plant := snapshot.plant) is None:
            assert snapshot.failure is not None  # noqa: S101
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=error_key(snapshot.failure),
                translation_placeholders=placeholders(
                    self.config_entry.title, snapshot.failure
                ),
            ) from snapshot.failure
        self._read_at = monotonic()
        plant = self.alarms.follow(plant)
        miners = self._last_miners(snapshot)
        listed = (miners and miners.miners) or ()
        return ContainerData(
            # The snapshot's own status lacks the alarms that no reading has reported off.
            status=status_of(self.table, plant, self.journal.alarms),
            plant=plant,
            miners=miners,
            miners_by_ip={miner.ip: miner for miner in listed},
            alarms=self.alarms.worst_first,
        )

    def _last_miners(self, snapshot: Snapshot) -> MinerSummary | None:
        """Return the last list of miners within the grace: it may fail by itself."""
        if snapshot.miners is not None:
            self._miners, self._miners_at = snapshot.miners, monotonic()
        elif monotonic() - self._miners_at >= self.grace.total_seconds():
            self._miners = None
        return self._miners

    @callback
    def async_follow_issues(self) -> None:
        """Keep the issues to what is known, for as long as the entry is loaded."""
        entry = self.config_entry

        @callback
        def update() -> None:
            # Soon after a start whether it is silent is not known.
            if (silent := self.silent) is not None:
                issues.update_silence(self.hass, entry, silent=silent)
            if self.fresh:
                issues.update(self.hass, entry, self.table, self.data)

        @callback
        def end() -> None:
            issues.delete_passing(self.hass, entry.entry_id)

        update()
        entry.async_on_unload(self.async_add_listener(update))
        entry.async_on_unload(end)

    @callback
    def async_refresh_in_background(self) -> None:
        """Poll at once, for no caller that waits."""
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{self.name} after a command"
        )

    def facts(self) -> ContainerFacts:
        """Return what other entries may know of the container."""
        listed = self.data.miners_by_ip if self.fresh else ()
        # A controller may use anything as a key.
        hosts = frozenset(filter(_is_address, listed))
        return container_facts(
            self.table, self.data if self.fresh else None, hosts, self._read_at
        )

    def describe(self) -> dict[str, Any]:
        """Return all that is known of the container at the moment."""
        data = self.data if self.fresh else None
        return {
            "name": self.config_entry.title,
            "model": self.table.model,
            "status": self.status,
            "last_seen": self.last_seen,
            "alarms": data and data.alarms and [asdict(alarm) for alarm in data.alarms],
            "past_alarms": [
                {**asdict(alarm), "duration": alarm.duration}
                for alarm in reversed(self.journal.past)
            ],
            "manual_set_point": self.journal.manual_set_point,
            "plant": data and asdict(data.plant),
            "miners": data and data.miners and asdict(data.miners),
        }


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True
