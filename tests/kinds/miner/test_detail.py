"""How much is held of a miner: what hundreds need, the usual, or everything."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .axes import Axes
from .conftest import FakeMiners, set_up
from .test_entities import enabled
from .test_resilience import PREFIX

FARM = [
    f"binary_sensor.{PREFIX}_connectivity",
    f"binary_sensor.{PREFIX}_problem",
    f"sensor.{PREFIX}_hashrate",
    f"sensor.{PREFIX}_healthy_hashboards",
    f"sensor.{PREFIX}_hottest_chip",
    f"sensor.{PREFIX}_status",
]
USER = er.RegistryEntryDisabler.USER
INTEGRATION = er.RegistryEntryDisabler.INTEGRATION


async def choose(hass: HomeAssistant, entry: MockConfigEntry, detail: str) -> None:
    """Go through the options."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["step_id"] == "miner"
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], {"detail": detail}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


def registered(registry: er.EntityRegistry, entry: MockConfigEntry) -> list[str]:
    """Return all entities of an entry, the disabled ones included."""
    entities = er.async_entries_for_config_entry(registry, entry.entry_id)
    return sorted(entity.entity_id for entity in entities)


async def test_farm_detail_registers_nothing_else(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """One of hundreds of miners has six entities, and no device for each hashboard."""
    hass.config_entries.async_update_entry(entry, options={"detail": "farm"})
    await set_up(hass, entry)
    assert registered(entity_registry, entry) == FARM
    assert enabled(entity_registry, entry) == FARM
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert [device.name for device in devices] == [entry.title]
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_farm_detail_has_the_switch_where_control_is_allowed(
    axes: Axes, entity_registry: er.EntityRegistry
) -> None:
    """It is the seventh, and the only one of a Bitaxe's controls."""
    entry = await axes.add(await axes.start(), detail="farm")
    assert axes.state("switch.axe_mining") == "on"
    entities = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert {entity.domain for entity in entities} == {
        "binary_sensor",
        "sensor",
        "switch",
    }
    assert len(entities) == 6  # A Bitaxe has no hashboards.


async def test_what_is_taken_away_returns_as_it_was(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Entity ids, and with them the history, names, and what the user disabled."""
    await set_up(hass, entry)
    usual = enabled(entity_registry, entry)
    everything = registered(entity_registry, entry)
    hidden, renamed = f"sensor.{PREFIX}_pool", f"sensor.{PREFIX}_hashboard_2_hashrate"
    entity_registry.async_update_entity(hidden, disabled_by=USER)
    entity_registry.async_update_entity(renamed, new_entity_id="sensor.upper_board")
    board = entity_registry.entities["sensor.upper_board"].device_id
    assert board is not None
    device_registry.async_update_child_device(board, name_by_user="Upper board")

    await choose(hass, entry, "farm")
    assert registered(entity_registry, entry) == FARM
    assert len(dr.async_entries_for_config_entry(device_registry, entry.entry_id)) == 1
    await choose(hass, entry, "standard")

    def expected(ids: list[str]) -> list[str]:
        return sorted("sensor.upper_board" if each == renamed else each for each in ids)

    assert registered(entity_registry, entry) == expected(everything)
    assert enabled(entity_registry, entry) == expected(
        [each for each in usual if each != hidden]
    )
    device = device_registry.async_get(board)
    assert device is not None
    assert device.name_by_user == "Upper board"


@pytest.mark.parametrize("between", [[], ["farm"]])
async def test_everything_is_enabled_and_disabled_again(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
    between: list[str],
) -> None:
    """All but what the user has disabled, also by way of farm detail."""
    await set_up(hass, entry)
    usual = enabled(entity_registry, entry)
    everything = registered(entity_registry, entry)
    assert usual != everything
    hidden = f"sensor.{PREFIX}_worker"
    entity_registry.async_update_entity(hidden, disabled_by=USER)
    for detail in [*between, "everything"]:
        await choose(hass, entry, detail)
    assert enabled(entity_registry, entry) == [e for e in everything if e != hidden]
    for detail in [*between, "standard"]:
        await choose(hass, entry, detail)
    assert enabled(entity_registry, entry) == usual
    assert entity_registry.entities[hidden].disabled_by is USER


async def test_another_option_changes_no_entity(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """What a user enabled one by one stays enabled while the detail stays."""
    await set_up(hass, entry)
    entity_registry.async_update_entity(f"sensor.{PREFIX}_worker", disabled_by=None)
    before = enabled(entity_registry, entry)
    await choose(hass, entry, "standard")
    assert enabled(entity_registry, entry) == before


async def test_the_essentials_of_an_earlier_version_become_farm_detail(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """What it had disabled is removed, and comes back enabled at another detail."""
    await set_up(hass, entry)
    usual = enabled(entity_registry, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    for entity_id in set(usual) - set(FARM):
        entity_registry.async_update_entity(entity_id, disabled_by=INTEGRATION)
    earlier = {key: value for key, value in entry.data.items() if "detail" not in key}
    options = {"essentials_only": True, "pool_watch": True}
    hass.config_entries.async_update_entry(
        entry, data=earlier, options=options, minor_version=1
    )
    await set_up(hass, entry)
    assert dict(entry.options) == {"detail": "farm", "pool_watch": True}
    assert (entry.version, entry.minor_version) == (1, 2)
    assert registered(entity_registry, entry) == FARM
    await choose(hass, entry, "standard")
    assert enabled(entity_registry, entry) == usual


async def test_all_usual_entities_of_an_earlier_version_stay(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Also those that the user had enabled one by one."""
    await set_up(hass, entry)
    entity_registry.async_update_entity(f"sensor.{PREFIX}_worker", disabled_by=None)
    before = enabled(entity_registry, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(
        entry, options={"essentials_only": False}, minor_version=1
    )
    await set_up(hass, entry)
    assert dict(entry.options) == {"detail": "standard"}
    assert enabled(entity_registry, entry) == before


async def test_data_of_a_newer_minor_version_fit(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """They stay as they are."""
    hass.config_entries.async_update_entry(entry, minor_version=3)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.minor_version == 3
