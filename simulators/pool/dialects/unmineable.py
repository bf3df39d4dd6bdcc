"""unMineable: an address is looked up first, its account is asked by number."""

from ..view import Dialect, Question, Reply

_OFFLINE = 900
_UUID = "0b5e55ed-0000-4000-8000-000000000001"


def _answer(question: Question) -> Reply:
    view = question.view
    if "coin" in question.query:
        return _good({"uuid": _UUID})
    rows = [
        {
            "online": view.silent(worker) < _OFFLINE,
            "name": worker.name,
            "last": int(worker.last_share * 1000),
            "rhr": view.rate(worker, _OFFLINE) / 1e6,
            "chr": view.rate(worker, _OFFLINE) / 1e6,
            "referral": None,
        }
        for worker in view.workers
    ]
    return _good({"etchash": {"workers": rows}, "randomx": {"workers": []}})


def _good(data: object) -> Reply:
    return Reply({"success": True, "msg": "Ok", "data": data})


UNMINEABLE = Dialect(
    path=rf"/v4/(?:address/(?P<account>[^/]+)|account/{_UUID}/workers)",
    answer=_answer,
    stranger=Reply({"success": False, "msg": "Account not found", "data": None}),
)
