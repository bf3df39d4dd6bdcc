"""A living Immersion: oil through four tanks, water to a dry cooler."""

from collections.abc import Iterator
import math
from typing import Any, override

from simulators.clock import Clock

from .living import LivingPlant, relaxed
from .miners import Miners
from .tables import Model

_COOLER = 30.0
"""kW that the dry cooler gives off per K above the weather when both drives run."""
_VARIABLE, _CONSTANT = 0.6, 0.4
"""Shares of its two drives."""
_ONE_PUMP = 0.8
"""Share of that when a single oil pump runs."""
_RISE = 3.2
"""K between return and supply of the oil under full load with both pumps."""
_WIDEST = 12.0
_FULL_KW = 450.0
_HIGH, _TOO_HIGH = 50.0, 53.0
"""°C of the oil to the tanks at which the alarms come: above every fit target."""
_RETURN_HIGH, _RETURN_TOO_HIGH = 54.0, 58.0
_BOX_HIGH = 60.0
_TANK_CM = {"a": 120.0, "b": 119.0, "c": 121.0, "d": 120.0}
_LOW_CM = 100.0
_LOSS = 0.02 / 60
"""Share of the oil that a leak takes per second."""
_PUMPS = ("second_pump1", "second_pump2")
_VOLTS = {"a": 2301, "b": 2310, "c": 2297}
"""Phase to neutral, in tenths of a volt."""


class ImmersionPlant(LivingPlant):
    """About 450 kW of miners in oil at a set point of 42 °C."""

    heat_capacity = 20_000.0
    pump_alarms = tuple(f"{pump}_fault" for pump in _PUMPS)

    def __init__(self, clock: Clock, *, error: bool) -> None:
        """Be in the middle of a normal day; with `error` every fault bit is latched."""
        miners = Miners("S19j Pro", 120, _FULL_KW, 125.0, clock.now() - 86_400)
        super().__init__(Model.IMMERSION, clock, miners, set_point=42, error=error)
        self._boxed = 44.0

    @property
    @override
    def coldest(self) -> float:
        share = self._drives * self._pumped
        if not share:
            return math.inf
        return self.outdoor + self.miners.heat_kw / (_COOLER * share)

    @override
    def settle(self, seconds: float) -> None:
        if self.is_leaking:
            self.level = max(0.0, self.level - _LOSS * seconds)
        inside = self.outdoor + (8 if self.runs("fan_fault") else 20)
        self.indoor = relaxed(self.indoor, inside, seconds, 600)
        box = self.indoor + 8 * self.miners.heat_kw / _FULL_KW
        self._boxed = relaxed(self._boxed, box, seconds, 300)

    @override
    def conditions(self) -> Iterator[str]:
        hot = self.temp + self._rise
        limits = {
            "supply_liquid_temp_high": self.temp >= _HIGH,
            "supply_liquid_temp_too_high": self.temp >= _TOO_HIGH,
            "return_liquid_temp_high": hot >= _RETURN_HIGH,
            "return_liquid_temp_too_high": hot >= _RETURN_TOO_HIGH,
            "power_distribution_temp_high": self._boxed >= _BOX_HIGH,
            "lever_low": min(_TANK_CM.values()) * self.level < _LOW_CM,
            "pump_alarm": self.has_settled and not self._pumped,
        }
        yield from (alarm for alarm, is_there in limits.items() if is_there)

    @override
    def shown(self) -> dict[str, Any]:
        pumps = {pump: self.runs(f"{pump}_fault") for pump in _PUMPS}
        demand = self._demand
        amperes = self._total_kw * 1000 / sum(tenths / 10 for tenths in _VOLTS.values())
        return {
            "protocol_version": 5,
            **pumps,
            "one_pump": self._has_water,
            "container_fan": self.runs("fan_fault"),
            "dry_cooler_freq_run": self.runs("dry_cooler_fre_conv"),
            "dry_cooler_power_freq_run": self.runs("dry_cooler_power_fre_fault"),
            "pump_ready": not self.has("pump_alarm", "phasefailure"),
            **dict.fromkeys(("pump_operation", "pump_run"), bool(self._pumped)),
            "pump_start": self.is_open,
            "server_on": bool(self._pumped) and self.temp < _TOO_HIGH,
            "valve1_open": False,
            "valve1_close": False,
            "valve2_open": False,
            "valve2_close": False,
            **self._temperatures(),
            "container_humidity": round(77 - self.indoor),
            "power_distribution_humidity": round(70 - self._boxed),
            **{
                f"tank_{tank}_level": round(height * self.level, 1)
                for tank, height in _TANK_CM.items()
            },
            "drycooler_freq": round(50 * demand, 1),
            "feedback_fre": 45 if self._has_water else 0,
            **{f"vol_{phase}_distribution": tenths for phase, tenths in _VOLTS.items()},
            **{f"cur_{phase}_distribution": round(amperes, 1) for phase in _VOLTS},
            "distribution_box_power": round(self._total_kw / 100, 4),
            "open1": round(100 * demand),
            "open2": round(100 - 100 * demand),
            "power_distribution": round(self._own_kw, 4),
        }

    def _temperatures(self) -> dict[str, float]:
        """Return them all, in °C."""
        supply, hot = self.temp, self.temp + self._rise
        water = supply - 1.5 if self._has_water else self.outdoor
        warmed = 3 * self.miners.heat_kw / _FULL_KW if self._has_water else 0.0
        exact = {
            "second_supply_temp1": supply,
            "second_return_temp1": hot,
            "second_supply_temp2": supply + 0.2,
            "second_return_temp2": hot + 0.3,
            "primary_supply_temp": water,
            "primary_return_temp": water + warmed,
            "out_temp": self.outdoor,
            "container_temp": self.indoor,
            "power_distribution_temp": self._boxed,
        }
        return {key: round(celsius, 1) for key, celsius in exact.items()}

    @property
    def _has_water(self) -> bool:
        return self.runs("primary_circulating_pump")

    @property
    def _pumped(self) -> float:
        """Share of the oil that flows, with water to cool it or without."""
        match sum(self.runs(alarm) for alarm in self.pump_alarms):
            case 0:
                return 0.0
            case 1:
                return _ONE_PUMP
        return 1.0

    @property
    def _drives(self) -> float:
        """Share of the dry cooler that runs and has water."""
        if not self._has_water:
            return 0.0
        return _VARIABLE * self.runs("dry_cooler_fre_conv") + _CONSTANT * self.runs(
            "dry_cooler_power_fre_fault"
        )

    @property
    def _demand(self) -> float:
        """How much of the variable drive is needed, from 0 to 1."""
        if not self.runs("dry_cooler_fre_conv"):
            return 0.0
        warmer = max(0.1, self.temp - self.outdoor)
        return min(1.0, self.miners.heat_kw / (_COOLER * warmer))

    @property
    def _rise(self) -> float:
        """K between supply and return of the oil."""
        load = self.miners.heat_kw / _FULL_KW
        return (
            min(_WIDEST, _RISE / self._pumped**2) * load
            if self._pumped
            else (_WIDEST * load)
        )

    @property
    def _own_kw(self) -> float:
        """What pumps, fans and the controller draw."""
        pumps = 2.2 * sum(self.runs(alarm) for alarm in self.pump_alarms)
        fan = 0.6 * self.runs("fan_fault")
        return 0.4 + pumps + 1.3 * self._has_water + fan + 1.2 * self._demand

    @property
    def _total_kw(self) -> float:
        return self.miners.heat_kw + self._own_kw
