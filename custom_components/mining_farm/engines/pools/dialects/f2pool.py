"""F2Pool's API v2 (api.f2pool.com/v2/doc): by token, and for three coins only."""

from datetime import timedelta
from typing import Any, override

from ..dialect import AccountKind, Dialect, Found, TokenUse
from ..models import Account, Outcome, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, mapping, number, text

PERMISSION_DENIED = 5010
SLUGS = {
    "bch": "bitcoin-cash",
    "btc": "bitcoin",
    "etc": "ethereum-classic",
    "kas": "kaspa",
    "ltc": "litecoin",
}
"""F2Pool wants coins by their long names."""
# F2Pool says 0 for online, 1 for offline, and 2 for invalid, which is neither.
_ONLINE = {0: True, 1: False}


class F2Pool(Dialect):
    """Errors come with HTTP 200; workers drop out about a day after their last share."""

    key = "f2pool"
    name = "F2Pool"
    base_url = "https://api.f2pool.com"
    account_kind = AccountKind.USERNAME
    token = TokenUse.REQUIRED
    coins = ("bitcoin", "bitcoin-cash", "litecoin")
    absent_after = timedelta(hours=24)

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        return PoolRequest(
            method="POST",
            url=self.url(account, "/v2/hash_rate/worker/list"),
            headers={**self.headers, "F2P-API-SECRET": account.token or ""},
            json={
                "mining_user_name": account.account.strip(),
                "currency": slug(account.coin),
            },
        )

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if code := reply.get("code"):
            denied = code == PERMISSION_DENIED
            return Found(
                failure=Outcome.AUTH if denied else Outcome.API_ERROR,
                detail=f"error code {number(code)}",
            )
        return Found(workers=read_list(reply.get("workers") or [], _worker))


def slug(coin: str | None) -> str:
    """Return F2Pool's name of a coin; ticker symbols are understood."""
    coin = (coin or "").strip().lower()
    return SLUGS.get(coin, coin)


def _worker(row: dict[str, Any]) -> WorkerReport:
    info = mapping(row.get("hash_rate_info"))
    status = number(row.get("status"))
    return WorkerReport(
        name=text(info.get("name")),
        last_share=epoch(row.get("last_share_at")),
        flag=None if status is None else _ONLINE.get(int(status)),
        hashrate_hs=number(info.get("hash_rate")),
    )
