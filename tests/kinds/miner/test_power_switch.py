"""A switch of any integration cuts a miner's power for its holds, and gives it back."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.common.machines import async_machines
from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.farm import (
    Hold,
    HoldKind,
    LeverKind,
    MachineState,
    Owner,
    Pace,
)
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.util import dt as dt_util

from .axes import Axes

PDU = "switch.pdu_7"


def pdu(hass: HomeAssistant, follows: Callable[[], bool] = lambda: True) -> list[str]:
    """Return the log of an outlet that follows its orders."""
    log: list[str] = []
    hass.states.async_set(PDU, "on")

    async def switch(call: ServiceCall) -> None:
        word = call.service.removeprefix("turn_")
        log.append(word)
        if follows():
            hass.states.async_set(PDU, word)

    for service in ("turn_on", "turn_off"):
        hass.services.async_register("switch", service, switch)
    return log


async def cut(axes: Axes, kind: HoldKind = HoldKind.CUT) -> None:
    """Hold the miner for safety."""
    hold = Hold(
        owner=Owner.INTERLOCK,
        source="north",
        kind=kind,
        reason="leak",
        since=dt_util.utcnow(),
    )
    await async_holds(axes.hass).async_place(["axe"], hold)
    await axes.settle()


async def test_power_is_cut_and_given_back_in_turn(axes: Axes) -> None:
    """Once each, with a pause for its supplies; the switch is its only lever here."""
    rests: list[float] = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)

    device = await axes.start()
    await axes.add(device, controls=False, switch_entity_id=PDU)
    log = pdu(axes.hass)
    machine = async_machines(axes.hass).get("axe")
    assert machine is not None
    assert [lever.kind for lever in machine.levers] == [LeverKind.SWITCH]
    await cut(axes)
    assert log == ["off"]
    power_ups = async_power_ups(axes.hass)
    power_ups.house.pace, power_ups.sleep = Pace(starts=5), sleep
    await axes.after(4)
    await async_holds(axes.hass).async_release(Owner.INTERLOCK, "north")
    await axes.until(lambda: log == ["off", "on"])
    assert rests == [6.0]


async def test_a_miner_without_power_is_off_and_not_offline(axes: Axes) -> None:
    """As a rig's outlet says it; one that goes on answering is fed by something else."""
    device = await axes.start()
    await axes.add(device, switch_entity_id=PDU)
    pdu(axes.hass)
    axes.hass.states.async_set(PDU, "off")
    machine = async_machines(axes.hass).get("axe")
    assert machine is not None
    assert machine.facts().state is MachineState.OFF
    await axes.after(60)
    machine = async_machines(axes.hass).get("axe")
    assert machine is not None
    assert machine.facts().state is MachineState.HASHING


async def test_a_switch_that_is_lost_is_no_cut(axes: Axes) -> None:
    """Nothing is sent to it, and the machine is not called stopped."""
    device = await axes.start()
    await axes.add(device, controls=False, switch_entity_id=PDU)
    log = pdu(axes.hass)
    axes.hass.states.async_set(PDU, "unavailable")
    await cut(axes)
    assert log == []
    machine = async_machines(axes.hass).get("axe")
    assert machine is not None
    assert machine.lever_states[0].stopped is None


@pytest.mark.parametrize(
    ("entity_id", "error"),
    [
        (PDU, "switch_in_use"),
        ("switch.axe_mining", "switch_of_our_own"),
        ("switch.free", None),
    ],
)
async def test_a_switch_feeds_one_machine(
    axes: Axes, entity_id: str, error: str | None
) -> None:
    """Who it feeds is named; a switch of our own feeds nothing."""
    device = await axes.start()
    entry = await axes.add(device)
    MockConfigEntry(
        domain=DOMAIN,
        title="Rig 4",
        data={"kind": "rig", "switch_entity_id": PDU},
    ).add_to_hass(axes.hass)
    options = axes.hass.config_entries.options
    form: Any = await options.async_init(entry.entry_id)
    answer: Any = await options.async_configure(
        form["flow_id"],
        {
            "detail": "standard",
            "pool_watch": False,
            "controls": True,
            "switch_entity_id": entity_id,
        },
    )
    if error is None:
        assert answer["type"] is FlowResultType.CREATE_ENTRY
        assert entry.options["switch_entity_id"] == entity_id
        return
    assert answer["errors"] == {"switch_entity_id": error}
    if error == "switch_in_use":
        assert answer["description_placeholders"]["rig"] == "Rig 4"
