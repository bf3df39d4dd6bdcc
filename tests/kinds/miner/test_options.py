"""All usual entities, or the essentials only."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er

from .conftest import FakeMiners, set_up
from .test_entities import enabled
from .test_resilience import PREFIX

ESSENTIAL = [
    f"binary_sensor.{PREFIX}_connectivity",
    f"binary_sensor.{PREFIX}_problem",
    f"sensor.{PREFIX}_hashrate",
    f"sensor.{PREFIX}_healthy_hashboards",
    f"sensor.{PREFIX}_hottest_chip",
    f"sensor.{PREFIX}_status",
]


async def choose_essentials(
    hass: HomeAssistant, entry: MockConfigEntry, *, essentials: bool
) -> None:
    """Go through the options."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["step_id"] == "miner"
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], {"essentials_only": essentials}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_essentials_from_the_start(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """One of hundreds of miners has at most six entities."""
    hass.config_entries.async_update_entry(entry, options={"essentials_only": True})
    await set_up(hass, entry)
    assert enabled(entity_registry, entry) == ESSENTIAL


async def test_essentials_and_back(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """What the user disabled stays disabled, what was usual comes back."""
    await set_up(hass, entry)
    usual = enabled(entity_registry, entry)
    hidden = f"sensor.{PREFIX}_pool"
    entity_registry.async_update_entity(
        hidden, disabled_by=er.RegistryEntryDisabler.USER
    )
    await choose_essentials(hass, entry, essentials=True)
    assert enabled(entity_registry, entry) == ESSENTIAL
    await choose_essentials(hass, entry, essentials=False)
    assert enabled(entity_registry, entry) == [e for e in usual if e != hidden]
