"""Actions that a rig is offered, and who may ask it for them."""

from homeassistant.components.homeassistant.exposed_entities import (
    async_expose_entity,
    async_should_expose,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.setup import async_setup_component
from tests.kinds.offered import offered_actions

from .watching import Farm

POWER = "switch.rig1_power"
ACTING = (POWER, "switch.rig1_armed", "button.rig1_power_cycle")


async def test_a_rig(farm: Farm) -> None:
    """A rig is offered the actions of rigs alone."""
    await farm.add("rig1")
    assert await offered_actions(farm.hass, farm.entries["rig1"]) == {
        "check_now",
        "power_cycle",
        "reset_restarts",
    }


async def test_a_rig_without_an_outlet(farm: Farm) -> None:
    """What cannot be power-cycled is only checked."""
    await farm.add("rig1", outlet="none")
    assert await offered_actions(farm.hass, farm.entries["rig1"]) == {"check_now"}


async def test_assistants_do_not_see_what_cuts_power(
    farm: Farm, hass: HomeAssistant
) -> None:
    """Nothing that acts is exposed to any assistant."""
    await farm.add("rig1")
    for entity_id in ACTING:
        for assistant in ("conversation", "cloud.alexa", "cloud.google_assistant"):
            assert async_should_expose(hass, assistant, entity_id) is False


async def test_the_user_may_expose_it(farm: Farm, hass: HomeAssistant) -> None:
    """What the user exposes stays exposed after a reload."""
    await farm.add("rig1")
    async_expose_entity(hass, "conversation", POWER, should_expose=True)
    await hass.config_entries.async_reload("rig1")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert async_should_expose(hass, "conversation", POWER) is True
    assert async_should_expose(hass, "cloud.alexa", POWER) is False


async def test_an_area_still_reaches_it(farm: Farm, hass: HomeAssistant) -> None:
    """An action on an area switches the rig in it."""
    assert await async_setup_component(hass, "switch", {})
    outlet = await farm.add("rig1")
    area = ar.async_get(hass).async_create("Garage")
    er.async_get(hass).async_update_entity(POWER, area_id=area.id)
    await hass.services.async_call(
        "switch", "turn_off", {"area_id": area.id}, blocking=True
    )
    assert outlet.log == ["off"]
