"""Sets up the entries of wallets."""

from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.util.hass_dict import HassKey

from ...common.holds import async_holds
from ...common.members import async_offer
from ...const import DOMAIN
from ...engines.auction import AuctionSolver
from ...engines.auction.chain.sharing import ChainPool
from .const import CONF_ENDPOINTS, CONF_GENESIS, CONF_NETUID
from .coordinator import WalletConfigEntry, WalletCoordinator
from .entity import device_info
from .history import WindowHistory
from .issues import delete_all
from .journal import WalletJournal
from .pausing import WindowPause
from .stored_shape import WALLET_SHAPE

STORED_SHAPE = WALLET_SHAPE
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.SWITCH,
]
GLIBC_FOLDER: Final = "mining_farm_cbc"
"""Below the configuration: that of the wheel that brings CBC, if it was unpacked there."""
DATA_SOLVER: HassKey[AuctionSolver] = HassKey(f"{DOMAIN}_solver")
"""One for all wallets: it finds out once which solver runs here."""
DATA_CHAINS: HassKey[ChainPool] = HassKey(f"{DOMAIN}_chains")
"""One for all wallets: those of the same subnet and endpoints share a connection."""


@callback
def async_create_coordinator(
    hass: HomeAssistant, entry: WalletConfigEntry
) -> WalletCoordinator:
    """Return what follows the entry's wallet."""
    return WalletCoordinator(
        hass,
        entry,
        hass.data.setdefault(DATA_CHAINS, ChainPool()).lease(
            entry.data[CONF_ENDPOINTS],
            netuid=entry.data[CONF_NETUID],
            genesis=entry.data.get(CONF_GENESIS),
        ),
        hass.data.setdefault(
            DATA_SOLVER, AuctionSolver(glibc=hass.config.path(GLIBC_FOLDER))
        ),
    )


@callback
def async_register_devices(hass: HomeAssistant, entry: WalletConfigEntry) -> None:
    """Register the wallet's device."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **device_info(entry)
    )


@callback
def async_join(hass: HomeAssistant, entry: WalletConfigEntry) -> None:
    """Offer other entries what is known of the wallet, and follow who holds its machines."""
    wallet = entry.runtime_data
    async_offer(hass, entry, wallet.facts)
    entry.async_on_unload(wallet.async_add_listener(wallet.look_at_delivery))
    entry.async_on_unload(
        async_holds(hass).listen(lambda _machines: wallet.async_update_listeners())
    )


async def async_remove_entry(hass: HomeAssistant, entry: WalletConfigEntry) -> None:
    """Forget what was kept of a wallet."""
    await WalletJournal(hass, entry.entry_id).async_remove()
    await WindowHistory(hass, entry.entry_id).async_remove()
    await WindowPause(hass, entry).async_release()
    delete_all(hass, entry.entry_id)


async def async_remove_device(
    hass: HomeAssistant, entry: WalletConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """A wallet's device goes with its entry."""
    return False
