"""The endpoints of a chain: how each one is doing, and which one comes next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..models import MAX_LAG, EndpointState
from .networks import public_url

FIRST_REST = 15.0
"""Seconds that an endpoint is left alone that limits requests; doubled each time."""
LONGEST_REST = 900.0
"""Unless it asks for more."""
OTHER_CHAIN = "the endpoint serves another chain"


@dataclass(slots=True)
class _Endpoint:
    height: int | None = None
    error: str | None = None
    failed: bool = False
    """In this round: since the last time that any endpoint worked."""
    rests_until: float = 0.0
    limits: bool = False
    """When it was asked last."""
    limited: int = 0
    """How often in a row it has limited us."""
    rest: float = 0.0
    """For how long it was left alone the last time."""
    fallbacks: tuple[str, ...] = ()
    late: int = 0
    """Blocks that its head is behind the clock."""


class EndpointTable:
    """What is known of each endpoint, in the order of their preference."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._endpoints = {url: _Endpoint() for url in urls}
        self._in_use: str | None = None

    def others(self, now: float) -> tuple[str, ...]:
        """Return the URLs that are not in use and may be asked."""
        return tuple(url for url in self._awake(now) if url != self._in_use)

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
                lag=self._shown_lag(endpoint),
                error=endpoint.error,
                fallbacks=endpoint.fallbacks,
                other_chain=endpoint.error == OTHER_CHAIN,
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

    @property
    def alone(self) -> bool:
        """Return whether no other endpoint says how high the chain is."""
        known = [one for one in self._endpoints.values() if one.height is not None]
        return len(known) < 2

    @property
    def late(self) -> int:
        """Blocks that the endpoint in use is behind the clock, when it is alone."""
        endpoint = self._endpoints.get(self._in_use or "")
        return 0 if endpoint is None or not self.alone else endpoint.late

    def note_late(self, blocks: int) -> None:
        """Note how far the endpoint in use is behind the clock."""
        if self._in_use is not None:
            self._endpoints[self._in_use].late = blocks

    def next(self, now: float) -> str | None:
        """Return the URL to try: untried, then in step with the chain, then first.

        When all have failed, a new round begins. None: all have to be left alone.
        """
        awake = self._awake(now)
        untried = [url for url in awake if not self._endpoints[url].failed]
        return min(
            untried or awake,
            key=lambda url: (self._lag(self._endpoints[url]) or 0) > MAX_LAG,
            default=None,
        )

    def wait(self, now: float) -> float:
        """Return the seconds until an endpoint may be asked."""
        return min(
            max(endpoint.rests_until - now, 0.0)
            for endpoint in self._endpoints.values()
        )

    def tried(self, url: str, now: float) -> None:
        """Start another round when the last one has tried all."""
        if self._endpoints[url].failed:
            for endpoint in self._endpoints.values():
                # One that may not be asked is out of this round.
                endpoint.failed = endpoint.rests_until > now

    def use(self, url: str, height: int) -> None:
        """Note that an endpoint works and is the one in use."""
        self._in_use = url
        # It may be another version by now.
        self._endpoints[url].fallbacks = ()
        self._endpoints[url].late = 0
        self.heard(url, height)
        for endpoint in self._endpoints.values():
            # One that limits us takes over from no other before its time.
            endpoint.failed = endpoint.limits

    def heard(self, url: str, height: int) -> None:
        """Note an endpoint's height; what was wrong with it is over."""
        endpoint = self._endpoints[url]
        endpoint.height, endpoint.error, endpoint.limits = height, None, False

    def fail(self, url: str, reason: str, *, count: bool = True) -> None:
        """Note why an endpoint is not used; count it as tried in this round, or not."""
        endpoint = self._endpoints[url]
        endpoint.error = reason
        endpoint.failed = endpoint.failed or count
        # Its height was true once: what it is now is not known.
        endpoint.height = None
        if self._in_use == url:
            self._in_use = None

    def leave_alone(self, url: str, now: float, seconds: float | None) -> None:
        """Do not ask an endpoint for as long as it says, and longer each time.

        One that let us in, and limits again within the time that it rested, has not
        recovered.
        """
        endpoint = self._endpoints[url]
        if now - endpoint.rests_until > endpoint.rest:
            endpoint.limited = 0
        growing = min(FIRST_REST * 2 ** min(endpoint.limited, 10), LONGEST_REST)
        endpoint.limits = True
        endpoint.limited += 1
        endpoint.rest = max(growing, seconds or 0.0)
        endpoint.rests_until = now + endpoint.rest

    def fall_back(self, how: str) -> bool:
        """Note what stands in for what the endpoint in use lacks; return if it is new."""
        endpoint = self._endpoints.get(self._in_use or "")
        if endpoint is None or how in endpoint.fallbacks:
            return False
        endpoint.fallbacks = tuple(sorted((*endpoint.fallbacks, how)))
        return True

    def _awake(self, now: float) -> list[str]:
        return [url for url, one in self._endpoints.items() if one.rests_until <= now]

    def _shown_lag(self, endpoint: _Endpoint) -> int | None:
        """Return the lag: of one that is alone, behind the clock."""
        lag = self._lag(endpoint)
        return max(lag, endpoint.late) if lag is not None and self.alone else lag

    def _lag(self, endpoint: _Endpoint) -> int | None:
        if endpoint.height is None:
            return None
        heights = (one.height for one in self._endpoints.values())
        return max(height for height in heights if height is not None) - endpoint.height
