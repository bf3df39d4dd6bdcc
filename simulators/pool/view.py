"""What a pool knows at a moment, from which its answers are drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker that has sent shares; times since 1970 in seconds."""

    name: str
    last_share: float
    nominal_hs: float
    """H/s of the worker while it works."""


@dataclass(frozen=True, slots=True)
class View:
    """All workers of the account at one moment."""

    now: float
    workers: tuple[WorkerView, ...]

    def silent(self, worker: WorkerView) -> float:
        """Return seconds since the worker's last share."""
        return self.now - worker.last_share

    def rate(self, worker: WorkerView, window: float) -> float:
        """Return H/s as an average over so many seconds: all, or nothing."""
        return worker.nominal_hs if self.silent(worker) < window else 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """A request, taken apart."""

    account: str
    query: Mapping[str, str]
    view: View


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; a body that is no text is sent as JSON."""

    body: Any
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature is made of: the account, headers, query as sent, and form."""

    account: str
    headers: Mapping[str, str]
    query: str
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one pool is asked and how it answers."""

    path: str
    """Regular expression; its group `account` names the account."""
    answer: Callable[[Question], Reply]
    method: str = "GET"
    account_in: str | None = None
    """Member of the query or JSON body that names the account; None: path or token."""
    auth_header: str | None = None
    """Header that must hold the token."""
    signed: Callable[[Signed, str], bool] | None = None
    """Whether a request is signed by the token, a key, a colon and a secret."""
    token_in: str | None = None
    """Member of the query that must hold the token."""
    refusal: Reply = Reply({"message": "Unauthorized"}, 401)
    """What a wrong token is answered."""
    stranger: Reply | None = None
    """What an unknown account is answered; None: what one without workers is."""
    drops_after: float | None = None
    """Seconds of silence after which a worker is no longer listed."""

    @property
    def wants_token(self) -> bool:
        """Whether it answers to those with a token only."""
        return (self.auth_header or self.token_in or self.signed) is not None


def iso(moment: float) -> str:
    """Return a time as most pools write it."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def suffixed(rate: float) -> str:
    """Return H/s as ckpool writes it: three digits and a suffix."""
    for power, suffix in enumerate(("", "K", "M", "G", "T", "P")):
        if rate < 1000 ** (power + 1):
            return f"{rate / 1000**power:.3g}{suffix}"
    return f"{rate / 1e18:.3g}E"
