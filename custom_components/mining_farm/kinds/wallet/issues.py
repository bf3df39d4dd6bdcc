"""Repair issues of a wallet, created and deleted as its condition changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import STORAGE_DIR

from ...common.issues import raise_issue, raise_notice, withdraw_issues
from ...engines.auction import (
    EndpointState,
    Outcome,
    RoutingError,
    SigningPart,
    UpkeepReport,
    WorkersFileError,
)
from .data import CommitmentData
from .delivery import Delivery
from .journal import journal_name

WORKERS = "wallet_workers"
ROUTING = "wallet_routing"
AGEING = "wallet_ageing"
JOURNAL = "wallet_journal"
RECORD = "wallet_record"
SIGNING = "wallet_signing"
UPGRADED = "wallet_upgraded"
OTHER_CHAIN = "wallet_other_chain"
SERVED = "wallet_served"
UNDER_DELIVERY = "wallet_under_delivery"

_SHAPES = frozenset(
    (SigningPart.CALL, SigningPart.CONTENT, SigningPart.TIP, SigningPart.EXTENSIONS)
)
"""What an upgrade of the network may change as well."""
LEFT = timedelta(minutes=20)
"""Before validators stop counting a commitment."""


@callback
def create_record(hass: HomeAssistant, entry: ConfigEntry[Any], file: str) -> None:
    """Say where the kept windows were set aside."""
    raise_notice(hass, entry, RECORD, file=file)


@callback
def update_commitment(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    commitment: CommitmentData | None,
    now: datetime,
    *,
    armed: bool,
) -> None:
    """Create and delete the issue that follows from the commitment's age."""
    stale_at = None if commitment is None else commitment.stale_at
    ageing = stale_at is not None and now >= stale_at - LEFT
    wanted = commitment is not None and commitment.wanted
    _set(hass, entry, AGEING, on=armed and wanted and ageing)


@callback
def update_workers(
    hass: HomeAssistant, entry: ConfigEntry[Any], err: WorkersFileError | None
) -> None:
    """Create the issue of workers that cannot be bid; None deletes it."""
    _set(hass, entry, WORKERS, on=err is not None, detail=str(err))


@callback
def update_routing(
    hass: HomeAssistant, entry: ConfigEntry[Any], err: RoutingError | None
) -> None:
    """Create the issue of a proxy's file that cannot be changed; None deletes it."""
    _set(hass, entry, ROUTING, on=err is not None, detail=str(err))


@callback
def update_journal(
    hass: HomeAssistant, entry: ConfigEntry[Any], report: UpkeepReport
) -> None:
    """Create the issue of a journal without which nothing is published."""
    if (err := report.journal_error) is not None:
        file = f"{STORAGE_DIR}/{journal_name(entry.entry_id)}"
        _set(hass, entry, JOURNAL, on=True, detail=str(err), file=file)
    elif report.outcome is not Outcome.UNKNOWN:
        # Where the chain gave no answer, the journal may not have been asked.
        _set(hass, entry, JOURNAL, on=False)


@callback
def update_chain(
    hass: HomeAssistant, entry: ConfigEntry[Any], states: Sequence[EndpointState]
) -> None:
    """Create the issue of endpoints that serve another chain than this wallet's."""
    others = [state.url for state in states if state.other_chain]
    _set(hass, entry, OTHER_CHAIN, on=bool(others), detail=", ".join(others))


@callback
def update_shortfall(
    hass: HomeAssistant, entry: ConfigEntry[Any], delivery: Delivery | None
) -> None:
    """Say that a window is about to be lost by delivering too little; None: it is not."""
    if delivery is None:
        withdraw_issues(hass, entry.entry_id, (UNDER_DELIVERY,))
        return
    raise_issue(
        hass,
        entry,
        UNDER_DELIVERY,
        promised=f"{delivery.promised or 0:.3f}",
        delivered=f"{delivery.delivered or 0:.3f}",
        held=str(delivery.held),
    )


@callback
def update_served(
    hass: HomeAssistant, entry: ConfigEntry[Any], folder: str | None
) -> None:
    """Create the issue of a hotkey in a folder that is served; None deletes it."""
    _set(hass, entry, SERVED, on=folder is not None, file=folder or "")


@callback
def update_signing(
    hass: HomeAssistant, entry: ConfigEntry[Any], report: UpkeepReport
) -> None:
    """Create the issue of a node that gets no signature, until one would."""
    if report.unsafe is not None:
        upgraded = report.unsafe.part in _SHAPES
        _set(hass, entry, SIGNING, on=not upgraded, detail=str(report.unsafe))
        _set(hass, entry, UPGRADED, on=upgraded, detail=str(report.unsafe))
    elif report.rehearsed:
        withdraw_issues(hass, entry.entry_id, (SIGNING, UPGRADED))


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Delete every issue of a wallet that is removed."""
    withdraw_issues(
        hass,
        entry_id,
        (
            *(WORKERS, ROUTING, AGEING, JOURNAL, RECORD, SIGNING, UPGRADED),
            *(OTHER_CHAIN, SERVED, UNDER_DELIVERY),
        ),
    )


def _set(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    key: str,
    *,
    on: bool,
    detail: str = "",
    file: str = "",
) -> None:
    if on:
        raise_issue(hass, entry, key, detail=detail, file=file)
    else:
        withdraw_issues(hass, entry.entry_id, (key,))
