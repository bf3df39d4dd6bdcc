"""Home Assistant with a farm of miners, against simulators in another process."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from simulators.farm import MIX

from .core import Core
from .core_process import Phase, Start
from .fleet import Fleet
from .loop_watch import Stall
from .machine import load
from .table import figure, table

_IDLE_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One core with that many miners, and how it compares to one without."""

    miners: int
    memory_per_miner: float
    """Bytes."""
    start: Start
    frozen: Phase
    """The miners told the same numbers at every poll, but for times and uptimes."""
    living: Phase


ROWS: dict[str, Callable[[Run], str]] = {
    "start until all miners are loaded, s": lambda run: figure(run.start.seconds, 1),
    "miners loaded": lambda run: str(run.start.loaded),
    "states": lambda run: str(run.start.states),
    "memory per miner, KiB": lambda run: figure(run.memory_per_miner / 1024, 0),
    "CPU s per minute, nothing changes": lambda run: _cpu(run.frozen),
    "CPU s per minute, living": lambda run: _cpu(run.living),
    "worst stall at start, ms (CPU)": lambda run: _stall(run.start.worst_stall),
    "worst stall, nothing changes, ms (CPU)": lambda run: _stall(
        run.frozen.worst_stall
    ),
    "worst stall, living, ms (CPU)": lambda run: _stall(run.living.worst_stall),
    "stalls above 100 ms": lambda run: str(
        run.frozen.long_stalls + run.living.long_stalls
    ),
    "polls": lambda run: str(run.frozen.polls + run.living.polls),
    "polls missed": lambda run: str(run.frozen.polls_missed + run.living.polls_missed),
    "slowest poll, ms": lambda run: figure(
        1000 * max(run.frozen.slowest_poll_s, run.living.slowest_poll_s), 0
    ),
    "state writes per poll, nothing changes": lambda run: _writes(run.frozen),
    "state writes per poll, living": lambda run: _writes(run.living),
    "states changed per poll, nothing changes": lambda run: _per_poll(
        run.frozen, run.frozen.states_changed
    ),
    "states reported per poll, nothing changes": lambda run: _per_poll(
        run.frozen, run.frozen.states_reported
    ),
}


def measure(sizes: Sequence[int], seconds: float) -> str:
    """Return a table of cores with these numbers of miners, each phase that long."""
    with Core((), 0) as core:
        idle_rss = core.start.rss
        idle = core.run(_IDLE_S)
    runs = [_measure(size, seconds, idle_rss) for size in sizes]
    return table(
        "Home Assistant core with recorder, a mixed farm polled every 30 s",
        ("", *(f"{run.miners} miners" for run in runs)),
        ((name, *map(cell, runs)) for name, cell in ROWS.items()),
        _notes(seconds, idle_rss, idle, runs),
    )


def _notes(
    seconds: float, idle_rss: int, idle: Phase, runs: Sequence[Run]
) -> Iterator[str]:
    """Yield what has no place in the table."""
    yield (
        f"without miners: {_cpu(idle)} CPU s per minute, "
        f"{figure(idle_rss / 2**20, 0)} MiB, "
        f"worst stall {_stall(idle.worst_stall)} ms"
    )
    yield (
        f"each phase {figure(seconds, 0)} s, after the start and a warm-up; in brackets "
        "what the loop's own thread worked during a stall, the rest is the machine's"
    )
    for run in runs:
        wrote = [f"{key} {number}" for key, number in run.frozen.writes.most_common()]
        yield (
            f"{run.miners} miners wrote while nothing changed: "
            f"{', '.join(wrote) or 'nothing'}; and last seen "
            f"{run.frozen.last_seen_writes} times, not counted above"
        )
    yield load()


def _measure(miners: int, seconds: float, idle_rss: int) -> Run:
    with Fleet(list(islice(cycle(MIX), miners))) as fleet:
        fleet.freeze()
        with Core(fleet.hosts, fleet.port) as core:
            frozen = core.run(seconds)
            fleet.restore()
            living = core.run(seconds)
            return Run(
                miners=miners,
                memory_per_miner=(core.start.rss - idle_rss) / miners,
                start=core.start,
                frozen=frozen,
                living=living,
            )


def _cpu(phase: Phase) -> str:
    return figure(phase.cpu_s / phase.seconds * 60)


def _stall(stall: Stall) -> str:
    return f"{figure(stall.wall_ms, 0)} ({figure(stall.cpu_ms, 0)})"


def _writes(phase: Phase) -> str:
    return _per_poll(phase, phase.writes.total())


def _per_poll(phase: Phase, count: int) -> str:
    return figure(count / phase.polls if phase.polls else None)
