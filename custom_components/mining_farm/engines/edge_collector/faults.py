"""What a miner's own words and codes for a fault mean, as one list for all makers.

Sources: MicroBT's codes and Bitmain's warnings as public clients list them, and the
texts of AxeOS, VNish, ePIC and SealMiner.
"""

from collections.abc import Iterable
from enum import StrEnum
import re


class Fault(StrEnum):
    """What is wrong, as far as something can be done about it."""

    FAN = "fan_fault"
    SUPPLY = "supply_fault"
    TOO_HOT = "too_hot"
    TOO_COLD = "too_cold"
    SENSOR = "sensor_fault"
    BOARD = "board_fault"
    MEMORY = "memory_fault"
    CHIPS = "chip_fault"
    CONTROL = "control_board_fault"
    RATE = "rate_fault"


_MICROBT: tuple[tuple[range, Fault], ...] = (
    (range(100, 150), Fault.FAN),
    # The supply protects itself where its surroundings are too hot.
    (range(203, 205), Fault.TOO_HOT),
    (range(200, 300), Fault.SUPPLY),
    (range(300, 330), Fault.SENSOR),
    (range(350, 364), Fault.TOO_HOT),
    (range(380, 384), Fault.SENSOR),
    (range(400, 430), Fault.MEMORY),
    (range(440, 460), Fault.MEMORY),
    (range(530, 540), Fault.BOARD),
    (range(540, 580), Fault.CHIPS),
    (range(600, 611), Fault.TOO_HOT),
    (range(701, 702), Fault.CONTROL),
    (range(710, 713), Fault.CONTROL),
    (range(720, 730), Fault.CONTROL),
    (range(2310, 2360), Fault.RATE),
    (range(5050, 5060), Fault.TOO_HOT),
)
"""The first range that holds a code; what has no advice of its own is in none."""
_MICROBT_STOPS: tuple[range, ...] = (
    # No speed of a fan is detected.
    range(110, 112),
    # No supply, or one that protects itself or cannot be enabled.
    range(200, 201),
    range(203, 205),
    range(207, 208),
    range(217, 218),
    range(233, 252),
    range(255, 258),
    range(267, 272),
    # Hashboards that protect themselves from heat.
    range(350, 364),
    # Software or a control board that does not fit, or is not signed.
    range(701, 702),
    range(800, 803),
    range(8410, 8411),
    range(100_000, 100_004),
)
"""Codes that say that mining was stopped. The others warn, or are of one board: an M20S
hashes in full with 600, its surroundings being hot (capture)."""
_BITMAIN = {
    "R:1": Fault.RATE,
    "N:1": Fault.RATE,
    "V:1": Fault.SUPPLY,
    "V:2": Fault.SUPPLY,
    "P:1": Fault.TOO_HOT,
    "P:2": Fault.TOO_COLD,
    "J0:8": Fault.BOARD,
    "J0:6": Fault.SENSOR,
    "M:1": Fault.MEMORY,
}
_OF_ONE_BOARD = {"2": Fault.CHIPS, "4": Fault.MEMORY, "6": Fault.SENSOR}
"""Bitmain's Jn:code, n being the board."""

_MICROBT_CODE = re.compile(r"(\d{3,6})\b")
_BITMAIN_CODE = re.compile(r"[A-Z]\d?:\d")
_WORDS = tuple(
    (re.compile(words), fault)
    for words, fault in (
        (r"\bfans?\b", Fault.FAN),
        (r"over.?heat|too hot|high temp|temperature limit", Fault.TOO_HOT),
        (r"too cold|low temp", Fault.TOO_COLD),
        (r"eeprom", Fault.MEMORY),
        (r"sensor", Fault.SENSOR),
        (r"psu|power|voltage|current", Fault.SUPPLY),
        (r"\bchips?\b|\basics?\b", Fault.CHIPS),
        (r"board|chain|hash unit", Fault.BOARD),
    )
)


def stops_hashing(codes: Iterable[str]) -> bool:
    """Return whether one of a Whatsminer's codes says that it does not hash."""
    numbers = (int(code[1]) for code in map(_MICROBT_CODE.match, codes) if code)
    return any(number in stops for number in numbers for stops in _MICROBT_STOPS)


def name_fault(said: str | None) -> Fault | None:
    """Return what a miner's words mean; None for what is not known."""
    if said is None:
        return None
    if code := _MICROBT_CODE.match(said):
        number = int(code[1])
        return next((fault for codes, fault in _MICROBT if number in codes), None)
    if _BITMAIN_CODE.fullmatch(said):
        return _BITMAIN.get(said) or (
            _OF_ONE_BOARD.get(said[3:]) if said.startswith("J") else None
        )
    words = said.lower()
    return next((fault for known, fault in _WORDS if known.search(words)), None)
