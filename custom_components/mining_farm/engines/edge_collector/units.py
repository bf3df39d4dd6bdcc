"""Units of hashrate: their names in replies, and which of them a user is shown."""

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

UNITS = (HS, KHS, MHS, GHS, THS, PHS, SOLS, KSOLS, GSOLS)
_BY_NAME = {unit.symbol.lower(): unit for unit in UNITS}

_SHOWN = {
    Algorithm.SHA256: THS,
    Algorithm.SCRYPT: GHS,
    Algorithm.X11: GHS,
    Algorithm.EQUIHASH: KSOLS,
}


def display_unit(algorithm: Algorithm | None) -> RateUnit:
    """Return the unit that rates of an algorithm are shown in; divide GH/s by its `ghs`."""
    return GHS if algorithm is None else _SHOWN.get(algorithm, GHS)


def parse_unit(name: object) -> RateUnit | None:
    """Return the unit that a reply names: "GH", "MH/s", "Ksol/s"; None for another."""
    if not isinstance(name, str):
        return None
    name = name.strip().lower()
    return _BY_NAME.get(name if name.endswith("/s") else f"{name}/s")
