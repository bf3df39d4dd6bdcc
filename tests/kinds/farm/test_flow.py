"""Adding a farm, its options, and another name for it."""

from typing import Any

import pytest

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from .site import Site

NOTHING: dict[str, Any] = {"areas": [], "labels": [], "members": []}


async def add(site: Site, **entered: Any) -> Any:
    """Add a farm by its form; return what came of it."""
    flow = site.hass.config_entries.flow
    menu = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    form = await flow.async_configure(menu["flow_id"], {"next_step_id": "farm"})
    assert form["step_id"] == "farm"
    return await flow.async_configure(
        form["flow_id"], {"name": "North", **NOTHING, **entered}
    )


async def test_a_farm_rehearses_until_it_is_armed(site: Site) -> None:
    """Its name and its members are all that it needs."""
    site.add_machine("axe")
    made = await add(site, members=["axe"])
    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert (made["title"], dict(made["data"])) == ("North", {"kind": "farm"})
    assert made["options"] == {**NOTHING, "members": ["axe"], "armed": False}
    await site.later(1)
    assert site.state("switch.north_armed") == "off"
    assert site.state("sensor.north_machines_hashing") == "1"


async def test_the_same_name_twice_is_refused(site: Site) -> None:
    """However it is spelt."""
    await site.add_farm("north")
    refused = await add(site, name="NORTH")
    assert refused["reason"] == "already_configured"
    assert refused["description_placeholders"]["name"] == "North"


async def test_a_machine_of_another_farm_is_refused_and_the_way_out(
    site: Site,
) -> None:
    """The form names the other farm, and takes what is free."""
    site.add_machine("axe")
    await site.add_farm("south", members=["axe"])
    form = await add(site, members=["axe"])
    assert form["errors"] == {"members": "in_another_farm"}
    assert form["description_placeholders"]["other"] == "South"
    made = await site.hass.config_entries.flow.async_configure(
        form["flow_id"], {"name": "North", **NOTHING}
    )
    assert made["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("picked", ["axe", "free"])
async def test_options(site: Site, picked: str) -> None:
    """Members and pace; what another farm has is refused here as well."""
    site.add_machine("axe")
    site.add_machine("free")
    await site.add_farm("south", members=["axe"])
    entry = await site.add_farm("north")
    options = site.hass.config_entries.options
    form = await options.async_init(entry.entry_id)
    entered = {**NOTHING, "asleep_only": True, "starts": 2, "start_seconds": 60}
    answer = await options.async_configure(
        form["flow_id"], {**entered, "members": [picked]}
    )
    if picked == "axe":
        assert answer["errors"] == {"members": "in_another_farm"}
        answer = await options.async_configure(form["flow_id"], entered)
    assert answer["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["starts"] == 2
    assert entry.options["armed"] is False


async def test_a_signal_is_named_and_taken_away_again(site: Site) -> None:
    """What is left empty is forgotten."""
    entry = await site.add_farm("north")
    options = site.hass.config_entries.options
    paced = {**NOTHING, "asleep_only": False, "starts": 2, "start_seconds": 60}
    for chosen in (
        {"signal_entity_id": "input_boolean.grid", "signal_to_watts": 40000},
        {},
    ):
        form = await options.async_init(entry.entry_id)
        answer = await options.async_configure(form["flow_id"], {**paced, **chosen})
        assert answer["type"] is FlowResultType.CREATE_ENTRY
        await site.settle()
        kept = {key: each for key, each in entry.options.items() if "signal" in key}
        assert kept == {"signal_less_after": 2, "signal_more_after": 15, **chosen}
    form = await options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await options.async_configure(
            form["flow_id"], {**paced, "signal_entity_id": "light.hall"}
        )


async def test_a_signal_of_watts(site: Site) -> None:
    """It says the W itself, in a unit of power; one that is not there may do so later."""
    entry = await site.add_farm("north")
    states, options = site.hass.states, site.hass.config_entries.options
    states.async_set("sensor.sun", "4", {"unit_of_measurement": "kW"})
    states.async_set("input_number.heat", "40", {"unit_of_measurement": "°C"})
    paced = {**NOTHING, "asleep_only": False, "starts": 2, "start_seconds": 60}
    form = await options.async_init(entry.entry_id)
    for chosen, errors in (
        (
            {"signal_entity_id": "sensor.sun", "signal_to_watts": 4000},
            {"signal_to_watts": "signal_says_watts"},
        ),
        (
            {"signal_entity_id": "input_number.heat"},
            {"signal_entity_id": "no_power_unit"},
        ),
    ):
        form = await options.async_configure(form["flow_id"], {**paced, **chosen})
        assert form["errors"] == errors
    timed = {"signal_less_after": 7, "signal_more_after": 30}
    for entity_id in ("sensor.sun", "number.gone"):
        form = await options.async_init(entry.entry_id)
        answer = await options.async_configure(
            form["flow_id"], {**paced, **timed, "signal_entity_id": entity_id}
        )
        assert answer["type"] is FlowResultType.CREATE_ENTRY
        await site.settle()
        assert entry.options["signal_entity_id"] == entity_id
        assert entry.options["signal_less_after"] == 7


async def test_another_name(site: Site) -> None:
    """Its history stays."""
    entry = await site.add_farm("north")
    form = await entry.start_reconfigure_flow(site.hass)
    answer = await site.hass.config_entries.flow.async_configure(
        form["flow_id"], {"name": "Northern hall"}
    )
    assert answer["reason"] == "reconfigure_successful"
    assert entry.title == "Northern hall"


async def test_armed_by_its_switch(site: Site) -> None:
    """And back."""
    entry = await site.add_farm("north")
    for service, armed in (("turn_on", True), ("turn_off", False)):
        await site.hass.services.async_call(
            "switch", service, {"entity_id": "switch.north_armed"}, blocking=True
        )
        assert entry.options["armed"] is armed
