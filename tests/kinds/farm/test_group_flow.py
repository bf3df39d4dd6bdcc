"""Adding a cooling group: what cools what, what follows, and what cannot be stopped."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.farm import Cause, Reaction
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.data_entry_flow import FlowResultType

from .site import Site, plant

GROUP: dict[str, Any] = {
    "name": "North",
    "containers": ["north"],
    "by_address": True,
    "machines": [],
    "after_leak": "keep",
    "return": "by_hand",
}


async def begin(site: Site, **context: Any) -> Any:
    """Begin the dialog; return its first form."""
    asked: Any = {"source": SOURCE_USER, **context}
    return await site.hass.config_entries.subentries.async_init(
        ("site", "cooling_group"), context=asked
    )


async def answer(site: Site, form: Any, **entered: Any) -> Any:
    """Fill a form; return what comes next."""
    return await site.hass.config_entries.subentries.async_configure(
        form["flow_id"], entered
    )


@pytest.fixture
async def farm(site: Site) -> Site:
    """Return a farm with a container and three machines, one of them without a lever."""
    for number, sleeps in enumerate((True, True, False)):
        site.add_machine(f"axe{number}", host=f"10.0.0.{number}", sleeps=sleeps)
    hosts = frozenset({"10.0.0.0", "10.0.0.1"})
    numbers = {"supply_liquid_temp": 30.0}
    site.add_member("north", "container", plant(miner_hosts=hosts, numbers=numbers))
    await site.add_farm()
    return site


async def test_a_group_by_address(farm: Site) -> None:
    """Each step to the end; the farm has the group at once."""
    form = await begin(farm)
    causes = await answer(farm, form, **GROUP)
    assert causes["step_id"] == "farm_causes"
    summary = await answer(
        farm,
        causes,
        reactions=[{"cause": "heat", "reaction": "tell", "delay": 20}],
        guards=[
            {
                "field": "supply_liquid_temp",
                "side": "above",
                "limit": 37,
                "seconds": 60,
                "cause": "heat",
            }
        ],
        sensors=[{"entity_id": "binary_sensor.smoke", "cause": "leak"}],
    )
    assert summary["step_id"] == "farm_summary"
    said = summary["description_placeholders"]
    assert (said["machines"], said["can_be_stopped"]) == ("2", "2")
    assert said["order"] == "1. axe0: sleep\n1. axe1: sleep"
    assert (
        "ordered within 12 s of its first sign and confirmed within 72 s"
        in (said["causes"])
    )
    assert said["twice"] == "–"
    made = await answer(farm, summary)
    assert made["type"] is FlowResultType.CREATE_ENTRY
    await farm.later(1)
    (group,) = farm.farm.groups.values()
    assert group.shape.name == "North"
    assert list(group.machines) == ["axe0", "axe1"]
    rule = group.shape.settings.rules[Cause.HEAT]
    assert (rule.reaction, rule.delay) == (Reaction.TELL, 20)
    assert group.shape.settings.guards[0].limit == 37
    assert group.shape.sensors == {"binary_sensor.smoke": Cause.LEAK}
    assert farm.state("sensor.site_north_interlock") == "watching"


async def test_what_cannot_be_stopped_needs_a_tick(farm: Site) -> None:
    """It is named; without the tick nothing is set up."""
    form = await begin(farm)
    causes = await answer(farm, form, **{**GROUP, "machines": ["axe2"]})
    summary = await answer(farm, causes)
    assert summary["description_placeholders"]["cannot_be_stopped"] == "axe2"
    refused = await answer(farm, summary, accepted=False)
    assert refused["errors"] == {"accepted": "cannot_be_stopped"}
    made = await answer(farm, refused, accepted=True)
    assert made["type"] is FlowResultType.CREATE_ENTRY
    # The farm loads again with it.
    await farm.later(1)


async def test_a_machine_of_another_group_is_refused(farm: Site) -> None:
    """The form names the other group; what is free is taken."""
    form = await begin(farm)
    picked = {**GROUP, "containers": [], "machines": ["axe0"]}
    summary = await answer(farm, await answer(farm, form, **picked))
    await answer(farm, summary)
    await farm.later(1)
    form = await begin(farm)
    refused = await answer(farm, form, **{**picked, "name": "South"})
    assert refused["errors"] == {"machines": "in_another_group"}
    assert refused["description_placeholders"]["other"] == "North"
    causes = await answer(farm, refused, **{**picked, "machines": ["axe1"]})
    assert causes["step_id"] == "farm_causes"


async def test_a_container_of_another_group_is_refused(farm: Site) -> None:
    """Who would stop its machines twice is named."""
    form = await begin(farm)
    await answer(farm, await answer(farm, await answer(farm, form, **GROUP)))
    await farm.later(1)
    form = await begin(farm)
    refused = await answer(farm, form, **{**GROUP, "name": "South"})
    assert refused["errors"] == {"containers": "container_in_another_group"}
    picked = {**GROUP, "name": "South", "containers": [], "machines": ["axe0"]}
    summary = await answer(farm, await answer(farm, refused, **picked))
    assert summary["description_placeholders"]["twice"] == "axe0"


async def test_a_group_is_changed(farm: Site) -> None:
    """What was entered before is suggested, and its machines may stay."""
    form = await begin(farm)
    picked = {**GROUP, "machines": ["axe0"]}
    await answer(farm, await answer(farm, await answer(farm, form, **picked)))
    await farm.later(1)
    (group_id,) = farm.farm.groups
    form = await begin(farm, source=SOURCE_RECONFIGURE, subentry_id=group_id)
    causes = await answer(
        farm, form, **{**picked, "name": "Hall", "return": "automatic"}
    )
    ended = await answer(farm, await answer(farm, causes))
    assert ended["reason"] == "reconfigure_successful"
    await farm.later(1)
    (group,) = farm.farm.groups.values()
    assert group.shape.name == "Hall"
    assert not group.shape.settings.by_hand


async def test_a_farm_that_is_not_loaded(farm: Site) -> None:
    """Says so."""
    await farm.hass.config_entries.async_unload("site")
    assert (await begin(farm))["reason"] == "farm_not_loaded"


@pytest.mark.parametrize(
    "data",
    [
        {
            "containers": None,
            "machines": 7,
            "reactions": [],
            "guards": {},
            "sensors": 1,
        },
        {"reactions": {"heat": {}, "of tomorrow": {"reaction": "tell"}}},
        {"guards": [{"field": "x"}, None], "sensors": [{"entity_id": "a.b"}]},
    ],
)
async def test_a_damaged_group_is_as_by_default(
    site: Site, data: dict[str, Any]
) -> None:
    """What of it can be used is; the farm loads."""
    await site.add_farm(groups={"north": data})
    (group,) = site.farm.groups.values()
    assert group.shape.settings.rules[Cause.HEAT].reaction is Reaction.SLEEP
    assert group.shape.settings.guards == ()
