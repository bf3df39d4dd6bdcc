"""A whole Home Assistant core in one process, with what is measured from within."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
import gc
from multiprocessing.connection import Connection
import os
from pathlib import Path
import resource
import sqlite3
import time
from typing import Any, NamedTuple

from custom_components.mining_farm.const import DOMAIN, Kind
from homeassistant import bootstrap, runner
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .core_counts import Noted, PollCount, PollsOfOne, WriteCount, noting
from .core_entries import async_add_entries, async_add_wallet
from .core_farm import (
    AddFarm,
    Followed,
    FollowReturn,
    FollowStop,
    ReturnAll,
    Returned,
    async_add_farm,
    async_follow_return,
    async_follow_stop,
    async_return_all,
)
from .core_windows import WALLET, Published, WindowWatch
from .loop_watch import LoopWatch, Stalls

CONSOLE = "console.log"

_START_TIMEOUT_S = 900.0
_DATABASE = "home-assistant_v2.db"
_SIZE_OF_STATES = """
SELECT SUM(pgsize - unused) FROM dbstat
WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = 'states')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What the start took until every entry was loaded."""

    seconds: float
    cpu_s: float
    stalls: Stalls
    first_polls_failed: int
    """Of the devices, how many did not answer the first time."""
    loaded: int
    states: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What happened in a while of steady running."""

    seconds: float
    cpu_s: float
    stalls: Stalls
    polls: int
    polls_missed: int
    """Failed, or not begun in time."""
    polls_failed: int
    """Without an answer in time; the devices are healthy, so they were too busy."""
    slowest_poll_s: float
    writes: Counter[str]
    """By the key of the entity's description, without `last seen`."""
    last_seen_writes: int
    states_changed: int
    states_reported: int
    noted: list[Noted]
    """By the event entities, in turn."""
    memory: int
    """Bytes of resident memory at the end."""
    one: PollsOfOne
    """Of the device that was to be looked at."""


class AddEntries(NamedTuple):
    """Order to add an entry for each of these; answered with None."""

    kind: Kind
    hosts: list[str]
    port: int
    options: Mapping[str, Any]


class Weigh(NamedTuple):
    """Order to say what lives in memory and on disk; answered with a Weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a core holds."""

    objects: int
    """That the garbage collector follows."""
    memory: int
    """Bytes of resident memory."""
    entities: int
    """Registered by us, the disabled ones included."""
    statistics: int
    """Of ours with statistics."""
    states: int
    """Bytes of the recorded states in the database, indexes included."""


class Run(NamedTuple):
    """Order to go on for so many s and look at one device; answered with a Phase."""

    seconds: float
    host: str = ""


class CollectGarbage(NamedTuple):
    """Order for one full garbage collection; answered with the ms of CPU that it took."""


class AddWallet(NamedTuple):
    """Order to add an entry for a simulated wallet; answered with None."""

    url: str
    wallet: dict[str, str]


class AwaitWindow(NamedTuple):
    """Order to wait for the result of the window with that first block: Seen."""

    start: int


class Seen(NamedTuple):
    """What was published of a window; None: another one came first, or none at all."""

    published: Published | None


type Order = (
    AddEntries
    | AddFarm
    | AddWallet
    | AwaitWindow
    | CollectGarbage
    | FollowReturn
    | FollowStop
    | ReturnAll
    | Run
    | Weigh
)


def serve(conversation: Connection, folder: Path) -> None:
    """Run on this folder and send a Start; then answer orders until none can come."""
    with (folder / CONSOLE).open("wb") as console:
        os.dup2(console.fileno(), 1)
        os.dup2(console.fileno(), 2)
    loop = runner.create_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_serve(conversation, folder))


