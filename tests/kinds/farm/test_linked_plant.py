"""A living plant that loses its pump, with the miners that heat it, all on real sockets."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds.miner import controls
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from simulators.antspace import AntspaceSimulator, Model
from simulators.axeos import AxeOsSimulator
from simulators.linked import LinkedAxes
from tests.kinds.miner.axes import Axes

TOO_HOT = "supply_liquid_temp_too_high"
POLL_S = 10
UNTIL_TOO_HOT_S = 600


@dataclass
class Hall:
    """Two Bitaxes in a container, and the farm that watches both."""

    axes: Axes
    plant: AntspaceSimulator
    miners: list[AxeOsSimulator]
    heat: LinkedAxes

    async def run(self, seconds: float) -> None:
        """Let time pass, poll by poll."""
        for _ in range(round(seconds / POLL_S)):
            await self.axes.after(POLL_S)

    @property
    def orders(self) -> list[int]:
        """Return how many orders each miner got."""
        return [len(miner.writes) for miner in self.miners]

    @property
    def paused(self) -> list[bool]:
        """Return which miners are paused."""
        return [miner.machine.paused for miner in self.miners]


@pytest.fixture
async def hall(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loopback: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> AsyncIterator[Hall]:
    """Return a farm that rehearses, whose plant and miners are well."""
    async with AsyncExitStack() as stack:
        axes = Axes(hass, freezer, stack)
        monkeypatch.setattr(controls, "WAITING", axes.waiting)
        miners = [
            await axes.start(host=f"127.0.0.{n}", mac=f"02:00:5E:00:53:0{n}")
            for n in (2, 3)
        ]
        plant = await stack.enter_async_context(
            AntspaceSimulator(Model.HK3, clock=axes.clock, faithful=False)
        )
        plant.hold(heat := LinkedAxes(miners))
        for number, miner in enumerate(miners):
            await axes.add(miner, f"axe{number}")
        north = {"host": plant.host, "port": plant.port, "model": "hk3"}
        for kind, data in (("container", north), ("farm", {})):
            groups = [] if kind == "container" else [_group()]
            entry = MockConfigEntry(
                domain=DOMAIN,
                title=kind.title(),
                entry_id=kind,
                data={"kind": kind, **data},
                subentries_data=groups,
            )
            entry.add_to_hass(hass)
            assert await hass.config_entries.async_setup(kind)
            await axes.settle()
        hall = Hall(axes, plant, miners, heat)
        await hall.run(120)
        plant.requests.clear()
        for miner in miners:
            miner.requests.clear()
        yield hall
        for loaded in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(loaded.entry_id)
        await axes.settle()


def _group() -> ConfigSubentryData:
    return ConfigSubentryData(
        subentry_type="cooling_group",
        title="Hall",
        unique_id=None,
        data={"containers": ["container"]},
    )


async def test_armed_all_is_quiet_before_the_coolant_is_too_hot(hall: Hall) -> None:
    """Each miner is ordered once."""
    await hall.axes.call("switch", "turn_on", "switch.farm_armed")
    hall.plant.stop_pump()
    await hall.run(60)
    assert hall.paused == [True, True]
    await hall.run(UNTIL_TOO_HOT_S)
    assert TOO_HOT not in hall.plant.alarms
    assert hall.orders == [1, 1]
    assert hall.heat.risen < 5
    assert hall.plant.writes == []


async def test_rehearsing_nothing_but_reads_is_sent(hall: Hall) -> None:
    """It says what it would have done, while the coolant becomes too hot."""
    hall.plant.stop_pump()
    await hall.run(60)
    event = hall.axes.get("event.farm_events")
    assert event.attributes["event_type"] == "would_have"
    await hall.run(UNTIL_TOO_HOT_S)
    assert TOO_HOT in hall.plant.alarms
    assert hall.heat.risen > 10
    assert hall.orders == [0, 0]
    assert hall.plant.writes == []
    assert all(miner.requests for miner in hall.miners)
    assert hall.plant.requests
