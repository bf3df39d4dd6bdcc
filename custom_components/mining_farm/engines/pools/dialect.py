"""What a pool's dialect consists of: the frame that every module in dialects/ fills."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
import re
from typing import Any, ClassVar
from urllib.parse import quote

from .envelope import open_envelope
from .models import Account, AccountReport, Outcome, PoolRequest, merge_workers
from .rows import Row, sort_rows
from .values import UnexpectedReplyError, message, number


class AccountKind(StrEnum):
    """What a pool knows its users by."""

    WALLET = "wallet"
    USERNAME = "username"
    TOKEN_ONLY = "token_only"  # noqa: S105


class TokenUse(StrEnum):
    """Whether a pool wants a token."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Service(StrEnum):
    """Whether the operator still serves."""

    ALIVE = "alive"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """Shortest times that make sense with a pool, given how late it publishes its data."""

    time_until_offline: timedelta = timedelta(minutes=10)
    status_check_frequency: timedelta = timedelta(minutes=5)
    status_check_cooldown: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a dialect reads from the JSON of a good answer."""

    workers: Iterable[Row] = ()
    failure: Outcome | None = None
    """In place of workers: what the JSON says went wrong, or EMPTY for a reason."""
    detail: str = ""
    """In our words: a pool's may quote the wallet."""
    data_at: datetime | None = None
    next_page: int | None = None
    pages: int = 1
    """How many there are, where the answer does not say which one it is."""
    known_as: str | None = field(default=None, repr=False)
    """In place of workers: what the pool wants to be asked for instead of the wallet."""


_ABOUT_THE_KEY = re.compile(r"api.?key|auth|permission|sign|token")


def failure_by_code(reply: Mapping[str, Any]) -> Found | None:
    """Return what an error code says that came with HTTP 200; None for the code 0."""
    code = number(reply.get("code"))
    if code == 0:
        return None
    denied = _ABOUT_THE_KEY.search(message(reply.get("message")))
    return Found(
        failure=Outcome.AUTH if denied else Outcome.API_ERROR,
        detail=f"error code {code}",
    )


class Dialect(ABC):
    """One pool, or one program that many pools run."""

    key: ClassVar[str]
    name: ClassVar[str]
    base_url: ClassVar[str | None]
    """Scheme and host; None where every user has a host of his own."""
    account_kind: ClassVar[AccountKind] = AccountKind.WALLET
    token: ClassVar[TokenUse] = TokenUse.NONE
    coins: ClassVar[tuple[str, ...] | None] = None
    """Coins to offer, not all that there are; None: the pool asks for none."""
    service: ClassVar[Service] = Service.ALIVE
    solo: ClassVar[bool] = False
    """Each account mines for itself: one with little hashrate has shares seldom."""
    defaults: ClassVar[Defaults] = Defaults()
    absent_after: ClassVar[timedelta | None] = None
    """After so long without a share the pool drops a worker; None: not documented."""
    unknown_account: ClassVar[frozenset[int]] = frozenset()
    """HTTP statuses by which the pool says that it does not know the account."""
    plain_files: ClassVar[bool] = False
    """Served as static files: the web server's own 404 page means an unknown account."""
    gap: ClassVar[timedelta] = timedelta(seconds=1)
    """Least time between two requests to one host."""
    deadline: ClassVar[timedelta] = timedelta(seconds=20)
    headers: ClassVar[Mapping[str, str]] = {"Accept": "application/json"}

    @abstractmethod
    def request(self, account: Account, page: int = 1) -> PoolRequest:
        """Return what to ask for the workers of an account."""

    def sign(
        self,
        request: PoolRequest,
        account: Account,  # noqa: ARG002
        now: datetime,  # noqa: ARG002
    ) -> PoolRequest:
        """Return a request as it is sent at a moment: signed, where the pool wants that."""
        return request

    @abstractmethod
    def read(self, payload: Any, account: Account) -> Found:  # noqa: ANN401
        """Return the report in the JSON; UnexpectedReplyError where its shape is another."""

    def parse(
        self,
        status: int,
        headers: Mapping[str, str],
        body: str,
        account: Account,
        now: datetime,
        *,
        page: int = 1,
    ) -> AccountReport:
        """Return the report on an account in any HTTP answer."""
        report, payload = open_envelope(
            status,
            headers,
            body,
            now,
            unknown_account=self.unknown_account,
            plain_files=self.plain_files,
        )
        if report.outcome is not Outcome.WORKER:
            return report
        try:
            found = self.read(payload, account)
            rows, odd = sort_rows(found.workers)
            workers = merge_workers(rows)
        except UnexpectedReplyError:
            detail = f"JSON that is not {self.name}'s"
            return replace(report, outcome=Outcome.API_ERROR, detail=detail)
        return replace(
            report,
            outcome=found.failure or (Outcome.WORKER if workers else Outcome.EMPTY),
            workers=() if found.failure else workers,
            data_at=found.data_at,
            # A row without a name may be anyone's: none is known to be dropped.
            absent_after=(
                None if any(row.name is None for row in odd) else self.absent_after
            ),
            odd_rows=len(odd),
            next_page=page + 1 if page < found.pages else found.next_page,
            known_as=found.known_as,
            detail=found.detail,
        )

    def missing(self, account: Account) -> tuple[str, ...]:
        """Return the fields of an account that this pool cannot do without."""
        needed = {
            "account": self.account_kind is not AccountKind.TOKEN_ONLY,
            "coin": self.coins is not None,
            "token": self.token is TokenUse.REQUIRED,
            "base_url": self.base_url is None or self.service is Service.CLOSED,
        }
        return tuple(
            name for name, need in needed.items() if need and not getattr(account, name)
        )

    def get(
        self, account: Account, path: str, headers: Mapping[str, str] | None = None
    ) -> PoolRequest:
        """Return a GET of a path at the pool or its stand-in."""
        return PoolRequest(
            url=self.url(account, path), headers={**self.headers, **(headers or {})}
        )

    def url(self, account: Account, path: str) -> str:
        """Return the address of a path; a base may hold a place for the coin."""
        base = (account.base_url or self.base_url or "").rstrip("/")
        return base.replace("{coin}", segment(account.coin).lower()) + path


def segment(value: str | None) -> str:
    """Return a wallet, name or coin as one part of a path or query."""
    return quote((value or "").strip(), safe="")


def hex_address(wallet: str) -> str:
    """Return an Ethereum-like address in lower case without 0x; others untouched."""
    wallet = wallet.strip()
    if wallet[:2].lower() == "0x":
        return wallet[2:].lower()
    return wallet
