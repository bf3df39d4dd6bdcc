"""Plans how a site draws less: of which machines, by what, and how far each can go."""

from collections.abc import Sequence

from ...common.machines import Machine
from ...engines.farm import Candidate, LeverKind, Plan, Reach, Target, plan
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
    candidates = []
    for machine_id, facts in site.facts_by_machine.items():
        rank = rank_of(site.hass, machine_id, labels=labels, areas=areas)
        if rank is None and (labels or areas):
            continue
        machine = site.machines.get(machine_id)
        candidate = Candidate(
            machine=machine_id,
            facts=facts,
            levers=_levers(machine, cut_power=cut_power),
            reach=_reach(machine),
            rank=rank or 0,
            held=site.holds.ruling(machine_id) is not None,
        )
        candidates.append(candidate)
    return plan(candidates, target)


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
