"""NiceHash by payout address (api2.nicehash.com), page by page."""

from typing import Any, override

from ..dialect import Dialect, Found, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, mapping, number, text

_PAGE_SIZE = 100
_STATUSES = {"MINING": True, "BENCHMARKING": True, "OFFLINE": False, "ERROR": False}
"""All others (STOPPED, DISABLED, PENDING and such) are no fault of a rig."""


class NiceHash(Dialect):
    """Reports when a rig last called rather than its last share; rates lack a unit."""

    key = "nicehash"
    name = "NiceHash"
    base_url = "https://api2.nicehash.com"
    unknown_account = frozenset({400})

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        path = f"/main/api/v2/mining/external/{segment(account.account)}/rigs2"
        return self.get(account, f"{path}?size={_PAGE_SIZE}&page={page - 1}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        rows = read_list(reply.get("miningRigs"), _worker)
        pagination = mapping(reply.get("pagination") or {})
        page = int(number(pagination.get("page")) or 0) + 1
        pages = number(pagination.get("totalPageCount")) or 1
        # Of a rig that is said to work, an old time is a fault of the pool's.
        live = [
            row.last_share
            for row in rows
            if isinstance(row, WorkerReport) and row.flag and row.last_share is not None
        ]
        return Found(
            workers=rows,
            data_at=max(live, default=None),
            next_page=page + 1 if page < pages else None,
        )


def _worker(row: dict[str, Any]) -> WorkerReport:
    status = row.get("minerStatus")
    flag = _STATUSES.get(status) if isinstance(status, str) else None
    return WorkerReport(
        name=text(row.get("name")),
        last_share=epoch(row.get("statusTime")),
        flag=flag,
        hashrate_hs=0.0 if status == "OFFLINE" else None,
        monitored=flag is not None,
        heartbeat=True,
    )
