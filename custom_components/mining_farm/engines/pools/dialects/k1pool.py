"""K1Pool: workers as in open-ethereum-pool, inside an envelope of its own."""

from typing import Any, override

from ..dialect import Dialect, Found, segment
from ..models import Account, Outcome, PoolRequest
from ..values import mapping, number
from .open_ethereum import read_workers


class K1Pool(Dialect):
    """Answers about a stranger with zeros, and about an address with a prefix as well."""

    key = "k1pool"
    name = "K1Pool"
    base_url = "https://k1pool.com"
    coins = ("etc", "rvn", "xel")

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        wallet = account.account.rpartition(":")[2]
        coin = segment(account.coin).lower()
        return self.get(account, f"/api/miner/{coin}/{segment(wallet)}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if "miner" not in reply:
            return Found(failure=Outcome.API_ERROR, detail="no miner in the answer")
        miner = mapping(reply["miner"])
        workers = read_workers(miner.get("workers"))
        if not workers and not number(miner.get("lastShare")):
            return Found(failure=Outcome.ACCOUNT_UNKNOWN, detail="never a share")
        return Found(workers=workers)
