"""Every dialect, on answers written here."""

from dataclasses import replace
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.engines.pools import (
    POOLS,
    Account,
    AccountKind,
    AccountReport,
    Outcome,
    Service,
    TokenUse,
    VerdictKind,
    dialects,
    judge,
    successors,
)
from custom_components.mining_farm.engines.pools.signing import key_pair

from .replies import EVM, NOW, REPLIES


def _parse(
    key: str, body: Any, status: int = 200, account: Account | None = None
) -> AccountReport:
    text = body if isinstance(body, str) else json.dumps(body)
    account = account or REPLIES[key].account
    return POOLS[key].parse(status, {}, text, account, NOW)


@pytest.mark.parametrize("key", POOLS)
def test_two_workers(key: str) -> None:
    """One that works and one that stopped read as what they are."""
    reply = REPLIES[key]
    report = _parse(key, reply.body)
    assert report.outcome is Outcome.WORKER
    assert report.at == NOW
    assert report.data_at == reply.data_at
    assert report.absent_after == POOLS[key].absent_after
    assert len(report.workers) == 2
    for index, name in enumerate(("alpha", "beta")):
        worker = report.find(name).worker
        assert worker is not None
        assert worker.last_share == reply.shares[index]
        assert worker.flag is reply.flags[index]
        assert worker.hashrate_hs == pytest.approx(reply.rates[index])
    assert report.find("gamma").outcome is Outcome.ABSENT


RESOLUTIONS = {"hiveon": 600}
"""Seconds, of pools whose share times come in steps."""
WINDOWS = {
    "antpool": 60,
    "ckpool": 5,
    "braiins": 5,
    "ocean": 10,
    "kryptex": 30,
} | dict.fromkeys(("miningcore", "viabtc"), 10)
"""Minutes over which a pool averages the rate; the others do not document it."""


@pytest.mark.parametrize("key", POOLS)
def test_how_exact_times_and_rates_are(key: str) -> None:
    """Share times are exact to the second or come in steps; rates have a window or none."""
    worker = _parse(key, REPLIES[key].body).find("alpha").worker
    assert worker is not None
    assert worker.resolution == timedelta(seconds=RESOLUTIONS.get(key, 1))
    minutes = WINDOWS.get(key)
    assert worker.window == (minutes and timedelta(minutes=minutes))
    assert worker.monitored


@pytest.mark.parametrize("key", POOLS)
def test_secrets_are_not_shown(key: str) -> None:
    """No repr and no detail holds the wallet or the token."""
    account = REPLIES[key].account
    request = POOLS[key].request(account)
    signed = POOLS[key].sign(request, account, NOW)
    shown = f"{account!r} {request!r} {signed!r} {account.identity}"
    if POOLS[key].token is TokenUse.REQUIRED:
        shown += repr(key_pair(account))
    replies = (
        (200, REPLIES[key].body),
        (400, {"error": f"unknown {account.account} {account.token}"}),
        (200, {"error": f"no {account.account}", "code": 1, "message": account.token}),
        (403, f"{account.token} is not welcome"),
        (200, f"<html>{account.account}"),
    )
    shown += " ".join(repr(_parse(key, body, status)) for status, body in replies)
    parts = (account.token or "").split(":")
    for secret in filter(None, (account.account, account.token, *parts)):
        assert secret.lower() not in shown.lower()


@pytest.mark.parametrize("key", POOLS)
def test_base_url_can_be_overridden(key: str) -> None:
    """Every request goes where the user says, with the path of the operator's."""
    account = REPLIES[key].account
    url = POOLS[key].request(account).url
    path = url.split("/", 3)[3]
    override = "http://127.0.0.1:8700/here/"
    moved = POOLS[key].request(replace(account, base_url=override)).url
    assert moved == f"http://127.0.0.1:8700/here/{path}"


def test_base_url_may_hold_the_coin() -> None:
    """A stand-in with one host per coin is reached as the operator's own."""
    account = Account(
        pool="2miners", account=EVM, coin="Kas", base_url="https://{coin}.pool.lan"
    )
    assert POOLS["2miners"].request(account).url.startswith("https://kas.pool.lan/api/")


@pytest.mark.parametrize("key", POOLS)
def test_names_are_encoded(key: str) -> None:
    """A name with every kind of character stays one part of the address."""
    odd = "a/b?c&d#e f%ü"
    account = replace(REPLIES[key].account, account=odd)
    request = POOLS[key].request(account)
    if POOLS[key].account_kind is AccountKind.TOKEN_ONLY:
        assert odd not in request.url
    elif key == "antpool":
        assert request.form is not None
        assert odd not in request.url
    elif request.json is not None:
        assert odd in request.json.values()
    else:
        assert "a%2Fb%3Fc%26d%23e%20f%25%C3%BC" in request.url


