"""How a machine draws less without being stopped, and what it is set back to: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
import math
from typing import Any, Final, Self

from .models import MachineFacts

type Setting = float | str
"""A target in W, or the name of a level."""

SETTLING: Final = timedelta(seconds=30)
"""An uptime that began so shortly after a setting was seen says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Targets in W that a machine takes, the limits included."""

    least: float
    most: float
    step: float = 1.0

    def watts(self, setting: Setting) -> float | None:
        """Return the W of a setting; None of one that could not be ordered."""
        if isinstance(setting, str) or not self.least <= setting <= self.most:
            return None
        return setting

    def at_most(self, watts: float) -> Setting | None:
        """Return the largest target that is no more than so many W; None of none."""
        if watts < self.least:
            return None
        steps = math.floor((min(watts, self.most) - self.least) / self.step)
        return self.least + steps * self.step

    def below(self, setting: Setting) -> Targets | None:
        """Return what is lower than a setting; None where nothing is, or it is not known."""
        watts = self.watts(setting)
        if watts is None or watts - self.step < self.least:
            return None
        return replace(self, most=watts - self.step)

    def same(self, one: Setting, other: Setting) -> bool:
        """Return whether two targets are the same, as devices round them."""
        if isinstance(one, str) or isinstance(other, str):
            return one == other
        return abs(one - other) < max(self.step, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Levels of which the W are known."""

    by_name: Mapping[str, float]

    @property
    def least(self) -> float:
        """Return the W of the lowest one."""
        return min(self.by_name.values())

    def watts(self, setting: Setting) -> float | None:
        """Return the W of a level; None of one of which they are not known."""
        return self.by_name.get(setting) if isinstance(setting, str) else None

    def at_most(self, watts: float) -> Setting | None:
        """Return the highest level with no more than so many W; None of none."""
        fitting = {name: each for name, each in self.by_name.items() if each <= watts}
        return max(fitting, key=lambda name: fitting[name], default=None)

    def below(self, setting: Setting) -> Levels | None:
        """Return what is lower than a setting; None where nothing is, or it is not known."""
        if (watts := self.watts(setting)) is None:
            return None
        lower = {name: each for name, each in self.by_name.items() if each < watts}
        return Levels(by_name=lower) if lower else None

    def same(self, one: Setting, other: Setting) -> bool:
        """Return whether two levels are the same."""
        return one == other


type Reach = Targets | Levels
"""How far a machine can be lowered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """What a machine was set to before it was lowered, and what it was ordered then."""

    before: Setting
    ordered: Setting
    seen_at: datetime | None = None
    """When it was first seen to be set so; None before."""
    came_from: Setting | None = None
    """What it was set to as that was ordered: less than before, where it was lowered once."""
    undone: bool = False
    """It was ordered to be set back, or is about to be."""

    def is_over(self, reach: Reach, present: Setting) -> bool:
        """Return whether a machine that was ordered to be set back is not as lowered."""
        return self.undone and not reach.same(present, self.ordered)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "before": self.before,
            "ordered": self.ordered,
            "seen_at": self.seen_at and self.seen_at.isoformat(),
            "came_from": self.came_from,
            "undone": self.undone,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild a stored one; ValueError or TypeError for one that is damaged."""
        seen_at, came_from = stored["seen_at"], stored.get("came_from")
        at = None if seen_at is None else datetime.fromisoformat(seen_at)
        if at is not None and at.tzinfo is None:
            raise ValueError("a time without its zone")
        return cls(
            before=_setting(stored["before"]),
            ordered=_setting(stored["ordered"]),
            seen_at=at,
            came_from=None if came_from is None else _setting(came_from),
            undone=bool(stored.get("undone", False)),
        )


def _setting(stored: Any) -> Setting:  # noqa: ANN401
    if isinstance(stored, str):
        return stored
    if isinstance(stored, bool) or not math.isfinite(stored):
        raise ValueError("no setting")
    return float(stored)


class Lowering(StrEnum):
    """How far a machine is lowered."""

    UNKNOWN = "unknown"
    """What it is set to is not known."""
    IMPOSSIBLE = "impossible"
    """It cannot be set so low, or not be set back from there."""
    DUE = "due"
    REACHED = "reached"
    FORGOTTEN = "forgotten"
    """It restarted, and is set as before again: that is due once more."""
    CHANGED = "changed"
    """Somebody has set it otherwise."""


def lowering(
    watts: float,
    limited: Limited | None,
    reach: Reach | None,
    present: Setting | None,
    *,
    started: datetime | None = None,
) -> tuple[Lowering, Setting | None]:
    """Return how far a machine is that may draw so many W, and what is to be ordered.

    `started` is when its mining process did.
    """
    if reach is None or present is None:
        return Lowering.UNKNOWN, None
    if limited is not None and limited.is_over(reach, present):
        limited = None
    before = reach.watts(present if limited is None else limited.before)
    due = None if before is None else reach.at_most(min(watts, before))
    if limited is None and before is not None and before <= watts:
        return Lowering.REACHED, None
    if due is None:
        return Lowering.IMPOSSIBLE, None
    if limited is None:
        return Lowering.DUE, due
    if reach.same(present, limited.ordered):
        same = reach.same(due, limited.ordered)
        return (Lowering.REACHED, None) if same else (Lowering.DUE, due)
    if limited.seen_at is None:
        return Lowering.DUE, due
    restarted = started is not None and started > limited.seen_at + SETTLING
    if restarted and reach.same(present, limited.before):
        return Lowering.FORGOTTEN, due
    return Lowering.CHANGED, None


def started_at(facts: MachineFacts, now: datetime) -> datetime | None:
    """Return when a machine's mining process started; None where that is unknown."""
    if facts.uptime is None:
        return None
    return now - timedelta(seconds=facts.uptime)


class SettingBack(StrEnum):
    """What is left to do for a machine that nothing lowers any more."""

    UNKNOWN = "unknown"
    DUE = "due"
    DONE = "done"
    """It is set as before, or as somebody else has set it: that stays."""


def setting_back(
    limited: Limited,
    reach: Reach | None,
    present: Setting | None,
    *,
    is_ordered: bool = False,
) -> SettingBack:
    """Return whether a machine is to be set to what it was before.

    One that was never seen as ordered may be shown as it was before it obeyed: an order
    that changes nothing sends nothing. `is_ordered` tells that this process has sent it.
    """
    if reach is None or present is None:
        return SettingBack.UNKNOWN
    if is_ordered and reach.same(present, limited.before):
        return SettingBack.DONE
    if reach.same(present, limited.ordered):
        same = reach.same(limited.ordered, limited.before)
        return SettingBack.DONE if same else SettingBack.DUE
    if limited.seen_at is not None:
        return SettingBack.DONE
    shown = [limited.before, limited.came_from]
    unseen = any(each is not None and reach.same(present, each) for each in shown)
    return SettingBack.DUE if unseen else SettingBack.DONE
