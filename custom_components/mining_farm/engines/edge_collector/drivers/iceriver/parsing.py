"""What an IceRiver reports on its panel; numbers are floats, and texts with a unit."""

import re

from ...capabilities import Command
from ...errors import Failure, MinerError
from ...health import with_boards
from ...identity import normalise_mac
from ...models import (
    ORIGINAL_LIMITS,
    Algorithm,
    BoardStatus,
    Fan,
    MinerSnapshot,
    MinerState,
    Pool,
    RateUnit,
)
from ...units import GHS, HS, KHS, MHS, PHS, THS
from ...values import count, hottest, positive, rate, rpm, text, total
from ..web import Object, at, rows

_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGTP]?)", re.IGNORECASE)
_UNITS: dict[str, RateUnit] = {
    "": HS,
    "K": KHS,
    "M": MHS,
    "G": GHS,
    "T": THS,
    "P": PHS,
}
# "ICM168_3_2_10_ks5L_miner"
_MODEL = re.compile(r"_((?:ks|al|ae|rx|ala)\d+[a-z]*)_miner", re.IGNORECASE)
_RUNTIME = re.compile(r"(\d{1,5}):(\d{1,2}):(\d{1,2}):(\d{1,2})")


def parse_panel(reply: Object) -> MinerSnapshot:
    """Return a reading; MinerError for what is not that of an IceRiver."""
    data = at(reply, "data")
    if not isinstance(at(data, "powstate"), bool):
        raise MinerError(Failure.NOT_CGMINER, "the answer is not an IceRiver's")
    model = _MODEL.search(text(at(data, "softver1")) or "")
    boards = [_board(place, row) for place, row in enumerate(rows(at(data, "boards")))]
    now, locating = _rate(at(data, "rtpow")), at(data, "locate")
    snapshot = MinerSnapshot(
        maker="IceRiver",
        model=model[1].upper() if model else None,
        firmware=text(at(data, "firmver2")),
        mac=normalise_mac(at(data, "mac")),
        # Kaspa, Alephium and others, by model.
        algorithm=Algorithm.OTHER,
        reported_state=None if at(data, "powstate") else MinerState.IDLE,
        hashrate_ghs=total(b.hashrate_ghs for b in boards) if now is None else now,
        fans=tuple(_fans(at(data, "fans"))),
        pools=tuple(_pools(at(data, "pools"))),
        uptime_s=uptime_of(at(data, "runtime")),
        settings={Command.LOCATE: locating} if isinstance(locating, bool) else {},
    )
    return with_boards(snapshot, boards, ORIGINAL_LIMITS)


def _board(place: int, row: Object) -> BoardStatus:
    slot = count(row.get("no"))
    chips = count(row.get("chipnum")) or None
    return BoardStatus(
        id=place + 1 if slot is None else slot,
        hashrate_ghs=_rate(row.get("rtpow")),
        # Air in and out of the board.
        temp_pcb=hottest(row.get("intmp"), row.get("outtmp")),
        chips_total=chips,
        frequency_mhz=positive(row.get("freq")),
    )


def _rate(said: object) -> float | None:
    match = _RATE.fullmatch((text(said) or "").strip())
    return rate(match[1], _UNITS[match[2].upper()]) if match else None


def _fans(speeds: object) -> list[Fan]:
    listed = speeds[:16] if isinstance(speeds, list) else []
    return [
        Fan(id=str(place), rpm=speed)
        for place, value in enumerate(listed, 1)
        if (speed := rpm(value)) is not None
    ]


def _pools(listed: object) -> list[Pool]:
    return [
        Pool(
            id=place,
            url=text(row.get("addr")),
            worker=text(row.get("user")),
            active=row.get("connect") is True,
            accepted=count(row.get("accepted")),
            rejected=count(row.get("rejected")),
        )
        for place, row in enumerate(rows(listed, 16))
        if text(row.get("addr"))
    ]


def uptime_of(said: object) -> int | None:
    """Return seconds from days, hours, minutes and seconds: "62:14:17:36"."""
    match = _RUNTIME.fullmatch((text(said) or "").strip())
    if match is None:
        return None
    days, hours, minutes, seconds = map(int, match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
