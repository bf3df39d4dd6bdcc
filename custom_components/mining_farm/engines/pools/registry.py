"""All pools by key; a new one is a module in dialects/ and a line here."""

from .dialect import Dialect, Service
from .dialects.antpool import AntPool
from .dialects.binance import Binance
from .dialects.braiins import Braiins
from .dialects.ckpool import CKPool
from .dialects.ethermine import Ethermine
from .dialects.f2pool import F2Pool
from .dialects.f2pool_v1 import F2PoolV1
from .dialects.flexpool import Flexpool
from .dialects.herominers import HeroMiners
from .dialects.hiveon import Hiveon
from .dialects.k1pool import K1Pool
from .dialects.kryptex import Kryptex
from .dialects.litecoinpool import LitecoinPool
from .dialects.luxor import Luxor
from .dialects.mining_dutch import MiningDutch
from .dialects.miningcore import MiningCore
from .dialects.nanopool import Nanopool
from .dialects.nicehash import NiceHash
from .dialects.ocean import Ocean
from .dialects.parasite import Parasite
from .dialects.prohashing import ProHashing
from .dialects.public_pool import PublicPool
from .dialects.solopool import SoloPool
from .dialects.two_miners import TwoMiners
from .dialects.unmineable import Unmineable
from .dialects.viabtc import ViaBTC
from .dialects.woolypooly import WoolyPooly

POOLS: dict[str, Dialect] = {
    dialect.key: dialect
    for dialect in (
        Flexpool(),
        Ethermine(),
        F2Pool(),
        F2PoolV1(),
        Hiveon(),
        CKPool(),
        PublicPool(),
        TwoMiners(),
        SoloPool(),
        HeroMiners(),
        Braiins(),
        Ocean(),
        Kryptex(),
        NiceHash(),
        MiningCore(),
        Nanopool(),
        Parasite(),
        K1Pool(),
        ViaBTC(),
        Luxor(),
        Unmineable(),
        WoolyPooly(),
        LitecoinPool(),
        MiningDutch(),
        ProHashing(),
        AntPool(),
        Binance(),
    )
}


def successors(coin: str | None) -> list[Dialect]:
    """Return the pools in service that name a coin; all with coins where none does."""
    serving = [
        dialect
        for dialect in POOLS.values()
        if dialect.coins and dialect.base_url and dialect.service is Service.ALIVE
    ]
    wanted = (coin or "").strip().casefold()
    return [
        dialect
        for dialect in serving
        if wanted in (name.casefold() for name in dialect.coins or ())
    ] or serving
