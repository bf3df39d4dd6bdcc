"""AntPool: signed by key and secret; hourly averages, and neither times nor flags."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, override

from ..dialect import AccountKind, Defaults, Found, failure_by_code
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_list
from ..signing import SignedDialect, key_pair, milliseconds
from ..values import hashrate, mapping, text

_PAGE_SIZE = "2000"
_WINDOW = timedelta(hours=1)


class AntPool(SignedDialect):
    """Errors come with HTTP 200; a stop shows in full an hour later."""

    key = "antpool"
    name = "AntPool"
    base_url = "https://antpool.com"
    account_kind = AccountKind.USERNAME
    coins = ("BTC", "LTC")
    defaults = Defaults(
        time_until_offline=timedelta(minutes=90),
        status_check_cooldown=timedelta(minutes=90),
    )

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        return PoolRequest(
            method="POST",
            url=self.url(account, "/api/userWorkerList.htm"),
            headers=self.headers,
            form={
                "key": key_pair(account).key,
                "coin": (account.coin or "").strip().upper(),
                "pageSize": _PAGE_SIZE,
            },
        )

    @override
    def sign(
        self, request: PoolRequest, account: Account, now: datetime
    ) -> PoolRequest:
        pair, nonce = key_pair(account), milliseconds(now)
        signature = pair.digest(account.account.strip() + pair.key + nonce).upper()
        form = {**(request.form or {}), "nonce": nonce, "signature": signature}
        return replace(request, form=form)

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if (failure := failure_by_code(reply)) is not None:
            return failure
        result = mapping(mapping(reply.get("data")).get("result"))
        return Found(workers=read_list(result.get("rows"), _worker))


def _worker(row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=text(row.get("workerId")),
        hashrate_hs=hashrate(row.get("hsLast1h")),
        window=_WINDOW,
    )
