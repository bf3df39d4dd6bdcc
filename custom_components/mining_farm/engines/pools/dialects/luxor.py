"""Luxor's REST API v2 (docs.luxor.tech), page by page."""

from typing import Any, override

from ..dialect import AccountKind, Dialect, Found, TokenUse, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import iso_time, listing, mapping, number, text

_PAGE_SIZE = 100
_STATUSES = {"ACTIVE": True, "INACTIVE": False}


class Luxor(Dialect):
    """Asked for one subaccount; the key is sent bare."""

    key = "luxor"
    name = "Luxor"
    base_url = "https://app.luxor.tech"
    account_kind = AccountKind.USERNAME
    token = TokenUse.REQUIRED
    coins = ("BTC",)

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        path = f"/api/v2/pool/workers/{segment(account.coin).upper()}"
        name = segment(account.account)
        query = f"?subaccount_names={name}&page_number={page}&page_size={_PAGE_SIZE}"
        return self.get(account, path + query, {"Authorization": account.token or ""})

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        rows = listing(reply.get("workers"))
        pagination = mapping(reply.get("pagination") or {})
        page = int(number(pagination.get("page_number")) or 1)
        return Found(
            workers=read_list(rows, _worker),
            next_page=page + 1 if len(rows) >= _PAGE_SIZE else None,
        )


def _worker(row: dict[str, Any]) -> WorkerReport:
    status = row.get("status")
    return WorkerReport(
        name=text(row.get("name")),
        last_share=iso_time(row.get("last_share_time")),
        flag=_STATUSES.get(status) if isinstance(status, str) else None,
        hashrate_hs=number(row.get("hashrate")),
    )
