"""Actions on several miners, who may call them, and the farm's lever."""

import asyncio
from typing import Any

import pytest

from custom_components.mining_farm.common.members import ReceiptOutcome, async_members
from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.farm import LeverKind, Pace
from custom_components.mining_farm.kinds.miner import controls, waking
from homeassistant.exceptions import HomeAssistantError
from simulators.axeos import AxeOsSimulator
from tests.kinds.callers import Callers
from tests.kinds.offered import offered_actions

from .axes import Axes

A, B, C = "switch.a_mining", "switch.b_mining", "sensor.c_status"


@pytest.fixture
async def devices(axes: Axes) -> dict[str, AxeOsSimulator]:
    """Add two miners that may be controlled and one that is only read."""
    devices = {}
    for number, name in enumerate(("a", "b", "c")):
        mac = f"02:00:5E:00:54:0{number}"
        devices[name] = await axes.start(host=f"127.0.0.{20 + number}", mac=mac)
        await axes.add(devices[name], name, controls=name != "c", least_rest=0)
    return devices


async def respond(axes: Axes, action: str, *targets: str, **data: Any) -> Any:
    """Call an action and return what became of each miner."""
    return await axes.hass.services.async_call(
        DOMAIN,
        action,
        {"entity_id": list(targets), **data},
        blocking=True,
        return_response=True,
    )


async def test_each_miner_has_its_own_result(
    axes: Axes, devices: dict[str, AxeOsSimulator]
) -> None:
    """One that fails stops no other, and says why."""
    devices["b"].ignore_writes()
    results = await respond(axes, "pause", A, B, C)
    assert {key: result["outcome"] for key, result in results.items()} == {
        "a": "confirmed",
        "b": "failed",
        "c": "failed",
    }
    assert (results["b"]["name"], results["b"]["reason"]) == ("B", "unconfirmed")
    assert results["b"]["message"].startswith("The command was sent to B once")
    assert results["c"]["reason"] == "controls_off"
    assert [len(device.writes) for device in devices.values()] == [1, 1, 0]
    assert axes.state(A) == "off"

    results = await respond(axes, "resume", A)
    assert results["a"]["outcome"] == "confirmed"
    assert (await respond(axes, "resume", A))["a"]["outcome"] == "unchanged"


