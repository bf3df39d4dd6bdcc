"""Whatever a user has changed, and in whatever order: the registry is what the detail says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.engines.edge_collector import (
    Bounds,
    Capabilities,
    Command,
    MinerSnapshot,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .conftest import HOST, FakeMiners, board, failure, set_up, snapshot, tick

USER: Final = er.RegistryEntryDisabler.USER
DEVICE: Final = er.RegistryEntryDisabler.DEVICE
INTEGRATION: Final = er.RegistryEntryDisabler.INTEGRATION
FARM_KEYS: Final = {
    "sensor status",
    "sensor hashrate",
    "sensor temp_chip_max",
    "sensor boards_healthy",
    "binary_sensor connectivity",
    "binary_sensor problem",
}
CAPABILITIES: Final = Capabilities(
    commands=(Command.PAUSE, Command.REBOOT, Command.LOCATE),
    numbers={
        Command.POWER_TARGET: Bounds(
            minimum=1000, maximum=4000, step=10, source="device"
        )
    },
    choices={Command.LEVEL: ("low", "high")},
)
SETTINGS: Final = {Command.POWER_TARGET: 3000.0, Command.LEVEL: "low"}
CONTROLS: Final = {
    "switch mining",
    "switch locate",
    "button reboot",
    "number power_target",
    "select level",
    "event command",
}
READ_INSTEAD: Final = {"sensor power_target", "sensor level"}
STEPS: Final = 14


def reading(boards: int) -> MinerSnapshot:
    """Return a reading of a miner with so many boards, which can be ordered much."""
    shown = [board(number + 1) for number in range(boards)]
    return snapshot(*shown, capabilities=CAPABILITIES, settings=SETTINGS, power_w=3000)


def key_of(entity: er.RegistryEntry) -> str:
    """Return what is the same of an entity in every Home Assistant."""
    return f"{entity.domain} {entity.unique_id.partition('_')[2]}"


@dataclass
class Walk:
    """A miner whose user changes his mind."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    miners: FakeMiners
    entry: MockConfigEntry
    chance: Random
    detail: str = "standard"
    controls: bool = False
    boards: int = 3
    shown_boards: int = 3
    is_off: bool = False
    customised: dict[str, dict[str, Any]] = field(default_factory=dict)
    board_areas: dict[str, str] = field(default_factory=dict)
    switched_on: set[str] = field(default_factory=set)
    """What the user has enabled since the entities were chosen that are on."""
    chosen_for: str = "standard"
    untold: bool = False
    """Whether what orders was not there when another detail was chosen."""
    disabled_board: str | None = None
    done: list[str] = field(default_factory=list)

    @property
    def entities(self) -> er.EntityRegistry:
        """Return the registry."""
        return er.async_get(self.hass)

    def registered(self) -> dict[str, er.RegistryEntry]:
        """Return all of the miner's entities by what they are."""
        known = er.async_entries_for_config_entry(self.entities, self.entry.entry_id)
        return {key_of(each): each for each in known}

    def answer(self) -> None:
        """Let the miner answer as it is."""
        self.miners.answers[HOST] = (
            failure() if self.is_off else reading(self.shown_boards)
        )

    async def options(self) -> None:
        """Go through the options."""
        flow = self.hass.config_entries.options
        form = await flow.async_init(self.entry.entry_id)
        wanted = {"detail": self.detail, "controls": self.controls}
        result = await flow.async_configure(form["flow_id"], wanted)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def choose(self) -> None:
        """Choose a detail."""
        self.detail = self.chance.choice(["farm", "standard", "everything"])
        if self.detail not in ("farm", self.chosen_for):
            self.chosen_for = self.detail
            self.untold = not self.controls
            self.switched_on.clear()
        await self.options()

    async def allow(self) -> None:
        """Allow or forbid to control the miner."""
        self.controls = not self.controls
        await self.options()

    async def switch(self) -> None:
        """Turn the miner off or on."""
        self.is_off = not self.is_off
        self.answer()
        for _ in range(4):
            await tick(self.hass, self.freezer, 31)

    async def grow(self) -> None:
        """Put another board in."""
        self.shown_boards = self.boards = min(self.boards + 1, 6)
        if self.is_off:
            await self.switch()
        self.answer()
        for _ in range(4):
            await tick(self.hass, self.freezer, 31)

    async def lose(self) -> None:
        """Take a board out."""
        self.shown_boards = max(1, self.shown_boards - 1)
        self.answer()
        await tick(self.hass, self.freezer, 31)

    async def customise(self) -> None:
        """Change an entity as a user can."""
        key = self.chance.choice(sorted(self.registered()))
        entity = self.registered()[key]
        kept = self.customised.setdefault(key, {})
        if entity.disabled_by is INTEGRATION and self.chance.random() < 0.7:
            self.switched_on.add(key)
            self.entities.async_update_entity(entity.entity_id, disabled_by=None)
            await set_up_again(self.hass, self.entry)
            return
        if entity.disabled_by is DEVICE:
            return
        match self.chance.choice(["id", "name", "disable", "hide", "options"]):
            case "id":
                kept["entity_id"] = f"{entity.domain}.mine_{len(self.done)}"
                self.entities.async_update_entity(
                    entity.entity_id, new_entity_id=kept["entity_id"]
                )
            case "name":
                kept["name"] = f"Mine {len(self.done)}"
                self.entities.async_update_entity(entity.entity_id, name=kept["name"])
            case "disable":
                kept["disabled_by"] = USER
                self.entities.async_update_entity(entity.entity_id, disabled_by=USER)
            case "hide":
                kept["hidden_by"] = er.RegistryEntryHider.USER
                self.entities.async_update_entity(
                    entity.entity_id, hidden_by=kept["hidden_by"]
                )
            case "options":
                more = {"display_precision": self.chance.randrange(5)}
                self.entities.async_update_entity_options(
                    entity.entity_id, "sensor.mine", more
                )
                kept["options"] = more
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def place_board(self) -> None:
        """Name a board, where there are any."""
        devices = dr.async_get(self.hass)
        entry_id = self.entry.entry_id
        for device in dr.async_child_entries_for_config_entry(devices, entry_id):
            ((_, identifier),) = device.identifiers
            self.board_areas[identifier] = f"Board {len(self.done)}"
            devices.async_update_child_device(
                device.id, name_by_user=self.board_areas[identifier]
            )
            return

    async def disable_board(self) -> None:
        """Disable a board, where there are any, or enable it again."""
        devices = dr.async_get(self.hass)
        entry_id = self.entry.entry_id
        for device in dr.async_child_entries_for_config_entry(devices, entry_id):
            ((_, identifier),) = device.identifiers
            if self.disabled_board not in (None, identifier):
                continue
            disable = self.disabled_board is None
            if not disable and self.detail == "standard":
                self.switched_on |= {
                    key
                    for key, each in self.registered().items()
                    if each.disabled_by is DEVICE
                }
            self.disabled_board = identifier if disable else None
            devices.async_update_child_device(
                device.id,
                disabled_by=dr.DeviceEntryDisabler.USER if disable else None,
            )
            await self.hass.async_block_till_done()
            await set_up_again(self.hass, self.entry)
            return

    async def step(self) -> None:
        """Do anything."""
        steps: list[Callable[[], Any]] = [
            *[self.choose] * 4,
            self.allow,
            self.switch,
            self.grow,
            self.lose,
            *[self.customise] * 3,
            self.place_board,
            self.disable_board,
        ]
        step = self.chance.choice(steps)
        self.done.append(
            f"{step.__name__} -> {self.detail} {self.controls} {self.boards}"
        )
        await step()
        self.done[-1] = (
            f"{step.__name__} -> {self.detail} {self.controls} {self.boards}"
        )

    def wanted(self, whole: set[str], off: set[str]) -> tuple[set[str], set[str]]:
        """Return which entities there have to be, and which of them are off."""
        if self.detail == "farm":
            there = FARM_KEYS | ({"switch mining"} if self.controls else set())
        else:
            there = (whole | READ_INSTEAD) - CONTROLS
            if self.controls:
                there = (there | CONTROLS) - READ_INSTEAD
            template = {each for each in whole if " board_1_" in each}
            for number in range(2, self.boards + 1):
                there |= {e.replace("board_1", f"board_{number}") for e in template}
        standard = self.detail == "standard"
        return there, {
            e for e in there if standard and e.replace(_board(e), "board_1") in off
        }

    def check(self, whole: set[str], off: set[str]) -> None:
        """See that nothing else is there, and that nothing of the user's is lost."""
        there, disabled = self.wanted(whole, off)
        known = self.registered()
        assert set(known) == there, self.done
        users = {k for k, v in self.customised.items() if v.get("disabled_by")}
        by_us, by_device = (
            {key for key, each in known.items() if each.disabled_by is by}
            for by in (INTEGRATION, DEVICE)
        )
        untold = CONTROLS if self.untold else set()
        expected = disabled - users - self.switched_on - by_device
        assert by_us - untold == expected - untold, self.done
        of_board = f" {(self.disabled_board or '-').partition('_')[2]}_"
        assert {key for key in known if of_board in key} == {
            key for key, each in known.items() if of_board in key and each.disabled
        }, self.done
        assert all(of_board in key for key in by_device), self.done
        assert {k for k, e in known.items() if e.disabled_by is USER} == users & there
        for key, wanted in self.customised.items():
            if (entity := known.get(key)) is None:
                continue
            shown = {
                name: getattr(entity, name) for name in wanted if name != "options"
            }
            kept = {name: value for name, value in wanted.items() if name != "options"}
            assert shown == kept, self.done
            if "options" in wanted:
                assert entity.options["sensor.mine"] == wanted["options"]
        for entity in known.values():
            state = self.hass.states.get(entity.entity_id)
            assert (state is None) == (entity.disabled_by is not None), (
                entity.entity_id,
                self.done,
            )
            assert state is None or "restored" not in state.attributes, self.done
            assert entity.entity_id.startswith(f"{entity.domain}.antminer") or (
                entity.entity_id
                == self.customised.get(key_of(entity), {}).get("entity_id")
            ), (entity.entity_id, self.done)
        devices = dr.async_get(self.hass)
        entry_id = self.entry.entry_id
        assert len(dr.async_entries_for_config_entry(devices, entry_id)) == 1
        found = dr.async_child_entries_for_config_entry(devices, entry_id)
        boards = 0 if self.detail == "farm" else self.boards
        assert len(found) == boards, self.done
        for device in found:
            ((_, identifier),) = device.identifiers
            assert device.name_by_user == self.board_areas.get(identifier), self.done


async def set_up_again(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Reload as Home Assistant does a while after an entity was enabled."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def _board(key: str) -> str:
    start, _, number = key.partition("board_")
    return (
        f"board_{number[0]}" if start.endswith(" ") and number[:1].isdecimal() else "-"
    )


@pytest.mark.parametrize("seed", range(6))
async def test_a_walk_through_the_options(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
    seed: int,
) -> None:
    """After each step there is what the detail says, as the user has made it."""
    walk = Walk(hass, freezer, miners, entry, Random(seed))
    walk.answer()
    await set_up(hass, entry)
    first = walk.registered()
    whole = set(first)
    off = {key for key, each in first.items() if each.disabled_by is INTEGRATION}
    off |= {"switch locate", "button reboot"}
    for _ in range(STEPS):
        await walk.step()
        walk.check(whole, off)
