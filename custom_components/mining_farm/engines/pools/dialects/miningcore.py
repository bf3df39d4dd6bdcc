"""MiningCore, which many small pools run (StatsRecorder.cs); the coin is a pool's id."""

from datetime import timedelta
from typing import Any, override

from ..dialect import Defaults, Dialect, Found, segment
from ..models import Account, PoolRequest, WorkerReport
from ..rows import read_named
from ..values import iso_time, mapping, number

_WINDOW = timedelta(minutes=10)


class MiningCore(Dialect):
    """Samples every 2 minutes; a stopped worker shows one zero, then no row at all."""

    key = "miningcore"
    name = "MiningCore"
    base_url = None
    coins = ()
    defaults = Defaults(
        time_until_offline=timedelta(minutes=15),
        status_check_cooldown=timedelta(minutes=15),
    )
    absent_after = _WINDOW
    # The controller returns null for an unknown miner, which is sent as 204.
    unknown_account = frozenset({204})

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        wallet = account.account.strip()
        if wallet[:2].lower() == "0x":
            wallet = wallet.lower()
        pool = segment(account.coin)
        return self.get(account, f"/api/pools/{pool}/miners/{segment(wallet)}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        # A miner that is known and never worked has no performance.
        performance = mapping(mapping(payload).get("performance") or {})
        return Found(
            workers=read_named(performance.get("workers") or {}, _worker),
            # Once all rigs have stopped, the last sample stays as it is.
            data_at=iso_time(performance.get("created")),
        )


def _worker(name: str, row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=name, hashrate_hs=number(row.get("hashrate")), window=_WINDOW
    )
