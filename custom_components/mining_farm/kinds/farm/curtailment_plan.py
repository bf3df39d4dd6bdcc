"""Plans how a site draws less: of which machines, by what, and how far each can go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ...common.machines import Machine
from ...engines.farm import (
    Candidate,
    CurtailmentProgress,
    Held,
    HoldKind,
    LeverKind,
    MachineState,
    Owner,
    Plan,
    Reach,
    Target,
    plan,
)
from .coordinator import SiteCoordinator
from .membership import rank_of


def plan_of(
    site: SiteCoordinator,
    target: Target,
    *,
    labels: Sequence[str] = (),
    areas: Sequence[str] = (),
    cut_power: bool = False,
) -> Plan:
    """Return what to do: to machines of the labels and areas in their order, else to all."""
    candidates = candidates_of(site, labels=labels, areas=areas, cut_power=cut_power)
    return plan(candidates, target)


def candidates_of(
    site: SiteCoordinator,
    *,
    labels: Sequence[str] = (),
    areas: Sequence[str] = (),
    cut_power: bool = False,
    source: str | None = None,
    returning: Mapping[str, float] | None = None,
) -> Iterator[Candidate]:
    """Yield the machines that might draw less.

    What the curtailment of that source holds counts as not held, and what returns as what
    it drew.
    """
    for machine_id, facts in site.facts_by_machine.items():
        rank = rank_of(site.hass, machine_id, labels=labels, areas=areas)
        if rank is None and (labels or areas):
            continue
        if returning is not None and (power := returning.get(machine_id)) is not None:
            state = MachineState.STARTING
            facts = replace(facts, state=state, power=power, uptime=0.0)
        machine = site.machines.get(machine_id)
        yield Candidate(
            machine=machine_id,
            facts=facts,
            levers=_levers(machine, cut_power=cut_power),
            reach=_reach(machine),
            rank=rank or 0,
            held=_is_down(site, machine_id, source),
        )


def held_of(
    site: SiteCoordinator, progress: Mapping[str, CurtailmentProgress]
) -> dict[str, Held]:
    """Return the machines that a curtailment holds, as they could be held otherwise."""
    return {
        machine_id: _held(site, machine_id, one) for machine_id, one in progress.items()
    }


def _held(
    site: SiteCoordinator, machine_id: str, progress: CurtailmentProgress
) -> Held:
    machine = site.machines.get(machine_id)
    limit = None if machine is None else machine.limit
    if limit is None:
        return Held(progress=progress)
    reach, limited = limit.reach(), site.holds.of(machine_id).limited
    before = limit.present() if limited is None else limited.before
    return Held(
        progress=progress,
        reach=None if reach is None or before is None else reach.below(before),
        rested=limit.rested(),
    )


def _is_down(site: SiteCoordinator, machine_id: str, source: str | None) -> bool:
    """Return whether somebody else keeps a machine down."""
    return any(
        hold.kind is not HoldKind.AT_MOST
        and (hold.owner, hold.source) != (Owner.CURTAILMENT, source)
        for hold in site.holds.of(machine_id).holds
    )


def _levers(machine: Machine | None, *, cut_power: bool) -> tuple[LeverKind, ...]:
    """Return what may stop a machine: power is cut only where that was asked for."""
    kinds = () if machine is None else tuple(each.kind for each in machine.levers)
    return tuple(kind for kind in kinds if cut_power or not kind.cuts)


def _reach(machine: Machine | None) -> Reach | None:
    """Return how far a machine can be lowered now, and set back from there."""
    limit = None if machine is None else machine.limit
    if limit is None or not limit.rested():
        return None
    reach, present = limit.reach(), limit.present()
    return None if reach is None or present is None else reach.below(present)
