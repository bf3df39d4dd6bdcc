"""Who may call the actions on containers."""

from typing import Any

import pytest

from custom_components.mining_farm.const import DOMAIN
from simulators.antspace import AntspaceSimulator
from tests.kinds.callers import Callers

from .conftest import Site

CLIMATE = "climate.north"
STATUS = "sensor.north_status"
CALLS: dict[str, dict[str, Any]] = {
    "set_supply_temperature": {"temperature": 36.5},
    "set_pid": {"enabled": True},
    "start_cooling": {},
    "stop_cooling": {},
    "reset_cooling": {},
}

pytestmark = pytest.mark.usefixtures("read_back")


@pytest.fixture(autouse=True)
async def idle(site: Site, north: AntspaceSimulator) -> None:
    """Add a container with controls while no miner hashes."""
    north.set_load(0)
    await site.add(north, controls=True)


@pytest.mark.parametrize("action", CALLS)
@pytest.mark.parametrize("caller", ["read only", STATUS])
async def test_who_may_not_control_the_cooling(
    north: AntspaceSimulator, callers: Callers, caller: str, action: str
) -> None:
    """A reader is refused, and so is who may control a sensor of the container."""
    for target in (CLIMATE, STATUS):
        refused = await callers.call(caller, action, entity_id=target, **CALLS[action])
        assert refused == "Unauthorized"
    assert north.writes == []


@pytest.mark.parametrize("action", sorted(set(CALLS) - {"reset_cooling"}))
@pytest.mark.parametrize("caller", ["user", "administrator", CLIMATE])
async def test_who_may_control_the_cooling(
    north: AntspaceSimulator, callers: Callers, caller: str, action: str
) -> None:
    """The night shift can start, stop and set it."""
    done = await callers.call(caller, action, entity_id=CLIMATE, **CALLS[action])
    assert done == "done"
    assert len(north.writes) == 1


@pytest.mark.parametrize(
    ("action", "data", "response"),
    [
        ("stop_cooling", {"force": True}, False),
        ("reset_cooling", {}, False),
        ("get_snapshot", {}, True),
    ],
)
async def test_what_is_for_administrators(
    north: AntspaceSimulator,
    callers: Callers,
    action: str,
    data: dict[str, Any],
    response: bool,
) -> None:
    """Stopping by force, releasing a latch, and the addresses of miners."""
    for caller, expected in (
        ("user", "Unauthorized"),
        (CLIMATE, "Unauthorized"),
        ("administrator", "done"),
    ):
        assert north.writes == []
        answer = await callers.call(
            caller, action, response=response, entity_id=CLIMATE, **data
        )
        assert answer == expected


async def test_the_button_of_a_latch_needs_no_less_than_its_action(
    north: AntspaceSimulator, callers: Callers
) -> None:
    """Latched faults are cleared by administrators."""
    reset = "button.north_reset_cooling"
    for caller, expected in (("user", "Unauthorized"), ("administrator", "done")):
        assert north.writes == []
        answer = await callers.call(caller, "press", domain="button", entity_id=reset)
        assert answer == expected
    assert len(north.writes) == 1


async def test_an_automation(site: Site, north: AntspaceSimulator) -> None:
    """A call without a user passes, also one that forces."""
    await site.hass.services.async_call(
        DOMAIN, "stop_cooling", {"entity_id": CLIMATE, "force": True}, blocking=True
    )
    assert len(north.writes) == 1
