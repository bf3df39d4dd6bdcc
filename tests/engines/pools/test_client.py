"""The client, on real sockets: few requests, in turn, bounded, and never an exception."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import logging
import threading
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from custom_components.mining_farm.engines.pools import Account, Outcome, PoolClient
from custom_components.mining_farm.engines.pools.exchange import BODY_LIMIT

from .fake_pool import FakePool, Time, replies, reply
from .replies import REPLIES

WALLET = "bc1qsecret0wallet"
TOKEN = "s3cret-t0ken"


@pytest.fixture
async def pool(loopback: None) -> AsyncIterator[FakePool]:
    """A pool that listens."""
    pool = FakePool()
    await pool.start()
    yield pool
    await pool.stop()


@pytest.fixture
def time() -> Time:
    """Time that only tests move."""
    return Time()


@pytest.fixture
async def client(time: Time) -> AsyncIterator[PoolClient]:
    """A client whose deadlines are as short as a blink."""
    async with aiohttp.ClientSession() as session:
        client = PoolClient(
            session,
            clock=time,
            sleep=time.sleep,
            timeout=lambda seconds: asyncio.timeout(seconds / 100),
        )
        yield client
        await client.async_close()


def _account(pool: FakePool, wallet: str = WALLET) -> Account:
    return Account(pool="ckpool", account=wallet, base_url=pool.url)


async def test_a_closed_pool_is_not_asked(client: PoolClient) -> None:
    """Whoever owns its host today learns no wallet; a server of one's own is asked."""
    account = Account(pool="flexpool", account=WALLET, coin="etc")
    report = await client.async_fetch(account, 0)
    assert report.outcome is Outcome.ACCOUNT_UNKNOWN
    assert report.detail == "missing: base_url"


async def test_rigs_share_one_request(pool: FakePool, client: PoolClient) -> None:
    """However many rigs ask at once or in the same interval, the pool is asked once."""
    reports = await asyncio.gather(
        *(client.async_fetch(_account(pool), 300) for _ in range(50))
    )
    assert len(pool.requests) == 1
    assert all(report is reports[0] for report in reports)
    assert await client.async_fetch(_account(pool), 300) is reports[0]


async def test_an_old_answer_is_asked_for_again(
    pool: FakePool, client: PoolClient, time: Time
) -> None:
    """Each caller says how old is too old; a clock set back makes all old."""
    await client.async_fetch(_account(pool), 300)
    time.advance(299)
    await client.async_fetch(_account(pool), 300)
    assert len(pool.requests) == 1
    await client.async_fetch(_account(pool), 200)
    assert len(pool.requests) == 2
    time.advance(-3600)
    await client.async_fetch(_account(pool), 300)
    assert len(pool.requests) == 3
    await client.async_fetch(_account(pool), 0)
    assert len(pool.requests) == 4


async def test_one_request_at_a_time_with_a_gap(
    pool: FakePool, client: PoolClient, time: Time
) -> None:
    """Accounts of one host wait for each other, at that pool's own pace."""
    accounts = [
        Account(pool="braiins", token=f"{TOKEN}{n}", base_url=pool.url)
        for n in range(4)
    ]
    pool.answer = reply(REPLIES["braiins"].body)
    reports = await asyncio.gather(*(client.async_fetch(a, 300) for a in accounts))
    assert [report.outcome for report in reports] == [Outcome.WORKER] * 4
    assert pool.most_under_way == 1
    assert time.slept == [5, 5, 5]
    time.advance(3)
    await client.async_fetch(accounts[0], 0)
    assert time.slept[3:] == [2]


async def test_who_gives_up_takes_nothing_from_the_others(
    pool: FakePool, client: PoolClient
) -> None:
    """A cancelled caller does not cancel the request that others wait for."""
    arrived, go = asyncio.Event(), asyncio.Event()

    async def late(request: web.Request) -> web.StreamResponse:
        arrived.set()
        await go.wait()
        return await reply({"worker": []})(request)

    pool.answer = late
    first = asyncio.create_task(client.async_fetch(_account(pool), 300))
    second = asyncio.create_task(client.async_fetch(_account(pool), 300))
    await arrived.wait()
    first.cancel()
    go.set()
    assert (await second).outcome is Outcome.EMPTY
    assert first.cancelled()
    assert len(pool.requests) == 1


