"""Kryptex: undocumented, and behind a guard that turns away what is no browser."""

from datetime import timedelta
from typing import Any, override

from ..dialect import Defaults, Dialect, Found, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, hashrate, mapping, text

_ONLINE = {"online": True, "offline": False}


class Kryptex(Dialect):
    """Has a row per payment scheme; a stranger gets an empty list."""

    key = "kryptex"
    name = "Kryptex"
    base_url = "https://pool.kryptex.com"
    coins = ("prl", "rvn")
    # Kryptex's shortest average is over 30 minutes.
    defaults = Defaults(
        time_until_offline=timedelta(minutes=35),
        status_check_cooldown=timedelta(minutes=35),
    )
    headers = {
        **Dialect.headers,
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    }

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        coin, wallet = segment(account.coin).lower(), segment(account.account)
        return self.get(account, f"/{coin}/api/v3/miner/workers/{wallet}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        return Found(workers=read_list(mapping(payload).get("results"), _worker))


def _worker(row: dict[str, Any]) -> WorkerReport:
    status = row.get("status")
    return WorkerReport(
        name=text(row.get("worker")),
        last_share=epoch(row.get("last_share")),
        flag=_ONLINE.get(status) if isinstance(status, str) else None,
        hashrate_hs=hashrate(row.get("avg_hashrate_30m")),
        window=timedelta(minutes=30),
    )
