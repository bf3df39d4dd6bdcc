"""2Miners (open-ethereum-pool); solo pools go by coins such as `solo-rvn`."""

from datetime import timedelta
from typing import Any, ClassVar, override

from ..dialect import Dialect, Found, segment
from ..models import Account, PoolRequest
from ..values import mapping
from .open_ethereum import read_workers


class TwoMiners(Dialect):
    """Knows no wallet without shares; workers drop out after the long window, 3 hours."""

    key = "2miners"
    name = "2Miners"
    base_url = "https://{coin}.2miners.com"
    coins: ClassVar[tuple[str, ...] | None] = (
        *("ae", "beam", "btg", "ckb", "ctxc", "erg", "etc", "ethw", "flux"),
        *("kas", "kls", "neox", "nexa", "rvn", "xna", "zec", "zeph"),
    )
    absent_after = timedelta(hours=3)
    # A malformed wallet has the same empty 404 as an unknown one, seen in July 2026.
    unknown_account = frozenset({404})

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        return self.get(account, f"/api/accounts/{segment(account.account)}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        return Found(workers=read_workers(mapping(payload).get("workers")))
