"""unMineable's API v4: an address is looked up once, its account is asked by number."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
import re
from typing import Any, override

from ..dialect import Defaults, Dialect, Found, segment
from ..models import Account, Outcome, PoolRequest, WorkerReport
from ..rows import Row, read_list
from ..values import epoch, flag, hashrate, mapping, message, text

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ABOUT_THE_ACCOUNT = re.compile(r"account|address")
_IN_MHS = frozenset({"ethash", "etchash", "kawpow"})
"""Algorithms whose rate is in MH/s; it is not known of the others."""


class Unmineable(Dialect):
    """Groups workers by algorithm, and counts one offline after 15 minutes."""

    key = "unmineable"
    name = "unMineable"
    # The host lacks the e that the pool's name has.
    base_url = "https://api.unminable.com"
    coins = ("BTC", "DOGE", "LTC", "SHIB")
    defaults = Defaults(time_until_offline=timedelta(minutes=15))

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        wallet = segment(account.account)
        if _UUID.fullmatch(wallet):
            return self.get(account, f"/v4/account/{wallet}/workers")
        coin = segment(account.coin).upper()
        return self.get(account, f"/v4/address/{wallet}?coin={coin}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if reply.get("success") is not True:
            unknown = _ABOUT_THE_ACCOUNT.search(message(reply.get("msg")))
            return Found(
                failure=Outcome.ACCOUNT_UNKNOWN if unknown else Outcome.API_ERROR,
                detail="an error in the answer",
            )
        data = mapping(reply.get("data"))
        if not _UUID.fullmatch(account.account.strip()):
            return Found(known_as=text(data.get("uuid")))
        return Found(workers=_rows(data))


def _rows(data: dict[str, Any]) -> Iterator[Row]:
    for algorithm, group in data.items():
        unit = "MH/s" if algorithm in _IN_MHS else None
        rows = mapping(group).get("workers")
        yield from read_list(rows, partial(_worker, unit=unit))


def _worker(row: dict[str, Any], unit: str | None) -> WorkerReport:
    return WorkerReport(
        name=text(row.get("name")),
        last_share=epoch(row.get("last")),
        flag=flag(row.get("online")),
        hashrate_hs=hashrate(row.get("chr"), unit),
    )
