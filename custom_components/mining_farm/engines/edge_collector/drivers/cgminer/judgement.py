"""Which command of a miner holds its readings, and which adds nothing to them."""

from dataclasses import replace

from ...models import MinerSnapshot
from .capabilities import Capabilities, identify
from .parsing import parse_snapshot
from .reply_store import Current

_PRIMARIES = ("stats", "devs", "summary", "edevs", "estats")
_EXTENDED = {"devs": "edevs", "stats": "estats"}


def judge(capabilities: Capabilities, replies: Current) -> None:
    """Find the command that holds the boards, until that is beyond doubt."""
    if capabilities.settled:
        return
    read = {name: _read(replies.only(name)) for name in _PRIMARIES if name in replies}
    boards = [name for name, snapshot in read.items() if snapshot.boards]
    rates = [name for name, snap in read.items() if snap.hashrate_ghs is not None]
    capabilities.shows_boards = bool(boards)
    primary = next(iter((*boards, *rates, *read, *replies)), None)
    capabilities.primary = primary
    if primary is None:
        return
    capabilities.firmware = identify(replies[primary])
    # A miner at rest shows zeros everywhere, so only one that hashes is judged.
    hashing = bool(boards) and read[primary].hashing
    if not hashing or capabilities.form is None:
        return
    if "devs" not in read and "devs" not in capabilities.refused:
        return
    capabilities.settled = True
    if primary == "stats" and not capabilities.several and not _devs_add(replies):
        capabilities.useless.add("devs")


def spare(capabilities: Capabilities, replies: Current) -> None:
    """Find out whether a `summary` that was just read is worth its connections."""
    if (
        capabilities.settled
        and capabilities.primary == "stats"
        and not capabilities.several
        and "pools" in replies
        and not _summary_adds(replies)
    ):
        capabilities.useless.add("summary")


def is_mute(snapshot: MinerSnapshot) -> bool:
    """Return whether a miner that was not put to sleep shows no boards, or no rate."""
    return not (
        (snapshot.boards and snapshot.hashrate_ghs is not None) or snapshot.sleeping
    )


def extend(capabilities: Capabilities, replies: Current) -> list[str]:
    """Return the extended forms to ask for from now on: of what says nothing it should."""
    new = []
    for command, extended in _EXTENDED.items():
        silent = command in capabilities.refused or (
            command in replies and not _read(replies.only(command)).boards
        )
        if silent and extended not in capabilities.extended:
            new.append(extended)
    capabilities.extended += tuple(new)
    return new


def _devs_add(replies: Current) -> bool:
    """Return whether `devs` is worth a connection beside `stats` with the boards.

    Its rate is that of `stats` again, and its temperature that of a board.
    """
    without, together = (
        replace(_read(each), total_hashrate_ghs_devs=None, temperature_overall=None)
        for each in (replies.without("devs"), replies)
    )
    return without != together


def _summary_adds(replies: Current) -> bool:
    """Return whether `summary` says more than the shares, which `pools` counts as well."""
    without, together = _read(replies.without("summary")), _read(replies)
    shares = (
        (without.accepted, together.accepted),
        (without.rejected, together.rejected),
    )
    # The two are asked at different moments.
    if not all(_about_equal(*pair) for pair in shares):
        return True
    return together != replace(
        without, accepted=together.accepted, rejected=together.rejected
    )


def _read(replies: Current) -> MinerSnapshot:
    """Return what these replies say, by the family that they themselves decide."""
    return parse_snapshot(replies, memo=replies.memo)


def _about_equal(one: int | None, other: int | None) -> bool:
    if one is None or other is None:
        return False
    return abs(one - other) <= max(2, 0.01 * other)