@pytest.mark.parametrize(
    ("key", "body", "status", "outcome"),
    [
        ("flexpool", {"error": None, "result": None}, 200, Outcome.EMPTY),
        ("flexpool", {"error": "bad", "result": None}, 400, Outcome.ACCOUNT_UNKNOWN),
        ("flexpool", {"error": "bad", "result": None}, 200, Outcome.API_ERROR),
        ("ethermine", {"status": "OK", "data": "NO DATA"}, 200, Outcome.EMPTY),
        (
            "ethermine",
            {"status": "ERROR", "error": "Invalid address"},
            200,
            Outcome.ACCOUNT_UNKNOWN,
        ),
        ("ethermine", {"status": "ERROR", "error": "Oh"}, 200, Outcome.API_ERROR),
        ("f2pool", {"code": 5010, "msg": "permission denied"}, 200, Outcome.AUTH),
        ("f2pool", {"code": 5001, "msg": "params error"}, 200, Outcome.API_ERROR),
        ("f2pool", {}, 200, Outcome.EMPTY),
        ("f2pool_v1", {"error": "not found"}, 404, Outcome.ACCOUNT_UNKNOWN),
        ("hiveon", {"code": 3}, 400, Outcome.ACCOUNT_UNKNOWN),
        ("hiveon", {}, 200, Outcome.EMPTY),
        ("ckpool", "<html>404", 404, Outcome.ACCOUNT_UNKNOWN),
        ("ckpool", {"worker": []}, 200, Outcome.EMPTY),
        ("public_pool", {"workers": []}, 200, Outcome.EMPTY),
        ("public_pool", {"message": "Not found"}, 404, Outcome.API_ERROR),
        ("2miners", "", 404, Outcome.ACCOUNT_UNKNOWN),
        ("2miners", "<html>404", 404, Outcome.API_ERROR),
        ("2miners", {"workers": None}, 200, Outcome.EMPTY),
        ("solopool", {"workers": {}}, 200, Outcome.EMPTY),
        ("herominers", {"error": "Not found"}, 200, Outcome.ACCOUNT_UNKNOWN),
        ("herominers", {"error": "Busy"}, 200, Outcome.API_ERROR),
        ("braiins", "Forbidden", 403, Outcome.AUTH),
        ("braiins", {"btc": {"workers": {}}}, 200, Outcome.EMPTY),
        ("ocean", {"error": "No such user"}, 404, Outcome.ACCOUNT_UNKNOWN),
        ("ocean", {"error": "internal"}, 200, Outcome.API_ERROR),
        ("kryptex", {"results": []}, 200, Outcome.EMPTY),
        ("nicehash", {"errors": [{"code": 5004}]}, 400, Outcome.ACCOUNT_UNKNOWN),
        ("nicehash", {"miningRigs": []}, 200, Outcome.EMPTY),
        ("miningcore", "", 204, Outcome.ACCOUNT_UNKNOWN),
        ("miningcore", {"message": "Pool not found"}, 404, Outcome.API_ERROR),
        ("miningcore", {"pendingShares": 0}, 200, Outcome.EMPTY),
        (
            "nanopool",
            {"status": False, "error": "Account not found"},
            200,
            Outcome.ACCOUNT_UNKNOWN,
        ),
        ("nanopool", {"status": False, "error": "Oh"}, 200, Outcome.API_ERROR),
        ("parasite", {"error": "User not found"}, 404, Outcome.ACCOUNT_UNKNOWN),
        (
            "k1pool",
            {"miner": {"workers": [], "lastShare": 0}},
            200,
            Outcome.ACCOUNT_UNKNOWN,
        ),
        ("k1pool", {"miner": {"workers": [], "lastShare": 9}}, 200, Outcome.EMPTY),
        ("k1pool", {"error": "nope"}, 200, Outcome.API_ERROR),
        ("viabtc", {"code": 25, "message": "Invalid api key"}, 200, Outcome.AUTH),
        ("viabtc", {"code": 1, "message": "Busy"}, 200, Outcome.API_ERROR),
        (
            "unmineable",
            {"success": False, "msg": "Account not found"},
            200,
            Outcome.ACCOUNT_UNKNOWN,
        ),
        ("unmineable", {"success": False, "msg": "Oh"}, 200, Outcome.API_ERROR),
        ("woolypooly", {"workers": []}, 200, Outcome.EMPTY),
        ("woolypooly", "", 404, Outcome.API_ERROR),
        ("litecoinpool", {"error": "invalid api key"}, 200, Outcome.AUTH),
        ("litecoinpool", {"error": "Oh"}, 200, Outcome.API_ERROR),
        ("litecoinpool", {"workers": []}, 200, Outcome.EMPTY),
        (
            "mining_dutch",
            {"getuserworkers": {"data": {"miners": []}}},
            200,
            Outcome.EMPTY,
        ),
        (
            "antpool",
            {"code": 1, "message": "Signature verification failed"},
            200,
            Outcome.AUTH,
        ),
        ("antpool", {"code": 1, "message": "Busy"}, 200, Outcome.API_ERROR),
        ("binance", {"code": -1021, "msg": "Timestamp"}, 400, Outcome.API_ERROR),
        ("binance", {"code": -2015, "msg": "Invalid"}, 401, Outcome.AUTH),
        ("binance", {"code": 0, "msg": "Restricted"}, 451, Outcome.API_ERROR),
        ("binance", {"code": 7, "msg": "Oh"}, 200, Outcome.API_ERROR),
        ("prohashing", {"code": 400, "status": "error"}, 200, Outcome.AUTH),
        ("prohashing", {"code": 500, "status": "error"}, 200, Outcome.API_ERROR),
        ("luxor", {"message": "Unauthorized"}, 401, Outcome.AUTH),
        ("luxor", {"workers": []}, 200, Outcome.EMPTY),
    ],
)
def test_other_answers(key: str, body: Any, status: int, outcome: Outcome) -> None:
    """Each pool's own ways to say no are understood."""
    report = _parse(key, body, status)
    assert report.outcome is outcome
    assert report.workers == ()
    assert report.find("alpha").outcome is outcome


