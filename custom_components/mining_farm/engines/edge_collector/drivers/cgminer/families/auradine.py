"""Auradine Teraflux (GCMiner, later FluxOS): plain cgminer, and a mode of its own."""

from ....models import Algorithm, MinerState
from ..family import Family, Reading
from ..replies import Replies
from . import generic

_NAMES = ("GCMiner", "FluxOS")


def matches(replies: Replies) -> bool:
    """Return whether its software answers."""
    return replies.description.startswith(_NAMES)


def read(replies: Replies) -> Reading:
    """Read as plain cgminer; the text of `mode` is not reliable, its field is."""
    reading = generic.read(replies)
    reading.algorithm = Algorithm.SHA256
    if replies.row("mode").get("Sleep") == "on":
        reading.state = MinerState.PAUSED
    return reading


FAMILY = Family(
    name="auradine",
    matches=matches,
    read=read,
    commands=("mode",),
)
