"""The resolution at which readings are shown at farm detail, to spare the recorder.

A thousand rates that move by a percent at every poll are noise; what is shown is no further
from the truth than this resolution, and a jump, a stop or an unknown reading shows at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Final, Protocol

RATE_STEP: Final = 0.02
"""Share of what is shown by which the mean moves before it is shown again."""
RATE_JUMP: Final = 0.05
"""Share of the mean from which a reading is no noise: it begins another mean."""
READINGS: Final = 10
"""In the mean: five minutes of polls."""
TEMPERATURE_STEP: Final = 1.0
"""°C."""


class Resolution(Protocol):
    """Holds what is shown of a reading."""

    taken: datetime | None
    """When the last reading was made."""

    @property
    def shown(self) -> float | None:
        """What is shown now."""

    def take(self, value: float | None) -> None:
        """Take a reading; None where there is none."""


@dataclass(slots=True)
class RateResolution:
    """A mean of five minutes, shown again when it has moved by 2 %."""

    shown: float | None = None
    taken: datetime | None = None
    _readings: tuple[float, ...] = ()

    def take(self, value: float | None) -> None:
        """Take a reading; None where there is none."""
        if not value:
            self.shown, self._readings = value, ()
            return
        if self._readings:
            before = fmean(self._readings)
            if abs(value - before) > RATE_JUMP * before:
                self._readings = ()
        self._readings = (*self._readings, value)[-READINGS:]
        mean = fmean(self._readings)
        if not self.shown or abs(mean - self.shown) >= RATE_STEP * self.shown:
            self.shown = mean


@dataclass(slots=True)
class TemperatureResolution:
    """The reading, shown again when it has moved by 1 °C."""

    shown: float | None = None
    taken: datetime | None = None

    def take(self, value: float | None) -> None:
        """Take a reading; None where there is none."""
        if (
            value is None
            or self.shown is None
            # As decimals: 64.6 less 63.6 is not quite 1.
            or round(abs(value - self.shown), 3) >= TEMPERATURE_STEP
        ):
            self.shown = value


RESOLUTIONS: Final[Mapping[str, Callable[[], Resolution]]] = {
    "hashrate": RateResolution,
    "temp_chip_max": TemperatureResolution,
}
"""By the key of the sensor; all others move by whole steps."""
