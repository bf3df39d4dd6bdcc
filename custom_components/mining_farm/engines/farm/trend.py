"""How fast a temperature rises: pure but for the samples that it keeps."""

from collections import deque
from typing import Final

LEAST_SPAN: Final = 30.0
"""Seconds between two readings from which a slope says something."""
BACK: Final = 120.0
"""Seconds that are looked back."""


class Trend:
    """The last readings of one temperature."""

    def __init__(self) -> None:
        """Start without any."""
        self._samples: deque[tuple[float, float]] = deque()

    def learn(self, at: float, value: float | None) -> float | None:
        """Return K/min over the last two minutes; None where too little is known.

        `at` is when it was read, in seconds on a clock that only runs forward.
        """
        if value is None:
            self._samples.clear()
            return None
        if not self._samples or at > self._samples[-1][0]:
            self._samples.append((at, value))
        while self._samples[-1][0] - self._samples[0][0] > BACK:
            self._samples.popleft()
        (since, first), (until, last) = self._samples[0], self._samples[-1]
        if until - since < LEAST_SPAN:
            return None
        return (last - first) / (until - since) * 60
