"""Who may call the actions on rigs."""

import pytest

from custom_components.mining_farm.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from tests.kinds.callers import Callers

from .watching import Farm

BUTTON = "button.rig1_power_cycle"
STATE = "sensor.rig1_state"
ACTIONS = ("power_cycle", "reset_restarts", "check_now")


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_reader_may_do_nothing(
    farm: Farm, callers: Callers, action: str
) -> None:
    """Whoever may only read is refused, and the power stays on."""
    outlet = await farm.add("rig1")
    for target in (BUTTON, STATE):
        assert await callers.call("read only", action, entity_id=target) == (
            "Unauthorized"
        )
    assert outlet.log == []


@pytest.mark.parametrize("action", ACTIONS)
async def test_an_administrator_may_do_all(
    farm: Farm, callers: Callers, action: str
) -> None:
    """An administrator needs no right on the entity."""
    await farm.add("rig1")
    assert await callers.call("administrator", action, entity_id=BUTTON) == "done"


async def test_a_user_may_cut_but_release_no_latch(
    farm: Farm, callers: Callers
) -> None:
    """What arms a rig that was given up is for administrators."""
    outlet = await farm.add("rig1")
    assert await callers.call("user", "power_cycle", entity_id=BUTTON) == "done"
    assert outlet.log == ["off", "on"]
    refused = await callers.call("user", "reset_restarts", entity_id=BUTTON)
    assert refused == "Unauthorized"


async def test_the_button_of_a_latch_needs_no_less_than_its_action(
    farm: Farm, callers: Callers
) -> None:
    """Whoever may control the rig's entities gives up no latch by a button either."""
    await farm.add("rig1")
    for caller, expected in (("user", "Unauthorized"), ("administrator", "done")):
        answer = await callers.call(
            caller, "press", domain="button", entity_id="button.rig1_reset_restarts"
        )
        assert answer == expected
    cut = await callers.call("user", "press", domain="button", entity_id=BUTTON)
    assert cut == "done"


async def test_a_right_on_one_entity(farm: Farm, callers: Callers) -> None:
    """It reaches that entity and no other of the same rig, nor another rig."""
    outlet = await farm.add("rig1")
    other = await farm.add("rig2")
    for target in (STATE, "button.rig2_power_cycle", [BUTTON, "sensor.rig2_state"]):
        refused = await callers.call(BUTTON, "power_cycle", entity_id=target)
        assert refused == "Unauthorized"
    assert (outlet.log, other.log) == ([], [])
    assert await callers.call(BUTTON, "power_cycle", entity_id=BUTTON) == "done"
    assert (outlet.log, other.log) == (["off", "on"], [])


async def test_a_right_on_a_sensor_is_none_on_the_outlet(
    farm: Farm, callers: Callers
) -> None:
    """An action aimed at a sensor needs the right on what it acts through."""
    outlet = await farm.add("rig1")
    assert await callers.call(STATE, "power_cycle", entity_id=STATE) == "Unauthorized"
    assert outlet.log == []


async def test_a_device_needs_the_right_on_all_of_it(
    farm: Farm, hass: HomeAssistant, callers: Callers
) -> None:
    """By its device a rig is reached only by who may control its entities."""
    outlet = await farm.add("rig1")
    [device] = dr.async_entries_for_config_entry(dr.async_get(hass), "rig1")
    refused = await callers.call(BUTTON, "power_cycle", device_id=device.id)
    assert refused == "Unauthorized"
    assert outlet.log == []
    assert await callers.call("user", "power_cycle", device_id=device.id) == "done"
    assert outlet.log == ["off", "on"]


async def test_an_automation(farm: Farm, hass: HomeAssistant) -> None:
    """A call without a user passes, as it does for Home Assistant's own actions."""
    outlet = await farm.add("rig1")
    await hass.services.async_call(
        DOMAIN, "power_cycle", {"entity_id": BUTTON}, blocking=True
    )
    assert outlet.log == ["off", "on"]
