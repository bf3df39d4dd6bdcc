"""Power, levels, the LED and restarts of a miner: entities, and actions on many."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.mining_farm.common.members import (
    ReceiptOutcome,
    RestartKind,
    async_members,
)
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    async_identify,
    registry,
)
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from simulators.makes.whatsminer import WhatsminerV3

from .axes import Axes

POWER = "number.rack_power_target"
PERCENT = "number.rack_power_percentage"
LEVEL = "select.rack_power_level"
LOCATE = "switch.rack_locate"
MINING = "switch.rack_mining"
STATUS = "sensor.rack_status"
EVENT = "event.rack_last_command"

everything_on = pytest.mark.usefixtures("entity_registry_enabled_by_default")


@pytest.fixture(autouse=True)
def whatsminers_alone(axes: Axes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Try addresses by the one driver that these tests are about."""
    drivers = tuple(each for each in registry.DRIVERS if each.name == "whatsminer")
    monkeypatch.setattr(registry, "DRIVERS", drivers)


async def start(
    axes: Axes, name: str = "rack", **options: Any
) -> tuple[WhatsminerV3, MockConfigEntry]:
    """Start a Whatsminer, and add the entry that controls it."""
    miner = await axes.stack.enter_async_context(WhatsminerV3(clock=axes.clock))
    found = await async_identify(miner.host, miner.port)
    data = entry_data(miner.host, found) | {
        "username": "super",
        "password": miner.machine.password,
    }
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=name.title(),
        data=data,
        options={"detail": "standard", "controls": True, **options},
        entry_id=name,
    )
    entry.add_to_hass(axes.hass)
    await axes.hass.config_entries.async_setup(entry.entry_id)
    await axes.settle()
    return miner, entry


async def act(axes: Axes, action: str, entity_id: str, **data: Any) -> dict[str, Any]:
    """Call an action on miners, and return what became of each."""
    response = await axes.hass.services.async_call(
        DOMAIN,
        action,
        {"entity_id": entity_id, **data},
        blocking=True,
        return_response=True,
    )
    assert isinstance(response, dict)
    return response


async def test_what_a_home_miner_shows_and_what_waits_for_a_click(axes: Axes) -> None:
    """The limits of the power are not known, so it is no number yet."""
    await start(axes)
    acting = {
        entity.entity_id: entity.disabled_by is None
        for entity in er.async_entries_for_config_entry(er.async_get(axes.hass), "rack")
        if entity.domain not in ("sensor", "binary_sensor")
    }
    assert acting == {
        MINING: True,
        EVENT: True,
        "event.rack_last_pool_change": True,
        PERCENT: True,
        LEVEL: True,
        LOCATE: False,
        "button.rack_restart_mining": False,
        "button.rack_reboot": False,
    }


async def test_a_level_is_set_and_the_next_change_has_to_wait(axes: Axes) -> None:
    """It restarts mining, so half an hour is between two; force overrules that."""
    miner, _ = await start(axes)
    assert axes.state(LEVEL) == "normal"
    assert axes.get(LEVEL).attributes["options"] == ["low", "normal", "high"]
    await axes.call("select", "select_option", LEVEL, option="low")
    await axes.after(31)
    assert (axes.state(LEVEL), miner.machine.level) == ("low", "low")
    with pytest.raises(ServiceValidationError) as caught:
        await axes.call("select", "select_option", LEVEL, option="high")
    assert caught.value.translation_key == "miner_command_too_soon"
    result = await act(axes, "set_level", MINING, level="high", force=True)
    assert result["rack"]["outcome"] in ("accepted", "confirmed")
    await axes.after(31)
    assert axes.state(LEVEL) == "high"


async def test_a_power_target_takes_the_limits_of_the_user(axes: Axes) -> None:
    """Outside of them nothing is sent."""
    miner, _ = await start(axes, power_minimum=2000, power_maximum=3400)
    number = axes.get(POWER)
    assert number.state == "3300.0"
    assert (number.attributes["min"], number.attributes["max"]) == (2000, 3400)
    result = await act(axes, "set_power_target", POWER, watts=2500)
    assert result["rack"]["outcome"] in ("accepted", "confirmed")
    await axes.after(31)
    assert (axes.state(POWER), miner.machine.power_target) == ("2500.0", 2500)
    result = await act(axes, "set_power_target", POWER, watts=9000, force=True)
    assert result["rack"]["reason"] == "out_of_bounds"
    assert miner.machine.power_target == 2500


async def test_limits_of_the_user_are_asked_for_in_the_options(axes: Axes) -> None:
    """And have to be in order."""
    _, entry = await start(axes)
    options = axes.hass.config_entries.options
    form = await options.async_init(entry.entry_id)
    wanted: dict[str, Any] = {"detail": "standard", "controls": True}
    wanted |= {"power_minimum": 3000, "power_maximum": 2000}
    form = await options.async_configure(form["flow_id"], wanted)
    assert form["errors"] == {"base": "bounds_crossed"}
    await options.async_configure(form["flow_id"], wanted | {"power_maximum": 3500})
    await axes.settle()
    assert axes.get(POWER).attributes["min"] == 3000


