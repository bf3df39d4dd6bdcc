"""The miners in a living container: they heat it, and save themselves from it."""

from typing import Any, Protocol

_STOP_AT = 62.0
"""Liquid in °C at which they stop by themselves."""
_GO_AT = 52.0
_CHIP_ABOVE = 33.0
"""K between the liquid and the hottest chip under full load."""
_BOARD_ABOVE = 18.0
_FLASHED = "2024-03-12 08:30:00"


class Heaters(Protocol):
    """What a container cools."""

    @property
    def usual_kw(self) -> float:
        """Power that all of them draw when they hash."""

    @property
    def heat_kw(self) -> float:
        """Power that they draw now, and give to the liquid."""

    @property
    def hashrate_ths(self) -> float:
        """Hashrate of all of them."""

    def draw(self, kilowatts: float) -> None:
        """Draw that much from now on while they hash; ValueError where they cannot."""

    def feel(self, liquid: float) -> None:
        """Know how warm the liquid is."""

    def info(self, now: float, liquid: float) -> dict[str, Any]:
        """Return `minerInfo` at that time and temperature."""


class Miners:
    """So many miners of one type behind one controller."""

    def __init__(
        self, kind: str, count: int, full_kw: float, rate_ths: float, began: float
    ) -> None:
        """Hash at `rate_ths` each while all together draw `full_kw`."""
        self._full_kw = full_kw
        self._kind = kind
        self._count = count
        self.usual_kw = full_kw
        self._rate_ths = rate_ths
        self._began = began
        self._saved = False

    @property
    def heat_kw(self) -> float:
        """Power that they draw now, and give to the liquid."""
        return 0.0 if self._saved else self._full_kw

    @property
    def hashrate_ths(self) -> float:
        """Hashrate of all of them."""
        return self._count * self._rate_ths * self.heat_kw / self.usual_kw

    def draw(self, kilowatts: float) -> None:
        """Draw that much from now on while they hash."""
        self._full_kw = kilowatts

    def feel(self, liquid: float) -> None:
        """Stop when the liquid is too hot, and go on once it is cool."""
        self._saved = liquid >= (_GO_AT if self._saved else _STOP_AT)

    def info(self, now: float, liquid: float) -> dict[str, Any]:
        """Return `minerInfo` at that time and temperature."""
        share = min(1.0, self.heat_kw / self.usual_kw)
        board = round(liquid + _BOARD_ABOVE * share)
        chip = round(liquid + _CHIP_ABOVE * share)
        rate = self.hashrate_ths / self._count
        return {
            "miner_num": self._count,
            "total_hashrate": round(self.hashrate_ths, 3),
            "pcb_max_temp": board,
            "chip_max_temp": chip,
            "chip_temp_mean": round(chip - 6 * share),
            "miner_info": {
                f"10.140.{number // 100}.{number % 100 + 10}": {
                    "miner_type": self._kind,
                    "miner_version": _FLASHED,
                    "elapsed": round(now - self._began),
                    "GHS_5s": round(rate * (1 + (number % 7 - 3) / 200), 3),
                    "GHS_avg": round(rate, 3),
                    "pcb_max_temp": board - number % 4,
                    "chip_max_temp": chip - number % 5,
                }
                for number in range(self._count)
            },
        }
