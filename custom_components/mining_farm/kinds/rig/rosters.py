"""Which workers each pool account has had, kept over a restart of Home Assistant."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback

from ...common.entries import entries_of
from ...common.issues import WORKERS_NOT_STORED, update_shared_disk
from ...common.kept import DAMAGE, KeptStore
from ...const import Kind
from ...engines.pools import AccountReport, Outcome, WorkerReport
from .const import CONF_SECOND_POOL
from .stored import account_of

BEFORE_SILENCE = timedelta(minutes=10)
"""A new name may appear so long before the last share of the old one is shown."""
SETTLED_AFTER: Final = timedelta(hours=1)
"""So long after a new name appeared, whoever it took in has been seen not to work."""
MAX_NAMES: Final = 5000
VERSION: Final = 1
SAVE_DELAY_S: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """When each worker of an account was first listed; None for those there at first."""

    names: Mapping[str, datetime | None] = field(default_factory=dict)
    worked: Mapping[str, datetime] = field(default_factory=dict)
    """When each worker of a rig was last seen to work, where the pool dates no share."""

    def learn(self, report: AccountReport, ours: Collection[str]) -> Roster:
        """Return the roster after an answer of the pool, for workers of rigs."""
        if report.outcome is not Outcome.WORKER:
            return self
        roster = self._with_names(report)
        working = {
            name: report.at
            for name in ours
            if (worker := report.find(name).worker) is not None
            and worker.last_share is None
            and _says_working(worker)
        }
        if not working:
            return roster
        return replace(roster, worked={**self.worked, **working})

    def is_settled(self, at: datetime) -> bool:
        """Return whether no name is so new that it matters who worked after it came."""
        newest = max(filter(None, self.names.values()), default=None)
        return newest is None or at - newest > SETTLED_AFTER

    def _with_names(self, report: AccountReport) -> Roster:
        first = None if not self.names else report.at
        listed = [worker.name for worker in report.workers]
        new = {name: first for name in listed if name not in self.names}
        if not new:
            return self
        if len(self.names) + len(new) <= MAX_NAMES:
            return replace(self, names={**self.names, **new})
        # Names that are gone make room, as far as that goes.
        kept = {name: at for name, at in self.names.items() if name in set(listed)}
        if len(listed) > MAX_NAMES:
            return self
        return replace(self, names={**kept, **new})

    def newcomer(
        self, report: AccountReport, silent_since: datetime, ours: Collection[str]
    ) -> WorkerReport | None:
        """Return a worker that appeared as another fell silent, and works since.

        One that took in another of ours before may have taken in this one as well.
        """
        ends = [
            each.last_share
            for each in report.workers
            if each.name in ours and each.last_share is not None
        ]
        for worker in report.workers:
            first = self.names.get(worker.name)
            if first is None or worker.name in ours:
                continue
            appeared = first >= silent_since - BEFORE_SILENCE or any(
                end < silent_since and abs(first - end) <= BEFORE_SILENCE
                for end in ends
            )
            if appeared and _worked_since(worker, silent_since):
                return worker
        return None

    def as_dict(self) -> dict[str, str | None]:
        """Return the names as JSON can hold them."""
        names = self.names.items()
        return {name: None if at is None else at.isoformat() for name, at in names}

    @classmethod
    def from_dict(
        cls, stored: Mapping[str, str | None], worked: Mapping[str, str]
    ) -> Roster:
        """Rebuild a stored roster; DAMAGE for one that cannot be used."""
        return cls(
            names={name: _time(at) for name, at in stored.items()},
            worked={
                name: at
                for name, text in worked.items()
                if (at := _time(text)) is not None
            },
        )


class Rosters:
    """Those of all accounts of rigs, in one file.

    A worker that was renamed while Home Assistant was down is known by that.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with what is on disk, once that is needed."""
        self._hass = hass
        self._store = KeptStore(hass, "rig_workers", VERSION)
        self._store.on_written = partial(update_shared_disk, hass, WORKERS_NOT_STORED)
        self._rosters: dict[str, Roster] = {}
        self._loading = asyncio.Lock()
        self._loaded = False

    def of(self, identity: str) -> Roster:
        """Return what is known of an account."""
        return self._rosters.get(identity, Roster())

    async def async_learn(
        self, identity: str, report: AccountReport, ours: Collection[str]
    ) -> None:
        """Note which workers an account has, and which of the rigs' own work."""
        await self._async_load()
        before = self.of(identity)
        self._rosters[identity] = roster = before.learn(report, ours)
        # Who works moves with every answer: on disk it matters after a new name alone.
        new = roster.names is not before.names
        if new or (roster is not before and not roster.is_settled(report.at)):
            self._store.async_delay_save(self._data, SAVE_DELAY_S)

    async def async_forget(self, entry_id: str) -> None:
        """Forget accounts that no other rig has than one that is removed."""
        await self._async_load()
        before = len(self._rosters)
        self._keep_used(excluding=entry_id)
        if len(self._rosters) == before:
            return
        if self._rosters:
            self._store.async_delay_save(self._data, SAVE_DELAY_S)
        else:
            await self._store.async_remove()

    async def _async_load(self) -> None:
        async with self._loading:
            if not self._loaded:
                # Without it, only a worker renamed meanwhile is not recognized.
                await self._store.async_load_readable(self._read)
                self._loaded = True

    def _read(self, kept: dict[str, Any]) -> bool:
        worked = kept.get("worked", {})
        self._rosters = {
            key: Roster.from_dict(names, worked.get(key, {}))
            for key, names in kept["accounts"].items()
        }
        self._keep_used()
        return True

    def _keep_used(self, excluding: str | None = None) -> None:
        used = set(_accounts(self._hass, excluding))
        rosters = self._rosters.items()
        self._rosters = {key: roster for key, roster in rosters if key in used}

    @callback
    def _data(self) -> dict[str, Any]:
        accounts = self._rosters.items()
        return {
            "accounts": {key: roster.as_dict() for key, roster in accounts},
            "worked": {
                key: {name: at.isoformat() for name, at in roster.worked.items()}
                for key, roster in accounts
                if roster.worked
            },
        }


def _accounts(hass: HomeAssistant, excluding: str | None) -> Iterator[str]:
    """Yield the digests of the accounts of all rigs, disabled ones too."""
    for entry in entries_of(hass, Kind.RIG, excluding=excluding):
        for stored in (entry.data, entry.data.get(CONF_SECOND_POOL) or {}):
            # Of a damaged entry anything may be missing.
            with suppress(*DAMAGE):
                yield account_of(stored).identity


def _worked_since(worker: WorkerReport, since: datetime) -> bool:
    if worker.last_share is not None:
        return worker.last_share > since
    return _says_working(worker)


def _says_working(worker: WorkerReport) -> bool:
    return bool(worker.flag) or bool(worker.hashrate_hs)


def _time(stored: str | None) -> datetime | None:
    if stored is None:
        return None
    time = datetime.fromisoformat(stored)
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return time
