"""The request to each pool, byte for byte: written by hand from its documentation."""

from typing import Any, NamedTuple

import pytest

from custom_components.mining_farm.engines.pools import POOLS

from .replies import BTC, EVM, NOW, REPLIES, UUID

BARE = EVM.removeprefix("0x").lower()

# Computed by openssl dgst -sha256 -hmac s3cret.
ANTPOOL_SIGNATURE = "30311832B475E377B56C3CA06640E7633E51085334D4D38ED1A94F6256AE2E32"
BINANCE_SIGNATURE = "95389ec64e23ab3cf536b9d2619d54e02619fe34072d1a9a42f5feb1ef15a1de"


class Sent(NamedTuple):
    """A request, and its headers beside Accept."""

    url: str
    headers: dict[str, str] = {}
    method: str = "GET"
    json: dict[str, Any] | None = None
    form: dict[str, str] | None = None


SENT: dict[str, Sent] = {
    "flexpool": Sent(
        f"https://api.flexpool.io/v2/miner/workers?coin=etc&address={EVM}"
    ),
    "ethermine": Sent(f"https://api-etc.ethermine.org/miner/{BARE}/workers"),
    "f2pool": Sent(
        "https://api.f2pool.com/v2/hash_rate/worker/list",
        {"F2P-API-SECRET": "t0ken"},
        "POST",
        {"mining_user_name": "someone", "currency": "bitcoin"},
    ),
    "f2pool_v1": Sent("https://api.f2pool.com/kaspa/someone"),
    "hiveon": Sent(f"https://hiveon.net/api/v1/stats/miner/{BARE}/ETC/workers"),
    "ckpool": Sent(f"https://solo.ckpool.org/users/{BTC}"),
    "public_pool": Sent(f"https://public-pool.io:40557/api/client/{BTC}"),
    "2miners": Sent(f"https://etc.2miners.com/api/accounts/{EVM}"),
    "solopool": Sent(f"https://etc.solopool.org/api/accounts/{EVM}"),
    "herominers": Sent(
        "https://monero.herominers.com/api/stats_address?address=4xmr&longpoll=false"
    ),
    "braiins": Sent(
        "https://pool.braiins.com/accounts/workers/json/btc/",
        {"Pool-Auth-Token": "t0ken"},
    ),
    "ocean": Sent(f"https://api.ocean.xyz/v1/user_hashrate_full/{BTC}"),
    "kryptex": Sent("https://pool.kryptex.com/prl/api/v3/miner/workers/prl1wallet"),
    "nicehash": Sent(
        "https://api2.nicehash.com/main/api/v2/mining/external/"
        f"{BTC}/rigs2?size=100&page=0"
    ),
    "miningcore": Sent(f"http://pool.lan:4000/api/pools/etc1/miners/0x{BARE}"),
    "nanopool": Sent("https://api.nanopool.org/v1/cfx/user/cfx%3Aaak"),
    "parasite": Sent(f"https://parasite.space/api/user/{BTC}"),
    "k1pool": Sent("https://k1pool.com/api/miner/xel/wallet"),
    "viabtc": Sent(
        "https://www.viabtc.net/res/openapi/v1/hashrate/worker"
        "?coin=BTC&page=1&limit=200",
        {"X-API-KEY": "t0ken"},
    ),
    "luxor": Sent(
        "https://app.luxor.tech/api/v2/pool/workers/BTC"
        "?subaccount_names=someone&page_number=1&page_size=100",
        {"Authorization": "t0ken"},
    ),
    "unmineable": Sent(f"https://api.unminable.com/v4/account/{UUID}/workers"),
    "woolypooly": Sent("https://api.woolypooly.com/api/raven-1/accounts/RWallet"),
    "litecoinpool": Sent("https://www.litecoinpool.org/api?api_key=t0ken"),
    "mining_dutch": Sent(
        "https://www.mining-dutch.nl/pools/bitcoin.php"
        "?page=api&action=getuserworkers&api_key=t0ken&id=40417"
    ),
    "antpool": Sent(
        "https://antpool.com/api/userWorkerList.htm",
        method="POST",
        form={"key": "k3y", "coin": "BTC", "pageSize": "2000"}
        | {"nonce": "1935651600000", "signature": ANTPOOL_SIGNATURE},
    ),
    "binance": Sent(
        "https://api.binance.com/sapi/v1/mining/worker/list"
        "?algo=sha256&userName=someone&timestamp=1935651600000"
        f"&signature={BINANCE_SIGNATURE}",
        {"X-MBX-APIKEY": "k3y"},
    ),
    "prohashing": Sent("https://prohashing.com/api/v1/walletEx?apiKey=t0ken"),
}


def test_every_pool_is_listed() -> None:
    """No pool is left out, here or among the replies."""
    assert SENT.keys() == REPLIES.keys() == POOLS.keys()


@pytest.mark.parametrize("key", POOLS)
def test_request(key: str) -> None:
    """Method, address, headers and body are those that the pool answers."""
    sent = SENT[key]
    account = REPLIES[key].account
    request = POOLS[key].sign(POOLS[key].request(account), account, NOW)
    assert request.method == sent.method
    assert request.url == sent.url
    assert request.json == sent.json
    assert request.form == sent.form
    assert "s3cret" not in f"{request.url} {request.headers} {request.form}"
    headers = dict(request.headers)
    assert headers.pop("Accept") == "application/json"
    # Kryptex answers nothing but browsers.
    if key == "kryptex":
        assert headers.pop("User-Agent").startswith("Mozilla/5.0")
    assert headers == sent.headers
