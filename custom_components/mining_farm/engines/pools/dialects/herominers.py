"""HeroMiners (cryptonote-nodejs-pool, lib/api.js)."""

from datetime import timedelta
from typing import Any, override

from ..dialect import Dialect, Found, segment
from ..models import Account, Outcome, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, hashrate, mapping, message, text


class HeroMiners(Dialect):
    """Answers an unknown account with HTTP 200; workers are kept for 15 days."""

    key = "herominers"
    name = "HeroMiners"
    base_url = "https://{coin}.herominers.com"
    coins = ("ergo", "monero", "pearl", "ravencoin", "zephyr")
    # The program's default; what HeroMiners has set itself is not published.
    absent_after = timedelta(days=15)

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        wallet = segment(account.account)
        # With longpoll the server keeps the request open until there is news.
        path = f"/api/stats_address?address={wallet}&longpoll=false"
        return self.get(account, path)

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if error := reply.get("error"):
            unknown = message(error) == "not found"
            return Found(
                failure=Outcome.ACCOUNT_UNKNOWN if unknown else Outcome.API_ERROR,
                detail="an error in the answer",
            )
        return Found(workers=read_list(reply.get("workers"), _worker))


def _worker(row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=text(row.get("name")),
        last_share=epoch(row.get("lastShare")),
        # Mostly a number in H/s, but text such as "1.42 KH/s" has been seen.
        hashrate_hs=hashrate(row.get("hashrate")),
    )
