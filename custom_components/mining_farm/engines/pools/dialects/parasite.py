"""Parasite (parasite.space): a rate of "0" is no sign of anything, its share times are."""

from typing import Any, override

from ..dialect import Dialect, Found, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, hashrate, mapping, text


class Parasite(Dialect):
    """Numbers of workers are text; the account's own share time is prose."""

    key = "parasite"
    name = "Parasite"
    solo = True
    base_url = "https://parasite.space"
    unknown_account = frozenset({404})

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        return self.get(account, f"/api/user/{segment(account.account)}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        return Found(workers=read_list(mapping(payload).get("workerData"), _worker))


def _worker(row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=text(row.get("name")),
        last_share=epoch(row.get("lastSubmission")),
        hashrate_hs=hashrate(row.get("hashrate")),
    )
