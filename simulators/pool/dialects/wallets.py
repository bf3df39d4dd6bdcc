"""Pools that are asked about a wallet."""

from typing import Any

from ..view import Dialect, Question, Reply, View, WorkerView, iso

_OFFLINE = 600
_HIVEON_STEP = 600
_PAGE_SIZE = 100


def _flexpool(question: Question) -> Reply:
    view = question.view
    rows = [
        {
            "name": worker.name,
            "isOnline": view.silent(worker) < _OFFLINE,
            "count": int(view.silent(worker) < _OFFLINE),
            "reportedHashrate": view.rate(worker, _OFFLINE),
            "currentEffectiveHashrate": view.rate(worker, 3600),
            "averageEffectiveHashrate": view.rate(worker, 86_400),
            "validShares": 1225,
            "staleShares": 11,
            "invalidShares": 0,
            "lastSeen": int(worker.last_share),
        }
        for worker in view.workers
    ]
    return Reply({"error": None, "result": rows or None})


def _ethermine(question: Question) -> Reply:
    view = question.view
    rows = [
        {
            "worker": worker.name.lower(),
            "time": int(view.now // 600 * 600),
            "lastSeen": int(worker.last_share),
            "reportedHashrate": view.rate(worker, _OFFLINE),
            "currentHashrate": view.rate(worker, 3600),
            "validShares": 41,
            "invalidShares": 0,
            "staleShares": 1,
        }
        for worker in view.workers
    ]
    return Reply({"status": "OK", "data": rows or "NO DATA"})


def _hiveon(question: Question) -> Reply:
    return Reply(
        {
            "workers": {
                w.name: _hiveon_worker(question.view, w) for w in question.view.workers
            }
        }
    )


def _hiveon_worker(view: View, worker: WorkerView) -> dict[str, Any]:
    """Return a row; numbers are text, and what is zero or false is left out."""
    last = worker.last_share // _HIVEON_STEP * _HIVEON_STEP
    row: dict[str, Any] = {
        "hashrate24h": str(int(view.rate(worker, 86_400))),
        "sharesStatusStats": {
            "lastShareDt": iso(last).replace(".000", ""),
            "validCount": "3527",
            "validRate": 99.8301,
        },
    }
    if view.silent(worker) < 2 * _HIVEON_STEP:
        row |= {"hashrate": str(int(worker.nominal_hs)), "online": True}
    return row


def _herominers(question: Question) -> Reply:
    view = question.view
    rows = [
        {
            "name": worker.name,
            "hashrate": view.rate(worker, _OFFLINE),
            "lastShare": int(worker.last_share),
            "shares_good": 400,
            "shares_invalid": 0,
            "shares_stale": 2,
            "hashrate_1h": view.rate(worker, 3600),
        }
        for worker in view.workers
    ]
    last = max((worker.last_share for worker in view.workers), default=0)
    stats = {"lastShare": str(int(last)), "balance": "125011636"}
    return Reply({"stats": stats, "workers": rows, "payments": [], "charts": {}})


def _kryptex(question: Question) -> Reply:
    view = question.view
    rows = [
        {
            "worker": worker.name,
            "scheme": "pps",
            "status": "online" if view.silent(worker) < _OFFLINE else "offline",
            "last_share": str(int(worker.last_share * 1000)),
            "avg_hashrate_30m": f"{view.rate(worker, 1800):.2f}",
            "avg_hashrate_3h": f"{view.rate(worker, 10_800):.2f}",
            "valid": 900,
            "stale": 3,
            "invalid": 0,
            "agent": "krig/1.5.1",
        }
        for worker in view.workers
    ]
    return Reply({"results": rows})


def _nicehash(question: Question) -> Reply:
    view, page = question.view, int(question.query.get("page", 0))
    size = int(question.query.get("size", _PAGE_SIZE))
    shown = view.workers[page * size : (page + 1) * size]
    rigs: list[dict[str, Any]] = [
        {
            "rigId": f"0-{worker.name}",
            "type": "MANAGED",
            "name": worker.name,
            "statusTime": int(worker.last_share * 1000),
            "minerStatus": "MINING" if view.silent(worker) < _OFFLINE else "OFFLINE",
            "unpaidAmount": "0.00000123",
            "devices": [],
            "stats": [],
        }
        for worker in shown
    ]
    pages = max(1, -(-len(view.workers) // size))
    return Reply(
        {
            "totalRigs": len(view.workers),
            "miningRigs": rigs,
            "pagination": {"size": size, "page": page, "totalPageCount": pages},
        }
    )


def _nanopool(question: Question) -> Reply:
    view = question.view
    rows = [
        {
            "id": worker.name,
            "uid": str(101 + number),
            "hashrate": f"{view.rate(worker, _OFFLINE):.1f}",
            "lastshare": int(worker.last_share),
            "rating": 100,
            "h1": f"{view.rate(worker, 3600):.1f}",
        }
        for number, worker in enumerate(view.workers)
    ]
    data = {"account": question.account, "balance": "0.0123", "workers": rows}
    return Reply({"status": True, "data": data})


FLEXPOOL = Dialect(
    path="/v2/miner/workers",
    account_in="address",
    answer=_flexpool,
    stranger=Reply({"error": "invalid address", "result": None}, 400),
)
ETHERMINE = Dialect(path=r"/miner/(?P<account>[^/]+)/workers", answer=_ethermine)
HIVEON = Dialect(
    path=r"/api/v1/stats/miner/(?P<account>[^/]+)/[^/]+/workers",
    answer=_hiveon,
    stranger=Reply({"code": 3, "message": "invalid miner address", "details": []}, 400),
)
HEROMINERS = Dialect(
    path="/api/stats_address",
    account_in="address",
    answer=_herominers,
    stranger=Reply({"error": "Not found"}),
    drops_after=15 * 86_400,
)
KRYPTEX = Dialect(
    path=r"/[^/]+/api/v3/miner/workers/(?P<account>[^/]+)", answer=_kryptex
)
NICEHASH = Dialect(
    path=r"/main/api/v2/mining/external/(?P<account>[^/]+)/rigs2",
    answer=_nicehash,
    stranger=Reply({"errors": [{"code": 5004, "message": "Invalid address"}]}, 400),
)
NANOPOOL = Dialect(
    path=r"/v1/[^/]+/user/(?P<account>[^/]+)",
    answer=_nanopool,
    stranger=Reply({"status": False, "error": "Account not found"}),
)
