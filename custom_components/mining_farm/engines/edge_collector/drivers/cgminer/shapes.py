"""Which fields an entry of an Antminer's `stats` has, and what of the miner they are of."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
import re
from typing import NamedTuple

from ..decoding import REPEATED

_CHAIN_NAMES = ("chain_acn", "chain_acs", "chain_rate")
# Six digits: a longer run is not a slot, and Python refuses to read an endless one.
_SLOT = re.compile(r"(?:chain_acn|chain_acs|chain_rate|temp_chip|temp_pcb)([0-9]{1,6})")
_POWERS = ("chain_consumption", "chain_power", "watt")
_MAX_FANS = 16
_WIDEST_KEPT = 256
"""Fields of the widest entry whose shape is remembered; real ones end at 233."""


class Slot(NamedTuple):
    """Names of the fields of one slot; those in tuples are there, others may be."""

    number: int
    chips: str
    letters: str
    rate: str
    ideal_rate: str
    hw_errors: str
    temp_chip: str
    temp_pcb: str
    chip: tuple[str, ...]
    """Of chip temperatures, where nothing is wrong with them."""
    pcb: tuple[str, ...]
    frequency: tuple[str, ...]
    """The first that says something counts."""
    odd: bool
    """Whether there are chip temperatures with which something may be wrong."""
    out_chip: str
    out_pcb: str
    own_chip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The fields that an entry has."""

    has_chains: bool
    slots: tuple[Slot, ...]
    """Every slot that any board field names, sorted."""
    fans: tuple[tuple[int, str], ...]
    """The name of each fan's field, behind its position."""
    powers: tuple[str, ...]
    """What stands before the slot where boards state a power."""


def shape_of(entry: Iterable[str]) -> Shape:
    """Return the shape of an entry by the names of its fields."""
    names = tuple(entry)
    return _known(names) if len(names) <= _WIDEST_KEPT else _shape(names)


def _shape(names: tuple[str, ...]) -> Shape:
    there = frozenset(names)
    matches = map(_SLOT.fullmatch, names)
    slots = sorted({int(match[1]) for match in matches if match})
    fans = ((n, f"fan{n}") for n in range(1, _MAX_FANS + 1))
    return Shape(
        has_chains=any(name.startswith(_CHAIN_NAMES) for name in names),
        slots=tuple(_slot(there, number) for number in slots),
        fans=tuple((n, name) for n, name in fans if name in there),
        powers=tuple(
            power
            for power in _POWERS
            if any(f"{power}{number}" in there for number in slots)
        ),
    )


# An entry has a hundred fields, the same at every poll of every miner of its model.
_known = lru_cache(maxsize=128)(_shape)


def _slot(there: frozenset[str], number: int) -> Slot:
    temp_chip, temp_pcb = f"temp_chip{number}", f"temp_pcb{number}"
    out_chip, own_chip = f"temp_out_chip_{number}", f"chipTemp{number}"
    chip = (
        temp_chip,
        f"temp2_{number}",
        f"temp3_{number}",
        f"temp4_{number}",
        f"temp_in_chip_{number}",
    )
    # A Hammer D10 prints `temp1` four times, once for each sensor (capture).
    temp, every_temp = f"temp{number}", f"temp{number}{REPEATED}"
    pcb = (
        every_temp if every_temp in there else temp,
        temp_pcb,
        f"temp_in_pcb_{number}",
        f"temp_out_pcb_{number}",
    )
    frequency = (f"freq_avg{number}", f"freq{number}", f"frequency{number}")
    return Slot(
        number=number,
        chips=f"chain_acn{number}",
        letters=f"chain_acs{number}",
        rate=f"chain_rate{number}",
        ideal_rate=f"chain_rateideal{number}",
        hw_errors=f"chain_hw{number}",
        temp_chip=temp_chip,
        temp_pcb=temp_pcb,
        chip=tuple(filter(there.__contains__, chip)),
        pcb=tuple(filter(there.__contains__, pcb)),
        frequency=tuple(filter(there.__contains__, frequency)),
        odd=out_chip in there or own_chip in there,
        out_chip=out_chip,
        out_pcb=f"temp_out_pcb_{number}",
        own_chip=own_chip,
    )
