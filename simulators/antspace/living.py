"""A plant that lives: heat, cooling, and faults that latch until they are reset.

The liquid is one body of a known heat capacity. Miners warm it; cooling lets it relax
towards the set point, or towards the lowest temperature that the weather and what runs
of the plant allow. State moves on whenever it is read, in steps of five seconds.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
import math
from typing import Any, override

from simulators.clock import Clock

from .miners import Heaters
from .plant import MINER_INFO, PID_TARGET, Plant, script_number
from .tables import ALARMS, PLACE, Model

STEP = 5.0
"""Seconds in which nothing but the temperatures changes."""
MOST_STEPS = 20_000
"""After a long time unseen, steps grow rather than number."""
CONTROL_TIME = 150.0
"""Seconds in which the controller gets 63 % nearer to its target."""
LOSS_TIME = 4 * 3600.0
"""Seconds in which a container without heat gets 63 % nearer to the weather."""
DETECTION = 30.0
"""Seconds after a start before too little flow counts."""


class LivingPlant(Plant):
    """What both models have in common; temperatures in °C, powers in kW."""

    heat_capacity: float
    """kJ/K of the liquid."""
    pump_alarms: tuple[str, ...]
    """Fault bits of the pumps without which miners are not cooled."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        miners: Heaters,
        *,
        set_point: float,
        error: bool,
    ) -> None:
        """Be in the middle of a normal day, cooling, with all miners hashing."""
        self.miners = miners
        self.outdoor = 24.0
        self.is_open = True
        self.temp = set_point
        """Liquid on its way to the miners."""
        self.level = 1.0
        """Share of the liquid that is still there."""
        self.indoor = 36.0
        self._model = model
        self._clock = clock
        self._moment = clock.now()
        self._opened = -math.inf
        self._target: float = set_point
        self._pid = False
        self._latched = set(ALARMS[model]) if error else set()
        self._broken: set[str] = set()
        self._frozen: dict[str, Any] | None = None
        self._pinned: dict[str, Any] = {}
        self._removed: set[str] = set()

    @property
    def target(self) -> float:
        """Target for the liquid on its way to the miners."""
        return self._target

    def has(self, *alarms: str) -> bool:
        """Return whether one of these fault bits is set."""
        return not self._latched.isdisjoint(alarms)

    def runs(self, alarm: str) -> bool:
        """Return whether what this fault bit belongs to runs."""
        return self.is_open and alarm not in self._latched

    @property
    def is_leaking(self) -> bool:
        """Whether liquid is being lost."""
        return "leakage_fault" in self._broken

    @property
    def has_settled(self) -> bool:
        """Whether it has cooled for long enough to judge the flow."""
        return self.is_open and self._moment - self._opened >= DETECTION

    @property
    @abstractmethod
    def coldest(self) -> float:
        """Lowest temperature that cooling can reach now; infinite without any."""

    @abstractmethod
    def settle(self, seconds: float) -> None:
        """Let flow, level and air follow for so long."""

    @abstractmethod
    def conditions(self) -> Iterator[str]:
        """Yield the fault bits whose cause is there now."""

    @abstractmethod
    def shown(self) -> dict[str, Any]:
        """Return `coolerState` without faults and what both models have in common."""

    def advance(self) -> None:
        """Catch up with the clock."""
        left = self._clock.now() - self._moment
        step = max(STEP, left / MOST_STEPS)
        while left > 0:
            seconds = min(step, left)
            left -= seconds
            self._moment += seconds
            self.settle(seconds)
            self._warm(seconds)
            self.miners.feel(self.temp)
            self._latch()

    def set_weather(self, celsius: float) -> None:
        """Change the temperature outside, from now on."""
        self.advance()
        self.outdoor = celsius

    def set_load(self, kilowatts: float) -> None:
        """Change what the miners draw while they hash, from now on."""
        self.advance()
        self.miners.draw(kilowatts)

    def hold(self, miners: Heaters) -> None:
        """Cool others from now on, with as much less liquid as they draw less."""
        self.advance()
        self.heat_capacity *= miners.usual_kw / self.miners.usual_kw
        self.miners = miners

    @override
    def fields(self) -> dict[str, Any]:
        self.advance()
        state = self._frozen or self._present()
        state = {**state, "disconnect": self._frozen is not None, **self._pinned}
        hidden = self._removed | {MINER_INFO}
        return {key: value for key, value in state.items() if key not in hidden}

    @override
    def miner_info(self) -> dict[str, Any]:
        self.advance()
        pinned: dict[str, Any] | None = self._pinned.get(MINER_INFO)
        return pinned or self.miners.info(self._moment, self.temp)

    @override
    def open(self) -> None:
        self.advance()
        if self._frozen is None and not self.is_open:
            self.is_open = True
            self._opened = self._moment

    @override
    def close(self) -> None:
        self.advance()
        if self._frozen is None:
            self.is_open = False

    @override
    def reset(self) -> None:
        self.advance()
        if self._frozen is None:
            self._latched.clear()
            self._latch()

    @override
    def set_temp(self, text: str | None) -> bool:
        self.advance()
        target = PID_TARGET if text == "pid" else script_number(text or None)
        if target is None:
            return False
        if self._frozen is None:
            self._pid = text == "pid"
            self._target = target
        return True

    @override
    def set_fields(self, fields: Mapping[str, Any]) -> None:
        self._pinned.update(fields)
        self._removed.difference_update(fields)

    @override
    def remove_fields(self, *keys: str) -> None:
        if unknown := set(keys) - self.fields().keys():
            raise KeyError(*unknown)
        self._removed.update(keys)

    @override
    def release_fields(self) -> None:
        self._pinned.clear()
        self._removed.clear()

    @override
    def raise_alarm(self, key: str) -> None:
        self.advance()
        self._latched.add(self._known(key))

    @override
    def clear_alarm(self, key: str) -> None:
        self.advance()
        self._latched.discard(self._known(key))
        self._broken.discard(key)

    @override
    def alarms(self) -> list[str]:
        self.advance()
        return [key for key in ALARMS[self._model] if key in self._latched]

    @override
    def leak(self) -> None:
        self._break("leakage_fault")

    @override
    def stop_pump(self) -> None:
        self._break(*self.pump_alarms)

    @override
    def disconnect(self) -> None:
        self.advance()
        self._frozen = self._frozen or self._present()

    @override
    def connect(self) -> None:
        self.advance()
        self._frozen = None

    @override
    def repair(self) -> None:
        self.connect()
        self._broken.clear()
        self.level = 1.0

    def _present(self) -> dict[str, Any]:
        return {
            "disconnect": False,
            "pid_mode": self._pid,
            "running_mode": self.is_open,
            "supply_liquid_set_temp": self._target,
            **PLACE,
            **{key: key in self._latched for key in ALARMS[self._model]},
            **self.shown(),
        }

    def _warm(self, seconds: float) -> None:
        """Let the miners warm the liquid, and cooling take away what it can."""
        gain = self.miners.heat_kw * seconds / self.heat_capacity
        wanted = max(self._target, self.coldest)
        hot = self.temp + gain
        if math.isfinite(wanted):
            hot = min(hot, relaxed(self.temp, wanted, seconds, CONTROL_TIME))
        if not gain:
            hot = relaxed(hot, self.outdoor, seconds, LOSS_TIME)
        self.temp = hot

    def _latch(self) -> None:
        self._latched |= self._broken
        self._latched.update(self.conditions())

    def _break(self, *alarms: str) -> None:
        self.advance()
        self._broken.update(alarms)
        self._latched.update(alarms)

    def _known(self, key: str) -> str:
        if key not in ALARMS[self._model]:
            raise ValueError(f"no alarm {key!r}; {', '.join(ALARMS[self._model])}")
        return key


def relaxed(value: float, target: float, seconds: float, time: float) -> float:
    """Return what a first-order lag of that time constant makes of a value."""
    return target + (value - target) * math.exp(-seconds / time)