@everything_on
async def test_the_led_and_the_percentage(axes: Axes) -> None:
    """Both are seen on the device."""
    miner, _ = await start(axes)
    await axes.call("switch", "turn_on", LOCATE)
    assert (axes.state(LOCATE), miner.machine.locating) == ("on", True)
    await axes.call("switch", "turn_off", LOCATE)
    assert axes.state(LOCATE) == "off"
    await axes.call("number", "set_value", PERCENT, value=80)
    assert miner.machine.percent == 80
    await axes.after(31)
    assert axes.state(PERCENT) == "80.0"


@everything_on
@pytest.mark.parametrize("action", ["restart_mining", "reboot"])
async def test_restarts(axes: Axes, action: str) -> None:
    """They return when accepted, the miner shows as starting, an event ends them."""
    miner, _ = await start(axes)
    axes.patient = True
    result = await act(axes, action, MINING)
    assert result["rack"]["outcome"] == "accepted"
    assert axes.state(STATUS) == "starting"
    await axes.until(lambda: axes.state(EVENT) != "unknown")
    assert axes.get(EVENT).attributes["event_type"] == "confirmed"
    assert len(miner.writes) == 1


async def test_a_miner_that_takes_no_orders_says_so_before_the_first(
    axes: Axes,
) -> None:
    """A repair says what to do; nothing is sent."""
    miner, _ = await start(axes)
    issues = ir.async_get(axes.hass)
    assert not issues.async_get_issue(DOMAIN, "miner_locked_rack")
    miner.forbid()
    await axes.after(31)
    issue = issues.async_get_issue(DOMAIN, "miner_locked_rack")
    assert issue is not None
    assert issue.translation_key == "miner_locked_whatsminer"
    with pytest.raises(HomeAssistantError) as caught:
        await axes.call("switch", "turn_off", MINING)
    assert caught.value.translation_key == "miner_command_locked"
    assert not miner.writes


POOLS = [{"url": "stratum+tcp://pool.example:3333", "worker": "a.b"}]


async def test_pools_are_replaced_after_a_confirmation_only(axes: Axes) -> None:
    """And only by miners that can."""
    miner, _ = await start(axes)
    with pytest.raises(ServiceValidationError) as caught:
        await act(axes, "set_pools", MINING, pools=POOLS)
    assert caught.value.translation_key == "miner_pools_not_confirmed"
    result = await act(axes, "set_pools", MINING, pools=POOLS, confirm=True)
    assert result["rack"]["reason"] == "unsupported"
    for wrong in ([], [{"url": "http://user:word@pool", "worker": "a"}]):
        with pytest.raises(vol.Invalid):
            await act(axes, "set_pools", MINING, pools=wrong, confirm=True)
    assert not miner.writes


async def test_what_it_is_set_to_is_shown_where_it_is_not_ordered(axes: Axes) -> None:
    """As a reading without control; the number or list takes its place with it."""
    _, entry = await start(axes, controls=False)
    shown = {"sensor.rack_power_target": "3300.0", "sensor.rack_power_level": "normal"}
    assert {each: axes.state(each) for each in shown} == shown
    assert axes.hass.states.get(LEVEL) is None
    wanted = {"detail": "standard", "controls": True}
    registry_of_entities = er.async_get(axes.hass)
    for each in shown:
        registry_of_entities.async_remove(each)
    axes.hass.config_entries.async_update_entry(
        entry, options={**wanted, "power_minimum": 1000, "power_maximum": 3600}
    )
    await axes.hass.config_entries.async_reload(entry.entry_id)
    await axes.settle()
    assert (axes.state(LEVEL), axes.state(POWER)) == ("normal", "3300.0")
    assert not any(axes.hass.states.get(each) for each in shown)


async def test_a_rig_may_restart_it_where_its_owner_allows_control(axes: Axes) -> None:
    """Each order goes once, and its receipt says what became of it."""
    miner, entry = await start(axes)
    member = async_members(axes.hass).get("rack")
    assert member is not None
    restarts = member.restarts
    assert set(restarts) == set(RestartKind)
    receipt = await restarts[RestartKind.RESTART_MINING]()
    assert receipt.outcome is ReceiptOutcome.SENT
    assert [write["cmd"] for write in miner.writes] == ["set.miner.service"]
    await axes.after(31)
    miner.lock()
    receipt = await restarts[RestartKind.REBOOT]()
    assert receipt.outcome is ReceiptOutcome.REFUSED
    axes.hass.config_entries.async_update_entry(entry, options={"detail": "standard"})
    await axes.hass.config_entries.async_reload(entry.entry_id)
    await axes.settle()
    member = async_members(axes.hass).get("rack")
    assert member is not None
    assert member.restarts == {}
