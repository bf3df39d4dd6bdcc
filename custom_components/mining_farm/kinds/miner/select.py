"""Set points of a miner that are one of a list, as the miner lists them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory, UnitOfFrequency
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...engines.edge_collector import Command
from . import controls
from .coordinator import MinerConfigEntry, MinerCoordinator
from .entity import MinerEntity, async_add_controls


@dataclass(frozen=True, kw_only=True)
class MinerSelectDescription(SelectEntityDescription):
    """A set point whose options may be shown with a unit."""

    unit: str = ""


SELECTS = (
    MinerSelectDescription(
        key=Command.LEVEL,
        translation_key="power_level",
        entity_category=EntityCategory.CONFIG,
    ),
    MinerSelectDescription(
        key=Command.FREQUENCY,
        translation_key="frequency",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        unit=f" {UnitOfFrequency.MEGAHERTZ}",
    ),
    MinerSelectDescription(
        key=Command.FAN_MODE,
        translation_key="fan_mode",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MinerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the lists that the miner has, where control is allowed."""
    async_add_controls(entry.runtime_data, async_add_entities, _selects)


def _selects(miner: MinerCoordinator) -> Iterator[MinerEntity]:
    choices = miner.capabilities.choices
    for description in SELECTS:
        if choices.get(Command(description.key)):
            yield MinerSelect(miner, description)


class MinerSelect(MinerEntity, SelectEntity):
    """One set point; unknown where the miner has one that it does not list."""

    entity_description: MinerSelectDescription

    def __init__(
        self, coordinator: MinerCoordinator, description: MinerSelectDescription
    ) -> None:
        """Take the description, whose key is the command."""
        super().__init__(coordinator, description)
        self._command = Command(description.key)

    @property
    def _values(self) -> dict[str, str]:
        """Values by what is shown for them: the device's own words where it has some."""
        known, unit = self.coordinator.capabilities, self.entity_description.unit
        return {
            known.labels.get(value, f"{value}{unit}"): value
            for value in known.choices.get(self._command, ())
        }

    @property
    @override
    def options(self) -> list[str]:
        return list(self._values)

    @property
    @override
    def current_option(self) -> str | None:
        value = self.coordinator.data.settings.get(self._command)
        return next(
            (shown for shown, known in self._values.items() if known == value), None
        )

    @override
    async def async_select_option(self, option: str) -> None:
        """Set it, and see it set."""
        value = self._values[option]
        await controls.async_set(self.coordinator, self._command, value)
