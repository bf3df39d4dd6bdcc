"""Nanopool (nanopool.org/api): 30 requests a minute; unknown accounts come with HTTP 200."""

from datetime import timedelta
from functools import partial
from typing import Any, override

from ..dialect import Dialect, Found, segment
from ..models import Account, Outcome, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, mapping, message, number, text

_UNITS = {"cfx": 1e6, "ergo": 1.0, "xmr": 1.0}
"""H/s in one unit of a coin's hashrate; it is not known of the others."""


class Nanopool(Dialect):
    """Inactive workers stay listed with zeros."""

    key = "nanopool"
    name = "Nanopool"
    base_url = "https://api.nanopool.org"
    coins = ("cfx", "ergo", "rvn", "xmr")
    gap = timedelta(seconds=2)

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        coin, wallet = segment(account.coin).lower(), segment(account.account)
        return self.get(account, f"/v1/{coin}/user/{wallet}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if reply.get("status") is not True:
            unknown = "not found" in message(reply.get("error"))
            return Found(
                failure=Outcome.ACCOUNT_UNKNOWN if unknown else Outcome.API_ERROR,
                detail="an error in the answer",
            )
        unit = _UNITS.get((account.coin or "").strip().lower())
        rows = mapping(reply.get("data")).get("workers")
        return Found(workers=read_list(rows, partial(_worker, unit=unit)))


def _worker(row: dict[str, Any], unit: float | None) -> WorkerReport:
    rate = number(row.get("hashrate"))
    # Nothing is nothing in every unit.
    if rate and unit is not None:
        rate *= unit
    elif rate:
        rate = None
    return WorkerReport(
        name=text(row.get("id")),
        # Clients have met both spellings.
        last_share=epoch(row.get("lastshare", row.get("lastShare"))),
        hashrate_hs=rate,
    )
