"""Repair flows of every kind, as Home Assistant asks for them."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import CONF_KIND, DOMAIN, Kind
from custom_components.mining_farm.repairs import async_create_fix_flow
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError


@pytest.mark.parametrize("data", [None, {}, {"entry_id": "gone"}])
async def test_an_issue_of_an_entry_that_is_gone(
    hass: HomeAssistant, data: dict[str, str] | None
) -> None:
    """It cannot be fixed, in words."""
    with pytest.raises(HomeAssistantError) as refused:
        await async_create_fix_flow(hass, "rig_unstable_gone", data)
    assert refused.value.translation_key == "entry_is_gone"


async def test_a_kind_without_fix_flows(hass: HomeAssistant) -> None:
    """Its issues are never offered to be fixed."""
    entry = MockConfigEntry(domain=DOMAIN, data={CONF_KIND: Kind.WALLET})
    entry.add_to_hass(hass)
    with pytest.raises(HomeAssistantError):
        await async_create_fix_flow(hass, "issue", {"entry_id": entry.entry_id})
