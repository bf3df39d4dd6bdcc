"""LitecoinPool (litecoinpool.org/api): a flag and a rate per worker, by key alone."""

from typing import Any, override

from ..dialect import AccountKind, Dialect, Found, TokenUse, segment
from ..models import Account, Outcome, PoolRequest, WorkerReport
from ..rows import read_named
from ..values import flag, hashrate, mapping, message


class LitecoinPool(Dialect):
    """Errors come with HTTP 200; workers are named `user.name`."""

    key = "litecoinpool"
    name = "LitecoinPool"
    base_url = "https://www.litecoinpool.org"
    account_kind = AccountKind.TOKEN_ONLY
    token = TokenUse.REQUIRED

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        return self.get(account, f"/api?api_key={segment(account.token)}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if error := reply.get("error"):
            denied = "key" in message(error)
            return Found(
                failure=Outcome.AUTH if denied else Outcome.API_ERROR,
                detail="an error in the answer",
            )
        rows = reply.get("workers")
        # What has no members may come as an empty array.
        return Found(workers=read_named({} if rows == [] else rows, _worker))


def _worker(name: str, row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=name,
        flag=flag(row.get("connected")),
        hashrate_hs=hashrate(row.get("hash_rate"), "kH/s"),
    )
