"""F2Pool's API v1 (f2pool.com/developer/api): every coin, a token only where it is set."""

from datetime import timedelta
from typing import Any, override

from ..dialect import AccountKind, Dialect, Found, TokenUse, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_row
from ..values import iso_time, listing, mapping, number, text
from .f2pool import SLUGS, slug


class F2PoolV1(Dialect):
    """Workers are rows without names for their columns, the last share in the seventh."""

    key = "f2pool_v1"
    name = "F2Pool (API v1)"
    base_url = "https://api.f2pool.com"
    account_kind = AccountKind.USERNAME
    token = TokenUse.OPTIONAL
    coins = tuple(sorted(SLUGS.values()))
    absent_after = timedelta(hours=24)
    unknown_account = frozenset({404})

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        return self.get(
            account,
            f"/{segment(slug(account.coin))}/{segment(account.account)}",
            {"F2P-API-SECRET": account.token} if account.token else None,
        )

    @override
    def read(self, payload: Any, account: Account) -> Found:
        rows = listing(mapping(payload).get("workers"))
        return Found(workers=[read_row(_worker, row) for row in rows])


def _worker(row: object) -> WorkerReport:
    cells = [*listing(row), *[None] * 7]
    return WorkerReport(
        name=text(cells[0]),
        last_share=iso_time(cells[6]),
        # The columns of the last hour and day count hashes: only this one is a rate.
        hashrate_hs=number(cells[1]),
    )
