"""Actions that a container is offered, and who may ask it for them."""

import pytest

from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from simulators.antspace import Model
from tests.kinds.offered import offered_actions

from .conftest import Site

CONTROLS = {
    "reset_cooling",
    "set_pid",
    "set_supply_temperature",
    "start_cooling",
    "stop_cooling",
}


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize("model", [Model.HK3, Model.IMMERSION])
@pytest.mark.parametrize("controls", [True, False])
async def test_a_container(site: Site, model: Model, *, controls: bool) -> None:
    """Controls are offered where they are allowed, and no action of another kind."""
    entry = await site.add(await site.container(model), controls=controls)
    expected = {"get_snapshot"} | (CONTROLS if controls else set())
    assert await offered_actions(site.hass, entry) == expected


async def test_assistants_do_not_see_what_stops_cooling(site: Site) -> None:
    """Nothing that acts on the plant is exposed to an assistant."""
    await site.add(await site.container(Model.HK3), controls=True)
    for entity_id in (
        "climate.north",
        "switch.north_cooling",
        "switch.north_pid_mode",
        "button.north_reset_cooling",
    ):
        assert async_should_expose(site.hass, "conversation", entity_id) is False
