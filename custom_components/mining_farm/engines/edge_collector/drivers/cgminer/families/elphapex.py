"""Elphapex: the new shape of stock Antminers, with traps of its own.

It comes from HTTP stats.cgi (there is no port 4028): chip sensors in thousandths of a
degree, as text, and a chip text that does not list the chips.
"""

from ....values import number
from ..family import Family, Reading
from ..replies import Replies, Row
from . import antminer_new_api


def matches(replies: Replies) -> bool:
    """Return whether the new shape comes from a model of the DG series."""
    return antminer_new_api.matches(replies) and (replies.model or "").startswith("DG")


def read(replies: Replies) -> Reading:
    """Read as a stock Antminer, with the chip sensors in °C."""
    entry = replies.row("stats")
    listed = entry.get("chain")
    chains = [
        {**chain, "temp_chip": _celsius(chain)}
        for chain in (listed if isinstance(listed, list) else ())
        if isinstance(chain, dict)
    ]
    return antminer_new_api.read_entry(replies, {**entry, "chain": chains})


def _celsius(chain: Row) -> list[float]:
    """Return the chip sensors of a chain in °C; a missing one is an empty text."""
    listed = chain.get("temp_chip")
    sensors = map(number, listed) if isinstance(listed, list) else ()
    return [each / 1000 for each in sensors if each is not None]


FAMILY = Family(
    name="elphapex",
    matches=matches,
    read=read,
)
