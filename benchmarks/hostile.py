"""Two hundred hostile miners in one Home Assistant, beside one that is healthy."""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from typing import NamedTuple

from simulators.farm import MIX

from .core import Core
from .core_process import Phase, Start
from .fleet import Fleet, Manner
from .machine import load
from .table import figure, table

_SILENT = (Manner("hang", {}),)
_HOSTILE = (
    Manner("drip", {"size": 64, "interval": 0.2}),
    Manner("flood", {}),
    Manner("hang", {}),
    Manner("drop", {}),
    Manner("garble", {"size": 200_000}),
    Manner("nest", {"depth": 100_000}),
    Manner("nest", {"depth": 1_900}),
    Manner("widen", {"values": 15_000}),
    Manner("widen", {"values": 3_900}),
    Manner("crowd", {"boards": 256}),
    Manner("crowd", {"boards": 256, "shifting": True}),
    Manner("deny", {"reset": True}),
)
_MOST_STALL_MS = 300
_MOST_MEMORY_MIB = 150
_MOST_DELAY_S = 1.0
_LATE_S = 45.0
"""Between two polls of a device that is polled every 30 s."""


class _Run(NamedTuple):
    """What one Home Assistant has seen."""

    start: Start
    collection_ms: float
    """One full garbage collection after the start: what a start leaves is not later's."""
    later: Phase


_ROWS: dict[str, Callable[[_Run], str]] = {
    "until all miners are loaded, s": lambda run: figure(run.start.seconds, 1),
    "CPU s until then": lambda run: figure(run.start.cpu_s, 1),
    "worst stall at start, ms": lambda run: figure(run.start.stalls.late_ms, 0),
    "loop's own work in one go at start, ms": lambda run: figure(
        run.start.stalls.busy_ms, 0
    ),
    "one full garbage collection after it, ms": lambda run: figure(
        run.collection_ms, 0
    ),
    "worst stall, ms": lambda run: figure(run.later.stalls.late_ms, 0),
    "worst of both, ms": lambda run: figure(
        max(run.later.stalls.late_ms, run.collection_ms), 0
    ),
    "loop's own work in one go, ms": lambda run: figure(run.later.stalls.busy_ms, 0),
    "longest garbage collection, ms": lambda run: figure(
        run.later.stalls.collection_ms, 0
    ),
    "stalls above 100 ms": lambda run: str(run.later.stalls.long),
    "CPU s per minute": lambda run: figure(run.later.cpu_s / run.later.seconds * 60),
    "resident memory, MiB": lambda run: figure(_mib(run.later), 0),
    "states at start": lambda run: str(run.start.states),
    "good polls of the healthy one": lambda run: str(run.later.one.good),
    "its longest gap, s": lambda run: figure(run.later.one.longest_gap_s, 1),
}


def measure(*, quick: bool) -> Iterator[str]:
    """Yield one table, and what of it is not as it must be."""
    count, seconds = (50, 62.0) if quick else (200, 300.0)
    silent, hostile = [
        _measure(manners, count, seconds) for manners in (_SILENT, _HOSTILE)
    ]
    yield table(
        f"Home Assistant with {count} miners that misbehave, and a healthy one",
        ("", "all silent", "all hostile"),
        ((name, cell(silent), cell(hostile)) for name, cell in _ROWS.items()),
        _notes(seconds),
    )
    yield "\n".join(_judged(silent, hostile)) or "all within bounds"


def _measure(manners: Sequence[Manner], count: int, seconds: float) -> _Run:
    with Fleet(list(islice(cycle(MIX), count + 1))) as fleet:

        def misbehave() -> None:
            fleet.misbehave(manners, count)

        with Core(fleet.hosts, fleet.port, before_start=misbehave) as core:
            return _Run(
                core.start, core.collect_garbage(), core.run(seconds, fleet.hosts[-1])
            )


def _notes(seconds: float) -> Iterator[str]:
    yield f"{figure(seconds, 0)} s after a start whose registries know every entity"
    yield (
        "worst of both: a full collection comes to every Home Assistant, in these minutes "
        "or in others"
    )
    yield "hostile: " + ", ".join(
        " ".join([manner.name, *(f"{k}={v}" for k, v in manner.settings.items())])
        for manner in _HOSTILE
    )
    yield load()


def _judged(silent: _Run, hostile: _Run) -> Iterator[str]:
    """Yield what is beyond its bound.

    A stall is the loop's own work in one go, and a start that takes longer counts by its
    CPU time where that is less: whoever else had the core on a busy machine is no fault
    of the miners.
    """
    for when, stalls in (
        ("start", hostile.start.stalls),
        ("later", hostile.later.stalls),
    ):
        if stalls.busy_ms > _MOST_STALL_MS:
            yield f"FAILED: a stall of {stalls.busy_ms:.0f} ms, {when}"
    if (more := _mib(hostile.later) - _mib(silent.later)) > _MOST_MEMORY_MIB:
        yield f"FAILED: {more:.0f} MiB more than with silent miners"
    delay = min(
        hostile.start.cpu_s - silent.start.cpu_s,
        hostile.start.seconds - silent.start.seconds,
    )
    if delay > _MOST_DELAY_S:
        yield f"FAILED: the start took {delay:.1f} s longer"
    if hostile.later.one.longest_gap_s > _LATE_S:
        yield "FAILED: the healthy miner was polled late"


def _mib(phase: Phase) -> float:
    return phase.memory / 2**20
