"""Hiveon's statistics API; the last answer on record is of 2023-03-11."""

from datetime import timedelta
from typing import Any, override

from ..dialect import Defaults, Dialect, Found, Service, hex_address, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_named
from ..values import UnexpectedReplyError, iso_time, mapping, number

_MEMBERS = frozenset({"hashrate", "online", "sharesStatusStats"})


class Hiveon(Dialect):
    """Omits what is zero or false; share times come in steps of 10 minutes."""

    key = "hiveon"
    name = "Hiveon"
    base_url = "https://hiveon.net"
    coins = ("ETC", "RVN")
    service = Service.UNKNOWN
    defaults = Defaults(
        time_until_offline=timedelta(minutes=30),
        status_check_cooldown=timedelta(minutes=30),
    )
    unknown_account = frozenset({400})

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        wallet, coin = hex_address(account.account), segment(account.coin).upper()
        path = f"/api/v1/stats/miner/{segment(wallet)}/{coin}/workers"
        return self.get(account, path)

    @override
    def read(self, payload: Any, account: Account) -> Found:
        rows = mapping(payload).get("workers") or {}
        return Found(workers=read_named(rows, _worker))


def _worker(name: str, row: dict[str, Any]) -> WorkerReport:
    # Any of them may be zero and left out; a row without all of them is not Hiveon's.
    if not row.keys() & _MEMBERS:
        raise UnexpectedReplyError
    shares = mapping(row.get("sharesStatusStats") or {})
    return WorkerReport(
        name=name,
        last_share=iso_time(shares.get("lastShareDt")),
        resolution=timedelta(minutes=10),
        flag=row.get("online", False) is True,
        hashrate_hs=number(row.get("hashrate", 0)),
    )
