"""Actions that let a site draw less for a time: a preview first, then for real."""

from datetime import datetime
from typing import Any, Final

import voluptuous as vol

from homeassistant.const import CONF_NAME, Platform
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ...common.actions import Action, async_do_all, plain_json, utc_time
from ...common.callers import async_caller
from ...common.rights import READ, control_of
from ...const import DOMAIN
from ...engines.farm import Curtailment, Load, Plan, Sure, Target
from .button import STOP
from .const import (
    ATTR_BY_WATTS,
    ATTR_CONFIRM,
    ATTR_CUT_POWER,
    ATTR_SIGNAL,
    ATTR_TO_WATTS,
    ATTR_UNTIL,
    CONF_AREAS,
    CONF_LABELS,
    MOST_WATTS,
)
from .coordinator import SiteCoordinator
from .curtailment_plan import plan_of

DEFAULT_NAME: Final = "curtailment"
MOST_LISTED: Final = 200
"""Machines in a preview."""


async def _async_curtail(
    sites: list[SiteCoordinator], call: ServiceCall
) -> ServiceResponse:
    confirmed: bool = call.data[ATTR_CONFIRM]
    if not (confirmed or call.return_response):
        # An automation would never notice that nothing was done.
        raise _refusal("curtail_not_confirmed")
    until = _until(call)
    plans = {site: _plan(site, call) for site in sites}
    if confirmed:
        by = await async_caller(call.hass, call.context)

        async def curtail(site: SiteCoordinator) -> None:
            await site.curtailments.async_curtail(
                call.data[CONF_NAME],
                Curtailment(
                    since=dt_util.utcnow(),
                    by=by,
                    until=until,
                    signal=call.data.get(ATTR_SIGNAL),
                    need=plans[site].need,
                    loads=plans[site].loads,
                    count=plans[site].count,
                ),
            )

        await async_do_all(sites, curtail)
    if not call.return_response:
        return None
    return {
        site.name: plain_json(_described(site, plans[site], confirmed=confirmed))
        for site in sites
    }


async def _async_release(sites: list[SiteCoordinator], call: ServiceCall) -> None:
    by = await async_caller(call.hass, call.context)

    async def release(site: SiteCoordinator) -> None:
        await site.curtailments.async_release(call.data.get(CONF_NAME), by=by)

    await async_do_all(sites, release)


def _until(call: ServiceCall) -> datetime | None:
    until: datetime | None = call.data.get(ATTR_UNTIL)
    if until is not None and until <= dt_util.utcnow():
        raise _refusal("curtail_until_past")
    return until


def _plan(site: SiteCoordinator, call: ServiceCall) -> Plan:
    return plan_of(
        site,
        Target(by=call.data.get(ATTR_BY_WATTS), to=call.data.get(ATTR_TO_WATTS)),
        labels=call.data[CONF_LABELS],
        areas=call.data[CONF_AREAS],
        cut_power=call.data[ATTR_CUT_POWER],
    )


def _described(
    site: SiteCoordinator, planned: Plan, *, confirmed: bool
) -> dict[str, Any]:
    return {
        "confirmed": confirmed,
        "draw": _rounded(planned.draw),
        "wanted": _rounded(planned.need),
        "frees": _rounded(planned.watts),
        "of_it_measured": _rounded(planned.watts_of(Sure.METERED)),
        "of_it_reported": _rounded(planned.watts_of(Sure.REPORTED)),
        "of_it_nominal": _rounded(planned.watts_of(Sure.NOMINAL)),
        "short_by": _rounded(planned.short_by),
        "draw_unknown": planned.unknown,
        "all_machines": planned.count,
        "in_reserve": len(planned.loads) - planned.count,
        "machines": [_described_load(site, each) for each in planned.chosen][
            :MOST_LISTED
        ],
        "cannot_be_stopped": [site.described(each) for each in planned.unstoppable],
    }


def _described_load(site: SiteCoordinator, load: Load) -> dict[str, Any]:
    return {
        "id": load.machine,
        "name": site.described(load.machine),
        "power": _rounded(load.draws),
        "measured": load.measured,
        "efficiency": _rounded(load.efficiency),
        "what": load.kind,
        "watts": load.to,
        "frees": _rounded(load.watts),
        "sure": load.sure,
        "stopped_by": load.lever,
    }


def _rounded(number: float | None) -> float | None:
    """Return what a human reads: sums of floats are never round."""
    return None if number is None else round(number, 1)


def _refusal(key: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=f"farm_{key}"
    )


_WATTS = vol.All(vol.Coerce(float), vol.Range(min=0, max=MOST_WATTS))
_NAME = vol.All(cv.string, vol.Length(min=1, max=60))
_STOPS = control_of(Platform.BUTTON, STOP.key)

CURTAILMENT_ACTIONS: Final = (
    Action(
        name="curtail",
        right=READ,
        right_with={ATTR_CONFIRM: _STOPS},
        run=_async_curtail,
        fields={
            vol.Optional(ATTR_CONFIRM, default=False): cv.boolean,
            vol.Optional(CONF_NAME, default=DEFAULT_NAME): _NAME,
            vol.Exclusive(ATTR_BY_WATTS, "watts"): _WATTS,
            vol.Exclusive(ATTR_TO_WATTS, "watts"): _WATTS,
            vol.Optional(ATTR_UNTIL): utc_time,
            vol.Optional(ATTR_SIGNAL): cv.entity_id,
            vol.Optional(ATTR_CUT_POWER, default=False): cv.boolean,
            vol.Optional(CONF_LABELS, default=[]): vol.All(cv.ensure_list, [cv.string]),
            vol.Optional(CONF_AREAS, default=[]): vol.All(cv.ensure_list, [cv.string]),
        },
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="release_curtailment",
        right=_STOPS,
        run=_async_release,
        fields={vol.Optional(CONF_NAME): _NAME},
    ),
)
