"""Flexpool's API v2, as its own site used it; shut down on 2023-11-01."""

from typing import Any, override

from ..dialect import Dialect, Found, Service, segment
from ..models import Account, Outcome, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, flag, mapping, number, text


class Flexpool(Dialect):
    """Offline workers stay listed, the wallet of one long idle answers null."""

    key = "flexpool"
    name = "Flexpool"
    base_url = "https://api.flexpool.io"
    coins = ("etc", "eth", "iron", "xch")
    service = Service.CLOSED
    unknown_account = frozenset({400})

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        coin, wallet = segment(account.coin).lower(), segment(account.account)
        return self.get(account, f"/v2/miner/workers?coin={coin}&address={wallet}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if reply.get("error") is not None:
            return Found(failure=Outcome.API_ERROR, detail="an error in the answer")
        result = reply.get("result")
        # Asked with `worker=`, the API was seen to answer with that one alone.
        rows = [result] if isinstance(result, dict) else result or []
        return Found(workers=read_list(rows, _worker))


def _worker(row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=text(row.get("name")),
        last_share=epoch(row.get("lastSeen")),
        flag=flag(row.get("isOnline")),
        hashrate_hs=number(row.get("currentEffectiveHashrate")),
    )
