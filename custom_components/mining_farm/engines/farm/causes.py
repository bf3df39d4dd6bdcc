"""Why machines are stopped: what each alarm of a container means for what it cools, as data.

The keys are those of containers' alarms; what follows from each cause are the defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Cause(StrEnum):
    """What threatens machines, or who says stop."""

    LEAK = "leak"
    FLOW_LOST = "flow_lost"
    LEVEL_LOST = "level_lost"
    HEAT = "heat"
    HEAT_NEAR = "heat_near"
    COLD = "cold"
    POWER = "power"
    BLIND = "blind"
    """The container, or its plant behind the controller, is not seen."""
    SMOKE = "smoke"
    HAND = "hand"


class Reaction(StrEnum):
    """What follows from a cause, the mildest first."""

    NOTHING = "nothing"
    TELL = "tell"
    SLEEP = "sleep"
    CUT = "cut"

    @property
    def stops(self) -> bool:
        """Return whether machines are stopped."""
        return self in (Reaction.SLEEP, Reaction.CUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What follows from a cause, and after how many seconds."""

    reaction: Reaction
    delay: float = 0.0
    latched: bool = False
    """Whether a human has to let the machines go."""


RULES: Final[Mapping[Cause, Rule]] = {
    Cause.LEAK: Rule(reaction=Reaction.CUT, latched=True),
    Cause.FLOW_LOST: Rule(reaction=Reaction.SLEEP, delay=5, latched=True),
    Cause.LEVEL_LOST: Rule(reaction=Reaction.SLEEP, delay=30, latched=True),
    Cause.HEAT: Rule(reaction=Reaction.SLEEP, delay=10),
    Cause.HEAT_NEAR: Rule(reaction=Reaction.TELL),
    Cause.COLD: Rule(reaction=Reaction.TELL),
    Cause.POWER: Rule(reaction=Reaction.TELL, delay=30),
    Cause.BLIND: Rule(reaction=Reaction.SLEEP),
    Cause.SMOKE: Rule(reaction=Reaction.CUT, latched=True),
    Cause.HAND: Rule(reaction=Reaction.CUT, latched=True),
}
"""The defaults; a user may set each to anything, but for the stop by hand."""

_BOTH: Final = {
    "leakage_fault": Cause.LEAK,
    "supply_liquid_temp_high": Cause.HEAT_NEAR,
    "supply_liquid_temp_too_high": Cause.HEAT,
}
_HK3: Final = {
    **_BOTH,
    "circulating_pump_fault": Cause.FLOW_LOST,
    "supply_liquid_flow_low": Cause.FLOW_LOST,
    "return_liquid_pressure_low": Cause.FLOW_LOST,
    "liquid_level_low": Cause.LEVEL_LOST,
    "supply_liquid_pressure_high": Cause.HEAT_NEAR,
    "fan1_fault": Cause.HEAT_NEAR,
    "fan2_fault": Cause.HEAT_NEAR,
    "fluid_infusion_pump_fault": Cause.HEAT_NEAR,
    "spray_pump_fault": Cause.HEAT_NEAR,
    "cooling_tower_fan1_fault": Cause.HEAT_NEAR,
    "cooling_tower_fan2_fault": Cause.HEAT_NEAR,
    "cooling_tower_fan3_fault": Cause.HEAT_NEAR,
    "cooling_tower_liquid_level_low": Cause.HEAT_NEAR,
    "freezing_alarm": Cause.COLD,
    "supply_liquid_temp_low": Cause.COLD,
    "power_fault": Cause.POWER,
}
_IMMERSION: Final = {
    **_BOTH,
    "circulating_pump_fault": Cause.FLOW_LOST,
    # One of two circuits of oil: both together are flow lost (`ALL_OF`).
    "second_pump1_fault": Cause.HEAT_NEAR,
    "second_pump2_fault": Cause.HEAT_NEAR,
    "lever_low": Cause.LEVEL_LOST,
    "lever_high": Cause.HEAT_NEAR,
    "return_liquid_temp_high": Cause.HEAT_NEAR,
    "return_liquid_temp_too_high": Cause.HEAT,
    "power_distribution_temp_high": Cause.HEAT_NEAR,
    "dry_cooler_power_fre_fault": Cause.HEAT_NEAR,
    "dry_cooler_fre_conv": Cause.HEAT_NEAR,
    "fan_fault": Cause.HEAT_NEAR,
    "pump_alarm": Cause.HEAT_NEAR,
    "phase_failure": Cause.POWER,
    "power_distribution_fault": Cause.POWER,
    "supply_liquid_temp_fault": Cause.BLIND,
    "return_liquid_temp_fault": Cause.BLIND,
    "lever_sensor_fault": Cause.BLIND,
    "smoke_sensor_fault": Cause.HEAT_NEAR,
}
CAUSES: Final[Mapping[str, Mapping[str, Cause]]] = {
    "hk3": _HK3,
    "immersion": _IMMERSION,
}
"""What each alarm of each model means."""
ALL_OF: Final[Mapping[str, Mapping[frozenset[str], Cause]]] = {
    "immersion": {
        frozenset({"second_pump1_fault", "second_pump2_fault"}): Cause.FLOW_LOST
    },
}
"""What alarms mean that are on together."""
ONLY_TOLD: Final[Mapping[str, frozenset[str]]] = {
    # The storage tank is to be filled up; the loop is still full.
    "hk3": frozenset({"liquid_level_low"}),
}
"""Alarms that stop nothing by themselves, whatever their cause's rule."""


CERTAIN: Final = frozenset({Cause.LEAK, Cause.SMOKE, Cause.HAND})
"""Causes that cut power on one witness: to wait for another would be worse."""
FLOWS: Final[Mapping[str, tuple[str, ...]]] = {"hk3": ("supply_liquid_flow",)}
"""Numbers of each model that say how much coolant flows, in m³/h."""
NO_FLOW: Final = 1.0
"""m³/h up to which nothing flows: a sensor's own zero is no exact one."""


def cause_of(model: str, key: str) -> Cause | None:
    """Return what an alarm means; None of the PLC, which is judged by what is seen.

    One that nobody knows is told.
    """
    if key == "disconnect":
        return None
    return CAUSES.get(model, {}).get(key, Cause.HEAT_NEAR)