@pytest.mark.parametrize("key", POOLS)
@pytest.mark.parametrize("body", ["[]", "7", "null", '"x"', '{"workers": 5}', "{}"])
def test_json_of_another_kind_never_loses_workers(key: str, body: str) -> None:
    """What is not the dialect's is an error; at worst it is an account without any."""
    report = _parse(key, body)
    assert report.outcome in {
        Outcome.API_ERROR,
        Outcome.EMPTY,
        Outcome.AUTH,
    }
    if body in ("[]", "7", "null", '"x"'):
        assert report.outcome is Outcome.API_ERROR


ODD: tuple[Any, ...] = (5, None, [], {}, {"name": None}, "alpha")
"""What takes the place of a row; the last but one is a row without a name."""


def _torn(value: Any, odd: Any) -> Any:
    """Return an answer with something odd where beta's row was."""
    match value:
        case dict() if any(_is_beta(name) for name in value.values()):
            return odd
        case list() if value and _is_beta(value[0]):
            return odd
        case dict():
            return {k: odd if _is_beta(k) else _torn(v, odd) for k, v in value.items()}
        case list():
            return [_torn(item, odd) for item in value]
    return value


def _is_beta(name: object) -> bool:
    return isinstance(name, str) and name.rpartition(".")[2] == "beta"


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("key", POOLS)
def test_one_odd_row_is_one_unknown_worker(key: str, odd: Any) -> None:
    """The others are judged as ever, and its own worker never is offline by it."""
    reply = REPLIES[key]
    torn = _torn(reply.body, odd)
    assert torn != reply.body
    report, whole = _parse(key, torn), _parse(key, reply.body)
    assert report.outcome is Outcome.WORKER, report.detail
    assert report.find("alpha").worker == whole.find("alpha").worker
    verdict = judge(
        report.find("beta"),
        report,
        NOW,
        timedelta(minutes=10),
        seen_before=True,
        silent_since=NOW - timedelta(days=30),
    )
    assert verdict.kind is VerdictKind.NONE


@pytest.mark.parametrize("key", POOLS)
def test_odd_rows_are_counted(key: str) -> None:
    """Diagnostics show how many rows could not be read."""
    assert _parse(key, REPLIES[key].body).odd_rows == 0
    assert _parse(key, _torn(REPLIES[key].body, 5)).odd_rows == 1


def test_an_answer_of_odd_rows_alone_is_another_pools() -> None:
    """Where nothing can be read, nothing is known of the account."""
    for key, body in (
        ("kryptex", {"results": [None, 5]}),
        ("2miners", {"workers": {"alpha": None}}),
    ):
        report = _parse(key, body)
        assert report.outcome is Outcome.API_ERROR
        assert report.workers == ()


