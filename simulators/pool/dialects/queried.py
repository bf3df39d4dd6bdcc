"""Pools that want a token in the query: LitecoinPool, Mining-Dutch, ProHashing."""

from ..view import Dialect, Question, Reply

_OFFLINE = 120


def _litecoinpool(question: Question) -> Reply:
    view = question.view
    rows = {
        f"farm.{worker.name}": {
            "connected": view.silent(worker) < _OFFLINE,
            "hash_rate": view.rate(worker, _OFFLINE) / 1e3,
            "hash_rate_24h": view.rate(worker, 86_400) / 1e3,
        }
        for worker in view.workers
    }
    total = sum(view.rate(worker, _OFFLINE) for worker in view.workers)
    return Reply({"user": {"hash_rate": total / 1e3}, "workers": rows})


def _mining_dutch(question: Question) -> Reply:
    view = question.view
    rows = [
        {
            "username": f"farm.{worker.name}",
            "alive": int(view.silent(worker) < _OFFLINE),
            "hashrate": view.rate(worker, _OFFLINE) / 1e6,
            "difficulty": 65536 if view.silent(worker) < _OFFLINE else None,
        }
        for worker in view.workers
    ]
    data = {"version": "1.0.0", "runtime": 8.2, "data": {"miners": rows}}
    return Reply({"getuserworkers": data})


def _prohashing(question: Question) -> Reply:
    rows = [
        {
            "ID": worker.name,
            "algo": "etchash",
            "difficulty": 65536,
            "accepted": worker.nominal_hs,
            "rejected": 0,
        }
        for worker in question.view.workers
    ]
    return Reply({"code": 200, "status": "success", "data": {"miners": rows}})


LITECOINPOOL = Dialect(
    path="/api",
    token_in="api_key",  # noqa: S106
    answer=_litecoinpool,
    refusal=Reply({"error": "invalid api key"}),
)
MINING_DUTCH = Dialect(
    path=r"/pools/[^/]+\.php",
    account_in="id",
    token_in="api_key",  # noqa: S106
    answer=_mining_dutch,
)
PROHASHING = Dialect(
    path="/api/v1/walletEx",
    token_in="apiKey",  # noqa: S106
    answer=_prohashing,
    refusal=Reply({"code": 400, "status": "error"}),
    drops_after=600,
)
