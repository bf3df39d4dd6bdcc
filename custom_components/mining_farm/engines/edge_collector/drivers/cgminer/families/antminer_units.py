"""Units of the rates in an Antminer's `stats`, by model.

The field's name lies: "GHS 5s" carries MH/s on an L3+ and kSol/s on a Z11.
"""

from functools import lru_cache
import math
import re
from typing import NamedTuple

from ....models import RateUnit
from ....units import GHS, GSOLS, KHS, KSOLS, MHS, SOLS, UNITS, parse_unit


class StatsUnits(NamedTuple):
    """Units of the rates in Antminer `stats`; None where a rate cannot be read."""

    total: RateUnit | None
    chain: RateUnit | None


_STATS_UNITS: tuple[tuple[re.Pattern[str], StatsUnits], ...] = tuple(
    (re.compile(model), units)
    for model, units in (
        (r"Antminer (L3|D3|E3)|Hammer", StatsUnits(MHS, MHS)),
        (r"Antminer X3", StatsUnits(KHS, KHS)),
        # An E9 Pro prints a total of 4008 beside chains of 2.004 and 1.987 (capture).
        (r"Antminer (L7|E9)", StatsUnits(MHS, GHS)),
        # A chain of 290 kSol/s is printed as 0.00029 (capture).
        (r"Antminer Z15 Pro", StatsUnits(KSOLS, GSOLS)),
        # Builds of one model differ in the total: kSol/s or Sol/s.
        (r"Antminer Z", StatsUnits(KSOLS, KSOLS)),
    )
)
_STATS_DEFAULT = StatsUnits(GHS, GHS)
_SAME_SCALE = 0.75
"""Powers of ten by which a total may differ from its chains beside a wrong unit."""


def stats_units(model: str | None, stated: object = None) -> StatsUnits:
    """Return the units of an Antminer's `stats`.

    `stated` is the unit that the reply names: it outranks the table by model, and makes
    rates unknown when it is none that is known here.
    """
    units = _units_of(model or "")
    if not stated:
        return units
    unit = parse_unit(stated)
    # Where the chains are known to differ from the total, it is the total's unit.
    return StatsUnits(unit, unit if units.total == units.chain else units.chain)


@lru_cache(maxsize=256)
def _units_of(model: str) -> StatsUnits:
    return next(
        (units for pattern, units in _STATS_UNITS if pattern.match(model)),
        _STATS_DEFAULT,
    )


def total_unit(unit: RateUnit, printed: float, chains_ghs: float | None) -> RateUnit:
    """Return the unit of a printed total, checked against the sum of its chains.

    Builds of one model differ in the total by factors of a thousand (Z11), and so do
    total and chains of one reply (E9 Pro). Not for SHA-256, where all is GH/s.
    """
    if printed <= 0:
        return unit
    if not chains_ghs:
        # No Z series makes 5,000 kSol/s, and all make 5,000 Sol/s.
        return SOLS if unit is KSOLS and printed >= 5000 else unit
    apart = math.log10(printed * unit.ghs / chains_ghs)
    steps = round(apart / 3)
    if not steps or abs(apart - 3 * steps) > _SAME_SCALE:
        return unit
    scale = unit.ghs / 1000**steps
    return next((u for u in UNITS if math.isclose(u.ghs, scale)), unit)
