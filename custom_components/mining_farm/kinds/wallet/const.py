"""Names in a wallet's entry."""

from typing import Final

CONF_ENDPOINTS: Final = "endpoints"
"""Names of networks or URLs, in the order of preference; a URL may hold an API key."""
CONF_NETUID: Final = "netuid"
CONF_GENESIS: Final = "genesis"
"""The hash of the first block, which names the chain; earlier entries lack it."""
CONF_HOTKEY: Final = "hotkey"
"""The hotkey's address."""
CONF_DIRECTORY: Final = "wallet_directory"
CONF_WALLET: Final = "wallet_name"
CONF_HOTKEY_NAME: Final = "hotkey_name"
"""These three only where the key may sign; else the address is watched."""

CONF_ARMED: Final = "armed"
CONF_PRICE_CEILING: Final = "price_ceiling"
CONF_WORKER_CEILING: Final = "worker_ceiling"

CONF_WORKERS_FILE: Final = "workers_file"
CONF_PRICE: Final = "price_multiplier"
CONF_SIZES: Final = "worker_sizes"
"""Workers by size in PH/s; with the price, the bid where there is no file."""
CONF_SETS: Final = "worker_sets"
"""In place of the sizes: sets of workers, each with a price and maybe a pool."""
CONF_POOL: Final = "pool"

CONF_PROXY: Final = "proxy"
PROXY_NONE: Final = "none"
PROXY_IHP: Final = "ihp"
PROXY_BRAIINS: Final = "braiins"
CONF_PROXY_FILE: Final = "proxy_file"
CONF_PROXY_SENTINEL: Final = "proxy_sentinel"
CONF_PROXY_POOL: Final = "proxy_pool_name"
CONF_PROXY_FROM: Final = "proxy_from"

CONF_MACHINES: Final = "machines"
"""Entries of miners and rigs that deliver what is promised."""
CONF_PAUSE_LOST: Final = "pause_when_lost"
"""Whether they are paused for windows in which all bids have lost."""

CONF_LOWER_BID: Final = "lower_bid"
"""Bid no more than what of these machines is alive."""

DEFAULT_NETUID: Final = 89
DEFAULT_NETWORK: Final = "finney"
DEFAULT_POOL_NAME: Final = "central-proxy"
