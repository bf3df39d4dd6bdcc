"""Stock Antminers on real sockets, whose pages want a password."""

from dataclasses import dataclass
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import registry
from custom_components.mining_farm.engines.edge_collector.drivers.antminer import driver
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer import client
from simulators.antminer import AntminerSimulator

from .axes import Axes


@dataclass
class Pages:
    """Antminers with one port for the pages of all."""

    axes: Axes
    monkeypatch: pytest.MonkeyPatch
    port: int = 0

    async def start(
        self, host: str = "127.0.0.1", **settings: Any
    ) -> AntminerSimulator:
        """Start a miner; its pages are looked for where the first one has them."""
        settings = {"uptime": 86_400.0, "seed": int(host[-1]), **settings}
        miner = await self.axes.stack.enter_async_context(
            AntminerSimulator(
                "s19jpro",
                host,
                clock=self.axes.clock,
                web_port=self.port,
                **settings,
            )
        )
        if not self.port:
            self.port = miner.web.wire.port
            self.monkeypatch.setattr(driver.AntminerDriver, "ports", (self.port,))
            drivers = tuple(
                each
                for each in registry.DRIVERS
                if each.name in ("cgminer", "antminer")
            )
            self.monkeypatch.setattr(registry, "DRIVERS", drivers)
            # The loop's clock stands still, so nobody would wake up again.
            self.monkeypatch.setattr(client, "_FIRST_BACK_OFF_S", 0)
        return miner
