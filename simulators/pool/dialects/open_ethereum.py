"""2Miners, SoloPool.org, K1Pool, WoolyPooly: what open-ethereum-pool reports (storage/redis.go)."""

from typing import Any

from ..view import Dialect, Question, Reply, View, WorkerView

_OFFLINE = 900
"""Half the short window of half an hour."""


def _worker(view: View, worker: WorkerView) -> dict[str, Any]:
    return {
        "lastBeat": int(worker.last_share),
        "hr": int(view.rate(worker, 1800)),
        "hr2": int(view.rate(worker, 10_800)),
        "offline": view.silent(worker) > _OFFLINE,
        "sharesValid": 90,
        "sharesInvalid": 0,
        "sharesStale": 1,
    }


def _totals(view: View) -> dict[str, Any]:
    offline = sum(view.silent(worker) > _OFFLINE for worker in view.workers)
    return {
        "workers": {worker.name: _worker(view, worker) for worker in view.workers},
        "workersOnline": len(view.workers) - offline,
        "workersOffline": offline,
        "workersTotal": len(view.workers),
    }


def _last_share(view: View) -> int:
    return int(max((worker.last_share for worker in view.workers), default=0))


def _account(question: Question) -> Reply:
    view = question.view
    return Reply(
        {
            "currentHashrate": sum(view.rate(w, 1800) for w in view.workers),
            "hashrate": sum(view.rate(w, 10_800) for w in view.workers),
            "pageSize": 30,
            "payments": [],
            "paymentsTotal": 0,
            "stats": {"balance": 1200, "paid": 0, "lastShare": _last_share(view)},
            **_totals(view),
            "updatedAt": int(view.now * 1000),
        }
    )


def _k1pool(question: Question) -> Reply:
    view = question.view
    totals = _totals(view)
    return Reply(
        {
            "miner": {
                **totals,
                # An object where there are workers, an array where there are none.
                "workers": totals["workers"] or [],
                "curHashrate": sum(view.rate(w, 1800) for w in view.workers),
                "lastShare": _last_share(view),
                "payoutThreshold": 3,
            },
            "pool": {},
        }
    )


def _woolypooly(question: Question) -> Reply:
    totals = _totals(question.view)
    workers: dict[str, dict[str, Any]] = totals["workers"]
    rows = [{"worker": name, **row} for name, row in workers.items()]
    return Reply({"stats": {}, "mode_stats": {}, **totals, "workers": rows})


TWO_MINERS = Dialect(
    path=r"/api/accounts/(?P<account>[^/]+)",
    answer=_account,
    stranger=Reply("", 404),
    drops_after=10_800,
)
K1POOL = Dialect(path=r"/api/miner/[^/]+/(?P<account>[^/]+)", answer=_k1pool)
WOOLYPOOLY = Dialect(path=r"/api/[^/]+/accounts/(?P<account>[^/]+)", answer=_woolypooly)
