"""Ocean's API: hashrates per worker, and no share times."""

from datetime import timedelta
from typing import Any, override

from ..dialect import Defaults, Dialect, Found, segment
from ..models import Account, Outcome, PoolRequest, WorkerReport
from ..rows import Row, read_row
from ..values import epoch, mapping, number

_COUNTERS = frozenset({"offline", "online", "total"})


class Ocean(Dialect):
    """Numbers are text, and among the workers are counters that are none."""

    key = "ocean"
    name = "Ocean"
    base_url = "https://api.ocean.xyz"
    defaults = Defaults(
        time_until_offline=timedelta(minutes=15),
        status_check_cooldown=timedelta(minutes=15),
    )
    unknown_account = frozenset({404})

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        return self.get(account, f"/v1/user_hashrate_full/{segment(account.account)}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if reply.get("error") is not None:
            return Found(failure=Outcome.API_ERROR, detail="an error in the answer")
        result = mapping(reply.get("result"))
        rows = mapping(result.get("workers")).items()
        return Found(
            workers=[
                _listed(name, row)
                for name, row in rows
                # A rig may be named like a counter: only workers come as lists.
                if name not in _COUNTERS or isinstance(row, list)
            ],
            data_at=epoch(result.get("snap_ts")),
        )


def _listed(name: str, row: object) -> Row:
    # The list of one without shares is empty.
    if row == []:
        return WorkerReport(name=name)
    row = row[0] if isinstance(row, list) else row
    return read_row(lambda row: _worker(name, mapping(row)), row, name)


def _worker(name: str, row: dict[str, Any]) -> WorkerReport:
    # Small miners often have no share within 60 or 300 s.
    return WorkerReport(
        name=name,
        hashrate_hs=number(row.get("hashrate_600s")),
        window=timedelta(seconds=600),
    )
