"""Containers that hold simulated miners: they list them, and are heated by their watts.

The liquid is made less in the share in which these miners draw less than those that the
container was built for, so that it warms as fast. Their chips do not feel the liquid.
"""

from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Any

from .antminer import AntminerSimulator, State
from .antspace import AntspaceSimulator
from .axeos import AxeOsSimulator

_FLASHED = "2024-03-12 08:30:00"


class LinkedMiners:
    """Simulated miners in a container."""

    def __init__(self, miners: Sequence[AntminerSimulator]) -> None:
        """Take at least one."""
        self._miners = tuple(miners)

    @property
    def usual_kw(self) -> float:
        """Power that all of them draw when they hash."""
        return sum(miner.model.power_w for miner in self._miners) / 1000

    @property
    def heat_kw(self) -> float:
        """Power that they draw now, and give to the liquid."""
        return sum(miner.power_w for miner in self._miners) / 1000

    @property
    def hashrate_ths(self) -> float:
        """Hashrate of all of them."""
        return sum(map(_rate_ths, self._miners))

    def draw(self, _kilowatts: float) -> None:
        """They draw what they draw; ValueError."""
        raise ValueError("the load is that of the linked miners")

    def feel(self, _liquid: float) -> None:
        """Go on: whoever watches the container has to stop them."""

    def info(self, _now: float, _liquid: float) -> dict[str, Any]:
        """Return `minerInfo`; one without power is listed as it was seen last, at rest."""
        listed = {miner.host: _listed(miner) for miner in self._miners}
        chips = [each["chip_max_temp"] for each in listed.values()]
        return {
            "miner_num": len(listed),
            "total_hashrate": round(self.hashrate_ths, 3),
            "pcb_max_temp": max(each["pcb_max_temp"] for each in listed.values()),
            "chip_max_temp": max(chips),
            "chip_temp_mean": round(sum(chips) / len(chips)),
            "miner_info": listed,
        }


class LinkedAxes:
    """Simulated Bitaxes in a container, and how warm it became."""

    def __init__(self, miners: Sequence[AxeOsSimulator]) -> None:
        """Take at least one, and know what they draw when they hash."""
        self._miners = miners
        self.usual_kw = self.heat_kw
        self._felt: list[float] = []

    @property
    def heat_kw(self) -> float:
        """Power that they draw now, and give to the liquid."""
        watts: float = sum(each.machine.info()["power"] for each in self._miners)
        return watts / 1000

    @property
    def hashrate_ths(self) -> float:
        """Hashrate of all of them."""
        rate: float = sum(each.machine.info()["hashRate"] for each in self._miners)
        return rate / 1000

    def draw(self, _kilowatts: float) -> None:
        """They draw what they draw; ValueError."""
        raise ValueError("the load is that of the miners")

    def feel(self, liquid: float) -> None:
        """Note how warm it is: nothing but an order stops them."""
        self._felt.append(liquid)

    def forget(self) -> None:
        """Forget how warm it was."""
        self._felt.clear()

    @property
    def risen(self) -> float:
        """K by which the liquid has become warmer at most."""
        return max(self._felt, default=0.0) - next(iter(self._felt), 0.0)

    def info(self, _now: float, liquid: float) -> dict[str, Any]:
        """Return `minerInfo`."""
        chip = round(liquid + 20)
        return {
            "miner_num": len(self._miners),
            "total_hashrate": round(self.hashrate_ths, 3),
            "pcb_max_temp": chip,
            "chip_max_temp": chip,
            "chip_temp_mean": chip,
            "miner_info": {
                each.host: {
                    "miner_type": "Bitaxe",
                    "miner_version": _FLASHED,
                    "elapsed": 3600,
                    "GHS_5s": each.machine.info()["hashRate"],
                    "GHS_avg": each.machine.info()["hashRate"],
                    "pcb_max_temp": chip,
                    "chip_max_temp": chip,
                }
                for each in self._miners
            },
        }


def link(
    containers: Mapping[str, AntspaceSimulator],
    miners: Mapping[str, AntminerSimulator],
) -> dict[str, tuple[str, ...]]:
    """Put miners into containers, in turn, as many in each; return which are where."""
    share = -(-len(miners) // len(containers))
    there: dict[str, tuple[str, ...]] = dict.fromkeys(containers, ())
    for (name, container), names in zip(
        containers.items(), batched(miners, max(1, share), strict=False), strict=False
    ):
        container.hold(LinkedMiners([miners[each] for each in names]))
        there[name] = names
    return there


def _rate_ths(miner: AntminerSimulator) -> float:
    hashing = miner.state is State.HASHING
    return miner.reading().rate_ghs / 1000 if hashing else 0.0


def _listed(miner: AntminerSimulator) -> dict[str, Any]:
    reading, rate = miner.reading(), round(_rate_ths(miner), 3)
    return {
        "miner_type": miner.model.type,
        "miner_version": _FLASHED,
        "elapsed": reading.elapsed,
        "GHS_5s": rate,
        "GHS_avg": round(reading.average_ghs / 1000, 3),
        "pcb_max_temp": round(
            max((board.temp_pcb for board in reading.boards), default=0)
        ),
        "chip_max_temp": round(
            max((board.temp_chip for board in reading.boards), default=0)
        ),
    }
