"""A power sensor of Home Assistant, for an outlet that does not measure."""

from dataclasses import replace
from datetime import datetime, timedelta
import math

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import PowerConverter

from ...engines.restart import OutletKind
from .outlets import RigOutletReading

METER_LAG = timedelta(seconds=30)
"""After a switch the sensor may show for so long what was drawn before."""
PATIENCE = timedelta(minutes=10)
"""A sensor that reports nothing that can be used for so long is reported itself."""


class PowerSensor:
    """Adds what a sensor reports to the readings of an outlet."""

    def __init__(self, hass: HomeAssistant, entity_id: str, grace: timedelta) -> None:
        """Take the sensor; what it reported longer ago than the grace is unknown."""
        self._hass = hass
        self._entity_id = entity_id
        self._grace = grace
        self._kind: OutletKind | None = None
        self._switched_at: datetime | None = None
        self._silent_since: datetime | None = None

    def completed(self, reading: RigOutletReading, now: datetime) -> RigOutletReading:
        """Return an outlet's reading with the draw in W, where it has none."""
        if reading.kind is not self._kind:
            if self._kind is not None:
                self._switched_at = now
            self._kind = reading.kind
        if reading.kind is OutletKind.UNREACHABLE:
            return reading
        watts = reading.watts
        if watts is None:
            watts = self._watts(now)
        if watts is not None:
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = now
        return replace(reading, watts=watts)

    def silent(self, now: datetime) -> str | None:
        """Return its entity id once it has said nothing for long; None before."""
        since = self._silent_since
        if since is None or now - since < PATIENCE:
            return None
        return self._entity_id

    def _watts(self, now: datetime) -> float | None:
        """Return W; None where the sensor reports nothing that holds now."""
        if (state := self._hass.states.get(self._entity_id)) is None:
            return None
        # Core moves last_updated only with a change, and a steady draw has none.
        at = state.last_reported
        switched_at = self._switched_at
        if not at <= now <= at + self._grace or (
            switched_at is not None and at < switched_at + METER_LAG
        ):
            return None
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        if unit not in PowerConverter.VALID_UNITS:
            return None
        try:
            value = float(state.state)
        except ValueError:
            return None
        watts = PowerConverter.convert(value, unit, UnitOfPower.WATT)
        # A meter that counts backwards is wired the wrong way round.
        return watts if math.isfinite(watts) and watts >= 0 else None
