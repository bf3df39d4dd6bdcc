"""Actions on a site: stop it, let it start again, and say what is known of it."""

from datetime import datetime
from functools import partial
from typing import Final

import voluptuous as vol

from homeassistant.const import Platform
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ...common.actions import (
    Action,
    async_do_all,
    async_register_actions,
    plain_json,
    utc_time,
)
from ...common.callers import async_caller
from ...common.rights import ADMINISTRATOR, READ, control_of
from ...const import DOMAIN, Kind
from . import controls
from .button import STOP
from .const import ATTR_CONFIRM, CONF_ASLEEP_ONLY
from .coordinator import SiteCoordinator
from .curtailment_services import CURTAILMENT_ACTIONS
from .group import CoolingGroup
from .rehearsal import rehearsal

ATTR_OFFSET: Final = "offset"
ATTR_GROUP: Final = "group"
ATTR_UNTIL: Final = "until"
PAGE: Final = 200
"""Machines in one answer."""


async def _async_emergency_stop(
    sites: list[SiteCoordinator], call: ServiceCall
) -> None:
    by = await async_caller(call.hass, call.context)
    asleep_only: bool | None = call.data.get(CONF_ASLEEP_ONLY)
    if ATTR_GROUP in call.data:
        await async_do_all(
            _groups(sites, call),
            partial(controls.async_stop_group, by=by, asleep_only=asleep_only),
        )
        return

    async def stop(site: SiteCoordinator) -> None:
        await controls.async_emergency_stop(site, by=by, asleep_only=asleep_only)

    await async_do_all(sites, stop)


async def _async_release(sites: list[SiteCoordinator], call: ServiceCall) -> None:
    by = await async_caller(call.hass, call.context)

    async def release(site: SiteCoordinator) -> None:
        await controls.async_release_stop(site, by=by)

    await async_do_all(sites, release)


async def _async_release_interlock(
    sites: list[SiteCoordinator], call: ServiceCall
) -> None:
    by = await async_caller(call.hass, call.context)
    groups = _groups(sites, call)
    if ATTR_GROUP not in call.data:
        # Of all groups those that run have nothing to release.
        groups = [each for each in groups if each.memory.holds] or groups
    await async_do_all(groups, partial(controls.async_release_group, by=by))


async def _async_test_interlock(
    sites: list[SiteCoordinator], call: ServiceCall
) -> ServiceResponse:
    return {
        group.shape.name: plain_json(rehearsal(group)) for group in _groups(sites, call)
    }


async def _async_bypass_interlock(
    sites: list[SiteCoordinator], call: ServiceCall
) -> None:
    by = await async_caller(call.hass, call.context)
    until: datetime | None = call.data.get(ATTR_UNTIL)
    if until is not None and until <= dt_util.utcnow():
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="farm_bypass_until_past"
        )
    for group in _groups(sites, call):
        await group.async_bypass(until, by)


def _groups(sites: list[SiteCoordinator], call: ServiceCall) -> list[CoolingGroup]:
    """Return the cooling groups that are meant; all of the farm where none is named."""
    name: str | None = call.data.get(ATTR_GROUP)
    found = [
        group
        for site in sites
        for group in site.groups.values()
        if name is None or group.shape.name.casefold() == name.casefold()
    ]
    if not found:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="farm_no_group",
            translation_placeholders={"group": name or ""},
        )
    return found


async def _async_get_farm(
    sites: list[SiteCoordinator], call: ServiceCall
) -> ServiceResponse:
    offset: int = call.data[ATTR_OFFSET]
    return {site.name: plain_json(_described(site, offset)) for site in sites}


def _described(site: SiteCoordinator, offset: int) -> dict[str, object]:
    machines = list(site.facts_by_machine.items())
    page = machines[offset : offset + PAGE]
    rest = offset + len(page) < len(machines)
    return {
        "armed": site.armed,
        "stop": site.stop and site.stop.as_dict(),
        "groups": {
            group.shape.name: {
                **group.as_dict(),
                "machines": [site.described(each) for each in group.machines],
            }
            for group in site.groups.values()
        },
        "machines": [
            controls.described_machine(site, machine_id, facts)
            for machine_id, facts in page
        ],
        "all_machines": len(machines),
        "next_offset": offset + len(page) if rest else None,
        "containers": [
            {
                "name": name,
                "fresh": facts.fresh,
                "running": facts.running,
                "alarms": facts.alarms and [alarm.key for alarm in facts.alarms],
            }
            for _, name, facts in site.containers()
        ],
    }


ACTIONS = (
    Action(
        name="emergency_stop",
        right=control_of(Platform.BUTTON, STOP.key),
        run=_async_emergency_stop,
        fields={
            vol.Required(ATTR_CONFIRM): vol.All(cv.boolean, vol.IsTrue()),
            vol.Optional(CONF_ASLEEP_ONLY): cv.boolean,
            vol.Optional(ATTR_GROUP): cv.string,
        },
    ),
    Action(
        name="release_interlock",
        right=ADMINISTRATOR,
        run=_async_release_interlock,
        fields={vol.Optional(ATTR_GROUP): cv.string},
    ),
    Action(
        name="test_interlock",
        right=READ,
        run=_async_test_interlock,
        fields={vol.Optional(ATTR_GROUP): cv.string},
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="bypass_interlock",
        right=ADMINISTRATOR,
        run=_async_bypass_interlock,
        fields={
            vol.Optional(ATTR_GROUP): cv.string,
            vol.Optional(ATTR_UNTIL): utc_time,
        },
    ),
    Action(name="release_emergency_stop", right=ADMINISTRATOR, run=_async_release),
    Action(
        name="get_farm",
        right=READ,
        run=_async_get_farm,
        fields={vol.Optional(ATTR_OFFSET, default=0): cv.positive_int},
        response=SupportsResponse.ONLY,
    ),
    *CURTAILMENT_ACTIONS,
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions on farms."""
    async_register_actions(hass, Kind.FARM, ACTIONS)
