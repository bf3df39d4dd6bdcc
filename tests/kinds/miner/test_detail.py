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
from .test_resilience import PREFIX, state

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


def boards(registry: dr.DeviceRegistry, entry: MockConfigEntry) -> list[str | None]:
    """Return the names of the hashboards' devices."""
    found = dr.async_child_entries_for_config_entry(registry, entry.entry_id)
    return [device.name_by_user or device.name for device in found]


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
    assert boards(device_registry, entry) == []
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_farm_detail_removes_boards_that_are_no_sub_devices_yet(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """As an earlier version registered them."""
    device_registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={("mining_farm", f"{entry.entry_id}_board_1")},
    )
    hass.config_entries.async_update_entry(entry, options={"detail": "farm"})
    await set_up(hass, entry)
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert [device.name for device in devices] == [entry.title]


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
    assert boards(device_registry, entry) == []
    await choose(hass, entry, "standard")

    def expected(ids: list[str]) -> list[str]:
        return sorted("sensor.upper_board" if each == renamed else each for each in ids)

    assert registered(entity_registry, entry) == expected(everything)
    assert enabled(entity_registry, entry) == expected(
        [each for each in usual if each != hidden]
    )
    assert sorted(map(str, boards(device_registry, entry))) == [
        "Hashboard 1",
        "Hashboard 3",
        "Upper board",
    ]
    assert entity_registry.entities["sensor.upper_board"].device_id == board


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


async def test_what_the_user_enabled_is_on_after_farm_detail(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """It was removed as it was, and nothing else was chosen meanwhile."""
    await set_up(hass, entry)
    entity_registry.async_update_entity(f"sensor.{PREFIX}_worker", disabled_by=None)
    before = enabled(entity_registry, entry)
    for detail in ("farm", "farm", "standard"):
        await choose(hass, entry, detail)
    assert enabled(entity_registry, entry) == before


async def test_what_is_turned_off_leaves_no_state(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Nothing is unavailable until the next start because few need it."""
    hass.config_entries.async_update_entry(entry, options={"detail": "everything"})
    await set_up(hass, entry)
    await choose(hass, entry, "standard")
    assert sorted(hass.states.async_entity_ids()) == enabled(entity_registry, entry)


@pytest.mark.parametrize("is_registered", [True, False])
async def test_an_id_that_another_took_meanwhile_stays_with_it(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
    is_registered: bool,
) -> None:
    """Ours returns beside it, and is on where it is to be."""
    await set_up(hass, entry)
    name = f"{PREFIX}_worker"
    await choose(hass, entry, "farm")
    if is_registered:
        entity_registry.async_get_or_create(
            "sensor", "template", "1", suggested_object_id=name
        )
    hass.states.async_set(f"sensor.{name}", "taken")
    await choose(hass, entry, "everything")
    assert state(hass, f"sensor.{name}") == "taken"
    assert state(hass, f"sensor.{name}_2") == "wallet.rig01"


async def test_no_new_entities_are_enabled_where_the_user_wants_none(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """By the switch in the system options of the entry."""
    await set_up(hass, entry)
    before = enabled(entity_registry, entry)
    hass.config_entries.async_update_entry(entry, pref_disable_new_entities=True)
    await choose(hass, entry, "everything")
    assert enabled(entity_registry, entry) == before


@pytest.mark.parametrize("detail", ["farm", "standard", "everything"])
async def test_control_that_is_not_allowed_any_more_leaves_nothing(
    axes: Axes, entity_registry: er.EntityRegistry, detail: str
) -> None:
    """Neither what acts nor its event; allowed again, all of it is back."""
    entry = await axes.add(await axes.start(), detail=detail)
    allowed = registered(entity_registry, entry)
    assert "switch.axe_mining" in allowed
    entity_registry.async_update_entity(
        "switch.axe_mining", new_entity_id="switch.garage"
    )
    flow = axes.hass.config_entries.options
    for controls in (False, True):
        form = await flow.async_init(entry.entry_id)
        await flow.async_configure(
            form["flow_id"], {"detail": detail, "controls": controls}
        )
        await axes.settle()
        there = set(registered(entity_registry, entry))
        if not controls:
            assert {each.partition(".")[0] for each in there} <= {
                "binary_sensor",
                "event",
                "sensor",
            }
            assert "event.axe_last_command" not in there
    assert there == {*allowed, "switch.garage"} - {"switch.axe_mining"}


async def test_what_was_not_there_is_on_at_full_detail_as_well(
    axes: Axes, entity_registry: er.EntityRegistry
) -> None:
    """Control was not allowed when the detail was chosen."""
    entry = await axes.add(await axes.start())
    assert entity_registry.entities["button.axe_reboot"].disabled_by is INTEGRATION
    flow = axes.hass.config_entries.options
    for detail, controls in (
        ("standard", False),
        ("everything", False),
        ("everything", True),
    ):
        form = await flow.async_init(entry.entry_id)
        await flow.async_configure(
            form["flow_id"], {"detail": detail, "controls": controls}
        )
        await axes.settle()
    assert enabled(entity_registry, entry) == registered(entity_registry, entry)
    assert axes.state("button.axe_reboot") == "unknown"


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


@pytest.mark.parametrize("minor_version", [1, 2])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"essentials_only": True},
        {"essentials_only": False},
        {"essentials_only": True, "controls": True},
        {"essentials_only": True, "detail": "everything"},
    ],
)
async def test_options_of_an_earlier_version(
    hass: HomeAssistant,
    miners: FakeMiners,
    entry: MockConfigEntry,
    options: dict[str, bool | str],
    minor_version: int,
) -> None:
    """Also where it was installed again over a later one, which had raised the version."""
    essentials = options.get("essentials_only")
    detail = options.get("detail") or ("farm" if essentials else "standard")
    hass.config_entries.async_update_entry(
        entry, options=options, minor_version=minor_version
    )
    await set_up(hass, entry)
    assert entry.runtime_data.detail == detail
    assert entry.options.get("detail", "standard") == detail
    assert "essentials_only" not in entry.options
    assert entry.options.get("controls") == options.get("controls")
    assert entry.minor_version == 2


async def test_data_of_a_newer_minor_version_fit(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """They stay as they are."""
    hass.config_entries.async_update_entry(entry, minor_version=3)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.minor_version == 3
