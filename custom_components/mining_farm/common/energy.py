"""Energy that a device draws: watts summed up over time, gaps left out."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import math
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.restore_state import RestoredExtraData, RestoreEntity
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import PowerConverter

from .coordinator import FarmCoordinator
from .entity import EntryEntity

ENERGY: Final = SensorEntityDescription(
    key="energy",
    translation_key="drawn_energy",
    device_class=SensorDeviceClass.ENERGY,
    state_class=SensorStateClass.TOTAL_INCREASING,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    suggested_display_precision=2,
)

SAMPLED: Final = timedelta(seconds=30)
WRITTEN: Final = timedelta(minutes=5)
"""As often as Home Assistant makes statistics: hundreds of miners fill no database."""
LONGEST: Final = timedelta(seconds=90)
"""Between two readings; what is longer is a gap, of which nothing is known."""

_KWH: Final = "kwh"
_JOULES_PER_KWH: Final = 3.6e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What is drawn at a moment, and by which witness."""

    at: datetime
    watts: float
    source: str


class EnergyMeter:
    """Sums up the energy of readings; it only rises.

    A reading stands for the time half way to its neighbours. Where a gap is beside it, that
    is half of the usual time between two, so that outages cost nothing on average; of what
    lies between, nothing is counted.
    """

    def __init__(self, kwh: float = 0.0) -> None:
        """Go on from a sum."""
        self.kwh = kwh
        self.last: Draw | None = None
        self.was_read = False
        """Whether there was a reading since."""
        self._usual = SAMPLED

    def add(self, draw: Draw | None) -> None:
        """Take a reading; None where there is none, which begins a gap."""
        before = self.last
        if draw is not None and before is not None:
            span = draw.at - before.at
            if not span:
                return
            if timedelta() < span <= LONGEST:
                self._usual = span
                self._count((before.watts + draw.watts) / 2, span)
                self.last = draw
                return
        if before is not None:
            self._count(before.watts, self._usual / 2)
        if draw is not None and self.was_read:
            self._count(draw.watts, self._usual / 2)
        self.was_read |= draw is not None
        self.last = draw

    def _count(self, watts: float, span: timedelta) -> None:
        self.kwh += watts * span.total_seconds() / _JOULES_PER_KWH


class EnergySensor[CoordinatorT: FarmCoordinator[Any]](
    EntryEntity[CoordinatorT], RestoreEntity, SensorEntity
):
    """Energy since the device was added; it goes on after a restart."""

    def __init__(
        self,
        coordinator: CoordinatorT,
        description: SensorEntityDescription,
    ) -> None:
        """Know nothing, until what was kept is read or there is a first reading."""
        super().__init__(coordinator, description)
        self._meter = EnergyMeter()
        self._state_of: datetime | None = None
        self._kwh: float | None = None

    @abstractmethod
    def _draw(self, now: datetime) -> Draw | None:
        """Return what is drawn now; None where that is not known."""

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def native_value(self) -> float | None:
        return None if self._kwh is None else round(self._kwh, 4)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return {"source": self._meter.last.source if self._meter.last else None}

    @property
    @override
    def extra_restore_state_data(self) -> RestoredExtraData:
        return RestoredExtraData({_KWH: self._meter.kwh})

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was kept, and read from now on."""
        kept = await self.async_get_last_extra_data()
        kwh = None if kept is None else kept.as_dict().get(_KWH)
        if isinstance(kwh, (int, float)) and math.isfinite(kwh) and kwh > 0:
            self._meter.kwh = self._kwh = float(kwh)
        self._meter.add(self._draw(dt_util.utcnow()))
        if self._meter.was_read:
            self._kwh = self._meter.kwh
        await super().async_added_to_hass()
        self.async_on_remove(
            async_track_time_interval(self.hass, self._sample, SAMPLED)
        )

    @callback
    def _sample(self, now: datetime) -> None:
        """Take a reading, and show the sum when it is time to."""
        self._meter.add(self._draw(now))
        if self._state_of is not None and now - self._state_of < WRITTEN:
            return
        self._state_of = now
        shown = self.native_value
        if self._meter.was_read:
            self._kwh = self._meter.kwh
        if self.native_value != shown:
            self.async_write_ha_state()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Take a reading; it shows with the next sample."""
        self._meter.add(self._draw(dt_util.utcnow()))


def sensor_draw(
    hass: HomeAssistant, entity_id: str, now: datetime, source: str
) -> Draw | None:
    """Return what a power sensor of Home Assistant shows; None where that is no power."""
    if (state := hass.states.get(entity_id)) is None:
        return None
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if unit not in PowerConverter.VALID_UNITS:
        return None
    try:
        watts = PowerConverter.convert(float(state.state), unit, UnitOfPower.WATT)
    except ValueError:
        return None
    # A meter that counts backwards is wired the wrong way round.
    if not math.isfinite(watts) or watts < 0:
        return None
    return Draw(at=now, watts=watts, source=source)
