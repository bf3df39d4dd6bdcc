"""An answer of every pool, written for these tests: alpha works, beta stopped."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from custom_components.mining_farm.engines.pools import Account

NOW = datetime(2031, 5, 4, 9, 0, tzinfo=UTC)
ALPHA = NOW - timedelta(seconds=90)
BETA = NOW - timedelta(hours=2)
EVM = "0xAbCdEf0123456789aBcDeF0123456789AbCdEf01"
BTC = "bc1qtest0wallet"
UUID = "00000000-aaaa-4bbb-8ccc-000000000017"

_A, _B = int(ALPHA.timestamp()), int(BETA.timestamp())
_A_ISO, _B_ISO = "2031-05-04T08:58:30.000Z", "2031-05-04T07:00:00.000Z"


class Reply(NamedTuple):
    """A body, whose it is, and what it says of alpha and beta."""

    account: Account
    body: Any
    rates: tuple[float | None, float | None]
    flags: tuple[bool | None, bool | None] = (None, None)
    shares: tuple[datetime | None, datetime | None] = (ALPHA, BETA)
    data_at: datetime | None = None


def _account(pool: str, account: str = "", **more: Any) -> Account:
    return Account(pool=pool, account=account, **more)


_OPEN_ETHEREUM = {
    "alpha": {"lastBeat": _A, "hr": 40_000_000, "hr2": 39_000_000, "offline": False},
    "beta": {"lastBeat": str(_B), "hr": 0, "hr2": 0, "offline": True},
}

REPLIES: dict[str, Reply] = {
    "flexpool": Reply(
        _account("flexpool", EVM, coin="ETC"),
        {
            "error": None,
            "result": [
                {
                    "name": "alpha",
                    "isOnline": True,
                    "currentEffectiveHashrate": 5e7,
                    "lastSeen": _A,
                },
                {
                    "name": "beta",
                    "isOnline": False,
                    "currentEffectiveHashrate": 0,
                    "lastSeen": _B,
                },
            ],
        },
        (5e7, 0),
        (True, False),
    ),
    "ethermine": Reply(
        _account("ethermine", EVM, coin="etc"),
        {
            "status": "OK",
            "data": [
                {"worker": "alpha", "lastSeen": _A, "currentHashrate": 1.5e7},
                {"worker": "beta", "lastSeen": _B, "currentHashrate": 0.0},
            ],
        },
        (1.5e7, 0),
    ),
    "f2pool": Reply(
        _account("f2pool", "someone", coin="BTC", token="t0ken"),
        {
            "workers": [
                {
                    "hash_rate_info": {"name": "alpha", "hash_rate": 9e13},
                    "last_share_at": _A,
                    "status": 0,
                },
                {
                    "hash_rate_info": {"name": "beta", "hash_rate": 0},
                    "last_share_at": _B,
                    "status": 1,
                },
            ]
        },
        (9e13, 0),
        (True, False),
    ),
    "f2pool_v1": Reply(
        _account("f2pool_v1", "someone", coin="kaspa"),
        {
            "workers": [
                ["alpha", 7e12, 1, 0, 2, 0, "2031-05-04T08:58:30Z", False],
                ["beta", 0, 0, 0, 2, 0, "2031-05-04T07:00:00Z", False],
            ]
        },
        (7e12, 0),
    ),
    "hiveon": Reply(
        _account("hiveon", EVM, coin="etc"),
        {
            "workers": {
                "alpha": {
                    "hashrate": "33000000",
                    "online": True,
                    "sharesStatusStats": {"lastShareDt": "2031-05-04T08:50:00Z"},
                },
                "beta": {"sharesStatusStats": {"lastShareDt": "2031-05-04T07:00:00Z"}},
            }
        },
        (3.3e7, 0),
        (True, False),
        (datetime(2031, 5, 4, 8, 50, tzinfo=UTC), BETA),
    ),
    "ckpool": Reply(
        _account("ckpool", BTC),
        {
            "workers": 2,
            "worker": [
                {
                    "workername": f"{BTC}.alpha",
                    "hashrate5m": "1.21T",
                    "lastshare": _A,
                },
                {"workername": f"{BTC}.beta", "hashrate5m": "0", "lastshare": _B},
            ],
        },
        (1.21e12, 0),
    ),
    "public_pool": Reply(
        _account("public_pool", BTC),
        {
            "workersCount": 2,
            "workers": [
                {"name": "alpha", "hashRate": 5e11, "lastSeen": _A_ISO},
                {"name": "beta", "hashRate": 0, "lastSeen": _B_ISO},
            ],
        },
        (5e11, 0),
    ),
    "2miners": Reply(
        _account("2miners", EVM, coin="etc"),
        {"workers": _OPEN_ETHEREUM},
        (4e7, 0),
        (True, False),
    ),
    "solopool": Reply(
        _account("solopool", EVM, coin="etc"),
        {"workers": _OPEN_ETHEREUM},
        (4e7, 0),
        (True, False),
    ),
    "herominers": Reply(
        _account("herominers", "4xmr", coin="monero"),
        {
            "stats": {"lastShare": str(_A)},
            "workers": [
                {"name": "alpha", "hashrate": "2.50 MH/s", "lastShare": _A},
                {"name": "beta", "hashrate": 0, "lastShare": str(_B)},
            ],
        },
        (2.5e6, 0),
    ),
    "braiins": Reply(
        _account("braiins", token="t0ken"),
        {
            "btc": {
                "workers": {
                    "someone.alpha": {
                        "state": "low",
                        "last_share": _A,
                        "hash_rate_unit": "Gh/s",
                        "hash_rate_5m": 90_000,
                    },
                    "someone.beta": {
                        "state": "off",
                        "last_share": _B,
                        "hash_rate_unit": "Gh/s",
                        "hash_rate_5m": 0,
                    },
                }
            }
        },
        (9e13, 0),
        (True, False),
    ),
    "ocean": Reply(
        _account("ocean", BTC),
        {
            "result": {
                "snap_ts": str(_A),
                "workers": {
                    "online": 1,
                    "total": 2,
                    "alpha": [{"hashrate_60s": "0", "hashrate_600s": "600000000000"}],
                    "beta": [{"hashrate_60s": "0", "hashrate_600s": "0"}],
                },
            }
        },
        (6e11, 0),
        shares=(None, None),
        data_at=ALPHA,
    ),
    "kryptex": Reply(
        _account("kryptex", "prl1wallet", coin="prl"),
        {
            "results": [
                {
                    "worker": "alpha",
                    "status": "offline",
                    "last_share": (_A - 600) * 1000,
                    "avg_hashrate_30m": "1.00",
                },
                {
                    "worker": "alpha",
                    "status": "online",
                    "last_share": str(_A * 1000),
                    "avg_hashrate_30m": "200.00",
                },
                {
                    "worker": "beta",
                    "status": "offline",
                    "last_share": str(_B * 1000),
                    "avg_hashrate_30m": "0.00",
                },
            ]
        },
        (201, 0),
        (True, False),
    ),
    "nicehash": Reply(
        _account("nicehash", BTC),
        {
            "miningRigs": [
                {"name": "alpha", "statusTime": _A * 1000, "minerStatus": "MINING"},
                {"name": "beta", "statusTime": _B * 1000, "minerStatus": "OFFLINE"},
            ],
            "pagination": {"page": 0, "totalPageCount": 1},
        },
        (None, 0),
        (True, False),
        data_at=ALPHA,
    ),
    "miningcore": Reply(
        _account("miningcore", EVM, coin="etc1", base_url="http://pool.lan:4000"),
        {
            "performance": {
                "created": _A_ISO,
                "workers": {"alpha": {"hashrate": 6.5e7}, "beta": {"hashrate": 0}},
            }
        },
        (6.5e7, 0),
        shares=(None, None),
        data_at=ALPHA,
    ),
    "nanopool": Reply(
        _account("nanopool", "cfx:aak", coin="cfx"),
        {
            "status": True,
            "data": {
                "workers": [
                    {"id": "alpha", "hashrate": "55.5", "lastshare": _A},
                    {"id": "beta", "hashrate": "0.0", "lastShare": _B},
                ]
            },
        },
        (5.55e7, 0),
    ),
    "parasite": Reply(
        _account("parasite", BTC),
        {
            "lastSubmission": "1m ago",
            "workerData": [
                {"name": "alpha", "hashrate": "510000", "lastSubmission": str(_A)},
                {"name": "beta", "hashrate": "0", "lastSubmission": str(_B)},
            ],
        },
        (510_000, 0),
    ),
    "k1pool": Reply(
        _account("k1pool", "xel:wallet", coin="XEL"),
        {"miner": {"lastShare": _A, "workers": _OPEN_ETHEREUM}},
        (4e7, 0),
        (True, False),
    ),
    "viabtc": Reply(
        _account("viabtc", coin="BTC", token="t0ken"),
        {
            "code": 0,
            "data": {
                "curr_page": 1,
                "has_next": False,
                "data": [
                    {
                        "worker_name": "alpha",
                        "worker_status": "active",
                        "last_active": _A,
                        "hashrate_10min": "81000000000000",
                    },
                    {
                        "worker_name": "beta",
                        "worker_status": "unactive",
                        "last_active": _B,
                        "hashrate_10min": "0",
                    },
                ],
            },
        },
        (8.1e13, 0),
        (True, False),
    ),
    "luxor": Reply(
        _account("luxor", "someone", coin="BTC", token="t0ken"),
        {
            "workers": [
                {
                    "name": "alpha",
                    "hashrate": 1e14,
                    "last_share_time": _A_ISO,
                    "status": "ACTIVE",
                },
                {
                    "name": "beta",
                    "hashrate": 0,
                    "last_share_time": _B_ISO,
                    "status": "INACTIVE",
                },
            ],
            "pagination": {"page_number": 1, "page_size": 100},
        },
        (1e14, 0),
        (True, False),
    ),
    "unmineable": Reply(
        _account("unmineable", UUID, coin="DOGE"),
        {
            "success": True,
            "data": {
                "etchash": {
                    "workers": [
                        {"name": "alpha", "online": True, "last": _A * 1000, "chr": 50}
                    ]
                },
                "randomx": {"workers": []},
                "kawpow": {
                    "workers": [
                        {"name": "beta", "online": False, "last": _B * 1000, "chr": 0}
                    ]
                },
            },
        },
        (5e7, 0),
        (True, False),
    ),
    "woolypooly": Reply(
        _account("woolypooly", "RWallet", coin="raven-1"),
        {
            "workers": [
                {"worker": "alpha", "hr": 2e7, "lastBeat": _A, "offline": False},
                {"name": "beta", "hashrate": 0, "lastBeat": _B, "offline": True},
            ]
        },
        (2e7, 0),
        (True, False),
    ),
    "litecoinpool": Reply(
        _account("litecoinpool", token="t0ken"),
        {
            "workers": {
                "someone.alpha": {"connected": True, "hash_rate": 700_000},
                "someone.beta": {"connected": False, "hash_rate": 0},
            }
        },
        (7e8, 0),
        (True, False),
        (None, None),
    ),
    "mining_dutch": Reply(
        _account("mining_dutch", "40417", coin="Bitcoin", token="t0ken"),
        {
            "getuserworkers": {
                "data": {
                    "miners": [
                        {"username": "someone.alpha", "alive": 1, "hashrate": 90_000},
                        {"username": "someone.beta", "alive": "0", "hashrate": 0},
                    ]
                }
            }
        },
        (9e10, 0),
        (True, False),
        (None, None),
    ),
    "prohashing": Reply(
        _account("prohashing", token="t0ken"),
        {
            "code": 200,
            "status": "success",
            "data": {
                "miners": [
                    {"ID": "alpha", "accepted": 3e8},
                    {"ID": "beta", "accepted": 0},
                ]
            },
        },
        (None, None),
        shares=(None, None),
    ),
    "antpool": Reply(
        _account("antpool", "someone", coin="btc", token="k3y:s3cret"),
        {
            "code": 0,
            "message": "ok",
            "data": {
                "result": {
                    "rows": [
                        {"workerId": "alpha", "hsLast1h": "95.5 TH/s", "status": 1},
                        {"workerId": "beta", "hsLast1h": "0.00 H/s", "status": 1},
                    ]
                }
            },
        },
        (9.55e13, 0),
        shares=(None, None),
    ),
    "binance": Reply(
        _account("binance", "someone", coin="btc", token="k3y:s3cret"),
        {
            "code": 0,
            "data": {
                "workerDatas": [
                    {
                        "workerName": "alpha",
                        "status": 1,
                        "hashRate": 9e13,
                        "lastShareTime": _A * 1000,
                    },
                    {
                        "workerName": "beta",
                        "status": 2,
                        "hashRate": 0,
                        "lastShareTime": _B * 1000,
                    },
                ],
                "totalNum": 2,
                "pageSize": 20,
            },
        },
        (9e13, 0),
        (True, False),
    ),
}
