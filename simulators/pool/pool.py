"""One simulated pool: a dialect on a port, and everything that fails."""

from email.utils import formatdate
import json
import re
from typing import Any, override
from urllib.parse import parse_qsl

from aiohttp import web

from simulators.clock import Clock, sleep
from simulators.http import Wire

from .dialects import DIALECTS
from .faults import Faults
from .traffic import Traffic
from .view import Question, Reply, Signed, View
from .worker import Worker

_NOT_FOUND = Reply("<html><body><h1>404 Not Found</h1></body></html>", 404, "text/html")


class Pool(Faults):
    """Answers questions about one account's workers in the words of one pool."""

    def __init__(
        self,
        key: str,
        workers: tuple[Worker, ...],
        *,
        clock: Clock,
        account: str,
        token: str,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Be the pool of that key.

        Raises:
            ValueError: There is no such pool.
        """
        if key not in DIALECTS:
            raise ValueError(f"no pool {key!r}; pools: {', '.join(DIALECTS)}")
        self.key = key
        self.account = account
        self.token = token
        self.traffic = Traffic()
        self._dialect = DIALECTS[key]
        self._workers = workers
        super().__init__(Wire(host, port, self._serve), clock, self._truth)

    @property
    def url(self) -> str:
        """Address that stands in for the operator's."""
        return f"http://{self.host}:{self.port}"

    @override
    def describe(self) -> dict[str, Any]:
        """Return its present state, fit for JSON."""
        return {
            **super().describe(),
            "url": self.url,
            "account": self.account,
            "token": self.token if self._dialect.wants_token else None,
            "requests": self.traffic.requests,
        }

    def _truth(self) -> View:
        views = (worker.view() for worker in self._workers)
        return View(self._clock.now(), tuple(view for view in views if view))

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        traffic = self.traffic
        traffic.requests += 1
        traffic.last.append((self._clock.now(), request.path_qs))
        with traffic.exchange():
            body = await request.text()
            if self.latency:
                await sleep(self._clock, self.latency)
            return self._sent(self.instead() or self._answer(request, body))

    def _answer(self, request: web.BaseRequest, body: str) -> Reply:
        dialect, view = self._dialect, self.shown()
        found = re.fullmatch(dialect.path, request.path)
        if found is None or request.method != dialect.method:
            return _NOT_FOUND
        if not self._admits(request, body):
            return dialect.refusal
        account = found.groupdict().get("account") or self.account
        if dialect.account_in is not None:
            members = json.loads(body) if body else request.query
            account = members.get(dialect.account_in, "")
        known = "forget" not in self.faults and _bare(account) == _bare(self.account)
        if not known and dialect.stranger is not None:
            return dialect.stranger
        listed = tuple(
            worker
            for worker in view.workers
            if known
            and (
                dialect.drops_after is None or view.silent(worker) < dialect.drops_after
            )
        )
        return dialect.answer(Question(account, request.query, View(view.now, listed)))

    def _admits(self, request: web.BaseRequest, body: str) -> bool:
        if (check := self._dialect.signed) is not None:
            query, form = request.url.raw_query_string, dict(parse_qsl(body))
            signed = Signed(self.account, request.headers, query, form)
            return check(signed, self.token)
        header, member = self._dialect.auth_header, self._dialect.token_in
        if header is not None:
            return request.headers.get(header) == self.token
        return member is None or request.query.get(member) == self.token

    def _sent(self, reply: Reply) -> web.Response:
        text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        if "truncate" in self.faults:
            text = text[: len(text) // 2]
        headers = {
            "Content-Type": reply.content_type,
            "Date": formatdate(self._clock.now(), usegmt=True),
            **reply.headers,
        }
        return web.Response(text=text, status=reply.status, headers=headers)


def _bare(account: str) -> str:
    """Return an account as pools compare it: some want addresses without 0x."""
    return account.lower().removeprefix("0x")
