"""Every recorded or documented answer reads as the folder of pool data says."""

from datetime import UTC, datetime
import json
from typing import Any, NamedTuple

import pytest

from custom_components.mining_farm.engines.pools import POOLS, Account
from tests.reference import reference, twin

from .replies import UUID

FOLDER = reference("pools")
ALIASES = {"f2pool_v2": "f2pool"}
"""Files that are named otherwise than their pool is here."""
WALLET = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"
BITCOIN = "bc1qdevdevdevdevdevdevdevdevdevdevdevdevd7m2p4s"
ACCOUNTS = {
    "flexpool": {"account": WALLET, "coin": "rvn"},
    "ethermine": {"account": WALLET, "coin": "eth"},
    "f2pool": {"account": "devfarm", "coin": "bitcoin", "token": "DEV-KEY-1"},
    "f2pool_v1": {"account": "devfarm", "coin": "btc", "token": "DEV-KEY-1"},
    "hiveon": {"account": WALLET, "coin": "rvn"},
    "ckpool": {"account": BITCOIN},
    "public_pool": {"account": BITCOIN},
    "2miners": {"account": WALLET, "coin": "RVN"},
    "solopool": {"account": WALLET, "coin": "rvn"},
    "herominers": {"account": WALLET, "coin": "rvn"},
    "braiins": {"token": "DEV-KEY-1"},
    "ocean": {"account": BITCOIN},
    "kryptex": {"account": "prl1pexample", "coin": "prl"},
    "nicehash": {"account": BITCOIN},
    "miningcore": {
        "account": BITCOIN,
        "coin": "btc1",
        "base_url": "http://pool.lan:4000",
    },
    "nanopool": {"account": "4Example", "coin": "xmr"},
    "parasite": {"account": BITCOIN},
    "k1pool": {"account": "xel:Krexampleaccount", "coin": "rvn"},
    "viabtc": {"account": "", "coin": "btc", "token": "DEV-KEY-1"},
    "unmineable": {"account": UUID, "coin": "doge"},
    "woolypooly": {"account": WALLET, "coin": "raven-1"},
    "litecoinpool": {"token": "KEY"},
    "mining_dutch": {"account": "USERID", "coin": "bitcoin", "token": "KEY"},
    "prohashing": {"token": "KEY"},
    "antpool": {"account": "devfarm", "coin": "btc", "token": "DEV-KEY-1:secret"},
    "binance": {"account": "devfarm", "coin": "btc", "token": "DEV-KEY-1:secret"},
    "luxor": {"account": "devfarm", "coin": "btc", "token": "DEV-KEY-1"},
}


class Vector(NamedTuple):
    """One answer, and what it is to be read as."""

    key: str
    now: datetime
    case: dict[str, Any]


def _account(key: str) -> Account:
    return Account(pool=key, **ACCOUNTS[key])


def _files() -> dict[str, dict[str, Any]]:
    files = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    named = {ALIASES.get(stem, stem): content for stem, content in files.items()}
    return {key: named[key] for key in POOLS if key in named}


def _vectors() -> list[Any]:
    found = [
        pytest.param(
            Vector(key, datetime.fromtimestamp(content["now"], UTC), case),
            id=f"{key}-{case['id']}",
        )
        for key, content in _files().items()
        for case in content["cases"]
    ]
    absent = pytest.mark.skip(reason="../shared/data/pools is not there")
    return found or [pytest.param(None, marks=absent)]


@twin("tests/engines/pools/test_requests.py::test_every_pool_is_listed")
def test_every_file_has_its_pool() -> None:
    """No file is left out; a pool that has none is read in other tests."""
    if not FOLDER.is_dir():
        pytest.skip("../shared/data/pools is not there")
    assert _files().keys() == ACCOUNTS.keys() <= POOLS.keys()


@twin(
    "tests/engines/pools/test_dialects.py::test_two_workers",
    "tests/engines/pools/test_dialects.py::test_how_exact_times_and_rates_are",
)
@pytest.mark.parametrize("vector", _vectors())
def test_answer_reads_as_expected(vector: Vector) -> None:
    """Outcome, share time and its resolution, flag, rate and window are as expected."""
    response, expect = vector.case["response"], vector.case["expect"]
    body = response["body"]
    report = POOLS[vector.key].parse(
        response["status"],
        response["headers"],
        body if isinstance(body, str) else json.dumps(body),
        _account(vector.key),
        vector.now,
    )
    answer = report.find(vector.case["worker"])
    assert answer.outcome == expect["outcome"], report.detail
    worker = answer.worker
    if worker is None:
        return
    share = worker.last_share
    assert (share and share.timestamp()) == expect["last_seen"]
    assert worker.flag is expect["pool_flag"]
    assert worker.hashrate_hs == pytest.approx(expect["hashrate_hs"])
    if share is not None:
        resolution = expect["last_seen_resolution_s"]
        assert worker.resolution.total_seconds() == resolution
    assert worker.monitored is expect.get("monitored", worker.monitored)
    if "window_s" in expect:
        assert worker.window is not None
        assert worker.window.total_seconds() == expect["window_s"]
    data_at = expect.get("sample_time") or expect.get("snap_ts")
    if data_at is not None:
        assert report.data_at == datetime.fromtimestamp(data_at, UTC)


@twin("tests/engines/pools/test_requests.py::test_request")
@pytest.mark.parametrize("key", POOLS)
def test_request_is_the_recorded_one(key: str) -> None:
    """Method, address, headers and body are those that the pool is known to answer."""
    if key not in (files := _files()):
        pytest.skip("../shared/data/pools is not there")
    recorded = files[key]["request"]
    request = POOLS[key].request(_account(key))
    assert request.method == recorded["method"]
    assert (
        request.url == recorded["url"].replace("UUID", UUID).partition("&timestamp")[0]
    )
    # Of a signed request the body is described in words.
    if request.form is None:
        assert request.json == recorded.get("body")
    else:
        assert all(member in recorded["body"] for member in request.form)
    sent = {name.lower(): value for name, value in request.headers.items()}
    for name, value in recorded["headers"].items():
        if name == "User-Agent":
            assert sent["user-agent"].startswith("Mozilla/5.0")
        elif name != "Content-Type":
            assert sent[name.lower()] == value
