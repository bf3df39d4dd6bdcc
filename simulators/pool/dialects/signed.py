"""Pools that want requests signed: AntPool and Binance."""

import hashlib
import hmac

from ..view import Dialect, Question, Reply, Signed

_PAGE_SIZE = 20
_OFFLINE = 600


def _digest(token: str, message: str) -> str:
    secret = token.partition(":")[2]
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def _antpool_signed(signed: Signed, token: str) -> bool:
    key, form = token.partition(":")[0], signed.form
    message = f"{signed.account}{key}{form.get('nonce')}"
    return form.get("key") == key and (
        form.get("signature") == _digest(token, message).upper()
    )


def _antpool(question: Question) -> Reply:
    view = question.view
    rows = [
        {
            "workerId": worker.name,
            "hsLast1h": f"{view.rate(worker, 3600) / 1e6:.2f} MH/s",
            "hsLast1d": f"{view.rate(worker, 86_400) / 1e6:.2f} MH/s",
            "rejectRatio": "0.05%",
            "status": 1,
        }
        for worker in view.workers
    ]
    return Reply({"code": 0, "message": "ok", "data": {"result": {"rows": rows}}})


def _binance_signed(signed: Signed, token: str) -> bool:
    message, _, signature = signed.query.rpartition("&signature=")
    return (
        signed.headers.get("X-MBX-APIKEY") == token.partition(":")[0]
        and "timestamp=" in message
        and signature == _digest(token, message)
    )


def _binance(question: Question) -> Reply:
    view, page = question.view, int(question.query.get("pageIndex", 1))
    rows = [
        {
            "workerId": str(700_100 + number),
            "workerName": worker.name,
            "status": 1 if view.silent(worker) < _OFFLINE else 2,
            "hashRate": int(view.rate(worker, 900)),
            "dayHashRate": int(view.rate(worker, 86_400)),
            "rejectRate": 0,
            "lastShareTime": int(worker.last_share * 1000),
        }
        for number, worker in enumerate(view.workers)
    ]
    shown = rows[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    data = {"workerDatas": shown, "totalNum": len(rows), "pageSize": _PAGE_SIZE}
    return Reply({"code": 0, "msg": "", "data": data})


ANTPOOL = Dialect(
    method="POST",
    path=r"/api/userWorkerList\.htm",
    signed=_antpool_signed,
    answer=_antpool,
    refusal=Reply({"code": 1, "message": "Signature verification failed"}),
)
BINANCE = Dialect(
    path="/sapi/v1/mining/worker/list",
    account_in="userName",
    signed=_binance_signed,
    answer=_binance,
    refusal=Reply(
        {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}, 401
    ),
    stranger=Reply({"code": 0, "msg": "", "data": {"workerDatas": []}}),
)
