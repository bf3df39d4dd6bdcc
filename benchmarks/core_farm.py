"""A farm in a core: added with its cooling groups, and followed while it stops."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
import time
from typing import Any, NamedTuple

from custom_components.mining_farm.common.following import Told
from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.common.keeping import async_keeper
from custom_components.mining_farm.common.members import async_members
from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.const import CONF_KIND, DOMAIN, Kind
from custom_components.mining_farm.engines.farm import Group, MachineState, Pace
from custom_components.mining_farm.kinds.farm.const import (
    CONF_ARMED,
    CONF_START_SECONDS,
    CONF_STARTS,
    GROUP,
    GROUP_CONTAINERS,
    MOST_STARTS,
)
from custom_components.mining_farm.kinds.farm.controls import async_set_armed
from custom_components.mining_farm.kinds.farm.coordinator import SiteCoordinator
from homeassistant.config_entries import ConfigEntry, ConfigSubentryData
from homeassistant.core import HomeAssistant, callback

from .callback_watch import Callback, CallbackWatch
from .core_entries import async_add
from .loop_watch import LoopWatch, Stalls

_RETURN_S = 180.0
_LOOK_S = 0.2
_OPTIONS = {CONF_ARMED: False, CONF_STARTS: MOST_STARTS, CONF_START_SECONDS: 1}
"""Between two causes the machines are back soon."""
_AWAKE = (MachineState.HASHING, MachineState.DEGRADED)


class AddFarm(NamedTuple):
    """Order to add a farm of all there is, a cooling group for each container: None."""


class FollowStop(NamedTuple):
    """Order to wait for a farm's machines to be stopped; answered with Followed."""

    armed: bool
    seconds: float
    """For which it lasts at most."""
    least: float = 0.0
    """For which it lasts, whatever comes of it before."""


class ReturnAll(NamedTuple):
    """Order to let go what the interlock holds; answered with how many hash then."""


class FollowReturn(NamedTuple):
    """Order to release all groups, and to wait for their machines; answered with Returned."""

    starts: int
    """So many may start in so many seconds."""
    within: float
    seconds: float
    """For which it lasts at most."""


@dataclass(slots=True, kw_only=True)
class Returned:
    """How the machines came back; times in seconds since the Unix epoch."""

    released: float
    awake: dict[str, float] = field(default_factory=dict)
    """When each machine was seen to hash."""
    longest: list[Callback] = field(default_factory=list)
    """The callbacks that worked longest in one go."""


@dataclass(slots=True, kw_only=True)
class Followed:
    """What became of the machines; times in seconds since the Unix epoch."""

    stopped: dict[str, float] = field(default_factory=dict)
    """When each machine was seen to have stopped."""
    unconfirmed: dict[str, float] = field(default_factory=dict)
    """When each was given up that did not stop."""
    machines: int = 0
    held: int = 0
    would_have: int = 0
    """How often an event said what would have been done."""
    stalls: Stalls = field(default_factory=lambda: Stalls(0, 0, 0, 0))
    longest: list[Callback] = field(default_factory=list)
    """The callbacks that worked longest in one go."""
    collections: list[float] = field(default_factory=list)
    """ms of CPU time of each full garbage collection."""


async def async_add_farm(hass: HomeAssistant) -> None:
    """Add a farm that rehearses."""
    groups = [
        ConfigSubentryData(
            data={GROUP_CONTAINERS: [entry.entry_id]},
            subentry_type=GROUP,
            title=entry.title,
            unique_id=None,
        )
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data[CONF_KIND] == Kind.CONTAINER
    ]
    await async_add(hass, "Site", {CONF_KIND: Kind.FARM}, _OPTIONS, groups)


async def async_follow_stop(hass: HomeAssistant, order: FollowStop) -> Followed:
    """Watch until each machine has stopped, or was given up; until the end at most."""
    site, followed, done = _site(hass), Followed(), asyncio.Event()
    followed.machines = len(site.machine_ids)
    publish = site.publish

    @callback
    def told(machine_id: str, told: Told, _: Mapping[str, Any]) -> None:
        match told:
            case Told.STOPPED:
                followed.stopped.setdefault(machine_id, time.time())
                followed.unconfirmed.pop(machine_id, None)
            case Told.UNCONFIRMED:
                followed.unconfirmed.setdefault(machine_id, time.time())
        if len(followed.stopped | followed.unconfirmed) == followed.machines:
            done.set()

    @callback
    def published(event: str, **attributes: Any) -> None:
        followed.would_have += event == "would_have"
        publish(event, **attributes)

    stop = async_keeper(hass).listen(told)
    # The event entity is not there at once for what comes in one moment.
    site.publish = published  # type: ignore[method-assign]
    try:
        await async_set_armed(site, armed=order.armed)
        with CallbackWatch() as callbacks:
            async with LoopWatch() as watch:
                least = asyncio.create_task(asyncio.sleep(order.least))
                with suppress(TimeoutError):
                    async with asyncio.timeout(order.seconds):
                        await done.wait()
                await least
    finally:
        stop()
        site.publish = publish  # type: ignore[method-assign]
    followed.held = sum(1 for _ in async_holds(hass))
    followed.stalls = watch.stalls
    followed.longest = callbacks.longest[:20]
    followed.collections = callbacks.collections
    return followed


async def async_return_all(hass: HomeAssistant) -> int:
    """Forget why the groups are stopped, and wait until the machines are seen to hash."""
    site = _site(hass)
    await async_set_armed(site, armed=False)
    await _async_read_containers(hass, site)
    for group in site.groups.values():
        group.memory = Group()
        await group.async_apply()
    awake = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_RETURN_S):
            while awake < len(site.machine_ids) or list(async_holds(hass)):
                await asyncio.sleep(1)
                facts = site.facts_by_machine.values()
                awake = sum(each.state in _AWAKE for each in facts)
    return awake


async def async_follow_return(hass: HomeAssistant, order: FollowReturn) -> Returned:
    """Release each group as soon as that is not refused, and watch until all hash."""
    site = _site(hass)
    async_power_ups(hass).set_pace(
        site.config_entry.entry_id,
        Pace(starts=order.starts, seconds=order.within),
        lambda: site.facts_by_machine,
    )
    await _async_read_containers(hass, site)
    for group in site.groups.values():
        async with asyncio.timeout(_RETURN_S):
            while await group.async_release(None):
                await asyncio.sleep(1)
    returned = Returned(released=time.time())
    with CallbackWatch() as callbacks, suppress(TimeoutError):
        async with asyncio.timeout(order.seconds):
            while len(returned.awake) < len(site.machine_ids):
                await asyncio.sleep(_LOOK_S)
                now = time.time()
                for machine_id, facts in site.facts_by_machine.items():
                    if facts.state in _AWAKE:
                        returned.awake.setdefault(machine_id, now)
    returned.longest = callbacks.longest[:20]
    return returned


async def _async_read_containers(hass: HomeAssistant, site: SiteCoordinator) -> None:
    for entry_id, _, _ in site.containers():
        member = async_members(hass).get(entry_id)
        if member is not None and member.refresh is not None:
            await member.refresh()


def _site(hass: HomeAssistant) -> SiteCoordinator:
    farms: list[ConfigEntry[SiteCoordinator]] = [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data[CONF_KIND] == Kind.FARM
    ]
    return farms[0].runtime_data
