"""Firmware families: how each tells what it measures."""

from collections.abc import Callable
from typing import NamedTuple

from ..replies import Replies
from . import (
    antminer,
    antminer_new_api,
    avalon,
    bfgminer,
    braiins,
    chains,
    elphapex,
    generic,
    luxos,
    sealminer,
    spondoolies,
    whatsminer,
)
from .reading import Reading


class Family(NamedTuple):
    """One family: whether it answers, and how it is read."""

    name: str
    matches: Callable[[Replies], bool]
    read: Callable[[Replies], Reading]


# The first that matches reads; the ones with a name of their own come first.
FAMILIES = (
    Family("luxos", luxos.matches, luxos.read),
    Family("braiins", braiins.matches, braiins.read),
    Family("elphapex", elphapex.matches, elphapex.read),
    Family("sealminer", sealminer.matches, sealminer.read),
    Family("bfgminer", bfgminer.matches, bfgminer.read),
    Family("antminer-new-api", antminer_new_api.matches, antminer_new_api.read),
    Family("antminer", antminer.matches, antminer.read),
    Family("avalon", avalon.matches, avalon.read),
    Family("whatsminer", whatsminer.matches, whatsminer.read),
    Family("chains", chains.matches, chains.read),
    Family("spondoolies", spondoolies.matches, spondoolies.read),
    Family("generic", generic.matches, generic.read),
)


def choose(replies: Replies) -> Family:
    """Return the family of whoever sent these replies."""
    return next(family for family in FAMILIES if family.matches(replies))
