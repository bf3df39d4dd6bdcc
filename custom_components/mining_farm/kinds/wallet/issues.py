"""What a human has to look after, told under Repairs and withdrawn when it is over."""

from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...engines.auction import RoutingError, WorkersFileError

if TYPE_CHECKING:
    from .coordinator import WalletCoordinator
    from .data import WalletData

WORKERS = "wallet_workers"
ROUTING = "wallet_routing"
AGEING = "wallet_ageing"

LEFT = timedelta(minutes=20)
"""Before validators stop counting a commitment."""


@callback
def update(wallet: WalletCoordinator, data: WalletData) -> None:
    """Raise and withdraw what follows from the commitment's age."""
    commitment = data.commitment
    stale_at = None if commitment is None else commitment.stale_at
    ageing = stale_at is not None and dt_util.utcnow() >= stale_at - LEFT
    wanted = commitment is not None and commitment.wanted
    _set(wallet, AGEING, on=wallet.armed and wanted and ageing)


@callback
def workers_problem(wallet: WalletCoordinator, err: WorkersFileError | None) -> None:
    """Tell what is wrong with the workers; None: nothing."""
    _set(wallet, WORKERS, on=err is not None, detail=str(err))


@callback
def routing_problem(wallet: WalletCoordinator, err: RoutingError | None) -> None:
    """Tell why the proxy is not told what was won; None: it is."""
    _set(wallet, ROUTING, on=err is not None, detail=str(err))


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw everything about a wallet that is removed."""
    for key in (WORKERS, ROUTING, AGEING):
        ir.async_delete_issue(hass, DOMAIN, f"{key}_{entry_id}")


def _set(wallet: WalletCoordinator, key: str, *, on: bool, detail: str = "") -> None:
    entry = wallet.config_entry
    issue_id = f"{key}_{entry.entry_id}"
    if not on:
        ir.async_delete_issue(wallet.hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        wallet.hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=key,
        translation_placeholders={"name": entry.title, "detail": detail},
    )
