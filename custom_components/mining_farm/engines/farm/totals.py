"""Sums over a farm's machines that say what is unknown in them: pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .models import MachineFacts, MachineState

type Named = tuple[str, MachineFacts]
"""A machine's name or id, and what is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A sum of what is known, and how many of how many that is."""

    value: float | None = None
    """None where nothing is known of any part."""
    known: int = 0
    parts: int = 0

    @property
    def unknown(self) -> int:
        """Return of how many parts nothing is known."""
        return self.parts - self.known

    @property
    def whole(self) -> float | None:
        """Return the sum where every part of it is known."""
        return self.value if self.parts and not self.unknown else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a site does as a whole: H/s, W, J/TH and °C."""

    machines: int = 0
    by_state: Mapping[str, int] = field(default_factory=dict)
    hashrate: Mapping[str, Sum] = field(default_factory=dict)
    """By algorithm; machines of which it is unknown count to the only one there is."""
    power: Sum = field(default_factory=Sum)
    power_measured: int = 0
    """How many machines' watts come from a meter."""
    efficiency: float | None = None
    """J/TH of the machines of which both rate and watts are known."""
    efficiency_of: int = 0
    """How many machines these are."""
    boards_lost: Sum = field(default_factory=Sum)
    hottest: float | None = None
    hottest_name: str | None = None
    restarts_today: Sum = field(default_factory=Sum)


UNKNOWN_ALGORITHM = "unknown"
SHA256 = "sha256"
TERAHASH = 1e12
HOT = 60.0
"""°C of a chip from which on it counts as warm."""


def totals(machines: Iterable[Named]) -> Totals:
    """Return the sums over machines."""
    named = list(machines)
    all_facts = [facts for _, facts in named]
    known = {facts.algorithm for facts in all_facts} - {None}
    # One terahash of another algorithm takes a thousand times as much.
    alike = (SHA256, None) if known <= {SHA256} else (SHA256,)
    efficient = [
        facts
        for facts in all_facts
        if facts.power and _rate(facts) and facts.algorithm in alike
    ]
    hottest = max(
        (
            (facts.hottest_chip, name)
            for name, facts in named
            if facts.hottest_chip is not None
        ),
        default=(None, None),
    )
    return Totals(
        machines=len(named),
        by_state=dict(Counter(str(facts.state) for facts in all_facts)),
        hashrate=_by_algorithm(all_facts, known),
        power=_sum(map(_power, all_facts)),
        power_measured=sum(facts.power_measured for facts in all_facts),
        efficiency=_efficiency(efficient),
        efficiency_of=len(efficient),
        boards_lost=_sum(facts.boards_lost for facts in all_facts),
        hottest=hottest[0],
        hottest_name=hottest[1],
        restarts_today=_sum(facts.restarts_today for facts in all_facts),
    )


def _rate(facts: MachineFacts) -> float | None:
    # A machine that is known to be down needs no reading to be known to do nothing, and
    # what its pool or its firmware still states is the mean of before.
    return 0.0 if facts.state.down else facts.hashrate


def _power(facts: MachineFacts) -> float | None:
    off = facts.state is MachineState.OFF
    return 0.0 if facts.power is None and off else facts.power


def _by_algorithm(
    all_facts: list[MachineFacts], known: set[str | None]
) -> dict[str, Sum]:
    usual = next(iter(known)) if len(known) == 1 else UNKNOWN_ALGORITHM
    groups: dict[str, list[float | None]] = {}
    for facts in all_facts:
        groups.setdefault(facts.algorithm or usual or "", []).append(_rate(facts))
    return {name: _sum(rates) for name, rates in sorted(groups.items())}


def _efficiency(machines: list[MachineFacts]) -> float | None:
    rate = sum(facts.hashrate or 0.0 for facts in machines)
    power = sum(facts.power or 0.0 for facts in machines)
    return power / rate * TERAHASH if rate else None


def _sum(parts: Iterable[float | None]) -> Sum:
    values = list(parts)
    known = [value for value in values if value is not None]
    return Sum(value=sum(known) if known else None, known=len(known), parts=len(values))


def hottest_first(machines: Mapping[str, MachineFacts]) -> list[str]:
    """Return machines in the order in which they are stopped: unknown before cool."""

    def place(machine_id: str) -> tuple[bool, float]:
        chip = machines[machine_id].hottest_chip
        return (chip is not None and chip < HOT, -(chip or HOT))

    return sorted(machines, key=place)
