"""Clients compared in turns on the same simulated miners."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
import sys

from .client_process import PYASIC, ClientProcess, Samples, interpreter_with
from .fleet import Fleet, Traffic
from .machine import load
from .table import figure, table

POLL_INTERVAL_S = 30.0
_OURS = "edge_collector"
_PYASIC = "pyasic_client"
_CONTESTANTS = (
    ("edge_collector", _OURS, 0.0),
    ("edge_collector, as if 30 s apart", _OURS, POLL_INTERVAL_S),
    ("pyasic get_data", _PYASIC, 0.0),
    ("bare asyncio, not parsed", "bare", 0.0),
)
"""Name, module in `clients`, s that lie between its polls."""
_HEADER = (
    "client",
    "connections",
    "bytes sent",
    "received",
    "wall ms median",
    "worst",
    "CPU ms median",
    "worst",
    "connections to learn",
)


@dataclass(slots=True)
class _Entrant:
    """One client and what it has done so far."""

    name: str
    client: ClientProcess
    interval_s: float
    learning: Traffic
    samples: Samples = field(default_factory=Samples)
    traffic: Traffic = field(default_factory=lambda: Traffic(0, 0, 0))

    def poll(self, fleet: Fleet, repetitions: int) -> None:
        """Take one turn."""
        before = fleet.traffic()
        self.samples.add(self.client.poll(repetitions, self.interval_s))
        self.traffic = self.traffic.plus(fleet.traffic().since(before))

    def row(self) -> tuple[str, ...]:
        """Return its line of the table; everything per poll of all miners."""
        polls = len(self.samples.wall_ms)
        return (
            self.name,
            figure(self.traffic.connections / polls),
            figure(self.traffic.bytes_in / polls, 0),
            figure(self.traffic.bytes_out / polls, 0),
            *map(figure, self.samples.summary),
            str(self.learning.connections),
        )


def compare(
    title: str, model: str, miners: int, *, rounds: int, polls: int, reply_s: float = 0
) -> str:
    """Return a table of clients that each poll all miners, `polls` times per round."""
    with ExitStack() as stack:
        fleet = stack.enter_context(Fleet([model] * miners))
        notes = [f"{rounds} rounds in turns of {polls} polls"]
        entrants = list(_enter(stack, fleet, notes))
        fleet.answer_after(reply_s)
        for _ in range(rounds):
            for entrant in entrants:
                entrant.poll(fleet, polls)
        notes.append(load())
        return table(title, _HEADER, (entrant.row() for entrant in entrants), notes)


def _enter(stack: ExitStack, fleet: Fleet, notes: list[str]) -> Iterator[_Entrant]:
    """Yield the clients that run here; note the versions, and what does not run."""
    for name, module, interval_s in _CONTESTANTS:
        before = fleet.traffic()
        try:
            python = interpreter_with(PYASIC) if module == _PYASIC else sys.executable
            client = stack.enter_context(ClientProcess(module, python, fleet.hosts))
        except RuntimeError as err:
            notes.append(f"{name}: not measured: {err}")
            continue
        if client.version:
            notes.append(f"{name}: {client.version}")
        yield _Entrant(name, client, interval_s, fleet.traffic().since(before))
