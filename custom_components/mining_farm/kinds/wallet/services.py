"""Actions on wallets, by entity, device, area or label."""

from typing import Final

import voluptuous as vol

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv

from ...common.actions import async_do_all, async_targeted_entries, plain_json
from ...const import DOMAIN, Kind
from .controls import async_compute, async_preview, async_publish
from .coordinator import WalletCoordinator

SERVICE_PUBLISH_COMMITMENT: Final = "publish_commitment"
SERVICE_PREVIEW_COMMITMENT: Final = "preview_commitment"
SERVICE_COMPUTE_AUCTION: Final = "compute_auction"
SERVICE_GET_RESULTS: Final = "get_results"

ATTR_BLOCK: Final = "block"
ATTR_FORCE: Final = "force"

TARGET_SCHEMA = cv.make_entity_service_schema({})
PUBLISH_SCHEMA = cv.make_entity_service_schema(
    {vol.Optional(ATTR_FORCE, default=False): cv.boolean}
)
COMPUTE_SCHEMA = cv.make_entity_service_schema(
    {vol.Optional(ATTR_BLOCK): cv.positive_int}
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions on wallets."""
    hass.services.async_register(
        DOMAIN, SERVICE_PUBLISH_COMMITMENT, _async_publish, schema=PUBLISH_SCHEMA
    )
    for service, schema, handler in (
        (SERVICE_PREVIEW_COMMITMENT, TARGET_SCHEMA, _async_preview),
        (SERVICE_COMPUTE_AUCTION, COMPUTE_SCHEMA, _async_compute),
        (SERVICE_GET_RESULTS, TARGET_SCHEMA, _async_get_results),
    ):
        hass.services.async_register(
            DOMAIN,
            service,
            handler,
            schema=schema,
            supports_response=SupportsResponse.ONLY,
        )


async def _async_publish(call: ServiceCall) -> None:
    """Bring the chain in line now; one wallet that fails stops no other."""
    force: bool = call.data[ATTR_FORCE]
    await async_do_all(
        await _async_wallets(call),
        lambda wallet: async_publish(wallet, force=force),
    )


async def _async_preview(call: ServiceCall) -> ServiceResponse:
    """Return what would be committed, by the wallet's entry id."""
    return {
        wallet.config_entry.entry_id: await async_preview(wallet)
        for wallet in await _async_wallets(call)
    }


async def _async_compute(call: ServiceCall) -> ServiceResponse:
    """Return the auction of a block's window, by the wallet's entry id."""
    block: int | None = call.data.get(ATTR_BLOCK)
    return {
        wallet.config_entry.entry_id: await async_compute(wallet, block)
        for wallet in await _async_wallets(call)
    }


async def _async_get_results(call: ServiceCall) -> ServiceResponse:
    """Return the outcomes of the last windows, by the wallet's entry id."""
    return {
        wallet.config_entry.entry_id: plain_json({"results": wallet.history.results()})
        for wallet in await _async_wallets(call)
    }


async def _async_wallets(call: ServiceCall) -> list[WalletCoordinator]:
    return [
        entry.runtime_data for entry in await async_targeted_entries(call, Kind.WALLET)
    ]
