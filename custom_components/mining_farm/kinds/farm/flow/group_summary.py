"""What a cooling group would stop by what, before it is set up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ....common.forms import SelectorTexts
from ....engines.farm import Answer, Cause, confirmed_within, hottest_first
from ..const import GROUP_BY_ADDRESS, GROUP_CONTAINERS, GROUP_MACHINES
from ..coordinator import SiteCoordinator

MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many machines can be stopped, and how."""

    machines: int
    only_power: int
    """How many only by their power."""
    unproved: int
    """How many of which nothing but the outlet itself says that they stopped."""
    helpless: tuple[str, ...]
    """Names of those that nothing can stop."""
    first: tuple[str, ...]
    """The first machines in their order, each with its levers."""
    twice: tuple[str, ...]
    """Names of those that another group has as well."""
    most_levers: int
    """Of any machine, used one after the other."""

    def placeholders(self) -> dict[str, str]:
        """Return what the form says of it."""
        named = ", ".join(self.helpless[:MOST_NAMED]) or "–"
        return {
            "machines": str(self.machines),
            "can_be_stopped": str(self.machines - len(self.helpless)),
            "only_power": str(self.only_power),
            "unproved": str(self.unproved),
            "cannot_be_stopped": named,
            "twice": ", ".join(self.twice[:MOST_NAMED]) or "–",
            "order": "\n".join(f"1. {line}" for line in self.first) or "–",
        }


def answers_text(
    option: SelectorTexts, answers: Iterable[Answer], most_levers: int
) -> str:
    """Return what follows from each cause, and in which time, a line for each."""
    lines = []
    for answer in answers:
        if answer.cause is Cause.HAND:
            continue
        words = {
            "cause": option("farm_cause", answer.cause),
            "reaction": option("farm_reaction", answer.reaction),
        }
        if answer.ordered_within is None:
            lines.append(option("farm_answer", "only_told", **words))
            continue
        confirmed = confirmed_within(most_levers, answer.reaction)
        lines.append(
            option(
                "farm_answer",
                "stops",
                ordered=f"{answer.ordered_within:.0f}",
                confirmed=f"{answer.ordered_within + confirmed:.0f}",
                **words,
            )
        )
    return "\n".join(f"- {line}" for line in lines)


def summary_of(
    site: SiteCoordinator, known: Mapping[str, Any], *, group_id: str | None
) -> Summary:
    """Return what a group with these containers and machines would stop.

    `group_id` is that of the group that is changed; None of a new one.
    """
    facts = site.facts_by_machine
    found = set(known[GROUP_MACHINES])
    if known[GROUP_BY_ADDRESS]:
        hosts = frozenset[str]().union(
            *(
                plant.miner_hosts
                for entry_id, _, plant in site.containers()
                if entry_id in known[GROUP_CONTAINERS]
            )
        )
        found |= {each for each, host in site.host_by_machine.items() if host in hosts}
    machines = {each: facts[each] for each in facts if each in found}
    levers = {
        each: () if (one := site.machines.get(each)) is None else one.levers
        for each in machines
    }
    power = [
        each
        for each, all_ in levers.items()
        if all_ and all(lever.kind.cuts for lever in all_)
    ]
    order = hottest_first(machines)
    others = {
        each
        for key, group in site.groups.items()
        if key != group_id
        for each in group.machines
    }
    return Summary(
        machines=len(machines),
        only_power=len(power),
        unproved=sum(not machines[each].power_measured for each in power),
        helpless=tuple(site.described(each) for each in order if not levers[each]),
        twice=tuple(site.described(each) for each in order if each in others),
        most_levers=max(map(len, levers.values()), default=0),
        first=tuple(
            f"{site.described(each)}: {', '.join(one.kind for one in levers[each])}"
            for each in order[:MOST_NAMED]
            if levers[each]
        ),
    )
