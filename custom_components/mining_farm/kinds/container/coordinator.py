"""Polls one container, follows its alarms, and carries out commands."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from ...common.coordinator import FarmCoordinator
from ...common.events import Teller
from ...const import DOMAIN
from ...engines.containers.antspace import (
    TABLES,
    Alarm,
    AntspaceClient,
    AntspaceError,
    Confirmed,
    ContainerMiner,
    DeadlineError,
    MinersHashingError,
    MinerSummary,
    Model,
    NotAntspaceError,
    OutOfBoundsError,
    PlantReading,
    RefusedError,
    SetPointBounds,
    Snapshot,
    Status,
    UnconfirmedError,
    follow,
    manual_set_point,
    take_snapshot,
)
from . import issues
from .const import (
    CONF_CONTROLS,
    CONF_MODEL,
    CONF_SET_POINT_HIGHEST,
    CONF_SET_POINT_LOWEST,
)
from .journal import ContainerMemory

type ContainerConfigEntry = ConfigEntry[ContainerCoordinator]

POLL_INTERVAL = timedelta(seconds=30)
ALARM_RAISED = "raised"
ALARM_CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerData:
    """What a container told last."""

    status: Status | None
    plant: PlantReading
    miners: MinerSummary | None
    """None where only this could not be read."""
    miners_by_ip: Mapping[str, ContainerMiner]
    alarms: tuple[Alarm, ...] | None
    """Those that are on, worst first; None where the plant tells of none either way."""


class ContainerCoordinator(FarmCoordinator[ContainerData]):
    """One container: its plant, its alarms, and what it is told to do."""

    config_entry: ContainerConfigEntry
    device_id: str
    """Of the container's device, once that is registered."""

    def __init__(
        self, hass: HomeAssistant, entry: ContainerConfigEntry, client: AntspaceClient
    ) -> None:
        """Take the container's client; its model is known from the set-up."""
        super().__init__(
            hass, entry, name=entry.title, interval=POLL_INTERVAL, known=True
        )
        self.client = client
        self.model = Model(entry.data[CONF_MODEL])
        self.table = TABLES[self.model]
        self.memory = ContainerMemory(hass, entry.entry_id)
        self.teller = Teller()
        self._recalled = False
        self._miners: MinerSummary | None = None
        self._miners_at: datetime | None = None
        self._in_turn = asyncio.Lock()
        # A container is silent once nothing came for the grace, after a start as well.
        self._start_grace_timer()
        entry.async_on_unload(self.memory.async_close)

    @property
    def silent(self) -> bool | None:
        """Return whether nothing was heard for the grace; None soon after a start."""
        if self.fresh:
            return False
        return None if self.last_update_success else True

    @property
    def status(self) -> Status | None:
        """Return what the container does; None where nobody knows."""
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
        """Whether the user wants cooling to be steered from here."""
        return bool(self.config_entry.options.get(CONF_CONTROLS))

    @override
    async def _async_poll(self) -> ContainerData:
        if not self._recalled:
            await self.memory.async_load()
            self._recalled = True
        snapshot = await take_snapshot(self.client, dt_util.utcnow())
        if (plant := snapshot.plant) is None:
            assert snapshot.failure is not None  # noqa: S101
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=error_key(snapshot.failure),
                translation_placeholders=self._placeholders(snapshot.failure),
            ) from snapshot.failure
        self._learn(plant)
        issues.update(self, plant)
        miners = self._last_miners(snapshot)
        listed = (miners and miners.miners) or ()
        return ContainerData(
            status=snapshot.status,
            plant=plant,
            miners=miners,
            miners_by_ip={miner.ip: miner for miner in listed},
            alarms=self._alarms(plant),
        )

    def _last_miners(self, snapshot: Snapshot) -> MinerSummary | None:
        """Return what was told of the miners within the grace: it may fail by itself."""
        if snapshot.miners is not None:
            self._miners, self._miners_at = snapshot.miners, snapshot.at
        elif self._miners_at and snapshot.at - self._miners_at >= self.grace:
            self._miners = self._miners_at = None
        return self._miners

    def _alarms(self, plant: PlantReading) -> tuple[Alarm, ...] | None:
        active = self.memory.alarms.values()
        if not active and not any(on is not None for on in plant.alarm_states.values()):
            return None
        return tuple(sorted(active, key=lambda alarm: alarm.severity, reverse=True))

    def _learn(self, plant: PlantReading) -> None:
        """Follow the alarms, and remember the target that was in force without PID."""
        change = follow(self.memory.alarms, plant, dt_util.utcnow())
        target = self.memory.manual_set_point
        if plant.pid_mode is False and plant.set_point is not None:
            target = plant.set_point
        self.memory.keep(change.active, target)
        for alarm in change.raised:
            self.teller.tell(ALARM_RAISED, _told(alarm))
        for alarm in change.cleared:
            self.teller.tell(ALARM_CLEARED, _told(alarm))

    async def async_command(self, command: Callable[[], Awaitable[Confirmed]]) -> None:
        """Carry out a command and see it confirmed; raise what the user has to know."""
        # Two at a time would each undo what the other one waits for.
        async with self._in_turn:
            try:
                await command()
            except (OutOfBoundsError, MinersHashingError) as err:
                raise self.error(err) from err
            except AntspaceError as err:
                # It may have been done all the same; who asked need not wait for that.
                self.config_entry.async_create_background_task(
                    self.hass, self.async_refresh(), f"{self.name} after a command"
                )
                raise self.error(err) from err
            await self.async_refresh()

    def manual_set_point(self) -> float:
        """Return the target in °C that ends PID mode; an error when none is known."""
        try:
            return manual_set_point(self.memory.manual_set_point, None, self.bounds)
        except AntspaceError as err:
            raise self.error(err) from err

    def miner_hosts(self) -> list[str]:
        """Return the addresses of the miners that are listed; nothing else a key may be."""
        return list(filter(_is_address, self.data.miners_by_ip)) if self.fresh else []

    def describe(self) -> dict[str, Any]:
        """Return all that is known of the container at the moment."""
        data = self.data if self.fresh else None
        return {
            "name": self.config_entry.title,
            "model": self.model,
            "status": self.status,
            "last_seen": self.last_seen,
            "alarms": data and data.alarms and [asdict(alarm) for alarm in data.alarms],
            "manual_set_point": self.memory.manual_set_point,
            "plant": data
            and {**asdict(data.plant), "implausible": sorted(data.plant.implausible)},
            "miners": data and data.miners and asdict(data.miners),
        }

    def error(self, err: AntspaceError) -> HomeAssistantError:
        """Return an error as its user is told it."""
        refused = isinstance(err, OutOfBoundsError | MinersHashingError)
        return (ServiceValidationError if refused else HomeAssistantError)(
            translation_domain=DOMAIN,
            translation_key=error_key(err),
            translation_placeholders=self._placeholders(err),
        )

    def _placeholders(self, err: AntspaceError) -> dict[str, str]:
        return {"name": self.config_entry.title, "detail": str(err)}


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def error_key(err: AntspaceError) -> str:
    """Return the key of the text about an error."""
    match err:
        case DeadlineError():
            return "container_timeout"
        case NotAntspaceError():
            return "container_not_antspace"
        case RefusedError():
            return "container_refused"
        case UnconfirmedError():
            return "container_unconfirmed"
        case OutOfBoundsError():
            return "container_out_of_bounds"
        case MinersHashingError():
            return "container_miners_hashing"
        case _:
            return "container_unreachable"


def _told(alarm: Alarm) -> dict[str, Any]:
    return {
        "alarm": alarm.key,
        "name": alarm.name,
        "severity": alarm.severity,
        "number": alarm.number,
        "raised_at": alarm.raised_at.isoformat(),
        "cleared_at": alarm.cleared_at and alarm.cleared_at.isoformat(),
    }
