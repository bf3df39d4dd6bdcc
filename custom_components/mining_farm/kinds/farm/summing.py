"""Adds up what a site's members do, and raises the repairs that follow from it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Protocol

from homeassistant.util import dt as dt_util

from ...common.following import Phase as Following
from ...common.members import ContainerFacts, WalletFacts
from ...const import Kind
from ...engines.farm import Owner, totals
from . import issues
from .curtailment import Curtailments
from .data import FarmData, HeldData, SignalData, StopData, containers_data
from .group import CoolingGroup, Site
from .journal import Stop

MOST_HELD_NAMED = 50
"""An attribute is no list of a thousand machines."""


class Summed(Site, Protocol):
    """The farm, as its sums need it."""

    curtailments: Curtailments
    groups: dict[str, CoolingGroup]
    signal: SignalData | None

    @property
    def stop(self) -> Stop | None:
        """The emergency stop that is in force."""

    @property
    def stop_key(self) -> tuple[Owner, str]:
        """Owner and source of the holds of an emergency stop."""

    def machine_name(self, machine_id: str) -> str:
        """Return a machine's name."""

    def containers(self) -> Iterator[tuple[str, str, ContainerFacts]]:
        """Yield entry id, name and facts of each container that is loaded."""

    def wallets(self) -> Iterator[WalletFacts]:
        """Yield the facts of each wallet that is loaded."""

    def count_of(self, kind: Kind) -> int:
        """Return how many containers or wallets it has, loaded or not."""


def farm_data(site: Summed) -> FarmData:
    """Return what is known of a site now."""
    sums = totals(site.facts_by_machine.items())
    if sums.hottest_name is not None:
        sums = replace(sums, hottest_name=site.machine_name(sums.hottest_name))
    containers = [(name, facts) for _, name, facts in site.containers()]
    wallets = list(site.wallets())
    count = site.count_of(Kind.WALLET)
    promised = [one.promised for one in wallets if one.promised is not None]
    # Of most machines nothing is remembered, and a site may have a thousand.
    remembered = [each for each in site.holds if each in site.facts_by_machine]
    rulers = {
        machine_id: hold
        for machine_id in remembered
        if (hold := site.holds.ruling(machine_id)) is not None
    }
    owners = [hold.owner for hold in rulers.values()]
    return FarmData(
        totals=sums,
        containers=containers_data(
            containers, not_loaded=site.count_of(Kind.CONTAINER) - len(containers)
        ),
        promised=sum(promised) if len(promised) == count and count else None,
        wallets=count,
        held={str(each): owners.count(each) for each in Owner if each in owners},
        held_machines=tuple(
            HeldData(
                machine=site.described(machine_id),
                owner=hold.owner,
                reason=hold.reason,
                since=hold.since,
                by=hold.by,
            )
            for machine_id, hold in islice(rulers.items(), MOST_HELD_NAMED)
        ),
        not_started=sum(
            site.keeper.phase(each) is Following.NOT_STARTED for each in remembered
        ),
        not_set_back=sum(
            site.keeper.phase(each) is Following.NOT_SET_BACK for each in remembered
        ),
        stop=_stop_data(site),
        curtailments=site.curtailments.data,
        signal=site.signal,
        groups=tuple(each.data for each in site.groups.values()),
        armed=site.armed,
        watched_at=dt_util.utcnow().replace(second=0, microsecond=0),
    )


def update_issues(site: Summed, data: FarmData) -> None:
    """Raise and withdraw what is listed under Repairs."""
    issues.update_stop(site.hass, site.config_entry, data.stop)
    groups = site.groups.values()
    grouped = Counter(key for each in groups for key in each.machines)
    issues.update_groups(
        site.hass,
        site.config_entry,
        latched=[each.shape.name for each in groups if each.memory.latched],
        unconfirmed=sorted({one for each in groups for one in each.unconfirmed}),
        twice=sorted(
            site.described(machine_id)
            for machine_id, count in grouped.items()
            if count > 1
        ),
        helpless=sorted(
            site.described(machine_id)
            for machine_id in grouped
            if (machine := site.machines.get(machine_id)) is not None
            and not machine.levers
        ),
    )


def _stop_data(site: Summed) -> StopData | None:
    """Return how far an emergency stop has come; None while there is none."""
    if (stop := site.stop) is None:
        return None
    phases = {
        each: site.keeper.phase(each) for each in site.holds.held_by(*site.stop_key)
    }
    return StopData(
        since=stop.since,
        by=stop.by,
        machines=len(phases),
        confirmed=sum(phase is Following.DOWN for phase in phases.values()),
        unconfirmed=tuple(
            sorted(
                site.described(each)
                for each, phase in phases.items()
                if phase in (Following.UNCONFIRMED, Following.WAITING)
            )
        ),
    )
