"""Changing the policy of a rig."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .flowing import check, policy_input, suggested
from .surroundings import POLICY, Surroundings, rig_entry


async def load(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Load a rig, and with it all others."""
    if entry.state is ConfigEntryState.NOT_LOADED:
        await hass.config_entries.async_setup(entry.entry_id)


async def test_options(hass: HomeAssistant, around: Surroundings) -> None:
    """The complete policy; armed or not is left as it is."""
    entry = rig_entry(hass)
    await load(hass, entry)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    check(form, "options")
    assert form["step_id"] == "rig"
    assert suggested(form) == POLICY
    result = await hass.config_entries.options.async_configure(
        form["flow_id"],
        policy_input(time_until_offline_local=0.5, max_consecutive_restarts=5.0),
    )
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    changed = {"time_until_offline_local": 0.5, "max_consecutive_restarts": 5}
    assert entry.options == {**POLICY, **changed, "armed": True}
    assert isinstance(entry.options["max_consecutive_restarts"], int)


async def test_what_is_not_chosen_any_more_is_forgotten(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The step before a cut, the power sensor, and a dark rig as evidence."""
    entry = rig_entry(hass)
    await load(hass, entry)
    chosen = {
        "first_step_entity_id": "button.reboot",
        "miner_steps": ["restart_mining", "reboot"],
        "power_sensor_entity_id": "sensor.garage_power",
        "draw_is_evidence": True,
        "repeat_on_silence": True,
    }
    for extras in (chosen, {}):
        form = await hass.config_entries.options.async_init(entry.entry_id)
        await hass.config_entries.options.async_configure(
            form["flow_id"], policy_input(**extras)
        )
        await hass.async_block_till_done()
        assert entry.options == {**POLICY, **extras, "armed": True}


@pytest.mark.parametrize(
    ("name", "value"), [("time_until_offline", 0), ("power_cycle_on_delay", 601)]
)
async def test_options_out_of_range(
    hass: HomeAssistant, around: Surroundings, name: str, value: float
) -> None:
    """Refused, and the flow goes on."""
    entry = rig_entry(hass)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(Exception, match="Schema validation failed"):
        await hass.config_entries.options.async_configure(
            form["flow_id"], policy_input(**{name: value})
        )
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], policy_input()
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
