"""Braiins OS from 2020 on: BOSminer and BOSer, whose `stats` is empty of readings."""

from ....identity import normalise_model
from ....models import Algorithm, MinerState, PowerSource, TemperatureLimits
from ....values import number, positive, text, total
from ..family import Family, Reading
from ..replies import Replies, Row
from . import generic

# Of what the tuner does with a hashboard (vendor's manual, public clients).
_TUNING = ("testing performance profile", "tuning individual chips")
_PAUSED = "paused"


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
    tuner = replies.row("tunerstatus")
    watts = tuner.get("ApproximateMinerPowerConsumption")
    reading.power_w, reading.power_source = positive(watts), PowerSource.ESTIMATED
    reading.state = _state(tuner, hashes=bool(reading.hashrate_ghs))
    # "BOSminer bosminer-plus-am2-s17 0.8.0-feaec278"
    version = replies.description.rpartition(" ")[2]
    reading.firmware = f"Braiins OS {version}" if version else None
    return reading


def _state(tuner: Row, *, hashes: bool) -> MinerState | None:
    """Return what the tuner says; a stopped process refuses the connection instead.

    The word for a pause is the tuner's own, so that a rate outranks it.
    """
    words = _words(tuner)
    if words and not hashes and all(_PAUSED in word for word in words):
        return MinerState.PAUSED
    if any(word.startswith(_TUNING) for word in words):
        return MinerState.TUNING
    return MinerState.LIMITED if _is_scaled_down(tuner) else None


def _words(tuner: Row) -> list[str]:
    """Return in lower case what is stated for each hashboard."""
    chains = tuner.get("TunerChainStatus")
    rows = chains if isinstance(chains, list) else []
    return [
        (text(row.get("Status")) or "").lower() for row in rows if isinstance(row, dict)
    ]


def _is_scaled_down(tuner: Row) -> bool:
    """Return whether heat made Dynamic Power Scaling lower the limit that was set.

    Else it is a word: "Disabled" (vendor's manual), "InitialPowerLimit" (public clients).
    """
    scaling, usual = tuner.get("DynamicPowerScaling"), number(tuner.get("PowerLimit"))
    if not isinstance(scaling, dict) or usual is None:
        return False
    limit = positive(scaling.get("ScaledPowerLimit"))
    return limit is not None and limit < usual


FAMILY = Family(
    name="braiins",
    matches=matches,
    read=read,
    commands=("temps", "fans", "devdetails", "tunerstatus"),
    # Its documented defaults: hot 100, dangerous 110, the target 89.
    hot=TemperatureLimits(warning=100, critical=110),
)
