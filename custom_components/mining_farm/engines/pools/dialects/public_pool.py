"""public-pool (benjamin-wilson/public-pool, client.controller.ts), hosted or at home."""

from datetime import timedelta
from typing import Any, override

from ..dialect import Dialect, Found, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import iso_time, mapping, number, text


class PublicPool(Dialect):
    """Has a row per session, and forgets sessions that are silent for 5 minutes."""

    key = "public_pool"
    name = "public-pool"
    solo = True
    base_url = "https://public-pool.io:40557"
    absent_after = timedelta(minutes=5)
    # Answers can be slow: another integration for this pool waits for as long.
    deadline = timedelta(seconds=55)

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        return self.get(account, f"/api/client/{segment(account.account)}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        # An unknown address, a restarted server and a dead rig: each has an empty list.
        return Found(workers=read_list(mapping(payload).get("workers"), _session))


def _session(row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=text(row.get("name")),
        last_share=iso_time(row.get("lastSeen")),
        hashrate_hs=number(row.get("hashRate")),
    )
