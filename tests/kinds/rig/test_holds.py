"""Whoever holds a rig's machine: its switch, its restarts and its outlet go by it."""

import asyncio

import pytest

from custom_components.mining_farm.common.following import Told
from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.common.keeping import async_keeper
from custom_components.mining_farm.common.machines import async_machines
from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.engines.farm import Hold, HoldKind, Owner
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from .test_mid_cut import in_mid_cut, reload
from .test_watch import memory
from .watching import Farm


async def place(farm: Farm, owner: Owner, kind: HoldKind) -> None:
    """Hold the rig; return once that is on disk."""
    placed = Hold(
        owner=owner, source="north", kind=kind, reason="leak", since=dt_util.utcnow()
    )
    await async_holds(farm.hass).async_place(["rig1"], placed)


async def hold(
    farm: Farm, owner: Owner = Owner.INTERLOCK, kind: HoldKind = HoldKind.ASLEEP
) -> None:
    """Hold the rig, and let what follows happen."""
    await place(farm, owner, kind)
    await farm.hass.async_block_till_done(wait_background_tasks=True)


async def release(farm: Farm, owner: Owner = Owner.INTERLOCK) -> None:
    """Let it go again."""
    await async_holds(farm.hass).async_release(owner, "north")
    await farm.hass.async_block_till_done(wait_background_tasks=True)


async def switch(farm: Farm, *, on: bool) -> None:
    """Switch the rig as its user does."""
    await farm.hass.services.async_call(
        "switch",
        "turn_on" if on else "turn_off",
        {"entity_id": "switch.rig1_power"},
        blocking=True,
    )
    await farm.hass.async_block_till_done(wait_background_tasks=True)


def owners(farm: Farm) -> list[Owner]:
    """Return who holds the rig."""
    return [one.owner for one in async_holds(farm.hass).of("rig1").holds]


async def test_a_rig_that_is_held_has_no_power_and_gets_it_back(farm: Farm) -> None:
    """Each once; that it is silent meanwhile is no reason to restart it."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await hold(farm)
    assert outlet.log == ["off"]
    farm.dies("rig1")
    await farm.after(60)
    assert outlet.log == ["off"]
    assert farm.state("sensor.rig1_state") == "held"
    assert farm.state("sensor.rig1_reason") == "kept_down"
    assert farm.state("sensor.rig1_restarts") == "0"
    await release(farm)
    assert outlet.log == ["off", "on"]
    farm.alive.add("rig1")
    await farm.after(15)
    assert farm.state("sensor.rig1_state") == "online"
    assert outlet.log == ["off", "on"]


async def test_power_that_was_just_taken_comes_back_after_a_pause(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who lets go at once waits until supplies are empty; a new stop ends the wait."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    waits: list[float] = []
    goes_on = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await goes_on.wait()
        farm.freezer.tick(seconds)

    async def settle() -> None:
        await farm.hass.async_block_till_done()
        for _ in range(20):
            await asyncio.sleep(0)

    await hold(farm)
    monkeypatch.setattr(async_power_ups(farm.hass), "sleep", sleep)
    farm.freezer.tick(2)
    await async_holds(farm.hass).async_release(Owner.INTERLOCK, "north")
    await settle()
    assert (waits, outlet.log) == ([8.0], ["off"])
    await place(farm, Owner.INTERLOCK, HoldKind.CUT)
    await settle()
    goes_on.set()
    await settle()
    assert outlet.log == ["off"]
    await release(farm)
    assert outlet.log == ["off", "on"]


async def test_a_stop_while_the_order_to_start_is_on_its_way(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outlet goes on yet, and then off: what it says in between proves nothing."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await hold(farm)

    async def stopped_meanwhile() -> None:
        outlet.log.append("on")
        await place(farm, Owner.EMERGENCY_STOP, HoldKind.CUT)
        for _ in range(20):
            await asyncio.sleep(0)
        outlet.on = True

    monkeypatch.setattr(outlet, "async_turn_on", stopped_meanwhile)
    await release(farm)
    assert outlet.log == ["off", "on", "off"]
    assert not outlet.on


async def test_a_stop_while_a_rig_powers_up_by_itself(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That its outlet was off when it was read last is no proof that it stopped."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    told: list[tuple[Told, list[str]]] = []
    async_keeper(farm.hass).listen(
        lambda _, what, __: told.append((what, list(outlet.log)))
    )

    async def stopped_meanwhile() -> None:
        outlet.log.append("on")
        outlet.on = True
        farm.freezer.tick(1)
        await place(farm, Owner.EMERGENCY_STOP, HoldKind.CUT)
        for _ in range(20):
            await asyncio.sleep(0)

    monkeypatch.setattr(outlet, "async_turn_on", stopped_meanwhile)
    outlet.on = outlet.reachable = False
    farm.dies("rig1")
    await farm.after(16)
    outlet.reachable = True
    await farm.after(9)
    assert outlet.log == ["on", "off"]
    assert told == [(Told.STOPPED, ["on", "off"])]


async def test_a_rig_that_its_user_switched_off_is_held_by_him(farm: Farm) -> None:
    """Until he switches it on; his switch alone moves its outlet."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await switch(farm, on=False)
    assert owners(farm) == [Owner.USER]
    await farm.after(1)
    await switch(farm, on=True)
    assert owners(farm) == []
    assert outlet.log == ["off", "on"]


