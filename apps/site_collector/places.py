"""Which places have a sum, and what the collectors together have counted of them."""

from collections.abc import Iterable
from typing import NamedTuple

from .inventory import Place, Spot
from .machine import Machine
from .states import listed
from .sums import Sum


class Part(NamedTuple):
    """What another collector has counted of a place, and when that came."""

    sum: Sum
    at: float


def places_of(spots: Iterable[Spot], levels: tuple[str, ...]) -> dict[Place, int]:
    """Return the places of some levels, each with the number of its machines."""
    inner: dict[Place, int] = {}
    for spot in spots:
        inner[spot.place] = inner.get(spot.place, 0) + 1
    places: dict[Place, int] = {}
    for place, number in inner.items():
        for around in place.around():
            if around.level in levels:
                places[around] = places.get(around, 0) + number
    return places


def count(
    machines: Iterable[Machine], places: dict[Place, int], now: float, longest: int
) -> dict[Place, Sum]:
    """Return the sums of some machines by place, each with so many of the worst."""
    inner: dict[Place, Sum] = {}
    for machine in machines:
        place = machine.spot.place
        if place not in inner:
            inner[place] = Sum()
        inner[place].count(machine.condition(now), machine.facts)
        if (bad := listed(machine, now)) is not None:
            inner[place].list_bad([bad], longest)
    sums: dict[Place, Sum] = {}
    for place, part in inner.items():
        for around in place.around():
            if around in places:
                sums.setdefault(around, Sum()).join(part, longest)
    for part in sums.values():
        part.finish(longest)
    return sums


def whole(machines: int, parts: Iterable[Sum], longest: int) -> Sum:
    """Return the sum of a place with so many machines over all of its parts."""
    total = Sum()
    for part in parts:
        total.join(part, longest)
    total.note_missing(max(0, machines - total.machines))
    total.finish(longest)
    return total
