"""Ethermine, Ethpool and Flypool (bitfly's API); ETH ended on 2022-09-15."""

from datetime import timedelta
import re
from typing import Any, override

from ..dialect import Dialect, Found, Service, hex_address, segment
from ..matching import ANY
from ..models import Account, Outcome, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import epoch, mapping, message, number, text

_HOSTS = {
    "beam": "https://api-beam.flypool.org",
    "etc": "https://api-etc.ethermine.org",
    "eth": "https://api.ethermine.org",
    "rvn": "https://api-ravencoin.flypool.org",
    "zec": "https://api-zcash.flypool.org",
}

_ABOUT_THE_ACCOUNT = re.compile("address|miner|wallet")


class Ethermine(Dialect):
    """100 requests in 15 minutes; worker names come back in lower case."""

    key = "ethermine"
    name = "Ethermine, Flypool"
    base_url = _HOSTS["eth"]
    coins = tuple(_HOSTS)
    service = Service.CLOSED
    gap = timedelta(seconds=9)

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        wallet = segment(hex_address(account.account))
        return self.get(account, f"/miner/{wallet}/workers")

    @override
    def url(self, account: Account, path: str) -> str:
        if account.base_url is None:
            coin = (account.coin or "").strip().lower()
            return _HOSTS.get(coin, _HOSTS["eth"]) + path
        return super().url(account, path)

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if reply.get("status") != "OK":
            unknown = _ABOUT_THE_ACCOUNT.search(message(reply.get("error")))
            return Found(
                failure=Outcome.ACCOUNT_UNKNOWN if unknown else Outcome.API_ERROR,
                detail="an error in the answer",
            )
        data = reply.get("data")
        if data == "NO DATA":
            return Found()
        # currentStats, the address that the original lists, describes one without its name.
        rows = [{"worker": ANY, **data}] if isinstance(data, dict) else data
        return Found(workers=read_list(rows, _worker))


def _worker(row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=text(row.get("worker")),
        last_share=epoch(row.get("lastSeen")),
        hashrate_hs=number(row.get("currentHashrate")),
    )
