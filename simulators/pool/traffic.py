"""What a simulated pool remembers of its clients."""

from collections import deque
from dataclasses import dataclass, field

from simulators import device


@dataclass(slots=True)
class Traffic(device.Traffic):
    """What clients did so far; requests are what is open."""

    requests: int = 0
    last: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=1000))
    """When, and for which path and query; oldest first."""