async def test_retry_after_is_respected(
    pool: FakePool, client: PoolClient, time: Time
) -> None:
    """Until it has passed, the failure is the answer for every account of the host."""
    pool.answer = replies(reply({}, 429, {"Retry-After": "120"}), reply({"worker": []}))
    refused = await client.async_fetch(_account(pool), 0)
    assert (refused.outcome, refused.retry_after) == (Outcome.RATE_LIMITED, 120)
    time.advance(119)
    assert (await client.async_fetch(_account(pool), 0)).retry_after == 120
    other = await client.async_fetch(_account(pool, "other"), 0)
    assert other.outcome is Outcome.RATE_LIMITED
    assert len(pool.requests) == 1
    time.advance(1)
    assert (await client.async_fetch(_account(pool), 0)).outcome is Outcome.EMPTY
    assert len(pool.requests) == 2


async def test_a_refusal_ends_when_the_clock_is_set_back(
    pool: FakePool, client: PoolClient, time: Time
) -> None:
    """Nobody waits for hours because the clock was wrong when the pool refused."""
    pool.answer = replies(reply({}, 429, {"Retry-After": "120"}), reply({"worker": []}))
    await client.async_fetch(_account(pool), 0)
    time.advance(-7200)
    assert (await client.async_fetch(_account(pool), 0)).outcome is Outcome.EMPTY


async def test_back_off_without_retry_after(
    pool: FakePool, client: PoolClient, time: Time
) -> None:
    """A pool that does not say how long is given more and more time, up to 15 min."""
    pool.answer = reply({}, 429)
    waits = []
    for _ in range(6):
        report = await client.async_fetch(_account(pool), 0)
        assert report.retry_after is not None
        waits.append(report.retry_after)
        time.advance(report.retry_after)
    assert waits == [60, 120, 240, 480, 900, 900]
    pool.answer = reply({"worker": []})
    await client.async_fetch(_account(pool), 0)
    pool.answer = reply({}, 429)
    time.advance(1)
    assert (await client.async_fetch(_account(pool), 0)).retry_after == 60


async def test_one_accounts_trouble_is_not_the_hosts(
    pool: FakePool, client: PoolClient
) -> None:
    """A bad token or an unknown wallet delays no other account."""
    pool.answer = replies(
        reply({}, 403, {"Retry-After": "600"}),
        reply("", 404, {"Retry-After": "600"}),
        reply({"worker": []}),
    )
    outcomes = [
        (await client.async_fetch(_account(pool, name), 0)).outcome for name in "abc"
    ]
    assert outcomes == [Outcome.AUTH, Outcome.ACCOUNT_UNKNOWN, Outcome.EMPTY]


async def test_a_dead_host_is_not_waited_for_by_each(
    pool: FakePool, client: PoolClient, time: Time
) -> None:
    """Many accounts of a dead host learn it from the first one, for half a minute."""
    url = pool.url
    await pool.stop()
    reports = await asyncio.gather(
        *(client.async_fetch(_account(pool, name), 0) for name in "abc")
    )
    assert {report.outcome for report in reports} == {Outcome.UNREACHABLE}
    assert time.slept == []
    back = FakePool()
    await back.start()
    assert back.url != url
    time.advance(29)
    account = Account(pool="ckpool", account="d", base_url=url)
    assert (await client.async_fetch(account, 0)).at < time.now
    time.advance(1)
    assert (await client.async_fetch(account, 0)).at == time.now
    await back.stop()


async def test_slow_answers_end_at_the_deadline(
    pool: FakePool, client: PoolClient
) -> None:
    """A pool that accepts and keeps silent is unreachable; the next one is tried."""
    never = asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    pool.answer = hang
    report = await client.async_fetch(_account(pool), 0)
    assert report.outcome is Outcome.UNREACHABLE
    assert report.detail == "no answer within 20 s"
    never.set()


