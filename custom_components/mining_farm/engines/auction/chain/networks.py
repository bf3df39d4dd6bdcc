"""The networks by name, which chain they serve, and what may be shown of an address."""

from collections.abc import Mapping, Sequence
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ..errors import ChainError

NETWORKS: Final[Mapping[str, str]] = {
    "finney": "wss://entrypoint-finney.opentensor.ai:443",
    "archive": "wss://archive.chain.opentensor.ai:443",
    "test": "wss://test.finney.opentensor.ai:443",
    "local": "ws://127.0.0.1:9944",
}
"""Bittensor's own endpoints by the names that its tools know."""
FINNEY_GENESIS: Final = (
    "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03"
)
"""The hash of the first block names a chain; this one is in subtensor's migrations."""
TEST_GENESIS: Final = (
    "0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105"
)
"""As the public test network answers."""
_SERVED: Final[Mapping[str, str]] = {
    "entrypoint-finney.opentensor.ai": FINNEY_GENESIS,
    "archive.chain.opentensor.ai": FINNEY_GENESIS,
    "test.finney.opentensor.ai": TEST_GENESIS,
    "test.chain.opentensor.ai": TEST_GENESIS,
}
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_LONGEST_HOST: Final = 253


def endpoint_url(network: str) -> str:
    """Return the URL of a network's name or of a ws(s) URL; ChainError for all else."""
    text = network.strip()
    if (known := NETWORKS.get(text.lower())) is not None:
        return known
    _split(text)
    return text


def check_endpoint(network: str) -> None:
    """Raise ChainError for what is no endpoint, or has a host that cannot be.

    For what is entered: of what was stored before, one that cannot be is only named.
    """
    if not _is_host(_split(endpoint_url(network)).hostname or ""):
        reason = "a ws:// or wss:// URL has a host that is a name or an IP address"
        raise ChainError(reason)


def endpoint_urls(networks: Sequence[str]) -> tuple[str, ...]:
    """Return the URLs in their order, each once; ChainError when there is none."""
    urls = tuple(dict.fromkeys(map(endpoint_url, networks)))
    if not urls:
        raise ChainError("no endpoint is configured")
    return urls


def known_genesis(urls: Sequence[str]) -> str | None:
    """Return the first block's hash of the chain that URLs are known to serve.

    None where only the nodes themselves say which one it is.
    """
    served = (_SERVED.get(_split(url).hostname or "") for url in urls)
    return next((genesis for genesis in served if genesis is not None), None)


def public_url(url: str) -> str:
    """Return scheme, host and port: paths and queries may hold an API key."""
    parts = _split(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _split(url: str) -> SplitResult:
    """Take a ws(s) URL apart; the error does not repeat it, as it may hold a key."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"ws", "wss"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        known = ", ".join(NETWORKS)
        raise ChainError(f"an endpoint is a ws:// or wss:// URL or one of {known}")
    return parts


def _is_host(host: str) -> bool:
    """Return whether a host can be looked up: what cannot raises all sorts of errors."""
    if ":" in host:
        return True
    try:
        encoded = host.encode("idna")
        encoded.decode("idna")
    except UnicodeError:
        return False
    name = encoded.decode().lower().removesuffix(".")
    return len(name) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, name.split(".")))
