"""Which parts of a miner get entities, whatever answers at its address."""

from dataclasses import replace
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, strategies as st
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.engines.edge_collector import (
    BoardStatus,
    Capabilities,
    Command,
    Fan,
    MinerProfile,
    MinerSnapshot,
)
from custom_components.mining_farm.kinds.miner.parts import (
    MAX_BOARDS,
    MAX_CHOICES,
    MAX_FANS,
    MAX_TEXT,
    READINGS_IN_A_ROW,
    NewParts,
    bounded,
)
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .conftest import HOST, FakeMiners, board, set_up, snapshot, tick


def reading(boards: range, fans: range = range(0)) -> MinerSnapshot:
    """Return a reading with these boards and fans."""
    return MinerSnapshot(
        boards=tuple(BoardStatus(id=number) for number in boards),
        fans=tuple(Fan(id=str(number), rpm=1) for number in fans),
    )


def of_entry(registry: er.EntityRegistry, suffix: str) -> int:
    """Return how many entities of the miner and its boards there are of a kind."""
    entities = er.async_entries_for_config_entry(registry, "entry1")
    return sum(each.unique_id.endswith(suffix) for each in entities)


RANGES = st.tuples(st.integers(0, 300), st.integers(0, 300)).map(
    lambda ends: range(ends[0], ends[0] + ends[1])
)


@given(st.integers(0, 4000), st.integers(0, 300), st.integers(0, 300))
def test_what_a_device_lists_is_bounded(many: int, long: int, boards: int) -> None:
    """A list that no select could show is none that is stored."""
    levels = tuple(f"{number}{'x' * long}" for number in range(many))
    listed = Capabilities(
        choices={Command.LEVEL: levels},
        labels=dict.fromkeys(levels, "y" * long),
        boards=tuple(map(str, range(boards))),
    )
    for profile in (MinerProfile(), MinerProfile(boards=(1,))):
        known = profile.learn(replace(reading(range(1)), capabilities=listed))
        kept = bounded(known).capabilities
        assert kept is not None
        choices = kept.choices[Command.LEVEL]
        assert choices == tuple(
            each for each in levels[:MAX_CHOICES] if len(each) <= MAX_TEXT
        )
        assert kept.labels.keys() <= set(choices)
        assert all(len(label) <= MAX_TEXT for label in kept.labels.values())
        assert len(kept.boards) == min(boards, MAX_BOARDS)


async def test_a_device_that_lists_without_end(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Its select has no more options than the database takes, also once it is known."""
    levels = tuple(f"level {number}" for number in range(4000))
    listed = Capabilities(choices={Command.LEVEL: levels})
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "controls": True}
    )
    miners.answers[HOST] = snapshot(capabilities=listed)
    await set_up(hass, entry)
    await tick(hass, freezer, 31)
    (select,) = hass.states.async_entity_ids("select")
    state = hass.states.get(select)
    assert state is not None
    assert len(state.attributes["options"]) == MAX_CHOICES
    assert len(str(entry.data)) < 20_000


async def test_levels_that_move_with_each_reading_are_seldom_written(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """They are shown at once; on disk is what can be ordered, and they once an hour."""
    writes: list[str] = []

    def count(change: ConfigEntryChange, changed: ConfigEntry) -> None:
        if change is ConfigEntryChange.UPDATED:
            writes.append(changed.entry_id)

    def levels(number: int, **more: Any) -> None:
        names = tuple(f"{each}: {3000 + number} W" for each in ("low", "high"))
        miners.answers[HOST] = snapshot(
            capabilities=Capabilities(choices={Command.LEVEL: names}, **more),
            settings={Command.LEVEL: names[0]},
        )

    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "controls": True}
    )
    levels(0)
    await set_up(hass, entry)
    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, callback(count))
    for number in range(100):
        levels(number)
        await tick(hass, freezer, 31)
    (select,) = hass.states.async_entity_ids("select")
    state = hass.states.get(select)
    assert state is not None
    assert state.attributes["options"] == ["low: 3099 W", "high: 3099 W"]
    assert writes == []
    for number in range(100, 220):
        levels(number)
        await tick(hass, freezer, 31)
    assert len(writes) == 1
    levels(220, commands=(Command.PAUSE,))
    await tick(hass, freezer, 31)
    assert len(writes) == 2


READINGS = st.lists(st.builds(reading, RANGES, RANGES), min_size=1, max_size=12)


@given(READINGS)
def test_parts_are_bounded_and_come_after_three_readings(
    readings: list[MinerSnapshot],
) -> None:
    """Whatever the readings show; a part that was taken over stays."""
    first, *later = readings
    profile = bounded(MinerProfile().learn(first))
    new, seen = NewParts(), list[set[int]]()
    for each in later:
        seen.append({board.id for board in each.boards})
        before, profile = profile, new.learn(profile, each)
        assert set(profile.boards) >= set(before.boards)
        for added in set(profile.boards) - set(before.boards):
            assert len(seen) >= READINGS_IN_A_ROW
            assert all(added in one for one in seen[-READINGS_IN_A_ROW:])
    assert len(profile.boards) <= MAX_BOARDS
    assert len(profile.fans) <= MAX_FANS


def test_a_real_miner_that_grows_is_complete_after_a_while() -> None:
    """A few parts come with each reading."""
    profile, new = MinerProfile().learn(reading(range(1, 4))), NewParts()
    for _ in range(READINGS_IN_A_ROW + 3):
        profile = new.learn(profile, reading(range(1, 13), range(1, 5)))
    assert profile.boards == tuple(range(1, 13))
    assert profile.fans == ("1", "2", "3", "4")


async def test_a_first_reading_with_too_many_parts(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Entities are made for so many of them, and the rest of the reading stands."""
    fans = tuple(Fan(id=str(number), rpm=1) for number in range(40))
    miners.answers[HOST] = snapshot(*map(board, range(1, 201)), fans=fans)
    await set_up(hass, entry)
    assert of_entry(entity_registry, "_problem") == 1 + MAX_BOARDS
    assert sum(of_entry(entity_registry, f"_fan_{fan.id}") for fan in fans) == MAX_FANS
    shown = hass.states.get("sensor.antminer_s19j_pro_rig01_healthy_hashboards")
    assert shown is not None
    assert shown.state == "200"


async def test_other_boards_in_each_reading_add_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """A device that makes boards up does not fill registries and stored data."""
    await set_up(hass, entry)
    before = len(entity_registry.entities)
    for number in range(10):
        first = 100 * (number + 1)
        miners.answers[HOST] = snapshot(*map(board, range(first, first + 50)))
        await tick(hass, freezer, 31)
    assert len(entity_registry.entities) == before
    assert entry.data["profile"]["boards"] == (1, 2, 3)


async def test_a_stored_profile_with_too_many_parts(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """One that an earlier version took over from a hostile device is cut."""
    profile = {"boards": list(range(1, 300)), "fans": list(map(str, range(100)))}
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "profile": profile}
    )
    await set_up(hass, entry)
    entities = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    numbers = {
        each.unique_id for each in entities if each.unique_id.endswith("_problem")
    }
    assert len(numbers) == MAX_BOARDS + 1
