"""Braiins OS from 2020 on: BOSminer and BOSer, whose `stats` is empty of readings."""

from ....identity import normalise_model
from ....models import Algorithm, PowerSource, TemperatureLimits
from ....values import positive, total
from ..family import Family, Reading
from ..replies import Replies
from . import generic


def matches(replies: Replies) -> bool:
    """Return whether BOSminer or its successor answers."""
    return replies.description.lower().startswith(("bosminer", "boser"))


def read(replies: Replies) -> Reading:
    """Read `devs`, `temps`, `devdetails` and `fans`; rates are those of 5 s."""
    reading = generic.read(replies)
    boards = total(board.hashrate_ghs for board in reading.boards)
    reading.hashrate_ghs = reading.hashrate_ghs if boards is None else boards
    reading.algorithm = Algorithm.SHA256
    reading.model = reading.model or normalise_model(
        replies.row("devdetails").get("Model")
    )
    watts = replies.row("tunerstatus").get("ApproximateMinerPowerConsumption")
    reading.power_w, reading.power_source = positive(watts), PowerSource.ESTIMATED
    # "BOSminer bosminer-plus-am2-s17 0.8.0-feaec278"
    version = replies.description.rpartition(" ")[2]
    reading.firmware = f"Braiins OS {version}" if version else None
    return reading


FAMILY = Family(
    name="braiins",
    matches=matches,
    read=read,
    commands=("temps", "fans", "devdetails", "tunerstatus"),
    # Its documented defaults: hot 100, dangerous 110, the target 89.
    hot=TemperatureLimits(warning=100, critical=110),
)
