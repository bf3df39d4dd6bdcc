"""What came of histories, in numbers."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Tally:
    """Orders, kills and faults."""

    histories: int = 0
    stops: int = 0
    """Orders to stop a machine."""
    starts: int = 0
    settings: int = 0
    """Orders to draw so many W, and no more."""
    kills: int = 0
    listed: int = 0
    """Machines that no lever stopped, and that were listed."""
    faults: Counter[str] = field(default_factory=Counter)
    seeds: list[str] = field(default_factory=list)
    """Histories with a fault in them."""

    def add(self, other: Tally) -> None:
        """Count another tally as well."""
        for name in ("histories", "stops", "starts", "settings", "kills", "listed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults
        self.seeds += other.seeds