async def _serve(conversation: Connection, folder: Path) -> None:
    polls = PollCount()
    with polls.installed():
        hass, start = await _start(folder, polls)
        windows = WindowWatch(hass)
        conversation.send(start)
        while True:
            try:
                order = await hass.async_add_executor_job(conversation.recv)
            except EOFError:
                break
            conversation.send(await _obey(order, hass, polls, windows))
        windows.stop()
        await hass.async_stop()


async def _obey(
    order: Order, hass: HomeAssistant, polls: PollCount, windows: WindowWatch
) -> Followed | Phase | Returned | Seen | Weight | float | None:
    match order:
        case AddEntries(kind, hosts, port, options):
            await async_add_entries(hass, kind, hosts, port, options)
            return None
        case AddFarm():
            await async_add_farm(hass)
            return None
        case FollowStop():
            return await async_follow_stop(hass, order)
        case FollowReturn():
            return await async_follow_return(hass, order)
        case ReturnAll():
            return await async_return_all(hass)
        case AddWallet(url, wallet):
            await async_add_wallet(hass, WALLET.title(), url, wallet)
            return None
        case AwaitWindow(start_block):
            return Seen(await windows.async_wait(start_block))
        case Run(seconds, host):
            return await _phase(hass, polls, seconds, host)
        case Weigh():
            return await hass.async_add_executor_job(_weigh, hass)
        case CollectGarbage():
            start = time.thread_time()
            gc.collect()
            return (time.thread_time() - start) * 1000


async def _start(folder: Path, polls: PollCount) -> tuple[HomeAssistant, Start]:
    """Start as the `hass` command does, and wait until every entry is loaded."""
    began = time.monotonic()
    async with asyncio.timeout(_START_TIMEOUT_S), LoopWatch() as watch:
        hass = await bootstrap.async_setup_hass(
            runner.RuntimeConfig(config_dir=str(folder), skip_pip=True)
        )
        if hass is None:
            raise RuntimeError("Home Assistant did not start")
        await hass.async_start()
        entries = hass.config_entries.async_entries(DOMAIN)
        while any(
            entry.state
            in (ConfigEntryState.NOT_LOADED, ConfigEntryState.SETUP_IN_PROGRESS)
            for entry in entries
        ):
            await asyncio.sleep(0.1)
    return hass, Start(
        seconds=time.monotonic() - began,
        cpu_s=time.process_time(),
        stalls=watch.stalls,
        first_polls_failed=polls.first_failed,
        loaded=sum(entry.state is ConfigEntryState.LOADED for entry in entries),
        states=len(hass.states.async_all()),
    )


async def _phase(
    hass: HomeAssistant, polls: PollCount, seconds: float, host: str
) -> Phase:
    writes = WriteCount(hass)
    polls.reset()
    with writes.installed(), noting(hass) as noted:
        began, cpu = time.monotonic(), time.process_time()
        async with LoopWatch() as watch:
            await asyncio.sleep(seconds)
        return Phase(
            seconds=time.monotonic() - began,
            cpu_s=time.process_time() - cpu,
            stalls=watch.stalls,
            polls=polls.ended,
            polls_missed=polls.missed(),
            polls_failed=polls.failed,
            slowest_poll_s=polls.slowest_s,
            writes=writes.calls,
            last_seen_writes=writes.last_seen,
            states_changed=writes.changed,
            states_reported=writes.reported,
            noted=noted,
            memory=_resident_memory(),
            one=polls.of(host),
        )


def _weigh(hass: HomeAssistant) -> Weight:
    gc.collect()
    registry = er.async_get(hass)
    ours = [each for each in registry.entities.values() if each.platform == DOMAIN]
    with closing(sqlite3.connect(hass.config.path(_DATABASE))) as database:
        (states,) = database.execute(_SIZE_OF_STATES).fetchone()
    return Weight(
        objects=len(gc.get_objects()),
        memory=_resident_memory(),
        entities=len(ours),
        statistics=sum("state_class" in (each.capabilities or ()) for each in ours),
        states=states or 0,
    )


def _resident_memory() -> int:
    """Return the bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
