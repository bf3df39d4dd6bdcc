"""What a wallet has bid and won, and what the chain holds of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from ...common.units import PETAHASHES_PER_SECOND
from ...engines.auction import (
    FP,
    RAO,
    AuctionResult,
    Certainty,
    Prices,
    Standing,
    decode_bids,
    describe_sets,
)
from .coordinator import WalletConfigEntry
from .data import WalletData, WindowOutcome, outcome_of
from .delivery import won_hashrate
from .entity import WalletEntity

# Core's monetary class takes ISO 4217 codes and no measurements, so prices and stakes
# have no device class.
ALPHA = "α"
TAO = "τ"
US_DOLLARS = "USD"


@dataclass(frozen=True, kw_only=True)
class WalletSensorDescription(SensorEntityDescription):
    """A sensor of the chain or the commitment."""

    value_fn: Callable[[WalletData], StateType | datetime]


@dataclass(frozen=True, kw_only=True)
class WindowSensorDescription(SensorEntityDescription):
    """A sensor of the present window's auction; unknown before it was held."""

    value_fn: Callable[[AuctionResult], StateType | datetime]


def _workers_committed(data: WalletData) -> int | None:
    if data.commitment is None or data.commitment.standing is Standing.UNKNOWN:
        return None
    stored = data.commitment.stored
    if stored is None or stored.raw is None:
        return 0
    bids = decode_bids(stored.raw)
    return 0 if bids is None else sum(bid.count for bid in bids)


def _price(of: Callable[[Prices], int]) -> Callable[[AuctionResult], float | None]:
    """Return a price as a number for people; what decides is never rounded."""

    def price(result: AuctionResult) -> float | None:
        return None if result.prices is None else of(result.prices) / FP

    return price


COMMITMENT = WalletSensorDescription(
    key="commitment",
    translation_key="commitment",
    device_class=SensorDeviceClass.ENUM,
    options=[*Standing],
    value_fn=lambda data: (
        Standing.UNKNOWN if data.commitment is None else data.commitment.standing
    ),
)
ENDPOINT = WalletSensorDescription(
    key="endpoint",
    translation_key="endpoint",
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda data: None if data.endpoint is None else data.endpoint.url,
)
WALLET_SENSORS = (
    WalletSensorDescription(
        key="commitment_made",
        translation_key="commitment_made",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda data: (
            None if data.commitment is None else data.commitment.made_at
        ),
    ),
    WalletSensorDescription(
        key="commitment_renewal",
        translation_key="commitment_renewal",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
        value_fn=lambda data: (
            None if data.commitment is None else data.commitment.renew_at
        ),
    ),
    WalletSensorDescription(
        key="workers_committed",
        translation_key="workers_committed",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_workers_committed,
    ),
    WalletSensorDescription(
        key="uid",
        translation_key="uid",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: None if data.own is None else data.own.uid,
    ),
    WalletSensorDescription(
        key="stake",
        translation_key="stake",
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=ALPHA,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=lambda data: None if data.own is None else data.own.stake_rao / RAO,
    ),
    WalletSensorDescription(
        key="emission",
        translation_key="emission",
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=ALPHA,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
        value_fn=lambda data: (
            None
            if data.own is None or data.own.emission_rao is None
            else data.own.emission_rao / RAO
        ),
    ),
    WalletSensorDescription(
        key="height",
        translation_key="height",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda data: data.head.number,
    ),
    WalletSensorDescription(
        key="lag",
        translation_key="lag",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: None if data.endpoint is None else data.endpoint.lag,
    ),
)