async def test_a_rig_that_was_off_by_its_user_before_holds_came(farm: Farm) -> None:
    """What its own memory says is a hold from the first poll on."""
    await farm.add("rig1")
    await farm.after(5)
    await switch(farm, on=False)
    holds = async_holds(farm.hass)
    await holds.async_release(Owner.USER, "rig1")
    await farm.hass.config_entries.async_reload("rig1")
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    assert owners(farm) == [Owner.USER]


async def test_a_held_rig_is_not_switched_on_and_comes_on_in_the_end(
    farm: Farm,
) -> None:
    """The user's own hold goes; the message names whose stays."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await switch(farm, on=False)
    await hold(farm)
    await farm.after(1)
    with pytest.raises(ServiceValidationError) as caught:
        await switch(farm, on=True)
    assert caught.value.translation_key == "held_by_interlock"
    assert outlet.log == ["off"]
    assert owners(farm) == [Owner.INTERLOCK]
    await release(farm)
    assert outlet.log == ["off", "on"]


async def test_the_user_keeps_a_rig_off_that_was_let_go(farm: Farm) -> None:
    """Releasing the interlock wakes nothing that he put down."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await hold(farm)
    await switch(farm, on=False)
    await release(farm)
    assert outlet.log.count("on") == 0
    assert owners(farm) == [Owner.USER]


async def test_a_held_rig_is_not_power_cycled(farm: Farm) -> None:
    """By no button that does not own the hold."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await hold(farm)
    with pytest.raises(ServiceValidationError, match="cooling failed"):
        await farm.hass.services.async_call(
            "mining_farm",
            "power_cycle",
            {"entity_id": "sensor.rig1_state"},
            blocking=True,
        )
    assert outlet.log == ["off"]


async def test_a_hold_for_safety_in_mid_cut_leaves_the_rig_off(farm: Farm) -> None:
    """It does not boot only to be stopped: counted once, and on by the release."""
    outlet = await in_mid_cut(farm)
    await hold(farm)
    assert outlet.log == ["off"]
    stored = memory(farm, "rig1")
    assert (stored["intent"], stored["restarts_total"]) == (None, 1)
    await farm.after(30)
    assert outlet.log == ["off"]
    await release(farm)
    assert outlet.log == ["off", "on"]
    assert memory(farm, "rig1")["restarts_total"] == 1


async def test_after_a_crash_in_mid_cut_a_hold_for_safety_keeps_the_rig_off(
    farm: Farm,
) -> None:
    """The holds are read before the unfinished cut."""
    outlet = await in_mid_cut(farm)
    rig = farm.entries["rig1"].runtime_data
    intent = rig.power.memory
    await place(farm, Owner.EMERGENCY_STOP, HoldKind.CUT)
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    # As if it had been killed before the cut was closed.
    await rig.power.async_store(intent)
    outlet.log.clear()
    rig.power._task = None  # noqa: SLF001
    await farm.hass.config_entries.async_reload("rig1")
    await farm.after(5)
    assert outlet.log == []
    assert memory(farm, "rig1")["intent"] is None
    assert async_machines(farm.hass).get("rig1") is not None
    await release(farm, Owner.EMERGENCY_STOP)
    assert outlet.log == ["on"]


async def test_a_hold_of_comfort_waits_for_the_end_of_a_cut(farm: Farm) -> None:
    """Power comes on first, and then it goes; for who only wants it asleep it does not."""
    await farm.add("rig1")
    await farm.after(5)
    outlet = farm.outlets["rig1"]
    await farm.hass.services.async_call(
        "mining_farm", "power_cycle", {"entity_id": "sensor.rig1_state"}
    )
    await hold(farm, Owner.CURTAILMENT)
    assert outlet.log == ["off", "on"]
    await hold(farm, Owner.CURTAILMENT, HoldKind.CUT)
    assert outlet.log == ["off", "on", "off"]


async def test_a_rig_that_its_user_started_and_that_came_late_is_not_cut(
    farm: Farm,
) -> None:
    """The outlet was not seen to go on; it went on all the same."""
    outlet = await farm.add("rig1")
    await farm.after(5)
    await switch(farm, on=False)
    await farm.after(1)
    outlet.goes_on = False
    with pytest.raises(HomeAssistantError) as caught:
        await switch(farm, on=True)
    assert caught.value.translation_key == "rig_outlet_failed"
    assert outlet.log == ["off", "on"]
    outlet.on = True
    await farm.after(5)
    await reload(farm)
    await farm.after(5)
    assert outlet.log == ["off", "on"]
    assert owners(farm) == []
    assert farm.state("sensor.rig1_state") == "online"
