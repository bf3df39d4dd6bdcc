"""Who keeps which machine down: on disk before anything is done, released by its owner alone."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from ..engines.farm import Hold, HoldKind, Owner, Record
from .complaint import Complaint
from .record_file import NOT_READ, NOT_WRITTEN, RecordPair

OLD: Final = timedelta(hours=24)
"""Holds that were last stored longer ago may come from a restored backup."""

STORED_AGAIN_AFTER: Final = timedelta(seconds=30)
"""After a write that failed of what is in force all the same."""

type Change = Callable[[Record], Record]
type MachineIds = tuple[str, ...]
"""In the order in which they are to be stopped."""
type HoldsListener = Callable[[MachineIds], None]

EMPTY: Final = Record()
VERSION: Final = 1
"""Of the record on disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A change that is on its way to the disk."""

    ids: MachineIds
    change: Change
    anyway: bool
    """It is in force also where it cannot be stored."""
    stored: asyncio.Future[None]


class Holds:
    """The holds on all machines, by machine id."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start empty, until the record is read."""
        self._hass = hass
        self._file = RecordPair(hass, "holds", VERSION)
        self._records: dict[str, Record] = {}
        self._held: dict[tuple[Owner, str], dict[str, None]] = {}
        """The machines that each owner holds."""
        self._dicts: dict[str, tuple[Record, dict[str, Any]]] = {}
        """Records as they are stored: all are at each change, and few of them change."""
        self._queue: list[Queued] = []
        self._under_way: Counter[str] = Counter()
        """How many changes of a machine are not on disk yet."""
        self.writing: asyncio.Task[None] | None = None
        """What brings changes to the disk, while there are any."""
        self._listeners: dict[object, HoldsListener] = {}
        self.lost = False
        """What was stored could not be read, and nobody has said yet that it may go."""
        self.set_aside: str | None = None
        """Where a copy of it was kept."""
        self.doubted: set[str] = set()
        """Machines whose holds may come from a restored backup."""
        self.not_stored: Exception | None = None
        """Why the last change is not on disk, though it is in force."""
        self._complaint = Complaint("Who keeps machines down cannot be stored")
        self._retry: CALLBACK_TYPE | None = None

    @property
    def unsaved(self) -> bool:
        """Whether the last change is not on disk."""
        return self.not_stored is not None

    async def async_load(self) -> None:
        """Read what was stored. Damage is not emptiness: see `lost`."""
        try:
            if (stored := await self._file.async_read()) is not None:
                self._take(stored)
        except NOT_READ as err:
            LOGGER.error(
                "Who keeps machines down cannot be read, so none is started: %s", err
            )
            self.lost = True
            self.set_aside = await self._file.async_set_aside()

    def _take(self, stored: Mapping[str, Any]) -> None:
        try:
            records = {
                str(machine): Record.from_dict(record)
                for machine, record in stored["machines"].items()
            }
            stored_at = datetime.fromisoformat(stored["at"])
            lost, aside = stored["lost"], stored["set_aside"]
            doubted = set(map(str, stored.get("doubted", ())))
            old = dt_util.utcnow() - stored_at > OLD
        except (AttributeError, KeyError, TypeError) as err:
            raise ValueError(f"damaged holds: {err!r}") from err
        if not isinstance(lost, bool) or not (aside is None or isinstance(aside, str)):
            raise ValueError("damaged holds: neither lost nor not")
        self._records, self.lost, self.set_aside = records, lost, aside
        self._note_held(tuple(records))
        held = {key for key, record in records.items() if record.holds}
        self.doubted = held if old else held & doubted

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the machines that something is remembered of."""
        return iter(tuple(self._records))

    def of(self, machine_id: str) -> Record:
        """Return what is remembered of a machine."""
        return self._records.get(machine_id, EMPTY)

    def ruling(self, machine_id: str) -> Hold | None:
        """Return the hold that keeps a machine down; None where nothing does."""
        hold = self.of(machine_id).ruling
        return None if hold is None or hold.kind is HoldKind.AT_MOST else hold

    def held_by(self, owner: Owner, source: str) -> Iterator[str]:
        """Iterate over the machines that an owner holds."""
        return iter(self._held.get((owner, source), {}))

    @callback
    def listen(self, listener: HoldsListener) -> CALLBACK_TYPE:
        """Call with the machines whose records have changed."""
        key = object()
        self._listeners[key] = listener

        @callback
        def stop() -> None:
            self._listeners.pop(key, None)

        return stop

    async def async_place(self, machine_ids: Iterable[str], hold: Hold) -> None:
        """Place a hold on machines, in their order; return once it is on disk.

        HomeAssistantError where it cannot be stored. One for safety is in force all the
        same: what protects people does not wait for a disk.
        """
        ids = tuple(machine_ids)
        # Who says so now is no doubtful word of long ago.
        self.doubted.difference_update(
            each for each in ids if self.of(each).placed(hold) != self.of(each)
        )
        await self.async_change(
            ids, lambda record: record.placed(hold), anyway=hold.for_safety
        )

    async def async_release(
        self, owner: Owner, source: str, machine_ids: Iterable[str] | None = None
    ) -> None:
        """Release an owner's hold, on some machines or on all; HomeAssistantError."""
        # What is on its way to the disk may hold more of them.
        held = dict.fromkeys((*self.held_by(owner, source), *self._under_way))
        among = held if machine_ids is None else frozenset(machine_ids)
        await self.async_change(
            [each for each in held if each in among],
            lambda record: record.released(owner, source),
        )

    async def async_user_starts(self, machine_id: str, source: str) -> None:
        """Release what a user holds who starts a machine by a switch; HomeAssistantError."""
        await self.async_change(
            [machine_id], lambda record: record.started_by_user(source)
        )

    async def async_hand_over(self, owner: Owner, source: str) -> frozenset[str]:
        """Leave an owner's holds to the user; return the machines."""
        if self._under_way:
            # What is about to be held is left as well.
            await self.async_change((), lambda one: one, anyway=True, always=True)
        held = frozenset(self.held_by(owner, source))
        await self.async_change(
            held, lambda record: record.handed_over(owner, source), anyway=True
        )
        return held

    async def async_forget(self, machine_id: str) -> None:
        """Forget a machine whose entry is removed."""
        self.doubted.discard(machine_id)
        await self.async_change([machine_id], lambda _: EMPTY, anyway=True)

    async def async_rename(self, before: str, after: str) -> None:
        """Let a machine's record follow it to another id."""
        record = self.of(before)
        await self.async_change([after], record.joined, anyway=True)
        await self.async_forget(before)

    async def async_settle(self) -> None:
        """Go on without what could not be read: a human said so."""
        self.lost, self.set_aside = False, None
        await self.async_change((), lambda record: record, always=True)

    async def async_trust(self, machine_ids: Iterable[str]) -> None:
        """Take holds for true that were doubted."""
        self.doubted.difference_update(machine_ids)
        await self.async_change((), lambda record: record, anyway=True, always=True)

    async def async_change(
        self,
        machine_ids: Iterable[str],
        change: Change,
        *,
        anyway: bool = False,
        always: bool = False,
    ) -> None:
        """Change records by a rule; return once that is on disk; HomeAssistantError.

        `anyway`: in force also where it cannot be stored. `always`: stored also where
        nothing changes.
        """
        ids = tuple(dict.fromkeys(machine_ids))
        if not always and not any(self._changes(each, change) for each in ids):
            return
        stored: asyncio.Future[None] = self._hass.loop.create_future()
        self._queue.append(Queued(ids=ids, change=change, anyway=anyway, stored=stored))
        self._under_way.update(ids)
        if self.writing is None:
            # Not eagerly: those who come in the same moment share one write.
            self.writing = self._hass.async_create_background_task(
                self._async_write(), f"{DOMAIN} holds", eager_start=False
            )
        await asyncio.shield(stored)

    async def async_stored(self, machine_id: str) -> None:
        """Return once all of a machine's record is on disk that is on its way."""
        await self.async_change([machine_id], lambda one: one, anyway=True)

    def _changes(self, machine_id: str, change: Change) -> bool:
        """Return whether a rule may change a record, as it will be once all is on disk."""
        record = self.of(machine_id)
        return machine_id in self._under_way or change(record) != record

    @callback
    def _store_later(self) -> None:
        """Store what is in force once the disk may be well again."""
        if self._retry is not None:
            return

        async def again(_now: datetime) -> None:
            self._retry = None
            await self.async_change((), lambda one: one, anyway=True, always=True)

        job = HassJob(again, cancel_on_shutdown=True)
        self._retry = async_call_later(self._hass, STORED_AGAIN_AFTER, job)

    async def _async_write(self) -> None:
        """Store what is queued, all of it in one write, until nothing is."""
        try:
            while self._queue:
                queue, self._queue = self._queue, []
                await self._async_store(queue)
        finally:
            self.writing = None

    async def _async_store(self, queue: Iterable[Queued]) -> None:
        failure: HomeAssistantError | None = None
        records, ids = self._changed(queue)
        try:
            await self._file.async_write(self._stored(records))
        except NOT_WRITTEN as err:
            failure = not_stored(err)
            in_force = [each for each in queue if each.anyway]
            # Before the next write, which is made from what is in force then.
            records, ids = self._changed(in_force)
            if in_force:
                self.not_stored = err
                self._complaint.tell(err)
                self._store_later()
        else:
            self.not_stored = None
            self._complaint.settle()
        for each in queue:
            self._under_way.subtract(each.ids)
        self._under_way = +self._under_way
        self._put(records, ids)
        for each in queue:
            if failure is None or each.anyway:
                each.stored.set_result(None)
                continue
            each.stored.set_exception(failure)
            # Whoever asked may have left.
            each.stored.exception()

    def _changed(self, queue: Iterable[Queued]) -> tuple[dict[str, Record], MachineIds]:
        """Return all records after some changes, and which machines these are about."""
        records, ids = dict(self._records), dict[str, None]()
        for each in queue:
            ids |= dict.fromkeys(each.ids)
            records |= {one: each.change(records.get(one, EMPTY)) for one in each.ids}
        return records, tuple(ids)

    @callback
    def _put(self, records: dict[str, Record], ids: MachineIds) -> None:
        self._records = {key: one for key, one in records.items() if not one.empty}
        for machine_id in ids:
            if machine_id not in self._records:
                self._dicts.pop(machine_id, None)
        self.doubted &= self._records.keys()
        self._note_held(ids)
        for listener in tuple(self._listeners.values()):
            listener(ids)

    def _note_held(self, ids: MachineIds) -> None:
        """Note who holds these machines: it is asked far more often than it changes."""
        for held in self._held.values():
            for machine_id in ids:
                held.pop(machine_id, None)
        for machine_id in ids:
            for hold in self.of(machine_id).holds:
                self._held.setdefault((hold.owner, hold.source), {})[machine_id] = None

    def _stored(self, records: Mapping[str, Record]) -> dict[str, Any]:
        return {
            "at": dt_util.utcnow().isoformat(),
            "lost": self.lost,
            "set_aside": self.set_aside,
            "doubted": sorted(self.doubted),
            "machines": {
                machine: self._dict_of(machine, record)
                for machine, record in records.items()
                if not record.empty
            },
        }

    def _dict_of(self, machine_id: str, record: Record) -> dict[str, Any]:
        known = self._dicts.get(machine_id)
        if known is None or known[0] is not record:
            known = self._dicts[machine_id] = record, record.as_dict()
        return known[1]


def held_error(name: str, hold: Hold | None) -> ServiceValidationError:
    """Return why a machine is not started now: who holds it; nobody can read who of None."""
    key = "holds_unreadable" if hold is None else f"held_by_{hold.owner}"
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"name": name},
    )


def not_stored(err: Exception) -> HomeAssistantError:
    """Return that nothing was done, because it cannot be stored."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="hold_not_stored",
        translation_placeholders={"error": str(err)},
    )


DATA_HOLDS: Final[HassKey[Holds]] = HassKey(f"{DOMAIN}_holds")


@callback
def async_holds(hass: HomeAssistant) -> Holds:
    """Return the holds of this Home Assistant."""
    return hass.data.setdefault(DATA_HOLDS, Holds(hass))
