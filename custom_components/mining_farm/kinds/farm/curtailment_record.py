"""Keeps on disk which curtailments of a farm are in force, and names their holds."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...common.holds import async_holds
from ...common.issues import update_disk
from ...common.record_file import NOT_READ, NOT_WRITTEN, RecordPair
from ...const import DOMAIN, LOGGER
from ...engines.farm import Curtailment, Load, Owner
from . import issues

VERSION: Final = 1
"""Of the record on disk."""


class CurtailmentRecord:
    """The curtailments in force, by name."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Take the farm's entry."""
        self._hass = hass
        self._entry = entry
        self._file = _file(hass, entry.entry_id)
        self.in_force: Mapping[str, Curtailment] = {}
        self.heeded = False
        """The farm's own signal has begun one since it was off."""
        self.noted = False
        """Something is in force that is not stored yet."""

    @callback
    def note(self, changed: Mapping[str, Curtailment]) -> None:
        """Take what changed in what is in force; stored with the next write."""
        self.in_force = {**self.in_force, **changed}
        self.noted = True

    async def async_load(self) -> None:
        """Read what is in force. Where that cannot be read, holds stay without an end."""
        try:
            if (stored := await self._file.async_read()) is not None:
                self.in_force = curtailments_of(stored)
                self.heeded = stored.get("heeded") is True
        except NOT_READ as err:
            LOGGER.error("What a farm has curtailed cannot be read: %s", err)
            aside = await self._file.async_set_aside()
            issues.update_curtailments(self._hass, self._entry, aside, lost=True)
            self.in_force = {name: self._of_holds(name) for name in self.held_names()}

    async def async_keep(
        self, in_force: Mapping[str, Curtailment], *, heeded: bool | None = None
    ) -> None:
        """Keep what is in force; HomeAssistantError where that cannot be stored."""
        heeded = self.heeded if heeded is None else heeded
        try:
            await self._file.async_write(
                {
                    "in_force": {name: one.as_dict() for name, one in in_force.items()},
                    "heeded": heeded,
                }
            )
        except NOT_WRITTEN as err:
            update_disk(self._hass, self._entry, err, key=issues.CURTAILMENTS_DISK)
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="farm_curtailment_not_stored",
                translation_placeholders={"error": str(err)},
            ) from err
        update_disk(self._hass, self._entry, None, key=issues.CURTAILMENTS_DISK)
        self.in_force, self.heeded, self.noted = in_force, heeded, False
        if not in_force:
            issues.update_curtailments(self._hass, self._entry, None, lost=False)

    def source(self, name: str) -> str:
        """Return what names the holds of a curtailment."""
        return _source(self._entry.entry_id, name)

    def held_names(self) -> set[str]:
        """Return the names that holds tell of."""
        return _held_names(self._hass, self._entry.entry_id)

    def _of_holds(self, name: str) -> Curtailment:
        """Return one of which only its holds are left: it ends by hand."""
        holds = async_holds(self._hass)
        held = tuple(holds.held_by(Owner.CURTAILMENT, self.source(name)))
        return Curtailment(
            since=dt_util.utcnow(),
            loads=tuple(Load(machine=machine_id) for machine_id in held),
            count=len(held),
        )


async def async_hand_over(
    hass: HomeAssistant, entry: ConfigEntry[Any]
) -> frozenset[str]:
    """Leave what a removed farm has curtailed to the user; return the machines."""
    held: frozenset[str] = frozenset()
    for name in _held_names(hass, entry.entry_id):
        held |= await async_holds(hass).async_hand_over(
            Owner.CURTAILMENT, _source(entry.entry_id, name)
        )
    await _file(hass, entry.entry_id).async_remove()
    return held


def curtailments_of(stored: Mapping[str, Any]) -> dict[str, Curtailment]:
    """Return what a record says is in force; ValueError for a damaged one."""
    try:
        return {
            str(name): Curtailment.from_dict(one)
            for name, one in stored["in_force"].items()
        }
    except (AttributeError, KeyError, TypeError) as err:
        raise ValueError(f"damaged record of curtailments: {err!r}") from err


def _file(hass: HomeAssistant, entry_id: str) -> RecordPair:
    return RecordPair(hass, f"farm_curtailments.{entry_id}", VERSION)


def _source(entry_id: str, name: str) -> str:
    return f"{entry_id}/{name}"


def _held_names(hass: HomeAssistant, entry_id: str) -> set[str]:
    holds, prefix = async_holds(hass), _source(entry_id, "")
    return {
        hold.source.removeprefix(prefix)
        for machine_id in holds
        for hold in holds.of(machine_id).holds
        if hold.owner is Owner.CURTAILMENT and hold.source.startswith(prefix)
    }
