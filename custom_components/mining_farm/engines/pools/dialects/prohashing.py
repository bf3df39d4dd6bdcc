"""ProHashing's walletEx; that it still serves is not known, it was dropped elsewhere."""

from typing import Any, override

from ..dialect import AccountKind, Dialect, Found, Service, TokenUse, segment
from ..models import Account, Outcome, PoolRequest, WorkerReport
from ..rows import read_list
from ..values import mapping, number, text

_REFUSED = 400


class ProHashing(Dialect):
    """Lists live miners without time, flag or rate: by itself it judges no rig.

    What `accepted` counts, and over how long, is not documented.
    """

    key = "prohashing"
    name = "ProHashing"
    base_url = "https://prohashing.com"
    account_kind = AccountKind.TOKEN_ONLY
    token = TokenUse.REQUIRED
    service = Service.UNKNOWN

    @override
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        token = segment(account.token)
        return self.get(account, f"/api/v1/walletEx?apiKey={token}")

    @override
    def read(self, payload: Any, account: Account) -> Found:
        reply = mapping(payload)
        if reply.get("status") != "success":
            code = number(reply.get("code"))
            return Found(
                failure=Outcome.AUTH if code == _REFUSED else Outcome.API_ERROR,
                detail=f"error code {code}",
            )
        miners = mapping(reply.get("data")).get("miners")
        return Found(workers=read_list(miners, _worker))


def _worker(row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(name=text(row.get("ID")))
