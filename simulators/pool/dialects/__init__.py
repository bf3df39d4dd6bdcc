"""How each pool is asked and how it answers, by the keys of the real pools."""

from . import keyed, open_ethereum, queried, signed, solo, unmineable, wallets

DIALECTS = {
    "flexpool": wallets.FLEXPOOL,
    "ethermine": wallets.ETHERMINE,
    "f2pool": keyed.F2POOL,
    "f2pool_v1": keyed.F2POOL_V1,
    "hiveon": wallets.HIVEON,
    "ckpool": solo.CKPOOL,
    "public_pool": solo.PUBLIC_POOL,
    "2miners": open_ethereum.TWO_MINERS,
    "solopool": open_ethereum.TWO_MINERS,
    "herominers": wallets.HEROMINERS,
    "braiins": keyed.BRAIINS,
    "ocean": solo.OCEAN,
    "kryptex": wallets.KRYPTEX,
    "nicehash": wallets.NICEHASH,
    "miningcore": solo.MININGCORE,
    "nanopool": wallets.NANOPOOL,
    "parasite": solo.PARASITE,
    "k1pool": open_ethereum.K1POOL,
    "viabtc": keyed.VIABTC,
    "luxor": keyed.LUXOR,
    "unmineable": unmineable.UNMINEABLE,
    "woolypooly": open_ethereum.WOOLYPOOLY,
    "litecoinpool": queried.LITECOINPOOL,
    "mining_dutch": queried.MINING_DUTCH,
    "prohashing": queried.PROHASHING,
    "antpool": signed.ANTPOOL,
    "binance": signed.BINANCE,
}
