"""How many miners at farm detail one Home Assistant bears, beside one without us."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
import math
import re

from simulators.farm import MIX

from .core import Core
from .core_process import Phase, Start, Weight
from .fleet import Fleet, Manner
from .machine import load
from .table import figure, table

_OFF = 5
"""Miners that are without power at the start."""
_QUARTER = 0.25
_DAY_S = 86_400
_STATISTIC_BYTES = 84
"""Of one row with its indexes, measured with Home Assistant 2026.10."""
_STATISTICS_A_DAY = 24 + 24 * 12
"""Rows of one entity: for each hour, and for each five minutes."""
_OURS = re.compile(r"(?:WARNING|ERROR).*\[custom_components\.mining_farm")
_TRACEBACKS = re.compile(r'File "[^"]*/mining_farm/|events were queued')
"""Of ours, or by the guard of core that thousands of new entities can trip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One core with that many miners."""

    miners: int
    start: Start
    slow_start: Start | None
    """On a quarter of a core, some of the miners without power."""
    tracebacks: int
    """While the entries were added, and at the slow start."""
    lines: int
    """Of ours, at the slow start."""
    weight: Weight
    states_a_day: float
    """Bytes of recorded states."""
    entity_registry: int
    """Bytes of its file."""
    device_registry: int
    """Bytes of its file."""
    phase: Phase
    fleet_cpu_s: float
    """That the simulated miners took of the same cores meanwhile."""
    collection_ms: float
    """CPU of a full garbage collection, which stops the loop; none need have come."""

    def each(self, value: float, bare: float = 0.0) -> float | None:
        """Return a value for each miner."""
        return (value - bare) / self.miners if self.miners else None


_TOTALS: dict[str, Callable[[_Run], str]] = {
    "until all are loaded, s": lambda run: figure(run.start.seconds, 1),
    "first polls that failed": lambda run: str(run.start.first_polls_failed),
    "on a quarter of a core: until all are loaded, s": lambda run: figure(
        None if run.slow_start is None else run.slow_start.seconds, 1
    ),
    f"first polls that failed, {_OFF} miners off": lambda run: figure(
        None if run.slow_start is None else run.slow_start.first_polls_failed, 0
    ),
    "tracebacks, also while they were added": lambda run: str(run.tracebacks),
    "our lines in the log at that start": lambda run: str(run.lines),
    "worst loop delay while it runs, ms": lambda run: figure(
        run.phase.stalls.late_ms, 0
    ),
    "longest garbage collection meanwhile, ms": lambda run: figure(
        run.phase.stalls.collection_ms, 0
    ),
    "a full garbage collection, ms of CPU": lambda run: figure(run.collection_ms, 0),
    "polls": lambda run: str(run.phase.polls),
    "polls missed": lambda run: str(run.phase.polls_missed),
    "of those without an answer in time": lambda run: str(run.phase.polls_failed),
    "CPU s a minute of the simulated miners": lambda run: figure(
        run.fleet_cpu_s / run.phase.seconds * 60
    ),
    "CPU s a minute": lambda run: figure(run.phase.cpu_s / run.phase.seconds * 60),
    "resident memory, MiB": lambda run: figure(run.weight.memory / 2**20, 0),
}


def measure(sizes: Sequence[int], seconds: float) -> Iterator[str]:
    """Yield a table of the cores, one of what each miner takes, and what that needs."""
    bare, *farms = runs = [_measure(size, seconds) for size in (0, *sizes)]
    yield table(
        "Miners at farm detail, each polled every 30 s, their rates moving by 2 %",
        ("", "without us", *(f"{run.miners} miners" for run in farms)),
        ((name, *map(cell, runs)) for name, cell in _TOTALS.items()),
        [
            f"{figure(seconds, 0)} s after a warm-up; the second start on its folder",
            load(),
        ],
    )
    rows: dict[str, Callable[[_Run], float | None]] = {
        "registered entities": lambda run: run.each(run.weight.entities),
        "objects": lambda run: run.each(run.weight.objects, bare.weight.objects),
        "KiB of memory": lambda run: run.each(
            (run.weight.memory - bare.weight.memory) / 1024
        ),
        "KiB of entity registry": lambda run: run.each(
            run.entity_registry / 1024, bare.entity_registry / 1024
        ),
        "KiB of device registry": lambda run: run.each(
            run.device_registry / 1024, bare.device_registry / 1024
        ),
        "states changed a poll": lambda run: (
            run.phase.states_changed / max(1, run.phase.polls)
        ),
        "MB of database a day": lambda run: run.each(_database_a_day(run) / 1e6),
    }
    yield table(
        "The same for each miner",
        ("", *(f"{run.miners} miners" for run in farms)),
        ((name, *(figure(cell(run)) for run in farms)) for name, cell in rows.items()),
    )
    yield "\n".join(_machine(run) for run in farms)


def _measure(miners: int, seconds: float) -> _Run:
    options = {"detail": "farm"}
    with Fleet(list(islice(cycle(MIX), miners))) as fleet:
        with Core(fleet.hosts, fleet.port, options=options) as core:
            before, fleet_cpu_s = core.weigh(), fleet.cpu_s()
            phase = core.run(seconds)
            fleet_cpu_s = fleet.cpu_s() - fleet_cpu_s
            after = core.weigh()
            run = _Run(
                miners=miners,
                start=core.start,
                slow_start=None,
                tracebacks=0,
                lines=0,
                weight=after,
                states_a_day=(after.states - before.states) / phase.seconds * _DAY_S,
                entity_registry=core.registry_bytes("entity"),
                device_registry=core.registry_bytes("device"),
                phase=phase,
                fleet_cpu_s=fleet_cpu_s,
                collection_ms=core.collect_garbage(),
            )
        return _with_slow_start(run, fleet) if miners else run


def _with_slow_start(run: _Run, fleet: Fleet) -> _Run:
    """Return a run with what becomes of a start on a quarter of a core."""

    def switch_off() -> None:
        fleet.misbehave([Manner("power_off", {})], _OFF)

    with Core(
        fleet.hosts,
        fleet.port,
        before_start=switch_off,
        options={"detail": "farm"},
        share=_QUARTER,
    ) as core:
        console = core.console()
        return replace(
            run,
            slow_start=core.start,
            tracebacks=len(_TRACEBACKS.findall(core.said_while_adding + console)),
            lines=len(_OURS.findall(console)),
        )


def _database_a_day(run: _Run) -> float:
    statistics = run.weight.statistics * _STATISTICS_A_DAY * _STATISTIC_BYTES
    return run.states_a_day + statistics


def _machine(run: _Run) -> str:
    """Return what machine so many miners need: thrice the CPU, twice the memory."""
    cores = max(2, math.ceil(run.phase.cpu_s / run.phase.seconds * 3))
    gib = 2 ** math.ceil(math.log2(max(2.0, run.weight.memory * 2 / 2**30)))
    needed = f"{run.miners} miners: {cores} cores and {gib} GiB of memory"
    if missed := run.phase.polls_missed:
        return f"{needed}, and less load than here, where {missed} polls were missed"
    return needed
