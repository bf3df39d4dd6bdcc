"""What a human has to look after, told under Repairs and withdrawn when it is over."""

from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util

from ...common.issues import raise_issue, withdraw_issues
from ...engines.auction import Outcome, RoutingError, UpkeepReport, WorkersFileError
from .journal import journal_name

if TYPE_CHECKING:
    from .coordinator import WalletCoordinator
    from .data import WalletData

WORKERS = "wallet_workers"
ROUTING = "wallet_routing"
AGEING = "wallet_ageing"
JOURNAL = "wallet_journal"

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
def journal_problem(wallet: WalletCoordinator, report: UpkeepReport) -> None:
    """Tell why nothing is published any more, until the journal is usable again."""
    if (err := report.journal_error) is not None:
        file = f"{STORAGE_DIR}/{journal_name(wallet.config_entry.entry_id)}"
        _set(wallet, JOURNAL, on=True, detail=str(err), file=file)
    elif report.outcome is not Outcome.UNKNOWN:
        # Where the chain gave no answer, the journal may not have been asked.
        _set(wallet, JOURNAL, on=False)


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw everything about a wallet that is removed."""
    withdraw_issues(hass, entry_id, (WORKERS, ROUTING, AGEING, JOURNAL))


def _set(
    wallet: WalletCoordinator, key: str, *, on: bool, detail: str = "", file: str = ""
) -> None:
    entry = wallet.config_entry
    if on:
        raise_issue(wallet.hass, entry, key, detail=detail, file=file)
    else:
        withdraw_issues(wallet.hass, entry.entry_id, (key,))
