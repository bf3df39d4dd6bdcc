"""A living HK3: water past the miners, and a cooling tower of three fans."""

from collections.abc import Iterator
import math
from typing import Any, override

from simulators.clock import Clock

from .living import LivingPlant, relaxed
from .miners import Miners
from .tables import TOWER_FANS, Model

_FLOW = 115.0
"""m³/h of the circulating pump."""
_CARRIED = 1.163
"""kWh that a cubic metre of water carries per K."""
_WIDEST = 25.0
"""K between return and supply when hardly anything flows."""
_TOWER = 100.0
"""kW that the tower gives off per K above the weather, all fans and spray running."""
_DRY = 0.6
"""Share of that without spray."""
_LOW_FLOW = 50.0
_HIGH, _TOO_HIGH = 46.0, 50.0
"""°C of the supply at which the plant raises its alarms: above every fit target."""
_FREEZING = 5.0
_LOW_LEVEL = 2 / 3
_LOW_RETURN = 0.05
"""MPa, as the manual has it."""
_HIGH_SUPPLY = 0.4
_LOSS = 0.04 / 60
"""Share of the coolant that a leak takes per second."""
_MAKE_UP = 0.01 / 60
_ACTUATORS = {
    "circulating_pump": "circulating_pump_fault",
    "spray_pump": "spray_pump_fault",
    **{fan: f"{fan}_fault" for fan in TOWER_FANS},
}


class HydroPlant(LivingPlant):
    """About 1 MW of hydro miners at a set point of 35 °C."""

    heat_capacity = 25_000.0
    pump_alarms = ("circulating_pump_fault",)

    def __init__(self, clock: Clock, *, error: bool) -> None:
        """Be in the middle of a normal day; with `error` every fault bit is latched."""
        miners = Miners("S19 XP+ Hydro", 171, 1026.0, 279.0, clock.now() - 86_400)
        self._flow = _FLOW
        self._energy_kwh = 50_000.0
        super().__init__(Model.HK3, clock, miners, set_point=35, error=error)

    @property
    @override
    def coldest(self) -> float:
        fans = sum(self.runs(f"{fan}_fault") for fan in TOWER_FANS)
        if not fans or self._flow < _FLOW / 5:
            return math.inf
        share = fans / len(TOWER_FANS)
        share *= 1.0 if self.runs("spray_pump_fault") else _DRY
        return self.outdoor + self.miners.heat_kw / (_TOWER * share)

    @override
    def settle(self, seconds: float) -> None:
        self._energy_kwh += self.miners.heat_kw * seconds / 3600
        if self.is_leaking:
            self.level = max(0.0, self.level - _LOSS * seconds)
        if self._tops_up:
            self.level = min(1.0, self.level + _MAKE_UP * seconds)
        full = _FLOW * min(1.0, self.level / 0.4)
        pumped = full if self.runs("circulating_pump_fault") else 0.0
        self._flow = relaxed(self._flow, pumped, seconds, 8)
        still = 12.0 * (self.has("fan1_fault") + self.has("fan2_fault")) / 2
        self.indoor = relaxed(self.indoor, self.outdoor + 12 + still, seconds, 600)

    @override
    def conditions(self) -> Iterator[str]:
        if self.temp >= _HIGH:
            yield "supply_liquid_temp_high"
        if self.temp >= _TOO_HIGH:
            yield "supply_liquid_temp_too_high"
        if self.temp < _FREEZING:
            yield "freezing_alarm"
        if self.level < _LOW_LEVEL:
            yield "liquid_level_low"
        if self._return_mpa < _LOW_RETURN:
            yield "return_liquid_pressure_low"
        if self._supply_mpa > _HIGH_SUPPLY:
            yield "supply_liquid_pressure_high"
        if self.has_settled and self._flow < _LOW_FLOW:
            yield "supply_liquid_flow_low"

    @override
    def shown(self) -> dict[str, Any]:
        watts = self.miners.heat_kw * 1000
        hot = self.temp + self._rise
        tower = hot - 0.8 if self._flow > 1 else self.outdoor
        return {
            **{key: self.runs(fault) for key, fault in _ACTUATORS.items()},
            "fan1": not self.has("fan1_fault"),
            "fan2": not self.has("fan2_fault"),
            "fluid_infusion_pump": self._tops_up,
            "supply_liquid_temp": round(self.temp, 1),
            "return_liquid_temp": round(hot, 1),
            "supply_liquid_pressure": round(self._supply_mpa, 3),
            "return_liquid_pressure": round(self._return_mpa, 3),
            "colding_tower_inlet_temp": round(tower, 1),
            "antbox_internal_temp": round(self.indoor, 1),
            "supply_liquid_flow": round(self._flow, 1),
            "antbox_internal_humidity": round(71 - self.indoor),
            "distribution_box1_power": round(watts * 0.49),
            "distribution_box2_power": round(watts * 0.51),
            # A field client saw these beside the documented ones.
            "power_relay_fault": False,
            "liquid_level_high": False,
            "power_a_distribution": round(self._energy_kwh * 0.49, 1),
            "power_b_distribution": round(self._energy_kwh * 0.51, 1),
        }

    @property
    def _tops_up(self) -> bool:
        return self.level < 1 and self.runs("fluid_infusion_pump_fault")

    @property
    def _rise(self) -> float:
        """K between supply and return."""
        if self._flow < 1:
            return _WIDEST if self.miners.heat_kw else 0.0
        return min(_WIDEST, self.miners.heat_kw / (_CARRIED * self._flow))

    @property
    def _still_mpa(self) -> float:
        return 0.1 * max(0.0, (self.level - 0.2) / 0.8)

    @property
    def _return_mpa(self) -> float:
        return self._still_mpa + 0.02 * (self._flow / _FLOW) ** 2

    @property
    def _supply_mpa(self) -> float:
        return self._still_mpa + 0.18 * (self._flow / _FLOW) ** 2
