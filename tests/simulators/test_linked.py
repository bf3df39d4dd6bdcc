"""Containers that hold simulated miners."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from simulators.antminer import AntminerSimulator
from simulators.antspace import AntspaceSimulator
from simulators.clock import ManualClock
from simulators.commands import perform
from simulators.farm import Farm, containers, miners
from simulators.kasa import KasaSimulator
from simulators.linked import link
from simulators.rigs import plugs

from .asking import free_base


@dataclass
class Site:
    """A farm whose containers hold its miners."""

    clock: ManualClock
    fleet: dict[str, AntminerSimulator]
    halls: dict[str, AntspaceSimulator]
    plugs: dict[str, KasaSimulator]

    @property
    def inside(self) -> list[AntminerSimulator]:
        """The miners in the first container."""
        return list(self.fleet.values())[:4]


@pytest.fixture
async def site(loopback: None) -> AsyncIterator[Site]:
    """Run such a farm."""
    clock, base = ManualClock(), free_base()
    fleet = miners(7, base, 4028, clock)
    halls = containers(base, 8000, clock)
    there = link(halls, fleet)
    assert [len(names) for names in there.values()] == [4, 3]
    feeding = plugs(fleet, base, 9999, clock)
    groups = {"miners": fleet, "containers": halls, "plugs": feeding}
    async with Farm({kind: dict(devices) for kind, devices in groups.items()}):
        yield Site(clock, fleet, halls, feeding)


async def test_a_container_lists_its_miners(site: Site) -> None:
    """By their addresses, with what they do now."""
    listed = site.halls["hk3"].miner_info["miner_info"]
    assert list(listed) == [miner.host for miner in site.inside]
    first = listed[site.inside[0].host]
    assert first["miner_type"] == site.fleet["s19jpro-1"].model.type
    assert first["GHS_5s"] == pytest.approx(100, rel=0.1)
    site.inside[0].power_off()
    again = site.halls["hk3"].miner_info["miner_info"]
    assert again[site.inside[0].host]["GHS_5s"] == 0


async def test_it_is_heated_by_their_watts(site: Site) -> None:
    """With the pump dead it warms as fast as a full one; with all of them off it does not."""
    hall = site.halls["hk3"]
    site.clock.advance(3600)
    assert hall.state["supply_liquid_temp"] == pytest.approx(35, abs=0.1)
    watts = sum(miner.power_w for miner in site.inside)
    assert shown(hall) == pytest.approx(watts, rel=0.05)
    perform(hall, "stop_pump", {})
    site.clock.advance(210)
    warm = hall.state["supply_liquid_temp"]
    assert 41 < warm < 46
    for miner in site.inside:
        miner.power_off()
    site.clock.advance(210)
    assert hall.state["supply_liquid_temp"] <= warm


async def test_a_plug_that_is_off_heats_nothing(site: Site) -> None:
    """Plug off, machine off, and its watts leave the container."""
    hall = site.halls["hk3"]
    assert shown(hall) > 5000
    perform(site.plugs["strip"], "power_off", {})
    assert [miner.power_w for miner in site.inside] == [0] * 4
    assert shown(hall) == 0


async def test_their_load_is_their_own(site: Site) -> None:
    """It cannot be set at the container."""
    with pytest.raises(ValueError, match="linked miners"):
        perform(site.halls["hk3"], "set_load", {"kilowatts": "3"})


def shown(hall: AntspaceSimulator) -> float:
    """Return the W that a container reports."""
    state = hall.state
    watts: float = state["distribution_box1_power"] + state["distribution_box2_power"]
    return watts
