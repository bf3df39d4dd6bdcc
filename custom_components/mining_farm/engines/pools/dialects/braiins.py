"""Braiins Pool (academy.braiins.com/braiins-pool/monitoring)."""

from datetime import timedelta
from typing import Any, override

from ..dialect import AccountKind, Dialect, Found, TokenUse
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_named
from ..values import epoch, hashrate, mapping

_STATES = {"ok": True, "low": True, "off": False}
"""Own word of a worker; `low` works, if below its set limit."""
_UNWATCHED = "dis"


class Braiins(Dialect):
    """One request in 5 seconds, or it bans the address; states change every 5 minutes."""

    key = "braiins"
    name = "Braiins Pool"
    base_url = "https://pool.braiins.com"
    account_kind = AccountKind.TOKEN_ONLY
    token = TokenUse.REQUIRED
    gap = timedelta(seconds=5)

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        token = {"Pool-Auth-Token": account.token or ""}
        return self.get(account, "/accounts/workers/json/btc/", token)

    @override
    def read(self, payload: Any, account: Account) -> Found:
        rows = mapping(mapping(payload).get("btc")).get("workers")
        return Found(workers=read_named(rows, _worker))


def _worker(name: str, row: dict[str, Any]) -> WorkerReport:
    state = row.get("state")
    return WorkerReport(
        name=name,
        last_share=epoch(row.get("last_share")),
        flag=_STATES.get(state) if isinstance(state, str) else None,
        hashrate_hs=hashrate(row.get("hash_rate_5m"), row.get("hash_rate_unit")),
        window=timedelta(minutes=5),
        monitored=state != _UNWATCHED,
    )
