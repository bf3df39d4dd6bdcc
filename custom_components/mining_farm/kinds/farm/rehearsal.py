"""What a cooling group would stop by what, in which order, and how long that takes."""

from typing import Any

from homeassistant.core import HomeAssistant, callback

from ...common.members import ContainerFacts, async_facts
from ...engines.farm import Answer, answers, confirmed_within, hottest_first
from .group import CoolingGroup
from .group_stored import GroupShape


def rehearsal(group: CoolingGroup) -> dict[str, Any]:
    """Return the plan of a group; nothing is ordered."""
    machines = group.machines
    steps, most = [], 0
    for machine_id in hottest_first(machines):
        machine = group.site.machines.get(machine_id)
        levers = () if machine is None else machine.levers
        most = max(most, len(levers))
        steps.append(
            {
                "machine": group.site.described(machine_id),
                "levers": [str(lever.kind) for lever in levers],
                "chip": machines[machine_id].hottest_chip,
            }
        )
    return {
        "machines": len(steps),
        "can_be_stopped": sum(bool(step["levers"]) for step in steps),
        "steps": steps,
        "causes": [
            described(each, most) for each in answers_of(group.site.hass, group.shape)
        ],
        "hazards": [group.said(f"{each.cause}:{each.key}") for each in group.hazards],
        "phase": group.memory.phase,
        "armed": group.site.armed,
        "bypassed_until": group.bypass_until,
    }


@callback
def answers_of(hass: HomeAssistant, shape: GroupShape) -> tuple[Answer, ...]:
    """Return what follows from each cause in a group's own containers."""
    known = (async_facts(hass, entry_id) for entry_id in shape.containers)
    models = frozenset(
        facts.model for facts in known if isinstance(facts, ContainerFacts)
    )
    return answers(shape.settings, models)


def described(answer: Answer, most_levers: int) -> dict[str, Any]:
    """Return what follows from a cause, with times in seconds from its first sign."""
    within = answer.ordered_within
    return {
        "cause": answer.cause,
        "reaction": answer.reaction,
        "released_by_hand": answer.latched,
        "alarms": list(answer.alarms),
        "ordered_within": within,
        "confirmed_within": None
        if within is None
        else within + confirmed_within(most_levers, answer.reaction),
    }
