"""The endpoints of a chain: how each one is doing, and which one comes next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..models import MAX_LAG, EndpointState
from .networks import public_url


@dataclass(slots=True)
class _Endpoint:
    height: int | None = None
    error: str | None = None
    failed: bool = False
    """In this round: since the last time that any endpoint worked."""


class EndpointTable:
    """What is known of each endpoint, in the order of their preference."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._endpoints = {url: _Endpoint() for url in urls}
        self._in_use: str | None = None

    @property
    def others(self) -> tuple[str, ...]:
        """The URLs that are not in use."""
        return tuple(url for url in self._endpoints if url != self._in_use)

    @property
    def exhausted(self) -> bool:
        """Whether none works, and each one was tried."""
        return self._in_use is None and all(
            endpoint.failed for endpoint in self._endpoints.values()
        )

    @property
    def trouble(self) -> str:
        """Why none works, in words without URLs' secrets."""
        return "; ".join(
            f"{public_url(url)}: {endpoint.error}"
            for url, endpoint in self._endpoints.items()
            if endpoint.error
        )

    @property
    def states(self) -> tuple[EndpointState, ...]:
        """How each endpoint is doing, in the order of preference."""
        return tuple(
            EndpointState(
                url=public_url(url),
                in_use=url == self._in_use,
                height=endpoint.height,
                lag=self._lag(endpoint),
                error=endpoint.error,
            )
            for url, endpoint in self._endpoints.items()
        )

    @property
    def lag(self) -> int | None:
        """Blocks that the endpoint in use is behind; None: there is none in use."""
        if self._in_use is None:
            return None
        return self._lag(self._endpoints[self._in_use])

    def measure(self, height: int) -> int | None:
        """Note the height of the endpoint in use and return its lag."""
        if self._in_use is not None:
            self.heard(self._in_use, height)
        return self.lag

    def next(self) -> str:
        """Return the URL to try: untried, then in step with the chain, then first.

        When all have failed, a new round begins.
        """
        if all(endpoint.failed for endpoint in self._endpoints.values()):
            candidates = list(self._endpoints)
        else:
            candidates = [url for url, one in self._endpoints.items() if not one.failed]
        return min(
            candidates, key=lambda url: (self._lag(self._endpoints[url]) or 0) > MAX_LAG
        )

    def tried(self, url: str) -> None:
        """Start another round when the last one has tried all."""
        if self._endpoints[url].failed:
            for endpoint in self._endpoints.values():
                endpoint.failed = False

    def use(self, url: str, height: int) -> None:
        """Note that an endpoint works and is the one in use."""
        self._in_use = url
        for endpoint in self._endpoints.values():
            endpoint.failed = False
        self.heard(url, height)

    def heard(self, url: str, height: int) -> None:
        """Note an endpoint's height; what was wrong with it is over."""
        endpoint = self._endpoints[url]
        endpoint.height, endpoint.error = height, None

    def fail(self, url: str, reason: str, *, count: bool = True) -> None:
        """Note why an endpoint is not used; count it as tried in this round, or not."""
        endpoint = self._endpoints[url]
        endpoint.error = reason
        endpoint.failed = endpoint.failed or count
        # Its height was true once: what it is now is not known.
        endpoint.height = None
        if self._in_use == url:
            self._in_use = None

    def _lag(self, endpoint: _Endpoint) -> int | None:
        if endpoint.height is None:
            return None
        heights = (one.height for one in self._endpoints.values())
        return max(height for height in heights if height is not None) - endpoint.height
