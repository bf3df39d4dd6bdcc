"""ViaBTC's open API, page by page."""

from datetime import timedelta
from typing import Any, override

from ..dialect import AccountKind, Dialect, Found, TokenUse, failure_by_code, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, hashrate, mapping, number, text

_PAGE_SIZE = 200
_STATUSES = {"active": True, "unactive": False}


class ViaBTC(Dialect):
    """Errors come with HTTP 200 and a code; the key identifies the account."""

    key = "viabtc"
    name = "ViaBTC"
    base_url = "https://www.viabtc.net"
    account_kind = AccountKind.TOKEN_ONLY
    token = TokenUse.REQUIRED
    coins = ("BTC",)

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        coin = segment(account.coin).upper()
        path = "/res/openapi/v1/hashrate/worker"
        query = f"?coin={coin}&page={page}&limit={_PAGE_SIZE}"
        return self.get(account, path + query, {"X-API-KEY": account.token or ""})

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if (failure := failure_by_code(reply)) is not None:
            return failure
        data = mapping(reply.get("data"))
        page = int(number(data.get("curr_page")) or 1)
        return Found(
            workers=read_list(data.get("data"), _worker),
            next_page=page + 1 if data.get("has_next") is True else None,
        )


def _worker(row: dict[str, Any]) -> WorkerReport:
    status = row.get("worker_status")
    return WorkerReport(
        name=text(row.get("worker_name")),
        last_share=epoch(row.get("last_active")),
        flag=_STATUSES.get(status) if isinstance(status, str) else None,
        hashrate_hs=hashrate(row.get("hashrate_10min")),
        window=timedelta(minutes=10),
    )
