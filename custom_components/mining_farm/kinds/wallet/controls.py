"""What a user may do to a wallet, and when it is refused."""

from contextlib import suppress
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ...const import DOMAIN
from ...engines.auction import (
    AuctionError,
    ChainError,
    Outcome,
    Standing,
    StoredCommitment,
    WorkersFileError,
    describe_offer,
    describe_result,
)
from .const import CONF_ARMED
from .coordinator import WalletCoordinator
from .stored import ceilings_of


async def async_publish(wallet: WalletCoordinator, *, force: bool) -> None:
    """Bring the chain in line now; forced, also where it holds the bid already.

    HomeAssistantError when nothing was published although something was due.
    """
    try:
        report = await wallet.miner.publish_now(force=force)
    except WorkersFileError as err:
        raise _error("workers", err) from err
    holds = (
        report.outcome is Outcome.NOTHING
        and report.decision is not None
        and report.standing is Standing.IN_FORCE
    )
    if report.outcome is Outcome.PUBLISHED or (holds and not force):
        return
    raise HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="wallet_not_published",
        translation_placeholders={"name": wallet.name, "detail": report.why},
    )


async def async_set_armed(wallet: WalletCoordinator, *, armed: bool) -> None:
    """Publish for real from now on, or only rehearse.

    ServiceValidationError without ceilings or without a key.
    """
    entry = wallet.config_entry
    options = {**entry.options, CONF_ARMED: armed}
    if armed and ceilings_of(options) is None:
        raise _refusal(wallet, "no_ceilings")
    if armed and wallet.signer is None:
        raise _refusal(wallet, "watch_only")
    wallet.hass.config_entries.async_update_entry(entry, options=options)
    wallet.async_update_listeners()
    if armed:
        # The next check would come in up to five minutes.
        entry.async_create_background_task(
            wallet.hass, _async_check(wallet), f"{wallet.name} armed"
        )


async def async_preview(wallet: WalletCoordinator) -> dict[str, Any]:
    """Return what would be committed, and what the chain holds."""
    try:
        offer = await wallet.read_offer()
        stored = await wallet.chain.commitment(wallet.hotkey)
    except WorkersFileError as err:
        raise _error("workers", err) from err
    except ChainError as err:
        raise _error("chain", err) from err
    payload = None if offer is None else offer.payload
    return {
        "wanted": None if offer is None else describe_offer(offer),
        "on_chain": _text(stored),
        "on_chain_since_block": None if stored is None else stored.block,
        "changes": payload is not None
        and payload != (None if stored is None else stored.raw),
    }


async def async_compute(wallet: WalletCoordinator, block: int | None) -> dict[str, Any]:
    """Return the auction of the window that a block, or the head, belongs to."""
    try:
        return describe_result(await wallet.miner.auction_at(block))
    except AuctionError as err:
        raise _error("auction", err) from err


async def _async_check(wallet: WalletCoordinator) -> None:
    """Publish what is due; a workers file with a mistake is under Repairs already."""
    with suppress(WorkersFileError):
        await wallet.miner.publish_now(force=False)


def _error(key: str, err: AuctionError) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=f"wallet_{key}",
        translation_placeholders={"detail": str(err)},
    )


def _refusal(wallet: WalletCoordinator, key: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=f"wallet_{key}",
        translation_placeholders={"name": wallet.name},
    )


def _text(stored: StoredCommitment | None) -> str | None:
    if stored is None or stored.raw is None:
        return None
    return stored.raw.decode(errors="backslashreplace")