async def test_drops_end_at_the_deadline(pool: FakePool, client: PoolClient) -> None:
    """An answer in endless drops does not outlive the deadline either."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    pool.answer = drip
    report = await client.async_fetch(_account(pool), 0)
    assert report.outcome is Outcome.UNREACHABLE


@pytest.mark.parametrize("encoding", [None, "gzip"])
async def test_long_answers_are_cut(
    pool: FakePool, client: PoolClient, encoding: str | None
) -> None:
    """More than 2 MiB is not read, also when it came small and unfolds."""

    async def long(_request: web.Request) -> web.StreamResponse:
        response = web.Response(body=b" " * (BODY_LIMIT + 1))
        if encoding:
            response.enable_compression(web.ContentCoding.gzip)
        return response

    pool.answer = long
    report = await client.async_fetch(_account(pool), 0)
    assert report.outcome is Outcome.API_ERROR
    assert "longer than" in report.detail


async def test_answers_with_more_rows_than_any_account_are_not_read(
    pool: FakePool, client: PoolClient
) -> None:
    """Nor nested without end: neither costs time."""
    for body in (b'{"workers":[' + b"{}," * 70_000 + b"{}]}", b"[" * 1_000_000):

        async def wide(_request: web.Request, body: bytes = body) -> web.StreamResponse:
            return web.Response(body=body, content_type="application/json")

        pool.answer = wide
        report = await client.async_fetch(_account(pool), 0)
        assert report.outcome is Outcome.API_ERROR
        assert "more rows" in report.detail


async def test_a_long_answer_is_read_beside_the_event_loop(
    pool: FakePool, client: PoolClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The farm goes on while the workers of a huge account are read."""
    threads: list[object] = []
    parse = json.loads

    def noted(text: str) -> Any:
        threads.append(threading.current_thread())
        return parse(text)

    monkeypatch.setattr(json, "loads", noted)
    for length in (0, 100_000):
        pool.answer = reply({"worker": [], "more": " " * length})
        report = await client.async_fetch(_account(pool), 0)
        assert report.outcome is Outcome.EMPTY
    assert threads[0] is threading.main_thread()
    assert threads[1] is not threading.main_thread()


async def test_broken_answers_are_unreachable(
    pool: FakePool, client: PoolClient
) -> None:
    """A connection that breaks within the answer is reported as such."""

    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "500"})
        await response.prepare(request)
        await response.write(b'{"worker": [')
        assert request.transport is not None
        request.transport.abort()
        return response

    pool.answer = broken
    report = await client.async_fetch(_account(pool), 0)
    assert (report.outcome, report.detail) == (
        Outcome.UNREACHABLE,
        "the connection broke",
    )


async def test_redirects_stay_with_the_host(
    pool: FakePool, client: PoolClient, time: Time
) -> None:
    """A redirect within the host is followed, one elsewhere sends nothing there."""
    moved = reply("", 302, {"Location": "/new?x=1"})
    pool.answer = replies(moved, reply({"worker": []}))
    assert (await client.async_fetch(_account(pool), 0)).outcome is Outcome.EMPTY
    assert pool.requests == [f"/users/{WALLET}", "/new?x=1"]

    other = FakePool()
    await other.start()
    elsewhere = other.url.replace("127.0.0.1", "localhost")
    pool.answer = reply("", 307, {"Location": f"{elsewhere}/"})
    report = await client.async_fetch(_account(pool), 0)
    assert report.outcome is Outcome.API_ERROR
    assert other.requests == []
    await other.stop()

    another = FakePool()
    await another.start()
    pool.answer = reply("", 307, {"Location": f"{another.url}/"})
    report = await client.async_fetch(_account(pool), 0)
    assert report.outcome is Outcome.API_ERROR
    assert another.requests == []
    await another.stop()

    pool.answer = reply("", 302, {"Location": "/again"})
    report = await client.async_fetch(_account(pool), 0)
    assert report.detail == "the host sends us in circles"


async def test_a_post_is_not_sent_again(pool: FakePool, client: PoolClient) -> None:
    """F2Pool's POST with its token follows no redirect at all."""
    pool.answer = reply("", 307, {"Location": "/new"})
    account = Account(
        pool="f2pool", account="me", coin="btc", token=TOKEN, base_url=pool.url
    )
    assert (await client.async_fetch(account, 0)).outcome is Outcome.API_ERROR
    assert pool.requests == ["/v2/hash_rate/worker/list"]
    assert pool.headers[0]["f2p-api-secret"] == TOKEN
    assert pool.headers[0]["content-type"] == "application/json"


async def test_kryptex_is_asked_like_by_a_browser(
    pool: FakePool, client: PoolClient
) -> None:
    """Kryptex rejects other clients; the other pools get our own name."""
    pool.answer = reply({"results": []})
    account = Account(pool="kryptex", account="x", coin="prl", base_url=pool.url)
    await client.async_fetch(account, 0)
    await client.async_fetch(_account(pool), 0)
    assert pool.headers[0]["user-agent"].startswith("Mozilla/5.0")
    assert not pool.headers[1]["user-agent"].startswith("Mozilla")


def _page(number: int, names: list[str], pages: int) -> Any:
    rigs = [{"name": name, "minerStatus": "MINING"} for name in names]
    pagination = {"page": number - 1, "totalPageCount": pages}
    return reply({"miningRigs": rigs, "pagination": pagination})


