"""How a curtailment that is in force follows another number of W: pure.

Whose turn it is stays as it was when the curtailment began, so that a number that moves
all day moves as few machines as possible.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from .curtailing import Curtailment, Progress, Standing
from .curtailment import Candidate, Load, Plan, Target, plan
from .limiting import Reach
from .models import MachineFacts, MachineState

DRAWING: Final = MachineState.HASHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A machine that the curtailment holds."""

    progress: Progress
    reach: Reach | None = None
    """How far it can be lowered from what it was set to before."""
    rested: bool = True
    """It may be set otherwise now."""

    @property
    def to(self) -> float:
        """Return the W that are left to it."""
        return self.progress.to or 0.0

    @property
    def missed(self) -> bool:
        """Return whether it was not seen to follow: nothing is expected of it."""
        return self.progress.standing is Standing.MISSED

    @property
    def under_way(self) -> bool:
        """Return whether it was ordered, and may yet follow."""
        return self.progress.standing is Standing.UNDER_WAY

    @property
    def fixed(self) -> bool:
        """Return whether it stays as it is: it runs on, and has to rest."""
        return bool(self.progress.to) and not self.rested


def drawn(
    machines: Mapping[str, MachineFacts],
    held: Mapping[str, Held],
    returning: Mapping[str, float],
) -> float:
    """Return the W that machines draw once they have followed; unknown ones none.

    `returning`: what those drew that were let go and do not run yet.
    """
    return sum(
        _drawn(facts, held.get(machine), returning.get(machine))
        for machine, facts in machines.items()
    )


def _drawn(facts: MachineFacts, held: Held | None, returning: float | None) -> float:
    now = facts.power or 0.0
    if facts.state.down or not facts.state.answers:
        now = 0.0
    if held is not None:
        return now if held.missed else held.to
    return now if returning is None else max(now, returning)


def replanned(
    current: Curtailment,
    candidates: Iterable[Candidate],
    held: Mapping[str, Held],
    to: float,
) -> Curtailment:
    """Return the curtailment so that the site draws down to so many W.

    Nothing is chosen once all that is known to be drawn is allowed.
    """
    everyone, turns = list(candidates), _turns(current)
    fixed = {
        each.machine
        for each in everyone
        if (one := held.get(each.machine)) is not None
        and one.fixed
        and not (one.missed or each.held)
    }
    planned = _planned(current, everyone, held, fixed, to)
    if fixed and planned.short_by:
        # Before the site draws too much, they sleep.
        fixed = set()
        planned = _planned(current, everyone, held, fixed, to)
    loads = current.by_machine
    kept = [_present(loads.get(each, ()), each, held[each]) for each in sorted(fixed)]
    listed = {(load.machine, load.to) for load in (*kept, *planned.loads)}
    stale = [
        _present(loads.get(machine, ()), machine, one)
        for machine, one in held.items()
        if (machine, one.progress.to) not in listed
    ]
    stops = [
        Load(machine=each, watts=drew(loads.get(each, ()))) for each in sorted(fixed)
    ]
    reserve = sorted(
        (*planned.loads[planned.count :], *stale, *stops),
        key=lambda load: (load.to is None, turns.get(load.machine, len(turns))),
    )
    return replace(
        current,
        need=(planned.need or 0.0) + sum(load.watts or 0.0 for load in kept),
        loads=(*kept, *planned.chosen, *reserve),
        count=len(kept) + planned.count,
    )


def _turns(current: Curtailment) -> dict[str, int]:
    """Return whose turn it is: of each machine there is one load that stops it."""
    stopped = [load.machine for load in current.loads if load.to is None]
    return {machine: turn for turn, machine in enumerate(dict.fromkeys(stopped))}


def eased(curtailment: Curtailment, held: Mapping[str, Held]) -> dict[str, Load | None]:
    """Return the machines that may draw more than they are held to; None: they are let go."""
    wanted = {load.machine: load for load in curtailment.loads[: curtailment.count]}
    found: dict[str, Load | None] = {}
    for machine, one in held.items():
        load = wanted.get(machine)
        if not one.missed and (load is None or (load.to or 0.0) > one.to):
            found[machine] = load
    return found


def drew(loads: Iterable[Load]) -> float | None:
    """Return the W that a machine drew before it was held; None where that is unknown."""
    return next((load.draws for load in loads), None)


def _planned(
    current: Curtailment,
    everyone: Iterable[Candidate],
    held: Mapping[str, Held],
    fixed: set[str],
    to: float,
) -> Plan:
    turns, loads = _turns(current), current.by_machine

    def as_before(candidate: Candidate) -> Candidate:
        machine = candidate.machine
        ranked = replace(candidate, rank=turns.get(machine, len(turns)))
        if (one := held.get(machine)) is None or one.missed or candidate.held:
            left = one is not None or machine in current.left
            return replace(ranked, held=candidate.held or left)
        if machine in fixed:
            facts = replace(ranked.facts, state=DRAWING, power=one.to)
            return replace(ranked, facts=facts, held=True)
        power = drew(loads.get(machine, ()))
        facts = replace(ranked.facts, state=DRAWING, power=power, uptime=None)
        reach = one.reach if one.rested else None
        return replace(ranked, facts=facts, held=False, reach=reach)

    planned = plan(map(as_before, everyone), Target(to=to))
    # What draws an unknown power stops for what is known to be too much alone.
    return planned if planned.need else replace(planned, count=0)


def _present(loads: Iterable[Load], machine: str, held: Held) -> Load:
    """Return what is done to a machine now."""
    for load in loads:
        if load.to == held.progress.to:
            return load
    return Load(machine=machine, to=held.progress.to)
