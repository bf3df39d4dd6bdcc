"""What the bits of an Avalon's `ECHU` mean, one number for each of its hash units.

Names and weights as two public clients have them. Those that may be ignored are set on
modules at work, too (captures).
"""

import re

# In order: CRC failed, overflows of the API's queue and of a ring buffer, loop failed, core
# test failed, CRC of the power controller failed.
_IGNORED = frozenset(1 << place for place in (1, 4, 5, 8, 9, 15))
_NAMED = {
    1 << 2: "no fan",
    1 << 6: "too hot",
    1 << 10: "invalid power controller",
    1 << 11: "power failed",
    1 << 12: "temperature sensor failed",
    1 << 13: "voltage wrong",
    1 << 14: "core voltage wrong",
    1 << 17: "hash unit failed",
    1 << 16: "invalid PLL value",
    1 << 7: "was too hot",
    1 << 3: "locked",
    1 << 0: "idle",
}
"""The graver first."""
_KNOWN = frozenset(_NAMED) | _IGNORED
_MOST_UNITS = 16
_NUMBER = re.compile(r"[0-9]{1,10}")


def name_bits(echu: str) -> str | None:
    """Return what the bits mean, with the numbers as the device prints them.

    A bit that has no name is called by its number; None where all may be ignored.
    """
    bits = 0
    for number in echu.split()[:_MOST_UNITS]:
        bits |= int(number) if _NUMBER.fullmatch(number) else 0
    named = [name for bit, name in _NAMED.items() if bits & bit]
    unnamed = [1 << place for place in range(bits.bit_length()) if bits >> place & 1]
    named += [f"bit {bit}" for bit in unnamed if bit not in _KNOWN]
    return f"{', '.join(named)} (ECHU {echu})" if named else None
