"""What a node's clients asked and how much went over the wire."""

from collections import Counter, deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Traffic:
    """Requests by method, and bytes of JSON both ways."""

    connections: int = 0
    methods: Counter[str] = field(default_factory=Counter)
    log: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=10_000))
    """Method and bytes of each request; oldest first."""
    received: int = 0
    sent: int = 0

    @property
    def requests(self) -> int:
        """How many there were."""
        return self.methods.total()

    def note(self, method: str, size: int) -> None:
        """Note a request."""
        self.methods[method] += 1
        self.log.append((method, size))
        self.received += size

    def clear(self) -> None:
        """Start counting from zero."""
        self.connections = self.received = self.sent = 0
        self.methods.clear()
        self.log.clear()
