"""The networks by name, and what may be shown of an endpoint's address."""

from collections.abc import Mapping, Sequence
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


def endpoint_url(network: str) -> str:
    """Return the URL of a network's name or of a ws(s) URL; ChainError for all else."""
    text = network.strip()
    if (known := NETWORKS.get(text.lower())) is not None:
        return known
    _split(text)
    return text


def endpoint_urls(networks: Sequence[str]) -> tuple[str, ...]:
    """Return the URLs in their order, each once; ChainError when there is none."""
    urls = tuple(dict.fromkeys(map(endpoint_url, networks)))
    if not urls:
        raise ChainError("no endpoint is configured")
    return urls


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
