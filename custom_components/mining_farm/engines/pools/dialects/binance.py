"""Binance Pool (developers.binance.com): signed by key and secret; by algorithm."""

from dataclasses import replace
from datetime import datetime
from typing import Any, override

from ..dialect import AccountKind, Found, segment
from ..models import Account, Outcome, PoolRequest, WorkerReport
from ..rows import read_list
from ..signing import SignedDialect, key_pair, milliseconds
from ..values import epoch, mapping, number, text

_ALGORITHMS = {"bch": "sha256", "btc": "sha256"}
_STATUSES = {1: True, 2: False}
"""3 is *no longer valid*, which is no fault of a rig."""


class Binance(SignedDialect):
    """Refuses clocks that differ by seconds, and some countries (HTTP 451)."""

    key = "binance"
    name = "Binance Pool"
    base_url = "https://api.binance.com"
    account_kind = AccountKind.USERNAME
    coins = ("BTC", "BCH")

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        coin = (account.coin or "").strip().lower()
        algorithm = segment(_ALGORITHMS.get(coin, coin))
        query = f"?algo={algorithm}&userName={segment(account.account)}"
        more = f"&pageIndex={page}" if page > 1 else ""
        return self.get(
            account,
            f"/sapi/v1/mining/worker/list{query}{more}",
            {"X-MBX-APIKEY": key_pair(account).key},
        )

    @override
    def sign(
        self, request: PoolRequest, account: Account, now: datetime
    ) -> PoolRequest:
        url = f"{request.url}&timestamp={milliseconds(now)}"
        signature = key_pair(account).digest(url.partition("?")[2])
        return replace(request, url=f"{url}&signature={signature}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        code = number(reply.get("code"))
        if code != 0:
            return Found(failure=Outcome.API_ERROR, detail=f"error code {code}")
        data = mapping(reply.get("data"))
        rows = read_list(data.get("workerDatas"), _worker)
        size = number(data.get("pageSize")) or 0
        pages = -(-(number(data.get("totalNum")) or 0) // size) if size > 0 else 1
        return Found(workers=rows, pages=int(pages))


def _worker(row: dict[str, Any]) -> WorkerReport:
    status = number(row.get("status"))
    return WorkerReport(
        name=text(row.get("workerName")),
        last_share=epoch(row.get("lastShareTime")),
        flag=None if status is None else _STATUSES.get(int(status)),
        hashrate_hs=number(row.get("hashRate")),
    )
