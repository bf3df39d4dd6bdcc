"""Units of hashrate: what firmware means by its fields, and what a user is shown.

The field's name lies: "GHS 5s" carries MH/s on an L3+ and kSol/s on a Z11.
"""

import re
from typing import NamedTuple

from .models import Algorithm, RateUnit

HS = RateUnit("H/s", 1e-9)
KHS = RateUnit("kH/s", 1e-6)
MHS = RateUnit("MH/s", 1e-3)
GHS = RateUnit("GH/s", 1.0)
THS = RateUnit("TH/s", 1e3)
PHS = RateUnit("PH/s", 1e6)
# A solution counts as a hash, so 1 Sol/s is 1 H/s.
SOLS = RateUnit("Sol/s", 1e-9)
KSOLS = RateUnit("kSol/s", 1e-6)
GSOLS = RateUnit("GSol/s", 1.0)

_BY_NAME = {
    unit.symbol.lower(): unit
    for unit in (HS, KHS, MHS, GHS, THS, PHS, SOLS, KSOLS, GSOLS)
}

_SHOWN = {
    Algorithm.SHA256: THS,
    Algorithm.SCRYPT: GHS,
    Algorithm.X11: GHS,
    Algorithm.EQUIHASH: KSOLS,
}


class StatsUnits(NamedTuple):
    """Units of the rates in Antminer `stats`; no total: on the scale of the chains."""

    total: RateUnit | None
    chain: RateUnit


_STATS_UNITS: tuple[tuple[re.Pattern[str], StatsUnits], ...] = tuple(
    (re.compile(model), units)
    for model, units in (
        (r"Antminer (L3|D3|E3)|Hammer", StatsUnits(MHS, MHS)),
        (r"Antminer X3", StatsUnits(KHS, KHS)),
        (r"Antminer Z15 Pro", StatsUnits(KSOLS, GSOLS)),
        # Builds of one model differ in the total: kSol/s or Sol/s.
        (r"Antminer Z", StatsUnits(None, KSOLS)),
    )
)
_STATS_DEFAULT = StatsUnits(GHS, GHS)


def display_unit(algorithm: Algorithm | None) -> RateUnit:
    """Return the unit that rates of an algorithm are shown in; divide GH/s by its `ghs`."""
    return GHS if algorithm is None else _SHOWN.get(algorithm, GHS)


def parse_unit(name: object) -> RateUnit | None:
    """Return the unit that a reply names: "GH", "MH/s", "Ksol/s"; None for another."""
    if not isinstance(name, str):
        return None
    name = name.strip().lower()
    return _BY_NAME.get(name if name.endswith("/s") else f"{name}/s")


def stats_units(model: str | None, told: object = None) -> StatsUnits:
    """Return the units of an Antminer's `stats`, by the unit told and by the model."""
    units = _STATS_DEFAULT
    for pattern, known in _STATS_UNITS:
        if pattern.match(model or ""):
            units = known
            break
    if (unit := parse_unit(told)) is None:
        return units
    # Where the chains are known to differ from the total, the told unit is the total's.
    same = units.total == units.chain
    return StatsUnits(unit, unit if same else units.chain)


def total_unit(value: float, chains_ghs: float | None) -> RateUnit:
    """Return the unit of a Z series total, kSol/s or Sol/s, next to its chains' sum.

    Without chains the size decides: no Z makes 5,000 kSol/s, all make 5,000 Sol/s.
    """
    if not chains_ghs:
        return KSOLS if value < 5000 else SOLS
    return KSOLS if value * KSOLS.ghs < chains_ghs * 30 else SOLS
