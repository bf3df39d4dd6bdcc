"""Noise that is a pure function of its arguments, so that a seed repeats a whole life."""

_MASK = 0xFFFF_FFFF_FFFF_FFFF


def noise(seed: int, stream: int, index: int) -> float:
    """Return a number between -1 and 1, the same for the same arguments (splitmix64)."""
    return bits(seed, stream, index) / 2**63 - 1.0


def bits(seed: int, stream: int, index: int) -> int:
    """Return 64 well-mixed bits, the same for the same arguments."""
    x = (
        seed * 0x9E37_79B9_7F4A_7C15
        + stream * 0xD1B5_4A32_D192_ED03
        + index * 0xA24B_AED4_963E_E407
    ) & _MASK
    x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9 & _MASK
    x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB & _MASK
    return x ^ (x >> 31)
