"""Asks pools: each account once per interval, however many rigs share it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import aiohttp
from yarl import URL

from .dialect import Dialect
from .exchange import NoAnswer, Timeout, async_exchange
from .lane import Lane
from .models import Account, AccountReport, Outcome, merge_workers
from .registry import POOLS

_PAGES = 50
_PARSED_AT_ONCE = 64 * 1024
"""Characters of the longest answer that is read within the event loop."""
_MISSING = {"token": Outcome.AUTH}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PoolClient:
    """Fetches reports through a session that belongs to someone else.

    Belongs to one event loop. Shows and logs neither wallet nor token.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        clock: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        timeout: Timeout = asyncio.timeout,
    ) -> None:
        """Ask through `session`; `clock` returns aware UTC, `sleep` waits seconds."""
        self._session = session
        self._clock = clock
        self._sleep = sleep
        self._timeout = timeout
        self._lanes: dict[str, Lane] = {}
        self._reports: dict[str, AccountReport] = {}
        self._known_as: dict[str, Account] = {}
        self._fetching: dict[str, asyncio.Task[AccountReport]] = {}

    async def async_fetch(self, account: Account, max_age: float) -> AccountReport:
        """Return what is known of an account, asked for at most `max_age` s ago.

        Never raises for trouble with the network or the pool. While the pool wants to
        be left alone its last failure is returned without a request, whatever the age.
        KeyError for a pool that is not in the registry.
        """
        dialect = POOLS[account.pool]
        if missing := dialect.missing(account):
            return AccountReport(
                outcome=_MISSING.get(missing[0], Outcome.ACCOUNT_UNKNOWN),
                at=self._clock(),
                detail=f"missing: {', '.join(missing)}",
            )
        key = account.identity
        known = self._reports.get(key)
        if known is not None:
            age = self._clock() - known.at
            if timedelta() <= age < timedelta(seconds=max_age):
                return known
        if key not in self._fetching:
            task = asyncio.create_task(self._async_fetch(dialect, account))
            self._fetching[key] = task
            task.add_done_callback(lambda _: self._fetching.pop(key, None))
        # Who gives up waiting takes nothing from the others.
        return await asyncio.shield(self._fetching[key])

    async def async_close(self) -> None:
        """End what is under way; its callers are cancelled."""
        tasks = list(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _async_fetch(self, dialect: Dialect, account: Account) -> AccountReport:
        """Ask for all pages: a list with a page missing would make workers absent."""
        key = account.identity
        account = self._known_as.get(key, account)
        pages = [await self._async_page(dialect, account, 1)]
        if known_as := pages[0].known_as:
            account = self._known_as[key] = replace(account, account=known_as)
            pages = [await self._async_page(dialect, account, 1)]
        # unMineable's number of an address may be outdated: then it is looked up again.
        if pages[0].outcome is Outcome.ACCOUNT_UNKNOWN:
            self._known_as.pop(key, None)
        while (page := pages[-1].next_page) is not None and len(pages) < _PAGES:
            pages.append(await self._async_page(dialect, account, page))
        report = self._reports[key] = _join(pages)
        return report

    async def _async_page(
        self, dialect: Dialect, account: Account, page: int
    ) -> AccountReport:
        request = dialect.request(account, page)

        async def ask() -> AccountReport:
            # Signed in its turn: a signature is good for some seconds.
            signed = dialect.sign(request, account, self._clock())
            answer = await async_exchange(
                self._session, signed, dialect.deadline.total_seconds(), self._timeout
            )
            now = self._clock()
            if isinstance(answer, NoAnswer):
                return AccountReport(
                    outcome=answer.outcome, at=now, detail=answer.reason
                )
            parse = partial(
                dialect.parse,
                answer.status,
                answer.headers,
                answer.body,
                account,
                now,
                page=page,
            )
            # Tens of thousands of workers would hold up everything else.
            if len(answer.body) > _PARSED_AT_ONCE:
                return await asyncio.to_thread(parse)
            return parse()

        return await self._lane(request.url).async_ask(ask, dialect.gap)

    def _lane(self, url: str) -> Lane:
        try:
            host = URL(url, encoded=True).authority
        except ValueError:
            host = ""
        if host not in self._lanes:
            self._lanes[host] = Lane(self._clock, self._sleep)
        return self._lanes[host]


def _join(pages: Sequence[AccountReport]) -> AccountReport:
    """Return one report for all pages; the failure, where one failed."""
    last = pages[-1]
    if last.next_page is not None:
        detail = f"more than {_PAGES} pages"
        return AccountReport(outcome=Outcome.API_ERROR, at=last.at, detail=detail)
    if last.outcome not in (Outcome.WORKER, Outcome.EMPTY):
        return last
    workers = merge_workers([worker for page in pages for worker in page.workers])
    times = [page.data_at for page in pages if page.data_at is not None]
    keeps = {page.absent_after for page in pages}
    return replace(
        last,
        outcome=Outcome.WORKER if workers else Outcome.EMPTY,
        workers=workers,
        data_at=max(times, default=None),
        absent_after=None if None in keeps else last.absent_after,
        odd_rows=sum(page.odd_rows for page in pages),
    )
