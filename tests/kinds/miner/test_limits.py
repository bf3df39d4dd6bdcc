"""Miners of several makes draw less for a farm without being stopped, and are set back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common.following import Phase
from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.common.keeping import async_keeper
from custom_components.mining_farm.common.members import (
    Limit,
    MinerFacts,
    async_facts,
    async_members,
)
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    async_identify,
    registry,
)
from custom_components.mining_farm.engines.farm import Hold, HoldKind, Owner
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.util import dt as dt_util
from simulators.makes.braiins import BraiinsRest
from simulators.makes.luxos import LuxOs
from simulators.makes.vnish import Vnish
from simulators.makes.whatsminer import WhatsminerV3

from .axes import Axes

USUAL: Final[dict[str, tuple[str, Any, str | None]]] = {
    "whatsminer": ("whatsminer", WhatsminerV3, "super"),
    "braiins": ("braiins", BraiinsRest, "root"),
    "luxos": ("luxos", LuxOs, None),
    "vnish": ("vnish", Vnish, None),
}
DRIVERS: Final = registry.DRIVERS
BOUNDS: Final[dict[str, Any]] = {"power_minimum": 2000, "power_maximum": 3400}


async def start(
    axes: Axes,
    monkeypatch: pytest.MonkeyPatch,
    make: str,
    machine: Mapping[str, Any] | None = None,
    **options: Any,
) -> Any:
    """Start a miner of a make, and add the entry that controls it."""
    driver, kind, username = USUAL[make]
    # LuxOS is read by its CGMiner API, too.
    names = (driver, "cgminer") if make == "luxos" else (driver,)
    drivers = tuple(each for each in DRIVERS if each.name in names)
    monkeypatch.setattr(registry, "DRIVERS", drivers)
    miner = await axes.stack.enter_async_context(kind(clock=axes.clock))
    for name, value in (machine or {}).items():
        setattr(miner.machine, name, value)
    found = await async_identify(miner.host, miner.port)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Rack",
        data=entry_data(miner.host, found)
        | {"username": username, "password": miner.machine.password},
        options={"detail": "standard", "controls": True, "least_rest": 0, **options},
        entry_id="rack",
    )
    entry.add_to_hass(axes.hass)
    await axes.hass.config_entries.async_setup("rack")
    await axes.settle()
    miner.writes.clear()
    return miner


def limit_of(axes: Axes) -> Limit:
    """Return how the miner is let draw less."""
    member = async_members(axes.hass).get("rack")
    assert member is not None
    limit = member.levers[0].limit
    assert limit is not None
    return limit


def draw_of(axes: Axes) -> float | None:
    """Return the W that the miner itself reports."""
    facts = async_facts(axes.hass, "rack")
    assert isinstance(facts, MinerFacts)
    return facts.power


async def lower(axes: Axes, watts: float) -> None:
    """Let it draw no more than so many W for a curtailment."""
    hold = Hold(
        owner=Owner.CURTAILMENT,
        source="peak",
        kind=HoldKind.AT_MOST,
        watts=watts,
        reason="peak",
        since=dt_util.utcnow(),
    )
    await async_holds(axes.hass).async_place(["rack"], hold)
    await axes.settle()


async def let_go(axes: Axes) -> None:
    """End that, once the least times between two changes have passed."""
    await axes.after(3600)
    await async_holds(axes.hass).async_release(Owner.CURTAILMENT, "peak")
    await axes.settle()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A miner that is lowered."""

    make: str
    machine: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    watts: float = 2510
    before: object = 3300
    lowered: object

    @property
    def shown(self) -> str:
        """Return what of the machine shows it."""
        return "level" if isinstance(self.lowered, str) else "power_target"


CASES = (
    Case(make="whatsminer", options=BOUNDS, lowered=2500),
    Case(make="braiins", lowered=2504),
    Case(
        make="luxos",
        machine={"power_target": None},
        before="normal",
        lowered="290MHz",
    ),
    Case(
        make="vnish",
        machine={"level": "3160", "power_target": None},
        watts=2560,
        before="3160",
        lowered="2550",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.make)
async def test_lowered_and_set_back(
    axes: Axes, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    """By one write each, read back from the miner; it is not paused."""
    miner = await start(axes, monkeypatch, case.make, case.machine, **case.options)
    await lower(axes, case.watts)
    # A CGMiner is asked for its profile from the second poll on.
    await axes.after(31)
    await axes.after(31)
    assert getattr(miner.machine, case.shown) == case.lowered
    assert async_keeper(axes.hass).phase("rack") is Phase.LIMITED
    assert not miner.machine.paused
    assert draw_of(axes) == pytest.approx(miner.machine.watts_now, abs=1)
    assert miner.machine.watts_now <= case.watts
    await let_go(axes)
    await axes.after(31)
    assert getattr(miner.machine, case.shown) == case.before
    assert len(miner.writes) == 2
    assert not list(async_holds(axes.hass))


async def test_what_is_not_known_cannot_be_set_back(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A miner tuned to a hashrate, or above the limits of its user, is not lowered."""
    miner = await start(
        axes,
        monkeypatch,
        "braiins",
        {"power_target": None, "hashrate_target": 90.0},
    )
    limit = limit_of(axes)
    assert (limit.reach(), limit.present(), limit.rested()) == (None, None, False)
    await lower(axes, 2500)
    await axes.after(31)
    assert miner.writes == []


async def test_a_change_by_the_user_keeps_the_farm_off(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its least time holds comfort back; set while it is lowered, it is the user's."""
    miner = await start(axes, monkeypatch, "whatsminer", **BOUNDS)
    assert limit_of(axes).rested()
    await lower(axes, 2500)
    await axes.after(31)
    assert not limit_of(axes).rested()
    await axes.hass.services.async_call(
        DOMAIN,
        "set_power_target",
        {"entity_id": "switch.rack_mining", "watts": 3000, "force": True},
        blocking=True,
        return_response=True,
    )
    await axes.after(31)
    assert miner.machine.power_target == 3000
    assert not list(async_holds(axes.hass))
    await axes.after(3600)
    assert miner.machine.power_target == 3000


async def test_a_change_at_the_miner_itself_keeps_the_farm_off(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next reading says so."""
    miner = await start(axes, monkeypatch, "braiins")
    await lower(axes, 2510)
    await axes.after(31)
    assert async_keeper(axes.hass).phase("rack") is Phase.LIMITED
    miner.machine.power_target = 2800.0
    await axes.after(31)
    assert not list(async_holds(axes.hass))
    await axes.after(31)
    assert (miner.machine.power_target, len(miner.writes)) == (2800, 1)


async def test_a_miner_that_may_not_be_controlled_is_not_lowered(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no lever at all."""
    miner = await start(axes, monkeypatch, "whatsminer", controls=False, **BOUNDS)
    member = async_members(axes.hass).get("rack")
    assert member is not None
    assert not member.levers
    await lower(axes, 2500)
    await axes.after(31)
    assert miner.writes == []
