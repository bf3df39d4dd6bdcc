"""One hashboard: its chips, its warmth, and what it has done so far."""

import math

from .models import Model
from .noise import noise
from .reading import BoardReading

INERTIA = 90.0
"""Time constant of a board's temperature, in seconds."""

_JITTER = 0.015
_DEAD_CHIP_ERRORS = 2.0
"""Hardware errors per hour that a dead chip adds."""


class Board:
    """One hashboard; rates in GH/s, work in GH, temperatures in °C."""

    def __init__(self, model: Model, slot: int, seed: int, temp: float) -> None:
        """Be a new board at that temperature."""
        self.slot = slot
        self.chips = bytearray(b"\x01" * model.chips)
        self.present = True
        self.extra_heat = 0.0
        self.temp = temp
        self.work = 0.0
        self.hw_errors = 0.0
        self._model = model
        self._seed = seed
        self._quality = 1.0 + 0.012 * noise(seed, slot, -1)
        self._warmth = 2.0 * noise(seed, slot, -2)
        self._errors = model.hw_errors_per_hour * (1.0 + 0.7 * noise(seed, slot, -3))

    @property
    def capacity_ghs(self) -> float:
        """The rate that its living chips make."""
        if not self.present:
            return 0.0
        living = self.chips.count(1) / len(self.chips)
        return self._model.board_ghs * living * self._quality

    def kill_chips(self, count: int | None) -> None:
        """Let `count` more chips die, or all of them; always the same ones first."""
        living = [n for n, good in enumerate(self.chips) if good]
        living.sort(key=lambda n: noise(self._seed, self.slot, n))
        for n in living[:count]:
            self.chips[n] = 0

    def mend(self) -> None:
        """Be whole again; temperature and counters stay."""
        self.chips[:] = b"\x01" * len(self.chips)
        self.present = True
        self.extra_heat = 0.0

    def advance(self, span: float, worked: float, rise: float, inlet: float) -> None:
        """Live through `span` s: `worked` s of them at full rate, bound for `rise` K."""
        load = min(self.capacity_ghs / self._model.board_ghs, 1.0)
        if rise > 0:
            rise = (rise + self._warmth + self.extra_heat) * load
        target = inlet + rise
        self.temp = target + (self.temp - target) * math.exp(-span / INERTIA)
        self.work += self.capacity_ghs * worked
        if self.present:
            errors = self._errors * load
            errors += self.chips.count(0) * _DEAD_CHIP_ERRORS
            self.hw_errors += errors * worked / 3600

    def read(
        self, now: float, elapsed: float, ramp: float, air: float, water: float
    ) -> BoardReading:
        """Return what the firmware sees, `air` and `water` being inlet and outlet."""
        model, base = self._model, self._seed
        jitter = 1.0 + _JITTER * noise(base, self.slot * 8 + 7, int(now) // 5)
        tremble = 0.7 * noise(base, self.slot * 8, int(now) // 10)
        spread = 1.0 if model.water else 0.28 * (self.temp - air)
        hot = self.temp + tremble
        chip_temps = (hot - spread, hot - spread - 1.0, hot - 1.0, hot)
        pcb_temps = tuple(temp - model.pcb_below_chip for temp in chip_temps)
        if model.water:
            pcb_temps = (air, air, water, water)
        return BoardReading(
            slot=self.slot,
            rate_ghs=model.as_printed(self.capacity_ghs * ramp * jitter),
            average_ghs=model.as_printed(self.work / elapsed),
            ideal_ghs=model.as_printed(model.board_ghs),
            chips=bytes(self.chips),
            chip_temps=tuple(map(model.as_measured, chip_temps)),
            pcb_temps=tuple(map(model.as_measured, pcb_temps)),
            hw_errors=int(self.hw_errors),
            frequency_mhz=model.frequency_mhz,
        )
