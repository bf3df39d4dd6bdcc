"""What a wallet's entry stores, and how much of it can be used."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ...common.stored_shape import (
    Fields,
    StoredShape,
    Take,
    each,
    flag,
    maybe,
    one_of,
    text,
    whole,
)
from ...engines.auction import (
    MAX_WORKERS,
    AuctionError,
    Certainty,
    endpoint_urls,
    parse_fp18,
    ss58_decode,
)
from .const import (
    CONF_ARMED,
    CONF_DIRECTORY,
    CONF_ENDPOINTS,
    CONF_GENESIS,
    CONF_HOTKEY,
    CONF_HOTKEY_NAME,
    CONF_LOWER_BID,
    CONF_MACHINES,
    CONF_NETUID,
    CONF_PAUSE_LOST,
    CONF_POOL,
    CONF_PRICE,
    CONF_PRICE_CEILING,
    CONF_PROXY,
    CONF_PROXY_FILE,
    CONF_PROXY_FROM,
    CONF_PROXY_POOL,
    CONF_PROXY_SENTINEL,
    CONF_SETS,
    CONF_SIZES,
    CONF_WALLET,
    CONF_WORKER_CEILING,
    CONF_WORKERS_FILE,
    PROXY_BRAIINS,
    PROXY_IHP,
    PROXY_NONE,
)


def _known_to(parse: Callable[[Any], object]) -> Callable[[Any], Any]:
    """Return what takes what the engine understands."""

    def take(value: Any) -> Any:  # noqa: ANN401
        try:
            parse(value)
        except AuctionError as err:
            raise ValueError("not understood") from err
        return value

    return take


_price = _known_to(lambda value: parse_fp18(text(value)))
_address = _known_to(lambda value: ss58_decode(text(value)))


def _endpoints(value: Any) -> Any:  # noqa: ANN401
    return _known_to(endpoint_urls)(each(text)(value))


def _needed(data: Mapping[str, Any]) -> Fields:
    needed: dict[str, Take] = {
        CONF_ENDPOINTS: _endpoints,
        CONF_NETUID: whole(0, 65535),
        CONF_HOTKEY: _address,
        # Without it the wallet would follow any chain.
        CONF_GENESIS: maybe(text),
    }
    signs = (CONF_DIRECTORY, CONF_WALLET, CONF_HOTKEY_NAME)
    # An address that is only watched has none of them.
    return (
        needed if data.keys().isdisjoint(signs) else needed | dict.fromkeys(signs, text)
    )


def _sizes(value: Any) -> dict[str, Any]:  # noqa: ANN401
    return {_price(size): whole(1, MAX_WORKERS)(n) for size, n in value.items()}


def _set(value: Any) -> dict[str, Any]:  # noqa: ANN401
    taken = {
        CONF_PRICE: _price(value[CONF_PRICE]),
        CONF_SIZES: _sizes(value[CONF_SIZES]),
    }
    return taken | ({CONF_POOL: text(value[CONF_POOL])} if CONF_POOL in value else {})


def _options(options: Mapping[str, Any]) -> Fields:
    def sizes(value: Any) -> dict[str, Any]:  # noqa: ANN401
        _price(options[CONF_PRICE])
        return _sizes(value)

    def proxy(value: Any) -> str:  # noqa: ANN401
        chosen = one_of(PROXY_NONE, PROXY_IHP, PROXY_BRAIINS)(value)
        if chosen != PROXY_NONE:
            text(options[CONF_PROXY_FILE])
            text(options[CONF_PROXY_SENTINEL])
        return chosen

    return {
        CONF_ARMED: flag,
        CONF_PRICE_CEILING: _price,
        CONF_WORKER_CEILING: whole(1, MAX_WORKERS),
        CONF_LOWER_BID: flag,
        CONF_WORKERS_FILE: text,
        CONF_PRICE: _price,
        CONF_SIZES: sizes,
        CONF_SETS: each(_set),
        CONF_PROXY: proxy,
        CONF_PROXY_FILE: text,
        CONF_PROXY_SENTINEL: text,
        CONF_PROXY_POOL: text,
        CONF_PROXY_FROM: one_of(*Certainty),
        CONF_MACHINES: each(text),
        CONF_PAUSE_LOST: flag,
    }


WALLET_SHAPE: Final = StoredShape(
    needed=_needed, options=_options, leaves=(CONF_ARMED,)
)
