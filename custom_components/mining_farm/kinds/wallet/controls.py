"""What a wallet is asked to do, by its button and by actions."""

from typing import TYPE_CHECKING, Any

from homeassistant.exceptions import HomeAssistantError

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

if TYPE_CHECKING:
    from .coordinator import WalletCoordinator


class WalletActions:
    """Does what a user asks for, once; errors are for the user."""

    def __init__(self, wallet: WalletCoordinator) -> None:
        """Act for a wallet."""
        self._wallet = wallet

    async def async_publish(self, *, force: bool) -> None:
        """Bring the chain in line now; forced, also where it holds the bid already."""
        try:
            report = await self._wallet.miner.publish_now(force=force)
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
            translation_placeholders={"name": self._wallet.name, "detail": report.why},
        )

    async def async_preview(self) -> dict[str, Any]:
        """Return what would be committed, and what the chain holds."""
        try:
            offer = await self._wallet.read_offer()
            stored = await self._wallet.chain.commitment(self._wallet.hotkey)
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

    async def async_compute(self, block: int | None) -> dict[str, Any]:
        """Return the auction of the window that a block, or the head, belongs to."""
        try:
            return describe_result(await self._wallet.miner.auction_at(block))
        except AuctionError as err:
            raise _error("auction", err) from err


def _error(key: str, err: AuctionError) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=f"wallet_{key}",
        translation_placeholders={"detail": str(err)},
    )


def _text(stored: StoredCommitment | None) -> str | None:
    if stored is None or stored.raw is None:
        return None
    return stored.raw.decode(errors="backslashreplace")
