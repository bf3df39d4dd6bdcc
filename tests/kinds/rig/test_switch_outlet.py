"""A rig fed by a switch entity of another integration."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from custom_components.mining_farm.common import power_switch
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError

from .watching import Farm

SWITCH = "switch.shelf"
POWER = "switch.rig1_power"


@dataclass
class Shelf:
    """A switch entity whose device obeys at once, later, never, or with an error."""

    hass: HomeAssistant
    obeys: str = "at once"
    log: list[str] = field(default_factory=list)

    def show(self, state: str) -> None:
        """Show a state of the device."""
        self.hass.states.async_set(SWITCH, state)

    async def command(self, call: ServiceCall) -> None:
        """Take a command for the device."""
        wanted = call.service.removeprefix("turn_")
        self.log.append(wanted)
        match self.obeys:
            case "at once":
                self.show(wanted)
            case "later":
                self.hass.loop.call_soon(self.show, "unavailable")
                self.hass.loop.call_soon(self.show, wanted)
            case "error":
                raise HomeAssistantError("the device is on fire")


@pytest.fixture
async def shelf(farm: Farm) -> Shelf:
    """A switch that is on, and a rig behind it."""
    shelf = Shelf(farm.hass)
    shelf.show("on")
    await farm.add("rig1", outlet="switch", switch_entity_id=SWITCH)
    services = farm.hass.services.async_services_internal()["switch"]
    for name in ("turn_on", "turn_off"):
        own = services[name]

        # The rig's own switches are of the same domain, and keep their service.
        async def either(call: ServiceCall, own: Any = own) -> None:
            if call.data["entity_id"] == [SWITCH]:
                await shelf.command(call)
            else:
                await own.job.target(call)

        farm.hass.services.async_register("switch", name, either, own.schema)
    return shelf


async def switch(farm: Farm, state: str) -> None:
    """Switch the rig's power."""
    await farm.hass.services.async_call(
        "switch", f"turn_{state}", {"entity_id": POWER}, blocking=True
    )


async def test_the_rig_shows_its_switch(farm: Farm, shelf: Shelf) -> None:
    """On, off, and unavailable where the switch is neither."""
    for state in ("on", "off", "unavailable", "unknown"):
        shelf.show(state)
        await farm.after(1)
        shown = state if state in ("on", "off") else "unavailable"
        assert farm.state(POWER) == shown
    farm.hass.states.async_remove(SWITCH)
    await farm.after(1)
    assert farm.state(POWER) == "unavailable"


@pytest.mark.parametrize("obeys", ["at once", "later"])
async def test_the_rig_switches_it(farm: Farm, shelf: Shelf, obeys: str) -> None:
    """One command each, confirmed by the state of the switch."""
    shelf.obeys = obeys
    await switch(farm, "off")
    assert farm.state(POWER) == "off"
    await farm.after(0.5)
    await switch(farm, "on")
    assert farm.state(POWER) == "on"
    assert shelf.log == ["off", "on"]


async def test_a_dead_rig_is_cut_by_its_switch(farm: Farm, shelf: Shelf) -> None:
    """Off and on, as by a plug."""
    await farm.after(5)
    farm.dies("rig1")
    await farm.after(16)
    assert shelf.log == ["off", "on"]


@pytest.mark.parametrize("obeys", ["never", "error"])
async def test_a_command_without_effect_is_an_error(
    farm: Farm, shelf: Shelf, obeys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is sent once, and the user sees that it failed."""
    monkeypatch.setattr(power_switch, "CONFIRMED_WITHIN", 0.0)
    shelf.obeys = obeys
    with pytest.raises(HomeAssistantError) as caught:
        await switch(farm, "off")
    assert caught.value.translation_key == "rig_outlet_failed"
    assert shelf.log == ["off"]


async def test_an_unavailable_switch_gets_no_command(farm: Farm, shelf: Shelf) -> None:
    """Home Assistant would drop it without an error."""
    shelf.show("unavailable")
    with pytest.raises(HomeAssistantError):
        await switch(farm, "off")
    assert shelf.log == []
