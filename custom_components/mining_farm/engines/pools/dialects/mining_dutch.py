"""Mining-Dutch: a flag and a rate per worker, by key and the user's number."""

from typing import Any, override

from ..dialect import AccountKind, Dialect, Found, TokenUse, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import hashrate, mapping, number, text

_ALIVE = {1: True, 0: False}


class MiningDutch(Dialect):
    """The coin is a pool's long name; workers are named `user.name`."""

    key = "mining_dutch"
    name = "Mining-Dutch"
    base_url = "https://www.mining-dutch.nl"
    account_kind = AccountKind.USERNAME
    token = TokenUse.REQUIRED
    coins = ("bitcoin", "litecoin")

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        path = f"/pools/{segment(account.coin).lower()}.php"
        token, user = segment(account.token), segment(account.account)
        query = f"?page=api&action=getuserworkers&api_key={token}&id={user}"
        return self.get(account, path + query)

    @override
    def read(self, payload: Any, account: Account) -> Found:
        data = mapping(mapping(mapping(payload).get("getuserworkers")).get("data"))
        return Found(workers=read_list(data.get("miners"), _worker))


def _worker(row: dict[str, Any]) -> WorkerReport:
    alive = number(row.get("alive"))
    return WorkerReport(
        name=text(row.get("username")),
        flag=None if alive is None else _ALIVE.get(int(alive)),
        hashrate_hs=hashrate(row.get("hashrate"), "MH/s"),
    )
