"""WoolyPooly; the coin is a pool's id such as `raven-1`, and another one is a 404."""

from typing import Any, override

from ..dialect import Dialect, Found, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, inverted, mapping, number, text


class WoolyPooly(Dialect):
    """Answers about a stranger with an empty list; names of members are not confirmed."""

    key = "woolypooly"
    name = "WoolyPooly"
    base_url = "https://api.woolypooly.com"
    coins = ("cfx-1", "ergo-1", "raven-1")

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        coin, wallet = segment(account.coin).lower(), segment(account.account)
        return self.get(account, f"/api/{coin}/accounts/{wallet}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        return Found(workers=read_list(mapping(payload).get("workers"), _worker))


def _worker(row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=text(row.get("worker", row.get("name", row.get("id")))),
        last_share=epoch(row.get("lastBeat")),
        flag=inverted(row.get("offline")),
        hashrate_hs=number(row.get("hr", row.get("hashrate"))),
    )