async def test_a_pause_waits_for_the_effect_of_no_other(
    axes: Axes, devices: dict[str, AxeOsSimulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exchanges are bounded, here to one; while one pause is awaited, the next is sent."""
    monkeypatch.setattr(controls, "EXCHANGES_AT_ONCE", 1)
    axes.hass.data.pop(controls.EXCHANGES, None)
    axes.patient = True
    pausing = axes.hass.async_create_task(respond(axes, "pause", A, B))
    sent = [devices["a"], devices["b"]]
    async with asyncio.timeout(120):
        while not all(device.writes for device in sent):
            await asyncio.sleep(0)
    assert not any(device.machine.paused for device in sent)
    await axes.until(pausing.done)
    results = await pausing
    assert {result["outcome"] for result in results.values()} == {"confirmed"}


async def test_a_call_shows_how_far_it_is(
    axes: Axes, devices: dict[str, AxeOsSimulator]
) -> None:
    """Each miner is stopping, and paused as soon as it is, while others are waited for."""
    devices["b"].ignore_writes()
    axes.patient = True
    pausing = axes.hass.async_create_task(respond(axes, "pause", A, B))
    status_a, status_b = "sensor.a_status", "sensor.b_status"
    await axes.until(lambda: axes.state(status_b) == "stopping")
    assert (axes.state(A), axes.state(B)) == ("on", "on")
    await axes.until(lambda: axes.state(A) == "off")
    assert axes.state(status_a) == "paused"
    assert axes.state(status_b) == "stopping"
    assert not pausing.done()
    await axes.until(pausing.done)
    outcomes = {key: result["outcome"] for key, result in (await pausing).items()}
    assert outcomes == {"a": "confirmed", "b": "failed"}
    assert (axes.state(B), axes.state(status_b)) == ("on", "hashing")


async def test_few_are_woken_at_once(
    axes: Axes, devices: dict[str, AxeOsSimulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here one: by whatever way users wake them, and a pause meanwhile comes before."""
    monkeypatch.setattr(waking, "WAKES_AT_ONCE", 1)
    await respond(axes, "pause", A, B)
    axes.patient = True
    wakes = [
        axes.hass.async_create_task(axes.call("switch", "turn_on", each))
        for each in (A, B)
    ]
    async with asyncio.timeout(120):
        while len(devices["a"].writes) < 2:
            await asyncio.sleep(0)
    assert len(devices["b"].writes) == 1
    await axes.call("switch", "turn_off", B)
    await axes.until(lambda: all(each.done() for each in wakes))
    await wakes[0]
    with pytest.raises(HomeAssistantError) as caught:
        await wakes[1]
    assert caught.value.translation_key == "miner_command_superseded"
    assert (axes.state(A), axes.state(B)) == ("on", "off")
    assert len(devices["b"].writes) == 1


async def test_a_farm_wakes_them_at_its_pace(
    axes: Axes, devices: dict[str, AxeOsSimulator]
) -> None:
    """Whoever wakes them: the feed bears so many surges in a time."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)
        power_ups.set_pace("farm", Pace(starts=2, seconds=60), lambda: {"a", "b"})

    power_ups = async_power_ups(axes.hass)
    power_ups.sleep = sleep
    power_ups.set_pace("farm", Pace(starts=1, seconds=60), lambda: {"a", "b"})
    await respond(axes, "pause", A, B)
    assert slept == []
    results = await respond(axes, "resume", A, B)
    assert {result["outcome"] for result in results.values()} == {"confirmed"}
    assert [round(each) for each in slept] == [60]
    again = await respond(axes, "resume", A, B)
    assert {result["outcome"] for result in again.values()} == {"unchanged"}
    assert len(slept) == 1


async def test_without_a_response_what_failed_is_raised(
    axes: Axes, devices: dict[str, AxeOsSimulator]
) -> None:
    """All failures in one error, after all were tried."""
    devices["a"].lock()
    with pytest.raises(HomeAssistantError) as caught:
        await axes.hass.services.async_call(
            DOMAIN, "pause", {"entity_id": [A, B, C]}, blocking=True
        )
    assert caught.value.translation_key == "several_failed"
    assert devices["b"].machine.paused


@pytest.mark.parametrize(("caller", "answer"), [("read only", "Unauthorized")])
async def test_who_may_not_pause(
    devices: dict[str, AxeOsSimulator], callers: Callers, caller: str, answer: str
) -> None:
    """A reader is refused, and so is who may control a sensor of the miner."""
    for who in (caller, "sensor.a_status"):
        assert await callers.call(who, "pause", entity_id=A) == answer
    assert not devices["a"].writes


async def test_who_may_pause_may_not_force(
    devices: dict[str, AxeOsSimulator], callers: Callers
) -> None:
    """What wears a machine is for administrators."""
    assert await callers.call(A, "pause", entity_id=A) == "done"
    refused = await callers.call(A, "resume", entity_id=A, force=True)
    assert refused == "Unauthorized"
    done = await callers.call("administrator", "resume", entity_id=A, force=True)
    assert done == "done"


@pytest.mark.usefixtures("stand_ins")
async def test_the_actions_are_offered_for_miners_that_may_be_controlled(
    axes: Axes, devices: dict[str, AxeOsSimulator]
) -> None:
    """And none of another kind."""
    can = {"pause", "reboot", "restart_mining", "resume", "set_pools"}
    for name, offered in (("a", can), ("c", set())):
        entry = axes.hass.config_entries.async_get_entry(name)
        assert entry is not None
        assert await offered_actions(axes.hass, entry) == offered


async def test_the_farm_gets_a_lever_where_control_is_allowed(
    axes: Axes, devices: dict[str, AxeOsSimulator]
) -> None:
    """Sleep and wake, each with a receipt and never an exception."""
    members = async_members(axes.hass)
    only_read = members.get("c")
    assert only_read is not None
    assert not only_read.levers
    member = members.get("a")
    assert member is not None
    (lever,) = member.levers
    assert lever.kind is LeverKind.SLEEP
    assert (await lever.stop()).outcome is ReceiptOutcome.CONFIRMED
    assert member.facts().sleeping
    assert (await lever.start()).outcome is ReceiptOutcome.CONFIRMED

    for fault, outcome, reason in (
        ("ignore_writes", ReceiptOutcome.SENT, "unconfirmed"),
        ("lock", ReceiptOutcome.REFUSED, "locked"),
        ("refuse", ReceiptOutcome.NOT_SENT, "no_answer"),
    ):
        getattr(devices["a"], fault)()
        receipt = await lever.stop()
        assert (receipt.outcome, receipt.reason) == (outcome, reason)
        devices["a"].restore()
    assert len(devices["a"].writes) == 4


async def test_a_stop_by_the_farm_outlasts_a_reading_that_was_missed(
    axes: Axes, devices: dict[str, AxeOsSimulator]
) -> None:
    """A loop that stops hundreds may be late itself; one that is silent is given up."""
    member, device = async_members(axes.hass).get("a"), devices["a"]
    assert member is not None
    (lever,) = member.levers
    axes.patient = True
    device.requests.clear()
    device.speak_html()
    stopping = asyncio.ensure_future(lever.stop())
    while not device.requests:
        await asyncio.sleep(0)
    device.restore()
    await axes.until(stopping.done)
    assert (await stopping).outcome is ReceiptOutcome.CONFIRMED
    assert len(device.writes) == 1

    device.machine.resume()
    device.speak_html()
    stopping = asyncio.ensure_future(lever.stop())
    await axes.until(stopping.done)
    assert (await stopping).outcome is ReceiptOutcome.NOT_SENT
    assert len(device.writes) == 1
