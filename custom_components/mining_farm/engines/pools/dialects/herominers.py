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
    absent_after = timedelta(days=15)

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        wallet = segment(account.account)
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
        hashrate_hs=hashrate(row.get("hashrate")),
    )
