"""Restart policy of a rig: numbers of the options, and the engine's Policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from homeassistant.const import UnitOfPower, UnitOfTime

from ...engines.pools import POOLS
from ...engines.restart import Policy, Step
from .const import (
    CONF_CHECK_COOLDOWN,
    CONF_CHECK_FREQUENCY,
    CONF_DRAW_IS_EVIDENCE,
    CONF_FIRST_STEP,
    CONF_FIRST_STEP_WAIT,
    CONF_MAX_PER_DAY,
    CONF_MAX_RESTARTS,
    CONF_MINER_STEPS,
    CONF_NO_DRAW_BELOW,
    CONF_ON_DELAY,
    CONF_REBOOT_WAIT,
    CONF_REPEAT_ON_SILENCE,
    CONF_RESTART_MINING_WAIT,
    CONF_TIME_UNTIL_ELSEWHERE,
    CONF_TIME_UNTIL_OFFLINE,
    CONF_TIME_UNTIL_OFFLINE_LOCAL,
)

_UNITS: Final[dict[UnitOfTime | UnitOfPower | None, timedelta]] = {
    UnitOfTime.SECONDS: timedelta(seconds=1),
    UnitOfTime.MINUTES: timedelta(minutes=1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyField:
    """One number of the policy; `key` is its name there and in the entry's options."""

    key: str
    unit: UnitOfTime | UnitOfPower | None
    least: float
    most: float
    step: float = 1
    advanced: bool = True

    @property
    def integer(self) -> bool:
        """Whether only whole numbers make sense."""
        return self.unit is None

    @property
    def default(self) -> float:
        """Its default, in the field's unit."""
        return self.write(getattr(Policy(), self.key))

    def read(self, options: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Return the value as Policy holds it; its default where it is not stored."""
        if (number := options.get(self.key)) is None:
            return getattr(Policy(), self.key)
        unit = _UNITS.get(self.unit)
        return number if unit is None else number * unit

    def write(self, value: Any) -> float:  # noqa: ANN401
        """Return what Policy holds as a number in the field's unit."""
        unit = _UNITS.get(self.unit)
        return self.plain(value if unit is None else value / unit)

    def plain(self, number: float) -> float:
        """Return an integral number as int, so that it is shown without decimals."""
        return int(number) if number == int(number) else number


POLICY_FIELDS: Final = (
    PolicyField(
        key=CONF_TIME_UNTIL_OFFLINE,
        unit=UnitOfTime.MINUTES,
        least=1,
        most=1440,
        advanced=False,
    ),
    PolicyField(
        key=CONF_MAX_RESTARTS,
        unit=None,
        least=1,
        most=100,
        advanced=False,
    ),
    PolicyField(key=CONF_ON_DELAY, unit=UnitOfTime.SECONDS, least=1, most=600),
    PolicyField(
        key=CONF_TIME_UNTIL_OFFLINE_LOCAL,
        unit=UnitOfTime.MINUTES,
        least=0.5,
        most=1440,
        step=0.5,
    ),
    PolicyField(
        key=CONF_TIME_UNTIL_ELSEWHERE, unit=UnitOfTime.MINUTES, least=15, most=10_080
    ),
    PolicyField(key=CONF_CHECK_FREQUENCY, unit=UnitOfTime.MINUTES, least=1, most=240),
    PolicyField(key=CONF_CHECK_COOLDOWN, unit=UnitOfTime.MINUTES, least=1, most=1440),
    PolicyField(key=CONF_MAX_PER_DAY, unit=None, least=1, most=100),
    PolicyField(key=CONF_FIRST_STEP_WAIT, unit=UnitOfTime.MINUTES, least=1, most=240),
    PolicyField(
        key=CONF_RESTART_MINING_WAIT, unit=UnitOfTime.MINUTES, least=1, most=240
    ),
    PolicyField(key=CONF_REBOOT_WAIT, unit=UnitOfTime.MINUTES, least=1, most=240),
    PolicyField(key=CONF_NO_DRAW_BELOW, unit=UnitOfPower.WATT, least=0, most=1000),
)
"""Names and units of the original configuration: minutes, and seconds for the delay."""
MINER_STEPS: Final = (Step.RESTART_MINING, Step.REBOOT)
"""What may be tried with the linked miner before its power is cut, in this order."""


def policy_of(options: Mapping[str, Any]) -> Policy:
    """Return the policy that an entry's options hold."""
    return Policy(
        **{field.key: field.read(options) for field in POLICY_FIELDS},
        draw_is_evidence=bool(options.get(CONF_DRAW_IS_EVIDENCE)),
        first_step=CONF_FIRST_STEP in options,
        miner_steps=frozenset(map(Step, options.get(CONF_MINER_STEPS, ()))),
        repeat_on_silence=bool(options.get(CONF_REPEAT_ON_SILENCE)),
    )


def pool_defaults(pool: str) -> dict[str, float]:
    """Return the numbers to propose for a rig at a pool."""
    waits = POOLS[pool].defaults
    return {
        field.key: field.write(getattr(waits, field.key, getattr(Policy(), field.key)))
        for field in POLICY_FIELDS
    }
