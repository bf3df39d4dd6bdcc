"""CKPool: one file per address, written each minute (ckpool, stratifier.c)."""

from datetime import timedelta
from typing import Any, override

from ..dialect import Dialect, Found, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, hashrate, mapping, text


class CKPool(Dialect):
    """Workers are named `address.name`; an address without a share has no file."""

    key = "ckpool"
    name = "CKPool solo"
    solo = True
    base_url = "https://solo.ckpool.org"
    # stratifier.c leaves out workers that have been idle for longer.
    absent_after = timedelta(seconds=600_000)
    unknown_account = frozenset({404})
    plain_files = True

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        return self.get(account, f"/users/{segment(account.account)}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        return Found(workers=read_list(mapping(payload).get("worker"), _worker))


def _worker(row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=text(row.get("workername")),
        last_share=epoch(row.get("lastshare")),
        hashrate_hs=hashrate(row.get("hashrate5m")),
        window=timedelta(minutes=5),
    )
