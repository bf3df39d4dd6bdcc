"""Whether machines themselves show that their cooling works."""

from collections import deque
from collections.abc import Mapping
from typing import Final

from ...engines.farm import MachineFacts

SAMPLE_S: Final = 30.0
BACK_S: Final = 120.0
"""Chips are compared with what they were so long ago."""
RISE: Final = 1.0
"""K by which no chip may have risen meanwhile."""
WARM: Final = 80.0
"""°C of a chip that is no longer calm."""
ENOUGH: Final = 0.9
"""Part of the machines that have to say so."""


class Calm:
    """Remembers what chips were a while ago."""

    def __init__(self) -> None:
        """Start without any sample."""
        self._samples: deque[tuple[float, dict[str, float]]] = deque()

    def learn(self, now: float, machines: Mapping[str, MachineFacts]) -> bool | None:
        """Return whether chips stay cool; None where too few are known for long enough."""
        chips = {
            machine_id: facts.hottest_chip
            for machine_id, facts in machines.items()
            if facts.hottest_chip is not None
        }
        if not self._samples or now - self._samples[-1][0] >= SAMPLE_S:
            self._samples.append((now, chips))
        while len(self._samples) > 1 and now - self._samples[1][0] >= BACK_S:
            self._samples.popleft()
        at, before = self._samples[0]
        both = chips.keys() & before.keys()
        if now - at < BACK_S or len(both) < ENOUGH * len(machines) or not both:
            return None
        return all(
            chips[each] < WARM and chips[each] - before[each] <= RISE for each in both
        )