async def test_all_pages_make_one_report(pool: FakePool, client: PoolClient) -> None:
    """Workers of all pages are there, each once."""
    pool.answer = replies(_page(1, ["a", "b"], 2), _page(2, ["b", "c"], 2))
    account = Account(pool="nicehash", account=WALLET, base_url=pool.url)
    report = await client.async_fetch(account, 0)
    assert [worker.name for worker in report.workers] == ["a", "b", "c"]
    assert [path[-1] for path in pool.requests] == ["0", "1"]


async def test_a_missing_page_spoils_the_list(
    pool: FakePool, client: PoolClient
) -> None:
    """Workers of a page that failed are not absent: the complete list is unknown."""
    account = Account(pool="nicehash", account=WALLET, base_url=pool.url)
    pool.answer = replies(_page(1, ["a"], 2), reply("<html>", 502))
    report = await client.async_fetch(account, 0)
    assert (report.outcome, report.workers) == (Outcome.API_ERROR, ())
    pool.answer = _page(1, ["a"], 2)
    report = await client.async_fetch(account, 0)
    assert report.detail == "more than 50 pages"
    assert (report.outcome, report.workers) == (Outcome.API_ERROR, ())


async def test_what_is_missing_is_not_asked_for(client: PoolClient) -> None:
    """An account without a coin or token is refused before anything is sent."""
    report = await client.async_fetch(Account(pool="braiins"), 0)
    assert (report.outcome, report.detail) == (Outcome.AUTH, "missing: token")
    report = await client.async_fetch(Account(pool="2miners", account=WALLET), 0)
    assert (report.outcome, report.detail) == (
        Outcome.ACCOUNT_UNKNOWN,
        "missing: coin",
    )


@pytest.mark.parametrize(
    ("base_url", "token"),
    [
        ("http://[::1", "t"),
        ("not a url", "t"),
        ("ftp://127.0.0.1/", "t"),
        ("http://127.0.0.1:99999", "t"),
        ("http://127.0.0.1:1", "t"),
        ("http://127.0.0.1:1", "a\r\nb: c"),
        ("https://{coin}", "t"),
    ],
)
async def test_nonsense_raises_nothing(
    loopback: None, client: PoolClient, base_url: str, token: str
) -> None:
    """An address or token that cannot be used is reported, not raised."""
    account = Account(
        pool="luxor", account=WALLET, coin="a b", token=token, base_url=base_url
    )
    report = await client.async_fetch(account, 0)
    assert report.outcome is Outcome.UNREACHABLE


async def test_no_secret_gets_out(
    pool: FakePool,
    client: PoolClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever goes wrong, neither wallet nor token is logged or reported."""
    caplog.set_level(logging.DEBUG)
    account = Account(
        pool="luxor", account=WALLET, coin="BTC", token=TOKEN, base_url=pool.url
    )
    shown = repr(account)
    for answer in (
        reply({}, 401),
        reply(f"{TOKEN} {WALLET}", 400),
        reply(f"<html>{WALLET}", 200),
        reply("", 302, {"Location": f"http://elsewhere.invalid/{WALLET}"}),
        reply({"workers": [{"name": f"{WALLET}.rig"}]}),
    ):
        pool.answer = answer
        shown += repr(await client.async_fetch(account, 0))
    await pool.stop()
    shown += repr(await client.async_fetch(account, 0))
    assert "UNREACHABLE" in shown
    for secret in (WALLET, TOKEN):
        assert secret not in shown
        assert secret not in caplog.text


async def test_close_ends_what_is_under_way(pool: FakePool, time: Time) -> None:
    """Closing cancels requests and those who wait for them."""
    arrived, never = asyncio.Event(), asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        arrived.set()
        await never.wait()
        return web.Response()

    pool.answer = hang
    async with aiohttp.ClientSession() as session:
        client = PoolClient(session, clock=time, sleep=time.sleep)
        waiting = asyncio.create_task(client.async_fetch(_account(pool), 0))
        await arrived.wait()
        await client.async_close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    never.set()


async def test_tls_is_verified(loopback: None, client: PoolClient) -> None:
    """A host that talks no TLS at an https address is unreachable."""

    @asynccontextmanager
    async def plain() -> AsyncIterator[int]:
        async def answer(
            _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n{}")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async with plain() as port:
        account = Account(
            pool="ckpool", account=WALLET, base_url=f"https://127.0.0.1:{port}"
        )
        report = await client.async_fetch(account, 0)
    assert report.outcome is Outcome.UNREACHABLE
    assert "TLS" in report.detail