def test_oceans_worker_without_shares_is_listed() -> None:
    """Its list of windows is empty; the account stays readable, also if it is alone."""
    report = _parse("ocean", {"result": {"workers": {"alpha": []}}})
    worker = report.find("alpha").worker
    assert worker is not None
    assert worker.hashrate_hs is None
    assert report.odd_rows == 0


def test_wallets_are_written_as_pools_want_them() -> None:
    """Ethereum-like addresses lose their case, others keep it."""
    bare = EVM[2:].lower()
    assert bare in POOLS["ethermine"].request(REPLIES["ethermine"].account).url
    assert bare in POOLS["hiveon"].request(REPLIES["hiveon"].account).url
    assert EVM.lower() in POOLS["miningcore"].request(REPLIES["miningcore"].account).url
    zcash = Account(pool="ethermine", account="t1AbC", coin="zec")
    assert POOLS["ethermine"].request(zcash).url == (
        "https://api-zcash.flypool.org/miner/t1AbC/workers"
    )
    assert (
        POOLS["k1pool"]
        .request(REPLIES["k1pool"].account)
        .url.endswith("/api/miner/xel/wallet")
    )


def test_f2pool_wants_long_names() -> None:
    """A ticker symbol becomes the name that F2Pool knows."""
    request = POOLS["f2pool"].request(REPLIES["f2pool"].account)
    assert request.json == {"mining_user_name": "someone", "currency": "bitcoin"}
    assert request.headers["F2P-API-SECRET"] == "t0ken"
    old = POOLS["f2pool_v1"].request(REPLIES["f2pool_v1"].account)
    assert "F2P-API-SECRET" not in old.headers


def test_nanopool_does_not_guess_units() -> None:
    """The rate of a coin whose unit is not known is not known, unless it is nothing."""
    account = replace(REPLIES["nanopool"].account, coin="rvn")
    report = _parse("nanopool", REPLIES["nanopool"].body, account=account)
    assert [worker.hashrate_hs for worker in report.workers] == [None, 0]


def test_unmineable_does_not_guess_units() -> None:
    """The rate of an algorithm whose unit is not known is not known."""
    row = {"name": "alpha", "online": True, "last": None, "chr": 4.5}
    data = {"randomx": {"workers": [row]}}
    (worker,) = _parse("unmineable", {"success": True, "data": data}).workers
    assert (worker.flag, worker.hashrate_hs) == (True, None)


def test_a_list_without_anything_to_judge_by_proves_nothing() -> None:
    """ProHashing lists names alone: listed or not, a rig is neither on- nor offline."""
    report = _parse("prohashing", REPLIES["prohashing"].body)
    for name in ("alpha", "gone"):
        verdict = judge(
            report.find(name), report, NOW, timedelta(minutes=10), seen_before=True
        )
        assert verdict.kind is VerdictKind.NONE


def test_stopped_by_the_user_is_not_monitored() -> None:
    """Braiins' `dis` and NiceHash's STOPPED are the user's own doing."""
    body = {"btc": {"workers": {"w": {"state": "dis", "hash_rate_5m": 0}}}}
    assert not _parse("braiins", body).workers[0].monitored
    rigs = [{"name": s, "minerStatus": s} for s in ("STOPPED", "DISABLED", "MINING")]
    rows = _parse("nicehash", {"miningRigs": rigs}).workers
    assert [row.monitored for row in rows] == [False, False, True]


def test_rows_of_one_name_are_one_worker() -> None:
    """The newest share and any row that works count; rates add up if all are known."""
    sessions = [
        {"name": "a", "hashRate": 3, "lastSeen": "2031-05-04T08:00:00Z"},
        {"name": "a", "hashRate": 4, "lastSeen": "2031-05-04T08:30:00Z"},
        {"name": "a", "hashRate": 5, "lastSeen": None},
        {"name": "b", "hashRate": 3},
        {"name": "b"},
    ]
    one, two = _parse("public_pool", {"workers": sessions}).workers
    assert (one.hashrate_hs, two.hashrate_hs) == (12, None)
    assert one.last_share == NOW.replace(hour=8, minute=30)
    rigs = [{"name": "a", "minerStatus": s} for s in ("STOPPED", "OFFLINE", "MINING")]
    (rig,) = _parse("nicehash", {"miningRigs": rigs}).workers
    assert (rig.monitored, rig.flag, rig.heartbeat) == (True, True, True)


