"""What the controller asks its plant for, whatever the plant is."""

from collections.abc import Mapping
import math
import re
from typing import Any, Protocol

PID_TARGET = 38
"""Target in °C that the controller picks by itself, as in the documented mock."""
MINER_INFO = "minerInfo"
"""Key under which the miners can be set like a field; `coolerState` leaves it out."""


class Plant(Protocol):
    """One container behind its controller."""

    def fields(self) -> dict[str, Any]:
        """Return `coolerState`, wire key by wire key."""

    def miner_info(self) -> dict[str, Any]:
        """Return `minerInfo`."""

    def open(self) -> None:
        """Start cooling."""

    def close(self) -> None:
        """Stop cooling."""

    def reset(self) -> None:
        """Clear latched faults."""

    def set_temp(self, text: str | None) -> bool:
        """Take a target in °C, or `pid`; return whether the controller says ok."""

    def set_fields(self, fields: Mapping[str, Any]) -> None:
        """Show these values, of any kind that JSON has."""

    def remove_fields(self, *keys: str) -> None:
        """Leave these keys out; KeyError when there is none of that name."""

    def release_fields(self) -> None:
        """Show what is true again."""

    def raise_alarm(self, key: str) -> None:
        """Set a fault bit; ValueError when the model has none of that name."""

    def clear_alarm(self, key: str) -> None:
        """Clear a fault bit; ValueError when the model has none of that name."""

    def alarms(self) -> list[str]:
        """Return the fault bits that are set."""

    def leak(self) -> None:
        """Begin to lose liquid."""

    def stop_pump(self) -> None:
        """Let the pump fail that keeps the miners cool."""

    def disconnect(self) -> None:
        """Take the PLC from the controller."""

    def connect(self) -> None:
        """Give the PLC back."""

    def repair(self) -> None:
        """Mend leak, pump and PLC; latched fault bits stay."""


_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_BASES = {"0x": 16, "0o": 8, "0b": 2}


def script_number(text: str | None) -> float | None:
    """Return what JavaScript's Number() makes of a parameter, and JSON of that.

    Absent and not a number become null, as infinity does; empty becomes 0.
    """
    if text is None:
        return None
    text = text.strip()
    if not text:
        return 0
    if base := _BASES.get(text[:2].lower()):
        try:
            return int(text[2:], base)
        except ValueError:
            return None
    if _DECIMAL.fullmatch(text) is None:
        return None
    return whole(float(text))


def whole(number: float) -> float | None:
    """Return a number as JavaScript writes it: no point when none is needed."""
    if not math.isfinite(number):
        return None
    return int(number) if number == int(number) else number
