"""A miner's own switch holds it for its user, and gives way to others."""

import pytest

from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.engines.farm import Hold, HoldKind, Owner
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from .axes import Axes

MINING = "switch.axe_mining"
REBOOT = "button.axe_reboot"


async def hold(axes: Axes, owner: Owner = Owner.INTERLOCK) -> None:
    """Hold the miner, and let what follows happen."""
    placed = Hold(
        owner=owner,
        source="north",
        kind=HoldKind.ASLEEP,
        reason="leak",
        since=dt_util.utcnow(),
    )
    await async_holds(axes.hass).async_place(["axe"], placed)
    await axes.settle()


def owners(axes: Axes) -> list[Owner]:
    """Return who holds the miner."""
    return [one.owner for one in async_holds(axes.hass).of("axe").holds]


async def test_the_switch_is_a_hold_of_the_user(axes: Axes) -> None:
    """One write each; the farm adds none."""
    device = await axes.start()
    await axes.add(device, least_rest=0)
    await axes.call("switch", "turn_off", MINING)
    await axes.settle()
    assert owners(axes) == [Owner.USER]
    await axes.call("switch", "turn_on", MINING)
    await axes.settle()
    assert owners(axes) == []
    assert len(device.writes) == 2


async def test_a_pause_that_fails_is_no_hold(axes: Axes) -> None:
    """What the miner did not do, it is not kept to."""
    device = await axes.start()
    await axes.add(device)
    device.ignore_writes()
    with pytest.raises(HomeAssistantError):
        await axes.call("switch", "turn_off", MINING)
    assert owners(axes) == []


@pytest.mark.parametrize(
    ("fault", "left"), [("ignore_writes", []), ("lock", [Owner.USER])]
)
async def test_a_start_that_may_come_to_something_ends_the_hold(
    axes: Axes, fault: str, left: list[Owner]
) -> None:
    """The miner would be put down as it wakes; one that refused is held as before."""
    device = await axes.start()
    await axes.add(device, least_rest=0)
    await axes.call("switch", "turn_off", MINING)
    getattr(device, fault)()
    with pytest.raises(HomeAssistantError):
        await axes.call("switch", "turn_on", MINING)
    await axes.settle()
    assert owners(axes) == left
    assert len(device.writes) == 2


async def test_the_interlock_puts_a_miner_to_sleep_and_wakes_it(axes: Axes) -> None:
    """By its own lever, each once."""
    device = await axes.start()
    await axes.add(device, least_rest=0)
    await hold(axes)
    assert axes.state(MINING) == "off"
    await async_holds(axes.hass).async_release(Owner.INTERLOCK, "north")
    await axes.settle()
    assert not device.machine.paused
    assert len(device.writes) == 2


async def test_a_held_miner_is_not_resumed(axes: Axes) -> None:
    """Nothing is sent; it wakes when the other owner lets go, as the user wished."""
    device = await axes.start()
    await axes.add(device, least_rest=0)
    await axes.call("switch", "turn_off", MINING)
    await hold(axes)
    with pytest.raises(ServiceValidationError) as caught:
        await axes.call("switch", "turn_on", MINING)
    assert caught.value.translation_key == "held_by_interlock"
    assert axes.state(MINING) == "off"
    await async_holds(axes.hass).async_release(Owner.INTERLOCK, "north")
    await axes.settle()
    assert not device.machine.paused


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_held_miner_is_not_restarted(axes: Axes) -> None:
    """It would hash before it is put to sleep again."""
    device = await axes.start()
    await axes.add(device)
    await hold(axes)
    writes = len(device.writes)
    with pytest.raises(ServiceValidationError, match="cooling failed"):
        await axes.call("button", "press", REBOOT)
    assert len(device.writes) == writes


async def test_a_removed_miner_is_held_by_nobody(axes: Axes) -> None:
    """Its holds go with it."""
    await axes.add(await axes.start())
    await hold(axes)
    await axes.hass.config_entries.async_remove("axe")
    await axes.settle()
    assert owners(axes) == []


async def test_a_miner_that_forgot_its_pause_is_paused_again_and_says_so(
    axes: Axes,
) -> None:
    """A power failure is no word of its user, in a house without a farm as well."""
    device = await axes.start()
    await axes.add(device, least_rest=0)
    await axes.call("switch", "turn_off", MINING)
    await axes.after(120)
    assert axes.state(MINING) == "off"
    device.restart()
    for _ in range(4):
        await axes.after(31)
    assert device.machine.paused
    assert axes.state(MINING) == "off"
    assert owners(axes) == [Owner.USER]
    event = axes.get("event.axe_last_command")
    assert event.attributes["event_type"] == "paused_again"
