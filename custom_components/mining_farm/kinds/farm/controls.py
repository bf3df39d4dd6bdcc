"""What a user may do to a site: stop it, let it start again, arm its interlock."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ...common.held_by import described_hold
from ...common.holds import not_stored
from ...const import DOMAIN
from ...engines.farm import NOT_STOPPED, HoldKind, MachineFacts
from .const import CONF_ARMED, CONF_ASLEEP_ONLY
from .coordinator import SiteCoordinator
from .group import CoolingGroup
from .journal import Stop


async def async_emergency_stop(
    site: SiteCoordinator, *, by: str | None, asleep_only: bool | None = None
) -> None:
    """Stop every machine of the site, armed or not; returns once all are ordered to.

    A second press joins the first, and cuts where that one only put to sleep.
    """
    kind = _kind(site.config_entry.options, asleep_only)
    async with site.by_hand:
        before = site.stop
        stop = Stop(since=dt_util.utcnow(), by=by, kind=kind)
        if before is not None:
            stricter = max(before.kind, kind, key=lambda each: each.rank)
            stop = replace(before, kind=stricter)
        if stop != before:
            await site.journal.async_keep(replace(site.journal.memory, stop=stop))
        site.publish("joined" if before else "emergency_stop", by=by, kind=kind)
        await site.async_hold_all()
    # Whoever called may look whether it is in force.
    site.async_update_now()


async def async_release_stop(site: SiteCoordinator, *, by: str | None) -> None:
    """Let the machines start again, one after the other through the gate.

    ServiceValidationError while there is no emergency stop. Only those that ran before,
    and that nobody else keeps down. HomeAssistantError where it cannot be stored: the stop
    stays in force then.
    """
    async with site.by_hand:
        await _async_release(site)
    site.publish("released", by=by)
    site.async_update_soon()


async def _async_release(site: SiteCoordinator) -> None:
    if site.stop is None:
        raise _not_stopped(site.name)
    before = site.journal.memory.stop
    try:
        failure = await site.journal.async_keep(replace(site.journal.memory, stop=None))
        if failure is not None:
            raise not_stored(failure)
        await site.holds.async_release(*site.stop_key)
    except HomeAssistantError:
        await site.journal.async_keep(replace(site.journal.memory, stop=before))
        raise
    site.journal.lost = False


async def async_stop_group(
    group: CoolingGroup, *, by: str | None, asleep_only: bool | None = None
) -> None:
    """Stop the machines of one cooling group, armed or not."""
    await group.async_stop(_kind(group.site.config_entry.options, asleep_only), by)


async def async_release_group(group: CoolingGroup, *, by: str | None) -> None:
    """Let a cooling group go, once its cooling has been proved for five minutes.

    ServiceValidationError while a cause stands, or where nothing is stopped.
    """
    if (refused := await group.async_release(by)) == NOT_STOPPED:
        raise _not_stopped(group.shape.name)
    if refused:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="farm_release_refused",
            translation_placeholders={"name": group.shape.name, "cause": refused},
        )


def _not_stopped(name: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="farm_not_stopped",
        translation_placeholders={"name": name},
    )


def _kind(options: Mapping[str, Any], asleep_only: bool | None = None) -> HoldKind:
    """Return what an emergency stop does to a machine."""
    if asleep_only is None:
        asleep_only = bool(options.get(CONF_ASLEEP_ONLY))
    return HoldKind.ASLEEP if asleep_only else HoldKind.CUT


async def async_set_armed(site: SiteCoordinator, *, armed: bool) -> None:
    """Let the interlock act from now on, or only rehearse."""
    entry = site.config_entry
    site.hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_ARMED: armed}
    )
    site.async_update_listeners()


def described_machine(
    site: SiteCoordinator, machine_id: str, facts: MachineFacts
) -> dict[str, Any]:
    """Return what is known of a machine, for an action's answer."""
    record = site.holds.of(machine_id)
    return {
        "id": machine_id,
        "name": site.described(machine_id),
        "state": facts.state,
        "hashrate": facts.hashrate,
        "power": facts.power,
        "power_measured": facts.power_measured,
        "hottest_chip": facts.hottest_chip,
        "phase": site.keeper.phase(machine_id),
        "levers": []
        if (machine := site.machines.get(machine_id)) is None
        else [lever.kind for lever in machine.levers],
        "holds": [described_hold(hold) for hold in record.holds],
    }
