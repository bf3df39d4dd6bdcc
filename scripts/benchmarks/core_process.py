"""A whole Home Assistant core in one process, with what is measured from within."""

import asyncio
from collections import Counter
from dataclasses import dataclass
import gc
from multiprocessing.connection import Connection
import os
from pathlib import Path
import resource
import time

from custom_components.mining_farm.const import DOMAIN
from homeassistant import bootstrap, runner
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .core_counts import PollCount, WriteCount
from .loop_watch import LoopWatch, Stall

CONSOLE = "console.log"

_START_TIMEOUT_S = 300.0
_WARM_UP_S = 40.0
"""Longer than a polling interval; by then the recorder has written the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What the start took, and what is there once all is calm."""

    seconds: float
    worst_stall: Stall
    rss: int
    """Resident memory in bytes."""
    loaded: int
    states: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What happened in a while of steady running."""

    seconds: float
    cpu_s: float
    worst_stall: Stall
    long_stalls: int
    """Stalls above 100 ms."""
    polls: int
    polls_missed: int
    slowest_poll_s: float
    writes: Counter[str]
    """By the key of the entity's description, without `last seen`."""
    last_seen_writes: int
    states_changed: int
    states_reported: int


def run(conversation: Connection, folder: Path) -> None:
    """Run on this folder: send a Start, and a Phase for every number of s that comes."""
    console = os.open(folder / CONSOLE, os.O_WRONLY | os.O_CREAT)
    os.dup2(console, 1)
    os.dup2(console, 2)
    loop = runner.create_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_run(conversation, folder))


async def _run(conversation: Connection, folder: Path) -> None:
    counts = PollCount()
    with counts.installed():
        hass, start = await _start(folder)
        conversation.send(start)
        while True:
            try:
                seconds = await hass.async_add_executor_job(conversation.recv)
            except EOFError:
                break
            conversation.send(await _phase(hass, counts, seconds))
        await hass.async_stop()


async def _start(folder: Path) -> tuple[HomeAssistant, Start]:
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
    seconds = time.monotonic() - began
    await asyncio.sleep(_WARM_UP_S)
    gc.collect()
    return hass, Start(
        seconds=seconds,
        worst_stall=watch.worst,
        rss=_resident_memory(),
        loaded=sum(entry.state is ConfigEntryState.LOADED for entry in entries),
        states=len(hass.states.async_all()),
    )


async def _phase(hass: HomeAssistant, polls: PollCount, seconds: float) -> Phase:
    writes = WriteCount(hass)
    polls.reset()
    with writes.installed():
        began, cpu = time.monotonic(), time.process_time()
        async with LoopWatch() as watch:
            await asyncio.sleep(seconds)
        return Phase(
            seconds=time.monotonic() - began,
            cpu_s=time.process_time() - cpu,
            worst_stall=watch.worst,
            long_stalls=watch.longer_than(100),
            polls=polls.ended,
            polls_missed=polls.missed(),
            slowest_poll_s=polls.slowest_s,
            writes=writes.calls,
            last_seen_writes=writes.last_seen,
            states_changed=writes.changed,
            states_reported=writes.reported,
        )


def _resident_memory() -> int:
    """Return the bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
