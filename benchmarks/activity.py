"""Activity: lines that a farm writes into Home Assistant's own list, in driven time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final, Protocol
from unittest.mock import patch

from aiohttp.resolver import ThreadedResolver
import freezegun
from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_test_home_assistant,
)
import pytest_homeassistant_custom_component.patch_time  # noqa: F401 Core's own clock

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    Failure,
    MinerCollector,
    MinerError,
    MinerSnapshot,
)
from homeassistant import loader
from homeassistant.components.logbook.helpers import async_filter_entities
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from simulators.antspace import AntspaceSimulator, Model
from simulators.clock import ManualClock
from simulators.subtensor import ALICE, SubtensorSimulator
from simulators.subtensor.wallet import write_hotkey
from tests.kinds.container import conftest as containers
from tests.kinds.miner.conftest import HOST, snapshot
from tests.kinds.rig.watching import simulated
from tests.kinds.wallet import conftest as wallets

from .table import figure, table

POLL_S: Final = 30
WINDOWS: Final = 5
WINDOWS_A_DAY: Final = 120
OUTAGE_S: Final = 600
FARM: Final = {"miner": 12, "rig": 4, "container": 2, "wallet": 1}
"""The farm of scripts/develop."""
EARLIER_ON: Final = frozenset(
    {"last_share", "commitment_renewal", "window", "next_window"}
)
"""Entities that are off by default by now, as is each alarm that is not critical."""
ALARM: Final = "alarm_"

type Drive = Callable[[HomeAssistant, Path, _Listener], Lived]
type Lived = Coroutine[None, None, float]
"""Lives through some time; returns by how much that has to be multiplied for a day."""


class _Reach(Protocol):
    def __call__(self, *, on: bool) -> None: ...


class _Resolver(ThreadedResolver):
    """Ends as Home Assistant expects it."""

    async def real_close(self) -> None:
        """Close nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """What one device writes, by the keys of its entities."""

    now: Counter[str]
    earlier: Counter[str]


def measure(*, quick: bool) -> Iterator[str]:
    """Yield a day of each kind, then an outage of a container."""
    hours = 2 if quick else 24
    drives: Mapping[str, Drive] = {
        "miner": lambda hass, _, lines: _live_with_a_miner(hass, lines, hours),
        "rig": lambda hass, _, lines: _live_with_a_rig(hass, lines, hours),
        "container": lambda hass, _, lines: _live_with_a_container(hass, lines),
        "wallet": _live_with_a_wallet,
    }
    lines = {kind: _count_both(drive) for kind, drive in drives.items()}
    yield _day_table(lines)
    outages: Mapping[str, Drive] = {
        "miner": lambda hass, _, lines: _lose_a_miner(hass, lines),
        "container (HK3)": lambda hass, _, lines: _lose_a_container(hass, lines),
    }
    yield _outage_table({kind: _count_both(drive) for kind, drive in outages.items()})


def _day_table(lines: Mapping[str, _Lines]) -> str:
    def row(kind: str, devices: int) -> tuple[str, ...]:
        counted = lines[kind]
        before, after = counted.earlier.total(), counted.now.total()
        return (
            kind,
            str(devices),
            *map(_count, (before, after, before * devices, after * devices)),
        )

    totals = [
        sum(
            getattr(lines[kind], time).total() * devices
            for kind, devices in FARM.items()
        )
        for time in ("earlier", "now")
    ]
    return table(
        "Lines in Activity, a quiet day of the farm of scripts/develop",
        ("kind", "devices", "each, before", "each, now", "all, before", "all, now"),
        [
            *(row(kind, devices) for kind, devices in FARM.items()),
            ("farm", "", "", "", *map(_count, totals)),
        ],
        [
            f"{kind}: {_most(counted.now)}"
            for kind, counted in lines.items()
            if counted.now
        ],
    )


def _outage_table(outages: Mapping[str, _Lines]) -> str:
    return table(
        f"Lines in Activity of a device that is away for {OUTAGE_S // 60} minutes",
        ("", "before", "now"),
        [
            (kind, _count(lines.earlier.total()), _count(lines.now.total()))
            for kind, lines in outages.items()
        ],
        [f"{kind}: {_most(lines.now)}" for kind, lines in outages.items()],
    )


def _count(lines: float) -> str:
    return figure(lines, 0)


def _most(lines: Counter[str]) -> str:
    return ", ".join(f"{name} {count:.0f}" for name, count in lines.most_common(8))


def _count_both(drive: Drive) -> _Lines:
    return _Lines(now=_lines(drive), earlier=_lines(drive, earlier=True))


def _lines(drive: Drive, *, earlier: bool = False) -> Counter[str]:
    """Return the lines that are written with the defaults of now, or of earlier."""

    def enabled(entity: Entity) -> bool:
        description = entity.entity_description
        was_on = description.key in EARLIER_ON or description.key.startswith(ALARM)
        return (earlier and was_on) or description.entity_registry_enabled_default

    with patch.object(Entity, "entity_registry_enabled_default", property(enabled)):
        return asyncio.run(_run(drive))


async def _run(drive: Drive) -> Counter[str]:
    with (
        TemporaryDirectory(prefix="benchmark") as folder,
        # That of Home Assistant looks for other machines on the network.
        patch(
            "homeassistant.helpers.aiohttp_client._async_make_resolver",
            lambda _hass: _Resolver(),
        ),
    ):
        path = Path(folder)
        (path / "config").mkdir()
        async with async_test_home_assistant(config_dir=str(path / "config")) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
            listener = _Listener(hass)
            factor = await drive(hass, path, listener)
            for entry in hass.config_entries.async_loaded_entries(DOMAIN):
                await hass.config_entries.async_unload(entry.entry_id)
            await hass.async_stop(force=True)
    return Counter({name: count * factor for name, count in listener.lines.items()})


