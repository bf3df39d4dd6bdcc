"""Pools that want a token in a header: F2Pool, Braiins, ViaBTC, Luxor."""

from typing import Any

from ..view import Dialect, Question, Reply, View, WorkerView, iso

_OFFLINE = 600
_DAY = 86_400


def _f2pool(question: Question) -> Reply:
    view = question.view
    return Reply({"workers": [_f2pool_worker(view, w) for w in view.workers]})


def _f2pool_worker(view: View, worker: WorkerView) -> dict[str, Any]:
    return {
        "hash_rate_info": {
            "name": worker.name,
            "hash_rate": view.rate(worker, 900),
            "h1_hash_rate": view.rate(worker, 3600),
            "h24_hash_rate": view.rate(worker, _DAY),
        },
        "last_share_at": int(worker.last_share),
        # 0 is online.
        "status": int(view.silent(worker) >= _OFFLINE),
        "host": "192.0.2.17",
    }


def _f2pool_v1(question: Question) -> Reply:
    view = question.view
    rows = [
        [
            worker.name,
            view.rate(worker, 900),
            view.rate(worker, 3600) * 3600,
            0,
            view.rate(worker, _DAY) * _DAY,
            0,
            iso(worker.last_share).replace("Z", "000Z"),
            False,
        ]
        for worker in view.workers
    ]
    online = sum(view.silent(worker) < _OFFLINE for worker in view.workers)
    return Reply(
        {
            "balance": 4.5e-05,
            "hashrate": sum(row[1] for row in rows if isinstance(row[1], float)),
            "worker_length": len(rows),
            "worker_length_online": online,
            "workers": rows,
        }
    )


def _braiins(question: Question) -> Reply:
    view = question.view
    rows = {
        f"farm.{worker.name}": {
            "state": "ok" if view.silent(worker) < _OFFLINE else "off",
            "last_share": int(worker.last_share),
            "hash_rate_unit": "Gh/s",
            "hash_rate_5m": view.rate(worker, 300) / 1e9,
            "hash_rate_60m": view.rate(worker, 3600) / 1e9,
            "hash_rate_24h": view.rate(worker, _DAY) / 1e9,
        }
        for worker in view.workers
    }
    return Reply({"btc": {"workers": rows}})


def _viabtc(question: Question) -> Reply:
    view, page = question.view, int(question.query.get("page", 1))
    limit = int(question.query.get("limit", 50))
    shown = view.workers[(page - 1) * limit : page * limit]
    rows = [
        {
            "coin": question.query.get("coin"),
            "hashrate_10min": str(int(view.rate(worker, 600))),
            "hashrate_1hour": str(int(view.rate(worker, 3600))),
            "last_active": int(worker.last_share),
            "worker_id": 369 + number,
            "worker_name": worker.name,
            "worker_status": "active" if view.silent(worker) < _OFFLINE else "unactive",
        }
        for number, worker in enumerate(shown)
    ]
    data = {
        "count": len(rows),
        "curr_page": page,
        "data": rows,
        "has_next": page * limit < len(view.workers),
        "total": len(view.workers),
    }
    return Reply({"code": 0, "data": data, "message": "OK"})


def _luxor(question: Question) -> Reply:
    view, page = question.view, int(question.query.get("page_number", 1))
    size = int(question.query.get("page_size", 10))
    shown = view.workers[(page - 1) * size : page * size]
    rows = [
        {
            "currency_type": "BTC",
            "subaccount_name": question.account,
            "name": worker.name,
            "hashrate": view.rate(worker, 900),
            "last_share_time": iso(worker.last_share),
            "status": "ACTIVE" if view.silent(worker) < _OFFLINE else "INACTIVE",
        }
        for worker in shown
    ]
    pagination = {"page_number": page, "page_size": size, "item_count": len(rows)}
    return Reply({"workers": rows, "pagination": pagination})


F2POOL = Dialect(
    method="POST",
    path="/v2/hash_rate/worker/list",
    account_in="mining_user_name",
    auth_header="F2P-API-SECRET",
    answer=_f2pool,
    refusal=Reply({"code": 5010, "msg": "permission denied: permission denied"}),
    stranger=Reply({"code": 5010, "msg": "permission denied: permission denied"}),
    drops_after=_DAY,
)
F2POOL_V1 = Dialect(
    path=r"/[^/]+/(?P<account>[^/]+)",
    answer=_f2pool_v1,
    stranger=Reply({"error": "not found"}, 404),
    drops_after=_DAY,
)
BRAIINS = Dialect(
    path="/accounts/workers/json/btc/",
    auth_header="Pool-Auth-Token",
    answer=_braiins,
    refusal=Reply("Forbidden", 403, "text/plain; charset=utf-8"),
)
VIABTC = Dialect(
    path="/res/openapi/v1/hashrate/worker",
    auth_header="X-API-KEY",
    answer=_viabtc,
    refusal=Reply({"code": 25, "data": {}, "message": "Invalid api key"}),
)
LUXOR = Dialect(
    path=r"/api/v2/pool/workers/[^/]+",
    account_in="subaccount_names",
    auth_header="Authorization",
    answer=_luxor,
)
