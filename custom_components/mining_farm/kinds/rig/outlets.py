"""A rig's outlet: a Kasa plug or strip outlet, or any switch of Home Assistant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, override

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant

from ...common.power_switch import CONF_SWITCH_ENTITY, SwitchError, async_switch
from ...engines.power import (
    KasaConnections,
    KasaOutlet,
    OutletAuthError,
    OutletError,
    OutletNotConfirmedError,
)
from ...engines.restart import OutletFailure, OutletKind
from . import const
from .const import CONF_OUTLET
from .stored import kasa_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RigOutletReading:
    """Reading of a rig's outlet; draw in W and energy in kWh where it measures."""

    kind: OutletKind
    refused: bool = False
    """Unreachable because it rejects the credentials."""
    watts: float | None = None
    energy_kwh: float | None = None
    on_for: float | None = None
    """Seconds since its relay was closed, where it reports that."""


class RigOutlet(Protocol):
    """An outlet that feeds a rig."""

    @property
    def name(self) -> str | None:
        """What its owner calls it; None while that is not known."""

    async def async_read(self) -> RigOutletReading:
        """Return the reading; an outlet that does not answer is unreachable."""

    async def async_is_on(self) -> bool:
        """Return whether it is on; OutletFailure when it cannot be read."""

    async def async_turn_on(self) -> None:
        """Turn on and confirm; OutletFailure when that cannot be done."""

    async def async_turn_off(self) -> None:
        """Turn off and confirm; OutletFailure when that cannot be done."""

    async def async_close(self) -> None:
        """Close the connection to the device."""


class KasaRigOutlet(RigOutlet):
    """A Kasa plug, or one outlet of a strip."""

    def __init__(self, outlet: KasaOutlet) -> None:
        """Take the engine's outlet."""
        self._outlet = outlet

    @property
    @override
    def name(self) -> str | None:
        return self._outlet.name or None

    @override
    async def async_read(self) -> RigOutletReading:
        try:
            reading = await self._outlet.async_read()
        except OutletError as err:
            return RigOutletReading(
                kind=OutletKind.UNREACHABLE, refused=isinstance(err, OutletAuthError)
            )
        return RigOutletReading(
            kind=OutletKind.ON if reading.on else OutletKind.OFF,
            watts=reading.watts,
            energy_kwh=reading.energy_kwh,
            on_for=reading.on_for,
        )

    @override
    async def async_is_on(self) -> bool:
        try:
            return (await self._outlet.async_read()).on
        except OutletError as err:
            raise OutletFailure(str(err), sent=False) from err

    @override
    async def async_turn_on(self) -> None:
        try:
            await self._outlet.async_turn_on()
        except OutletError as err:
            # Every other failure comes before the command.
            sent = isinstance(err, OutletNotConfirmedError)
            raise OutletFailure(str(err), sent=sent) from err

    @override
    async def async_turn_off(self) -> None:
        try:
            await self._outlet.async_turn_off()
        except OutletError as err:
            # Every other failure comes before the command.
            sent = isinstance(err, OutletNotConfirmedError)
            raise OutletFailure(str(err), sent=sent) from err

    @override
    async def async_close(self) -> None:
        await self._outlet.async_close()


class SwitchRigOutlet(RigOutlet):
    """A switch entity of any other integration."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Take the switch's entity id."""
        self._hass = hass
        self._entity_id = entity_id

    @property
    @override
    def name(self) -> str | None:
        state = self._hass.states.get(self._entity_id)
        return None if state is None else state.name

    @override
    async def async_read(self) -> RigOutletReading:
        match self._state():
            case "on":
                return RigOutletReading(kind=OutletKind.ON)
            case "off":
                return RigOutletReading(kind=OutletKind.OFF)
            case _:
                return RigOutletReading(kind=OutletKind.UNREACHABLE)

    @override
    async def async_is_on(self) -> bool:
        state = self._state()
        if state not in (STATE_ON, STATE_OFF):
            raise OutletFailure(f"{self._entity_id} is {state}", sent=False)
        return state == STATE_ON

    @override
    async def async_turn_on(self) -> None:
        await self._switch(on=True)

    @override
    async def async_turn_off(self) -> None:
        await self._switch(on=False)

    @override
    async def async_close(self) -> None:
        """Do nothing: a switch entity has no connection."""

    def _state(self) -> str | None:
        state = self._hass.states.get(self._entity_id)
        return None if state is None else state.state

    async def _switch(self, *, on: bool) -> None:
        try:
            await async_switch(self._hass, self._entity_id, on=on)
        except SwitchError as err:
            raise OutletFailure(str(err), sent=err.sent) from err


def create_outlet(
    hass: HomeAssistant, kasa: KasaConnections, data: Mapping[str, Any]
) -> RigOutlet | None:
    """Return the outlet that an entry's data name; None for a rig only watched."""
    match data[CONF_OUTLET]:
        case const.OUTLET_KASA:
            address, child_id = kasa_of(data)
            return KasaRigOutlet(KasaOutlet(kasa.to(address), child_id))
        case const.OUTLET_SWITCH:
            return SwitchRigOutlet(hass, data[CONF_SWITCH_ENTITY])
        case _:
            return None
