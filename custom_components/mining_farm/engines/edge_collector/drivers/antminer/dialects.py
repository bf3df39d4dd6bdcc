"""What differs between the makers that use Bitmain's pages, as a table.

Sources: public clients of each, and captures of their pages.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one maker names things."""

    realm: str
    """Beginning of what its pages call themselves when they ask for a password."""
    prefix: str
    """Of the settings: bitmain-work-mode, fc-work-mode."""
    number: type[int | str]
    """As what it writes a mode."""
    renames: bool
    """Whether older firmware takes what it calls bitmain-work-mode as miner-mode."""

    @property
    def mode(self) -> str:
        """Key of the work mode."""
        return f"{self.prefix}-work-mode"

    def changed(self, conf: dict[str, Any], mode: int) -> dict[str, Any]:
        """Return a whole configuration with another work mode."""
        changed = conf | {self.mode: self.number(mode)}
        if not self.renames:
            return changed
        level = conf.get(f"{self.prefix}-freq-level") or "100"
        return changed | {"miner-mode": mode, "freq-level": level}


ANTMINER = Dialect(realm="antMiner", prefix="bitmain", number=str, renames=True)
"""Hammer, too."""
ELPHAPEX = Dialect(realm="Daoge", prefix="fc", number=int, renames=False)

DIALECTS = (ANTMINER, ELPHAPEX)

NORMAL = 0
SLEEP = 1
# 2 is "high" in three public clients and "efficiency" in one, so it has no name here.
NAMES = {NORMAL: "normal", 3: "low"}
"""Work modes by name; what is not named is shown as its number."""


def by_realm(challenge: str) -> Dialect | None:
    """Return the dialect of pages that ask for a password by a challenge."""
    return next((d for d in DIALECTS if f'realm="{d.realm}' in challenge), None)


def by_settings(conf: dict[str, Any]) -> Dialect | None:
    """Return the dialect of a configuration; None where it has no work mode."""
    return next((d for d in DIALECTS if d.mode in conf), None)
