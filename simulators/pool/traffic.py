"""What a simulated pool remembers of its clients."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Traffic:
    """What clients did so far."""

    requests: int = 0
    under_way: int = 0
    most_under_way: int = 0
    last: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=1000))
    """When, and for which path and query; oldest first."""
