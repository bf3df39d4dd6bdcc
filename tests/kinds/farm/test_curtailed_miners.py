"""Miners of two makes draw less for a site, on real sockets: their own watts show it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    async_identify,
    registry,
)
from custom_components.mining_farm.kinds.miner import controls
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.core import HomeAssistant
from simulators.makes.braiins import BraiinsRest
from simulators.makes.machine import Machine
from simulators.makes.whatsminer import WhatsminerV3
from tests.kinds.miner.axes import Axes

CURTAILED = "binary_sensor.farm_curtailed"
POWER = "sensor.farm_power"
RATE = "sensor.farm_hashrate_sha256"
POLL_S = 31
OPTIONS = {
    "detail": "standard",
    "controls": True,
    "least_rest": 0,
    "least_retune": 0,
    "least_restart": 0,
    "power_minimum": 2000,
    "power_maximum": 3300,
}


@dataclass
class Rack:
    """A miner of each make, and the farm of both."""

    axes: Axes
    braiins: BraiinsRest
    whatsminer: WhatsminerV3

    async def curtail(self, **data: Any) -> None:
        """Let the farm draw less."""
        await self.axes.hass.services.async_call(
            DOMAIN,
            "curtail",
            {"entity_id": "button.farm_emergency_stop", "confirm": True, **data},
            blocking=True,
            return_response=True,
        )
        # Time that passes within an exchange would end it.
        await self.axes.settle()
        await self.run(200)

    async def run(self, seconds: float) -> None:
        """Let time pass, poll by poll."""
        for _ in range(round(seconds / POLL_S)):
            await self.axes.after(POLL_S)

    @property
    def draw(self) -> tuple[float, float]:
        """Return the W at the wall, of both miners in truth and as the farm sees it."""
        true = self.braiins.machine.watts_now + self.whatsminer.machine.watts_now
        return true, float(self.axes.state(POWER)) * 1000

    @property
    def told(self) -> dict[str, Any]:
        """Return what is said of the curtailment in force."""
        (told,) = self.axes.get(CURTAILED).attributes["curtailments"]
        return dict(told)


@pytest.fixture
async def rack(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loopback: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Rack]:
    """Return a farm of both, each drawing 3,300 W; the Whatsminer hashes less for it."""
    drivers = tuple(
        each for each in registry.DRIVERS if each.name in ("braiins", "whatsminer")
    )
    monkeypatch.setattr(registry, "DRIVERS", drivers)
    async with AsyncExitStack() as stack:
        axes = Axes(hass, freezer, stack)
        monkeypatch.setattr(controls, "WAITING", axes.waiting)
        clock = axes.clock
        braiins = BraiinsRest(
            host="127.0.0.2", clock=clock, machine=Machine(clock=clock, rate_ths=120.0)
        )
        whatsminer = WhatsminerV3(
            host="127.0.0.3",
            clock=clock,
            machine=Machine(clock=clock, serial="WM1", mac="02:00:5E:00:53:31"),
        )
        for miner, driver, username in (
            (braiins, "braiins", "root"),
            (whatsminer, "whatsminer", "super"),
        ):
            await stack.enter_async_context(miner)
            found = await async_identify(miner.host, miner.port)
            account = {"username": username, "password": miner.machine.password}
            await add(axes, driver, entry_data(miner.host, found) | account, **OPTIONS)
        await add(axes, "farm", {"kind": "farm"})
        rack = Rack(axes, braiins, whatsminer)
        # One that has just started is spared.
        await rack.run(700)
        yield rack
        for loaded in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(loaded.entry_id)
        await axes.settle()


async def add(axes: Axes, name: str, data: dict[str, Any], **options: Any) -> None:
    """Add an entry and load it."""
    entry = MockConfigEntry(
        domain=DOMAIN, title=name.title(), entry_id=name, data=data, options=options
    )
    entry.add_to_hass(axes.hass)
    assert await axes.hass.config_entries.async_setup(name)
    await axes.settle()


async def test_watts_show_that_a_site_draws_less(rack: Rack) -> None:
    """Both are lowered, the worst first; neither sleeps, and both are set back."""
    assert rack.draw == (6600.0, 6600.0)
    before = float(rack.axes.state(RATE))
    await rack.curtail(to_watts=4800)
    assert rack.whatsminer.machine.power_target == 2000
    assert rack.draw == pytest.approx((4800, 4800), abs=8)
    assert float(rack.axes.state(RATE)) == pytest.approx(before * 4800 / 6600, rel=0.1)
    assert (rack.told["confirmed"], rack.told["lowered"]) == (2, 2)
    assert rack.told["watts_freed"] == pytest.approx(1800, abs=8)
    await rack.run(900)
    # Their watts agree with their targets, so nobody has to make up for them.
    assert (len(rack.braiins.writes), len(rack.whatsminer.writes)) == (1, 1)
    await rack.axes.hass.services.async_call(
        DOMAIN,
        "release_curtailment",
        {"entity_id": "button.farm_emergency_stop"},
        blocking=True,
    )
    await rack.axes.settle()
    await rack.run(400)
    assert rack.draw == (6600.0, 6600.0)


async def test_watts_show_who_draws_on(rack: Rack) -> None:
    """It took its target and ignores it: what it was to free is freed by the other."""
    rack.whatsminer.machine.obeys_target = False
    await rack.curtail(by_watts=1000)
    assert rack.whatsminer.machine.power_target == 2300
    assert rack.told["lowered"] == 1
    assert rack.draw == (6600.0, 6600.0)
    # Lowered once more as far as it goes, it has ten minutes again to show that.
    await rack.run(1700)
    assert rack.whatsminer.machine.power_target == 2000
    assert not rack.braiins.machine.paused
    assert not rack.whatsminer.machine.paused
    true, seen = rack.draw
    assert seen == pytest.approx(true, abs=8)
    assert true <= 5600
    assert rack.told["watts_freed"] == pytest.approx(6600 - true, abs=8)
