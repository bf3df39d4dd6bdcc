"""Who holds a rig's machine down, as its power has to know it."""

import asyncio

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...common.holds import MachineIds, async_holds
from ...common.machines import machine_id
from ...engines.farm import Hold, HoldKind, LeverKind, Owner

SWITCHED_OFF = "switched_off"
"""Reason of the hold of a user who switched a rig off."""


class RigHold:
    """The holds on the machine of one rig."""

    def __init__(self, hass: HomeAssistant, entry_id: str, linked: str | None) -> None:
        """Take the rig's entry, and the miner that it is linked with."""
        self._hass = hass
        self._entry_id = entry_id
        self._linked = linked
        self._holds = async_holds(hass)
        self.kept_off = asyncio.Event()
        """Set while a hold for safety keeps the rig off."""

    @callback
    def async_start(self) -> CALLBACK_TYPE:
        """Follow the holds; returns how to stop."""
        self._update((self.machine_id,))
        return self._holds.listen(self._update)

    @property
    def machine_id(self) -> str:
        """Return the id of the machine that the rig is part of."""
        return machine_id(self._hass, self._entry_id, self._linked)

    @property
    def held(self) -> bool:
        """Return whether somebody else than the rig's own switch keeps it down.

        While nobody can read who does, everything counts as held.
        """
        record = self._holds.of(self.machine_id)
        others = record.released(Owner.USER, self._entry_id)
        return self._holds.lost or others.down

    @property
    def for_safety(self) -> bool:
        """Return whether that protects people or machines."""
        return self._holds.of(self.machine_id).for_safety

    @property
    def ruling(self) -> Hold | None:
        """Return the hold that keeps the machine down."""
        return self._holds.ruling(self.machine_id)

    async def async_keeps_off(self) -> bool:
        """Return whether the rig stays off, once its outlet is noted as ours to turn on."""
        if not self.for_safety:
            return False
        await self._holds.async_change(
            [self.machine_id],
            lambda record: record.moved([LeverKind.OUTLET]),
            anyway=True,
        )
        return True

    async def async_user_stops(self) -> None:
        """Note on disk that the user switched the rig off; HomeAssistantError."""
        hold = Hold(
            owner=Owner.USER,
            source=self._entry_id,
            kind=HoldKind.CUT,
            reason=SWITCHED_OFF,
            since=dt_util.utcnow(),
        )
        await self._holds.async_place([self.machine_id], hold)

    async def async_user_starts(self) -> Hold | None:
        """Release the user's hold; return the one of another owner that stays.

        The rig starts when that goes.
        """
        await self._holds.async_user_starts(self.machine_id, self._entry_id)
        record = self._holds.of(self.machine_id)
        if all(hold.owner is Owner.USER for hold in record.holds):
            return None
        await self._holds.async_change(
            [self.machine_id], lambda one: one.moved([LeverKind.OUTLET])
        )
        return self.ruling

    async def async_user_withdraws(self) -> None:
        """Release the user's hold alone."""
        await self._holds.async_release(Owner.USER, self._entry_id, [self.machine_id])

    async def async_forget(self) -> None:
        """Forget the holds of a rig that is removed; those of its miner stay."""
        await self._holds.async_release(Owner.USER, self._entry_id)
        if self.machine_id == self._entry_id:
            await self._holds.async_forget(self._entry_id)

    @callback
    def _update(self, machine_ids: MachineIds) -> None:
        if self.machine_id not in machine_ids:
            return
        if self.for_safety:
            self.kept_off.set()
        else:
            self.kept_off.clear()
