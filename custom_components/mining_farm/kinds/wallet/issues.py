"""What a human has to look after, told under Repairs and withdrawn when it is over."""

from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...engines.auction import RoutingError, WorkersFileError
from ..issues import raise_issue, withdraw_issues

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
    withdraw_issues(hass, entry_id, (WORKERS, ROUTING, AGEING))


def _set(wallet: WalletCoordinator, key: str, *, on: bool, detail: str = "") -> None:
    entry = wallet.config_entry
    if on:
        raise_issue(wallet.hass, entry, key, detail=detail)
    else:
        withdraw_issues(wallet.hass, entry.entry_id, (key,))
