"""The cooling groups of a farm: made of its subentries, gone on with, kept, and left."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from ...const import LOGGER
from ...engines.farm import Group, HoldKind, Phase
from .const import GROUP
from .group import CoolingGroup, Site
from .group_stored import GroupShape
from .journal import FarmJournal
from .leaving import async_leave_groups


class Grouped(Site, Protocol):
    """The farm, as what is common to its groups needs it."""

    groups: dict[str, CoolingGroup]
    journal: FarmJournal


def changed(site: Grouped) -> bool:
    """Return whether groups were added, changed or removed since they were made."""
    made = {key: group.shape for key, group in site.groups.items()}
    return _shapes(site) != made


async def async_go_on(site: Grouped) -> None:
    """Go on with each group as it was; one that is gone leaves its holds to the user."""
    stored = site.journal.memory.groups
    # All before any is kept: a latch that is not made yet would be gone from the disk.
    for key, shape in _shapes(site).items():
        site.groups[key] = _made(site, shape, stored)
    for group in site.groups.values():
        await group.async_apply()
    await async_leave_groups(site.hass, site.config_entry)


async def async_keep(site: Grouped) -> None:
    """Keep what is remembered of all groups."""
    kept = {key: group.as_dict() for key, group in site.groups.items()}
    if kept != site.journal.memory.groups:
        await site.journal.async_keep(replace(site.journal.memory, groups=kept))


def _shapes(site: Grouped) -> dict[str, GroupShape]:
    return {
        key: GroupShape.of(subentry)
        for key, subentry in site.config_entry.subentries.items()
        if subentry.subentry_type == GROUP
    }


def _made(
    site: Grouped, shape: GroupShape, stored: Mapping[str, Mapping[str, object]]
) -> CoolingGroup:
    try:
        group = CoolingGroup(site, shape, stored.get(shape.id))
    except (TypeError, ValueError) as err:
        LOGGER.error("%s: %s", shape.name, err)
        site.journal.lost = True
        group = CoolingGroup(site, shape, None)
    if site.journal.lost and (kind := _held_kind(site, group)) is not None:
        # Unreadable is not empty: what the holds say is latched.
        group.memory = Group(phase=Phase.STOPPED, kind=kind, latched=True)
    return group


def _held_kind(site: Grouped, group: CoolingGroup) -> HoldKind | None:
    kinds = [
        hold.kind
        for machine_id in site.holds.held_by(*group.key)
        if (hold := site.holds.of(machine_id).by(*group.key)) is not None
    ]
    return max(kinds, key=lambda kind: kind.rank, default=None)
