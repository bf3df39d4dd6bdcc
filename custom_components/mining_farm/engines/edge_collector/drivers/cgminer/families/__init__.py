"""Firmware families: one file for each, and the order in which they are tried."""

from ..family import Family
from ..replies import Replies
from . import (
    antminer,
    antminer_new_api,
    auradine,
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

FAMILIES: tuple[Family, ...] = (
    # LuxOS prints Bitmain's `stats` and Elphapex its new shape (captures): both come
    # before the two Antminer families, which match them as well.
    luxos.FAMILY,
    braiins.FAMILY,
    elphapex.FAMILY,
    sealminer.FAMILY,
    bfgminer.FAMILY,
    antminer_new_api.FAMILY,
    antminer.FAMILY,
    avalon.FAMILY,
    whatsminer.FAMILY,
    auradine.FAMILY,
    chains.FAMILY,
    spondoolies.FAMILY,
    generic.FAMILY,
)
"""The first that matches reads; those that sign with a name of their own come first."""


def choose(replies: Replies) -> Family:
    """Return the family of the miner that sent these replies."""
    return next(family for family in FAMILIES if family.matches(replies))
