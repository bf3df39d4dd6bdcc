"""Actions on wallets, by entity, device, area or label.

Registered in every house; what they do is imported with the first wallet.
"""

from typing import TYPE_CHECKING, Final

import voluptuous as vol

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv

from ...common.actions import Action, async_do_all, async_register_actions, plain_json
from ...common.rights import ADMINISTRATOR, READ
from ...const import Kind

if TYPE_CHECKING:
    from .coordinator import WalletCoordinator

ATTR_BLOCK: Final = "block"
ATTR_FORCE: Final = "force"


async def _async_publish(wallets: list[WalletCoordinator], call: ServiceCall) -> None:
    """Bring the chain in line now; one wallet that fails stops no other."""
    from .controls import async_publish  # noqa: PLC0415

    force: bool = call.data[ATTR_FORCE]
    await async_do_all(wallets, lambda wallet: async_publish(wallet, force=force))


async def _async_preview(
    wallets: list[WalletCoordinator], _call: ServiceCall
) -> ServiceResponse:
    """Return what would be committed, by the wallet's entry id."""
    from .controls import async_preview  # noqa: PLC0415

    return {
        wallet.config_entry.entry_id: await async_preview(wallet) for wallet in wallets
    }


async def _async_compute(
    wallets: list[WalletCoordinator], call: ServiceCall
) -> ServiceResponse:
    """Return the auction of a block's window, by the wallet's entry id."""
    from .controls import async_compute  # noqa: PLC0415

    block: int | None = call.data.get(ATTR_BLOCK)
    return {
        wallet.config_entry.entry_id: await async_compute(wallet, block)
        for wallet in wallets
    }


async def _async_get_results(
    wallets: list[WalletCoordinator], _call: ServiceCall
) -> ServiceResponse:
    """Return the outcomes of the last windows, by the wallet's entry id."""
    return {
        wallet.config_entry.entry_id: plain_json({"results": wallet.history.results()})
        for wallet in wallets
    }


ACTIONS = (
    Action(
        name="publish_commitment",
        right=ADMINISTRATOR,
        run=_async_publish,
        fields={vol.Optional(ATTR_FORCE, default=False): cv.boolean},
    ),
    Action(
        name="preview_commitment",
        right=READ,
        run=_async_preview,
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="compute_auction",
        right=READ,
        run=_async_compute,
        fields={vol.Optional(ATTR_BLOCK): cv.positive_int},
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="get_results",
        right=READ,
        run=_async_get_results,
        response=SupportsResponse.ONLY,
    ),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions on wallets."""
    async_register_actions(hass, Kind.WALLET, ACTIONS)
