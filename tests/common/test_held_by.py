"""Each machine's own device says who keeps it down, and why."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.farm import Hold, HoldKind, Owner
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from tests.kinds.miner.axes import Axes
from tests.kinds.miner.conftest import axes

__all__ = ["axes"]
HELD_BY = "sensor.axe_held_by"


def hold(owner: Owner, kind: HoldKind, reason: str) -> Hold:
    """Return a hold of somebody called Ada."""
    return Hold(
        owner=owner,
        source="north",
        kind=kind,
        reason=reason,
        since=dt_util.utcnow(),
        by="Ada",
    )


async def test_the_strictest_hold_is_shown(axes: Axes) -> None:
    """With its reason, who pressed, and the others; nothing once all are gone."""
    farm = MockConfigEntry(domain=DOMAIN, title="Site", data={"kind": "farm"})
    farm.add_to_hass(axes.hass)
    device = await axes.start()
    await axes.add(device, least_rest=0)
    assert axes.state(HELD_BY) == "nothing"
    holds = async_holds(axes.hass)
    await holds.async_place(
        ["axe"], hold(Owner.CURTAILMENT, HoldKind.ASLEEP, "evening")
    )
    await axes.settle()
    assert axes.state(HELD_BY) == "curtailment"
    await holds.async_place(["axe"], hold(Owner.INTERLOCK, HoldKind.CUT, "leak"))
    await axes.settle()
    shown = axes.hass.states.get(HELD_BY)
    assert shown is not None
    assert (shown.state, shown.attributes["reason"], shown.attributes["by"]) == (
        "interlock",
        "leak",
        "Ada",
    )
    assert [one["owner"] for one in shown.attributes["holds"]] == [
        "curtailment",
        "interlock",
    ]
    for owner in (Owner.CURTAILMENT, Owner.INTERLOCK):
        await holds.async_release(owner, "north")
    await axes.settle()
    assert axes.state(HELD_BY) == "nothing"


async def test_it_is_unavailable_while_nobody_can_read_who_does(axes: Axes) -> None:
    """That is no *nothing*; and it is off in a house without a farm."""
    device = await axes.start()
    await axes.add(device)
    registry = er.async_get(axes.hass)
    known = registry.async_get(HELD_BY)
    assert known is not None
    assert known.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    registry.async_update_entity(HELD_BY, disabled_by=None)
    async_holds(axes.hass).lost = True
    await axes.hass.config_entries.async_reload("axe")
    await axes.settle()
    assert axes.state(HELD_BY) == "unavailable"
