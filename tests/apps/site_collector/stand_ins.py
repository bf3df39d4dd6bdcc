"""Miners that are no devices: they answer as a test wants, in virtual time."""

import asyncio
from typing import cast

from apps.site_collector.engine import Failure, Known, Member, MinerError, MinerSnapshot
from apps.site_collector.inventory import Spot
from apps.site_collector.machine import Machine
from custom_components.mining_farm.engines.edge_collector import Way

READING = MinerSnapshot(hashrate_ghs=100_000.0, mac="02:00:00:00:00:01")


class Miner:
    """Answers after `takes_s`, or fails; notes when it was asked."""

    def __init__(self, takes_s: float = 0.01) -> None:
        self.takes_s = takes_s
        self.failure: Failure | None = None
        self.error: Exception | None = None
        self.asked: list[float] = []
        self.at_a_time = 0
        self.most = 0
        self.known = Known(way=Way("cgminer", 4028))
        self.reading = READING

    async def async_poll(self) -> MinerSnapshot:
        """Be asked."""
        self.asked.append(asyncio.get_running_loop().time())
        self.at_a_time += 1
        self.most = max(self.most, self.at_a_time)
        try:
            await asyncio.sleep(self.takes_s)
        finally:
            self.at_a_time -= 1
        if self.error is not None:
            raise self.error
        if self.failure is not None:
            raise MinerError(self.failure, "as wanted")
        return self.reading

    def gaps(self) -> list[float]:
        """Return the times between two questions."""
        return [
            round(later - earlier, 3)
            for earlier, later in zip(self.asked, self.asked[1:], strict=False)
        ]


def machine(number: int, miner: Miner, timeout_s: float = 3) -> Machine:
    """Return the machine of an address that such a miner has."""
    host = f"10.0.{number // 250}.{number % 250 + 1}"
    made = Machine(Spot(host=host), timeout_s, None)
    made.member = cast("Member", miner)
    made.ident = host
    return made
