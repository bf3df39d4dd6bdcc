"""Which parts of a miner get entities: bounded in number, and new ones slowly.

Whatever answers at an address can list parts without end, and other ones at each poll.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from ...engines.edge_collector import Capabilities, MinerProfile, MinerSnapshot

MAX_BOARDS: Final = 64
MAX_FANS: Final = 16
MAX_CHOICES: Final = 128
MAX_TEXT: Final = 100
"""Characters of a choice: attributes of more than 16 kB are in no database."""
READINGS_IN_A_ROW: Final = 3
"""That show a part before it is taken for one of the miner."""
MAX_NEW: Final = 4
"""Boards or fans that are taken over from one reading."""


def bounded(profile: MinerProfile) -> MinerProfile:
    """Return a profile with no more parts and choices than entities have."""
    known = profile.capabilities
    return replace(
        profile,
        boards=profile.boards[:MAX_BOARDS],
        fans=profile.fans[:MAX_FANS],
        capabilities=known and _bounded(known),
    )


def _bounded(known: Capabilities) -> Capabilities:
    choices = {
        command: tuple(each for each in listed[:MAX_CHOICES] if len(each) <= MAX_TEXT)
        for command, listed in known.choices.items()
    }
    shown = {each for listed in choices.values() for each in listed}
    return replace(
        known,
        choices=choices,
        labels={
            value: label
            for value, label in known.labels.items()
            if value in shown and len(label) <= MAX_TEXT
        },
        boards=known.boards[:MAX_BOARDS],
    )


class NewParts:
    """Counts in how many readings in a row parts were seen that are not known yet."""

    __slots__ = ("_boards", "_fans")

    def __init__(self) -> None:
        """Have seen nothing."""
        self._boards: dict[Hashable, int] = {}
        self._fans: dict[Hashable, int] = {}

    def learn(self, profile: MinerProfile, snapshot: MinerSnapshot) -> MinerProfile:
        """Return a known miner's profile with what a reading adds to it."""
        boards = [board.id for board in snapshot.boards]
        fans = [fan.id for fan in snapshot.fans]
        self._boards = _counted(self._boards, boards, profile.boards)
        self._fans = _counted(self._fans, fans, profile.fans)
        new_boards = _due(self._boards, MAX_BOARDS - len(profile.boards))
        new_fans = _due(self._fans, MAX_FANS - len(profile.fans))
        taken = replace(
            snapshot,
            boards=tuple(b for b in snapshot.boards if b.id in new_boards),
            fans=tuple(f for f in snapshot.fans if f.id in new_fans),
        )
        return profile.learn(taken)


def _counted(
    before: dict[Hashable, int], seen: Iterable[Hashable], known: Sequence[Hashable]
) -> dict[Hashable, int]:
    return {part: before.get(part, 0) + 1 for part in seen if part not in known}


def _due(counted: dict[Hashable, int], room: int) -> list[Hashable]:
    due = [part for part, times in counted.items() if times >= READINGS_IN_A_ROW]
    return due[: max(0, min(room, MAX_NEW))]