def test_lists_go_on_over_pages() -> None:
    """NiceHash counts pages from 0, ViaBTC and Luxor from 1."""
    nicehash = {"miningRigs": [], "pagination": {"page": 1, "totalPageCount": 3}}
    assert _parse("nicehash", nicehash).next_page == 3
    account = REPLIES["nicehash"].account
    assert POOLS["nicehash"].request(account, 3).url.endswith("size=100&page=2")
    viabtc = {"code": 0, "data": {"curr_page": 2, "has_next": True, "data": []}}
    assert _parse("viabtc", viabtc).next_page == 3
    row = REPLIES["luxor"].body["workers"][0]
    luxor = {"workers": [row] * 100, "pagination": {"page_number": 1}}
    assert _parse("luxor", luxor).next_page == 2
    assert "page_number=2" in POOLS["luxor"].request(REPLIES["luxor"].account, 2).url


def test_a_pool_that_counts_workers_is_asked_for_all_pages() -> None:
    """Binance says how many workers there are, not which page this is."""
    data = {**REPLIES["binance"].body["data"], "totalNum": 41}
    body, account = json.dumps({"code": 0, "data": data}), REPLIES["binance"].account
    pages = [
        POOLS["binance"].parse(200, {}, body, account, NOW, page=page).next_page
        for page in (1, 2, 3)
    ]
    assert pages == [2, 3, None]
    assert POOLS["binance"].request(account, 2).url.endswith("&pageIndex=2")


@pytest.mark.parametrize("key", ["antpool", "binance"])
def test_a_key_without_its_secret_is_not_sent(key: str) -> None:
    """The token of a pool that wants signatures is a key, a colon and a secret."""
    account = REPLIES[key].account
    assert POOLS[key].missing(account) == ()
    for token in (None, "k3y", "k3y:", ":s3cret"):
        assert POOLS[key].missing(replace(account, token=token)) == ("token",)


def test_missing_fields_are_named() -> None:
    """What a pool requires is named before anything is sent."""
    assert POOLS["2miners"].missing(Account(pool="2miners")) == ("account", "coin")
    assert POOLS["braiins"].missing(Account(pool="braiins")) == ("token",)
    assert POOLS["ckpool"].missing(Account(pool="ckpool", account="x")) == ()
    bare = Account(pool="miningcore", account="x", coin="btc1")
    assert POOLS["miningcore"].missing(bare) == ("base_url",)


def test_who_takes_over_from_a_closed_pool() -> None:
    """Pools in service that have the coin; where none has it, all that name coins."""
    found = {dialect.key for dialect in successors("ETC")}
    assert found == {"2miners", "solopool", "k1pool"}
    everywhere = successors("eth")
    assert "2miners" in {dialect.key for dialect in everywhere}
    assert all(dialect.service is Service.ALIVE for dialect in everywhere)
    assert successors(None) == everywhere


def test_identity_is_that_of_the_account() -> None:
    """Rigs share an account by pool, wallet, coin, token and address."""
    one = Account(pool="2miners", account="w", coin="ETC", base_url="http://x/")
    same = Account(pool="2miners", account=" w ", coin="etc", base_url="http://x")
    assert one.identity == same.identity
    for other in (
        replace(one, pool="solopool"),
        replace(one, account="W"),
        replace(one, coin="rvn"),
        replace(one, token="t"),
        replace(one, base_url=None),
    ):
        assert other.identity != one.identity


def test_registry() -> None:
    """Keys are the dialects' own, and closed services are marked."""
    assert all(key == dialect.key for key, dialect in POOLS.items())
    assert len({dialect.name for dialect in POOLS.values()}) == len(POOLS)
    of_state = {
        state: {key for key, d in POOLS.items() if d.service is state}
        for state in Service
    }
    assert of_state[Service.CLOSED] == {"flexpool", "ethermine"}
    assert of_state[Service.UNKNOWN] == {"hiveon", "prohashing"}
    wanting = {k for k, d in POOLS.items() if d.token is TokenUse.REQUIRED}
    assert wanting == {
        *("f2pool", "braiins", "viabtc", "luxor"),
        *("litecoinpool", "mining_dutch", "prohashing", "antpool", "binance"),
    }


def test_a_dialect_is_a_small_file() -> None:
    """A new pool is one file of under 80 lines."""
    for path in Path(dialects.__path__[0]).glob("*.py"):
        assert len(path.read_text().splitlines()) < 80, path.name