class _Listener:
    """Counts what Activity would list: changes of all but continuous sensors."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self.lines = Counter[str]()

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count for a while, without what loading and unloading entries writes."""
        stop = self._hass.bus.async_listen("state_changed", self)
        yield
        stop()

    @callback
    def __call__(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or old.state == new.state:
            return
        if async_filter_entities(self._hass, [new.entity_id]):
            self.lines[new.entity_id.partition(".")[2]] += 1


@contextmanager
def _frozen(*, real_asyncio: bool = False) -> Iterator[FrozenDateTimeFactory]:
    with freezegun.freeze_time(real_asyncio=real_asyncio) as time:
        assert isinstance(time, FrozenDateTimeFactory)  # noqa: S101
        yield time


async def _live_with_a_miner(
    hass: HomeAssistant, lines: _Listener, hours: int
) -> float:
    """Live with a miner whose readings move as a real one's do."""
    async with _miner(hass) as (polls, _):
        with lines.counting():
            await polls(hours * 3600)
    return 24 / hours


async def _lose_a_miner(hass: HomeAssistant, lines: _Listener) -> float:
    """Lose a miner and get it back."""
    async with _miner(hass) as (polls, reach):
        await polls(300)
        with lines.counting():
            reach(on=False)
            await polls(OUTAGE_S)
            reach(on=True)
            await polls(300)
    return 1


@asynccontextmanager
async def _miner(
    hass: HomeAssistant,
) -> AsyncIterator[tuple[Callable[[int], Coroutine[None, None, None]], _Reach]]:
    """Load a miner; yield how seconds pass, and how it goes away and comes back."""
    random = Random(1)  # noqa: S311
    accepted = 0
    reachable = True

    async def async_poll(_collector: MinerCollector) -> MinerSnapshot:
        nonlocal accepted
        if not reachable:
            raise MinerError(Failure.TIMEOUT, "no answer")
        accepted += random.randint(0, 2)
        rate = random.gauss(102_000, 900)
        return snapshot(hashrate_ghs=rate, accepted=accepted)

    def reach(*, on: bool) -> None:
        nonlocal reachable
        reachable = on

    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Miner",
        data={"kind": "miner", "host": HOST, "port": 4028},
        options={"detail": "standard"},
    )
    entry.add_to_hass(hass)
    with patch.object(MinerCollector, "async_poll", async_poll), _frozen() as time:

        async def polls(seconds: int) -> None:
            for _ in range(seconds // POLL_S):
                time.tick(timedelta(seconds=POLL_S))
                async_fire_time_changed(hass)
                await hass.async_block_till_done(wait_background_tasks=True)

        await hass.config_entries.async_setup(entry.entry_id)
        yield polls, reach


async def _live_with_a_rig(hass: HomeAssistant, lines: _Listener, hours: int) -> float:
    """Live with a rig that mines all the time."""
    with _frozen() as time, simulated(hass, time) as farm:
        await farm.add("rig")
        await farm.after(20)
        with lines.counting():
            await farm.after(hours * 60)
        await hass.config_entries.async_unload("rig")
    return 24 / hours


async def _live_with_a_container(hass: HomeAssistant, lines: _Listener) -> float:
    """Live with a plant that cools, for an hour."""
    async with _container(hass) as (site, _):
        with lines.counting():
            for _ in range(3600 // POLL_S):
                await site.after(POLL_S)
    return 24


async def _lose_a_container(hass: HomeAssistant, lines: _Listener) -> float:
    """Lose a container and get it back."""
    async with _container(hass) as (site, plant):
        with lines.counting():
            plant.refuse()
            for _ in range(OUTAGE_S // POLL_S):
                await site.after(POLL_S)
            plant.restore()
            for _ in range(4):
                await site.after(POLL_S)
    return 1


@asynccontextmanager
async def _container(
    hass: HomeAssistant,
) -> AsyncIterator[tuple[containers.Site, AntspaceSimulator]]:
    async with AsyncExitStack() as stack:
        time = stack.enter_context(_frozen())
        site = containers.Site(hass, time, stack)
        plant = await site.container(Model.HK3)
        entry = await site.add(plant, controls=True)
        yield site, plant
        await hass.config_entries.async_unload(entry.entry_id)


async def _live_with_a_wallet(
    hass: HomeAssistant, folder: Path, lines: _Listener
) -> float:
    """Live with a wallet through some windows, each with another result."""
    bids = ("2;b;BTC,0.5=0.1:2,0.2:3", "2;b;BTC,0.97=0.1:2,0.2:3")
    write_hotkey(folder)
    with (
        _frozen(real_asyncio=True) as time,
        patch.object(hass.loop, "time", freezegun.api.real_monotonic),
    ):
        async with SubtensorSimulator(
            clock=ManualClock(), block_time=None, nodes=1
        ) as chain:
            site = wallets.Site(hass, time, chain, folder)
            entry = await site.add(**wallets.HELD_BID)
            with lines.counting():
                for number in range(WINDOWS):
                    start = wallets.WINDOW + 60 * number
                    chain.control.commit(ALICE.address, bids[number % 2])
                    time.tick(timedelta(minutes=12))
                    await site.to_block(start)
                    await site.until(
                        lambda: site.wallet(entry).data.result.window.start == start  # noqa: B023
                    )
                    await site.poll(entry)
            await hass.config_entries.async_unload(entry.entry_id)
    return WINDOWS_A_DAY / WINDOWS
