"""Cooling as a thermostat: off, a target held, or the controller's own target."""

import math
from typing import Any, Final, override

from homeassistant.components.climate import (
    ATTR_HVAC_MODE,
    ClimateEntity,
    ClimateEntityDescription,
    ClimateEntityFeature,
    HVACAction,
    HVACMode,
)
from homeassistant.const import ATTR_TEMPERATURE, UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...const import DOMAIN
from ...engines.containers import Write
from . import controls
from .coordinator import ContainerConfigEntry, ContainerCoordinator
from .entity import ContainerEntity

COOLING = ClimateEntityDescription(key="cooling", translation_key="container_cooling")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ContainerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the container's climate entity, where control is allowed."""
    if entry.runtime_data.offers(Write.START, Write.STOP, Write.SET_TEMPERATURE):
        async_add_entities([CoolingClimate(entry.runtime_data, COOLING)])


# Home Assistant 2026.11 names these members native_… and logs the old names, which are
# all that 2026.10 knows. Goes once 2026.11 is the least that is supported.
_NATIVE: Final = "native_" if hasattr(ClimateEntity, "native_temperature_unit") else ""


def _named_for_this_core(cls: type[CoolingClimate]) -> type[CoolingClimate]:
    """Give the temperatures the names by which the running Home Assistant reads them."""
    setattr(cls, f"_attr_{_NATIVE}temperature_unit", UnitOfTemperature.CELSIUS)
    setattr(cls, f"{_NATIVE}current_temperature", cls.supply_temperature)
    setattr(cls, f"{_NATIVE}target_temperature", cls.set_point)
    return cls


@_named_for_this_core
class CoolingClimate(ContainerEntity, ClimateEntity):
    """The container's cooling; auto is PID mode."""

    _attr_name = None
    _attr_supported_features = (
        ClimateEntityFeature.TARGET_TEMPERATURE
        | ClimateEntityFeature.TURN_OFF
        | ClimateEntityFeature.TURN_ON
    )

    def __init__(
        self, coordinator: ContainerCoordinator, description: ClimateEntityDescription
    ) -> None:
        """Take the bounds that the user has set."""
        super().__init__(coordinator, description)
        self._attr_hvac_modes = [HVACMode.OFF, HVACMode.COOL]
        if coordinator.offers(Write.PID):
            self._attr_hvac_modes.append(HVACMode.AUTO)
        bounds = coordinator.bounds
        self._attr_min_temp = bounds.low
        self._attr_max_temp = bounds.high
        self._attr_target_temperature_step = bounds.step

    @property
    @override
    def hvac_mode(self) -> HVACMode | None:
        plant = self.coordinator.data.plant
        if plant.running is None:
            return None
        if not plant.running:
            return HVACMode.OFF
        match plant.pid_mode:
            case True:
                return HVACMode.AUTO
            case False:
                return HVACMode.COOL
            case None:
                return None

    @property
    @override
    def hvac_action(self) -> HVACAction | None:
        match self.coordinator.data.plant.running:
            case True:
                return HVACAction.COOLING
            case False:
                return HVACAction.OFF
            case None:
                return None

    @property
    def supply_temperature(self) -> float | None:
        """Return the warmest coolant on its way to the miners, °C."""
        values = self.coordinator.data.plant.values
        supply = (values.get(key) for key in self.coordinator.table.supply_temperatures)
        return max((value for value in supply if value is not None), default=None)

    @property
    def set_point(self) -> float | None:
        """Return the target in force, °C."""
        return self.coordinator.data.plant.set_point

    @override
    def _shown(self) -> tuple[bool, Any]:
        available, state = super()._shown()
        if not available:
            return available, state
        return available, (
            state,
            self.hvac_action,
            self.supply_temperature,
            self.set_point,
        )

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Hold a target, which ends PID mode; start first where that is asked."""
        celsius = self._on_step(kwargs[ATTR_TEMPERATURE])
        controls.require_in_bounds(self.coordinator, celsius)
        mode = kwargs.get(ATTR_HVAC_MODE)
        if mode is not None:
            # Home Assistant checks the mode of set_hvac_mode only.
            self._valid_mode_or_raise("hvac", mode, self.hvac_modes)
        match mode:
            case HVACMode.AUTO:
                raise ServiceValidationError(
                    translation_domain=DOMAIN,
                    translation_key="container_auto_has_no_target",
                )
            case HVACMode.OFF:
                # Whether a controller that is given a target stays off is not known.
                raise ServiceValidationError(
                    translation_domain=DOMAIN,
                    translation_key="container_off_has_no_target",
                )
            case HVACMode.COOL:
                await controls.async_start(self.coordinator)
        await controls.async_set_temperature(self.coordinator, celsius)

    def _on_step(self, celsius: float) -> float:
        """Return the nearest target there is.

        What was chosen in another unit, here or in a voice assistant, is on no step.
        """
        if not math.isfinite(celsius):
            return celsius
        step = self.coordinator.bounds.step
        return round(celsius / step) * step

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        """Stop, hold the last target that a user set, or let the controller choose."""
        container = self.coordinator
        if hvac_mode is HVACMode.OFF:
            await controls.async_stop(container)
            return
        wanted = hvac_mode is HVACMode.AUTO
        changes = container.data.plant.pid_mode is not wanted
        if changes and not wanted:
            # An error where none is known, before anything is started.
            controls.last_manual_set_point(container)
        # HK3's pump may run on after a stop, so that one that runs may have to start.
        await controls.async_start(container)
        if changes:
            await controls.async_set_pid(container, on=wanted)

    @override
    async def async_turn_on(self) -> None:
        """Start cooling as it was set."""
        await controls.async_start(self.coordinator)

    @override
    async def async_turn_off(self) -> None:
        """Stop cooling."""
        await controls.async_stop(self.coordinator)