WINDOW_SENSORS = (
    WindowSensorDescription(
        key="window",
        translation_key="window",
        entity_registry_enabled_default=False,
        value_fn=lambda result: result.window.index,
    ),
    WindowSensorDescription(
        key="window_started",
        translation_key="window_started",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
        value_fn=lambda result: result.started_at,
    ),
    WindowSensorDescription(
        key="next_window",
        translation_key="next_window",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
        value_fn=lambda result: result.ends_at,
    ),
    WindowSensorDescription(
        key="workers_won",
        translation_key="workers_won",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda result: sum(bid.won for bid in result.own),
    ),
    WindowSensorDescription(
        key="workers_lost",
        translation_key="workers_lost",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda result: sum(not bid.won for bid in result.own),
    ),
    WindowSensorDescription(
        key="hashrate_won",
        translation_key="hashrate_won",
        native_unit_of_measurement=PETAHASHES_PER_SECOND,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=won_hashrate,
    ),
    WindowSensorDescription(
        key="budget",
        translation_key="budget",
        native_unit_of_measurement=PETAHASHES_PER_SECOND,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=lambda result: result.budget_ph,
    ),
    WindowSensorDescription(
        key="bidders",
        translation_key="bidders",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda result: result.bidders,
    ),
    WindowSensorDescription(
        key="alpha_price",
        translation_key="alpha_price",
        native_unit_of_measurement=TAO,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=5,
        value_fn=_price(lambda prices: prices.alpha_tao),
    ),
    WindowSensorDescription(
        key="tao_price",
        translation_key="tao_price",
        native_unit_of_measurement=US_DOLLARS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=_price(lambda prices: prices.tao_usdc),
    ),
    WindowSensorDescription(
        key="hash_price",
        translation_key="hash_price",
        native_unit_of_measurement=f"{US_DOLLARS}/({PETAHASHES_PER_SECOND}·d)",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=_price(lambda prices: prices.hashp_usdc),
    ),
)

LAST_RESULT = WindowSensorDescription(
    key="last_result",
    translation_key="last_result",
    device_class=SensorDeviceClass.ENUM,
    options=[*WindowOutcome],
    value_fn=outcome_of,
)
HASHRATE_DELIVERED = SensorEntityDescription(
    key="hashrate_delivered",
    translation_key="hashrate_delivered",
    native_unit_of_measurement=PETAHASHES_PER_SECOND,
    state_class=SensorStateClass.MEASUREMENT,
    suggested_display_precision=2,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WalletConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the wallet's sensors."""
    coordinator = entry.runtime_data
    sensors: list[WalletEntity] = [
        CommitmentSensor(coordinator, COMMITMENT),
        EndpointSensor(coordinator, ENDPOINT),
        *(WalletSensor(coordinator, description) for description in WALLET_SENSORS),
        *(WindowSensor(coordinator, description) for description in WINDOW_SENSORS),
        LastResultSensor(coordinator, LAST_RESULT),
    ]
    if coordinator.machines:
        sensors.append(DeliveredSensor(coordinator, HASHRATE_DELIVERED))
    async_add_entities(sensors)


class WalletSensor(WalletEntity, SensorEntity):
    """What the chain holds of the wallet."""

    entity_description: WalletSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value_fn(self.coordinator.data)


class CommitmentSensor(WalletSensor):
    """How the commitment stands, and how long nothing is published."""

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        commitment = self.coordinator.data.commitment
        if commitment is None or commitment.held_until is None:
            return None
        return {"held_until": commitment.held_until.isoformat(timespec="minutes")}


class EndpointSensor(WalletSensor):
    """The endpoint in use, and what stands in for what its node lacks."""

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        endpoint = self.coordinator.data.endpoint
        if endpoint is None or not endpoint.fallbacks:
            return None
        return {"fallbacks": list(endpoint.fallbacks)}


class WindowSensor(WalletEntity, SensorEntity):
    """What the auction of the present window brought."""

    entity_description: WindowSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        result = self.coordinator.data.result
        return None if result is None else self.entity_description.value_fn(result)


class LastResultSensor(WindowSensor):
    """What the present window brought, and how sure that is."""

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        if (result := self.coordinator.data.result) is None:
            return None
        return {
            "final": self.coordinator.data.result_final,
            "certainty": result.certainty,
            "estimate": result.certainty is Certainty.ESTIMATE,
            "start_block": result.window.start,
            "end_block": result.window.end,
            "sets": describe_sets(result.own),
        }


class DeliveredSensor(WalletEntity, SensorEntity):
    """What the wallet's machines do now, beside what it has won."""

    @property
    @override
    def native_value(self) -> float | None:
        return self.coordinator.delivery().delivered
