"""Solo pools and pools at home: CKPool, public-pool, Ocean, Parasite, MiningCore."""

from ..view import Dialect, Question, Reply, View, WorkerView, iso, suffixed

_SAMPLE = 120
_WINDOW = 600
"""MiningCore's interval and window (StatsRecorder.cs)."""


def _ckpool(question: Question) -> Reply:
    view = question.view
    windows = {"1m": 60, "5m": 300, "1hr": 3600, "1d": 86_400, "7d": 604_800}
    last = max((worker.last_share for worker in view.workers), default=0)
    totals = {
        f"hashrate{name}": suffixed(sum(view.rate(w, length) for w in view.workers))
        for name, length in windows.items()
    }
    rows = [
        {
            "workername": f"{question.account}.{worker.name}",
            **{
                f"hashrate{name}": suffixed(view.rate(worker, length))
                for name, length in windows.items()
            },
            "lastshare": int(worker.last_share),
            "shares": 10_267_078,
            "bestshare": 203_034_806_650.409,
            "bestever": 203_034_806_650,
        }
        for worker in view.workers
    ]
    body = {**totals, "lastshare": int(last), "workers": len(rows), "worker": rows}
    return Reply(body, content_type="application/octet-stream")


def _public_pool(question: Question) -> Reply:
    view = question.view
    rows = [
        {
            "sessionId": f"{number:08x}",
            "name": worker.name,
            "bestDifficulty": "1234567.89",
            "hashRate": worker.nominal_hs,
            "startTime": iso(worker.last_share - 86_400),
            "lastSeen": iso(worker.last_share),
        }
        for number, worker in enumerate(view.workers)
    ]
    return Reply({"bestDifficulty": 9.8e8, "workersCount": len(rows), "workers": rows})


def _ocean(question: Question) -> Reply:
    view = question.view
    windows = (60, 300, 600, 3600, 10_800, 86_400)
    rates = {
        worker.name: [
            {f"hashrate_{w}s": str(int(view.rate(worker, w))) for w in windows}
        ]
        for worker in view.workers
    }
    last = max((worker.last_share for worker in view.workers), default=0)
    user = {"active_worker_count": len(rates), "lastest_share_ts": str(int(last))}
    snapshot = str(int(view.now // 60 * 60))
    result = {"snap_ts": snapshot, "user_hashrate": user, "workers": rates}
    return Reply({"result": result})


def _parasite(question: Question) -> Reply:
    view = question.view
    rows = [
        {
            "id": worker.name,
            "name": worker.name,
            "hashrate": str(int(view.rate(worker, 300))),
            "bestDifficulty": "1130000000000",
            "lastSubmission": str(int(worker.last_share)),
            "uptime": "2d 3h",
        }
        for worker in view.workers
    ]
    return Reply({"workers": len(rows), "lastSubmission": "1m ago", "workerData": rows})


def _zeroed(worker: WorkerView) -> float:
    """Return the moment of the sample that first shows a rate of nothing."""
    return -(-(worker.last_share + _WINDOW) // _SAMPLE) * _SAMPLE


def _performance(view: View) -> dict[str, object]:
    """Return the last sample: a stopped worker is a zero in one, and in no other.

    When all have stopped there are no more samples, and the last one stays.
    """
    sample = view.now // _SAMPLE * _SAMPLE
    sample = min(sample, max(_zeroed(worker) for worker in view.workers))
    rates = {
        worker.name: worker.nominal_hs if sample < _zeroed(worker) else 0
        for worker in view.workers
        if sample <= _zeroed(worker)
    }
    rows = {
        name: {"hashrate": rate, "sharesPerSecond": 0.07 if rate else 0}
        for name, rate in rates.items()
    }
    return {"created": iso(sample), "workers": rows}


def _miningcore(question: Question) -> Reply:
    body: dict[str, object] = {"pendingShares": 1.5, "performanceSamples": []}
    if question.view.workers:
        body["performance"] = _performance(question.view)
    return Reply(body)


CKPOOL = Dialect(
    path=r"/users/(?P<account>[^/]+)",
    answer=_ckpool,
    stranger=Reply("<html><h1>404 Not Found</h1></html>", 404, "text/html"),
    drops_after=600_000,
)
PUBLIC_POOL = Dialect(
    path=r"/api/client/(?P<account>[^/]+)", answer=_public_pool, drops_after=300
)
OCEAN = Dialect(
    path=r"/v1/user_hashrate_full/(?P<account>[^/]+)",
    answer=_ocean,
    stranger=Reply({"error": "No such user"}, 404),
)
PARASITE = Dialect(
    path=r"/api/user/(?P<account>[^/]+)",
    answer=_parasite,
    stranger=Reply({"error": "User not found"}, 404),
)
MININGCORE = Dialect(
    path=r"/api/pools/[^/]+/miners/(?P<account>[^/]+)",
    answer=_miningcore,
    stranger=Reply("", 204),
)
