"""Home Assistant with a farm of miners, against simulators in another process."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from simulators.farm import MIX

from .core import Core
from .core_process import Phase, Start
from .fleet import Fleet
from .machine import load
from .table import figure, table


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One core with that many miners."""

    miners: int
    start: Start
    collection_ms: float
    frozen: Phase
    """The miners reported the same numbers at every poll, but for times and uptimes."""
    living: Phase


_START_ROWS: dict[str, Callable[[_Run], str]] = {
    "until all miners are loaded, s": lambda run: figure(run.start.seconds, 1),
    "miners loaded": lambda run: str(run.start.loaded),
    "first polls that failed": lambda run: str(run.start.first_polls_failed),
    "states": lambda run: str(run.start.states),
    "worst stall, ms": lambda run: figure(run.start.stalls.late_ms, 0),
    "loop's own work in one go, ms": lambda run: figure(run.start.stalls.busy_ms, 0),
    "resident memory, MiB": lambda run: figure(run.living.memory / 2**20, 0),
    "full garbage collection, ms of CPU": lambda run: figure(run.collection_ms, 0),
}
PHASE_ROWS: dict[str, Callable[[Phase], str]] = {
    "CPU s per minute": lambda phase: figure(phase.cpu_s / phase.seconds * 60),
    "worst stall, ms": lambda phase: figure(phase.stalls.late_ms, 0),
    "stalls above 100 ms": lambda phase: str(phase.stalls.long),
    "loop's own work in one go, ms": lambda phase: figure(phase.stalls.busy_ms, 0),
    "longest garbage collection, ms": lambda phase: figure(
        phase.stalls.collection_ms, 0
    ),
    "polls": lambda phase: str(phase.polls),
    "polls missed": lambda phase: str(phase.polls_missed),
    "slowest poll, ms": lambda phase: figure(phase.slowest_poll_s * 1000, 0),
    "state writes per poll": lambda phase: _per_poll(phase, phase.writes.total()),
    "states changed per poll": lambda phase: _per_poll(phase, phase.states_changed),
    "states reported per poll": lambda phase: _per_poll(phase, phase.states_reported),
}


def measure(sizes: Sequence[int], seconds: float) -> Iterator[str]:
    """Yield tables of cores with these numbers of miners, each phase that long."""
    bare, *farms = runs = [_measure(size, seconds) for size in (0, *sizes)]
    yield table(
        "Home Assistant core with recorder: start with a mixed farm",
        ("", *(f"{run.miners} miners" for run in runs)),
        ((name, *map(cell, runs)) for name, cell in _START_ROWS.items()),
        _start_notes(bare, farms),
    )
    phases = {"no miners": bare.living}
    for run in farms:
        phases[f"{run.miners}, nothing changes"] = run.frozen
        phases[f"{run.miners}, living"] = run.living
    yield table(
        "The same core, each miner polled every 30 s",
        ("", *phases),
        ((name, *map(cell, phases.values())) for name, cell in PHASE_ROWS.items()),
        _phase_notes(seconds, farms),
    )


def _measure(miners: int, seconds: float) -> _Run:
    with Fleet(list(islice(cycle(MIX), miners))) as fleet:
        fleet.freeze()
        with Core(fleet.hosts, fleet.port) as core:
            frozen = core.run(seconds)
            fleet.restore()
            return _Run(
                miners=miners,
                start=core.start,
                frozen=frozen,
                living=core.run(seconds) if miners else frozen,
                collection_ms=core.collect_garbage(),
            )


def _start_notes(bare: _Run, farms: Sequence[_Run]) -> Iterator[str]:
    """Yield what has no place in the first table."""
    yield "the second start on its folder: the registries know every entity"
    for run in farms:
        more = (run.living.memory - bare.living.memory) / run.miners
        yield f"{run.miners} miners: {figure(more / 1024, 0)} KiB of memory per miner"


def _phase_notes(seconds: float, farms: Sequence[_Run]) -> Iterator[str]:
    """Yield what has no place in the second table."""
    yield f"each column {figure(seconds, 0)} s, after a warm-up"
    yield "the loop's own work is its thread's CPU time, garbage collection apart"
    for run in farms:
        wrote = [f"{key} {number}" for key, number in run.frozen.writes.most_common()]
        yield (
            f"{run.miners} miners wrote while nothing changed: "
            f"{', '.join(wrote) or 'nothing'}; last seen, every five minutes and not "
            f"counted above: {run.frozen.last_seen_writes} times"
        )
    yield load()


def _per_poll(phase: Phase, count: int) -> str:
    return figure(count / phase.polls if phase.polls else None)
