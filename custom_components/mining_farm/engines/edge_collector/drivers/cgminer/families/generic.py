"""Plain cgminer: one row per board in `devs`, the whole miner in `summary`.

Read so: StrongU, BW and whatever is not known otherwise.
"""

from ....models import Algorithm, BoardStatus, Fan
from ....units import GHS, MHS
from ....values import count, hottest, positive, rate, text, total
from ..family import Family, Reading, fans
from ..replies import DUMMY_DEVICE, Replies, Row

# Of the shortest window that is stated: bfgminer counts over 20 s, GPU miners over 30 s.
_PRESENT_RATES = (
    ("MHS 5s", MHS),
    ("GHS 5s", GHS),
    ("MHS 20s", MHS),
    ("MHS 30s", MHS),
    # A mean of 5 minutes: some Whatsminers of API 2.0.5 state none that is shorter.
    ("HS RT", MHS),
)
# StrongU names its coin.
_COINS = {"dash": Algorithm.X11, "sc": Algorithm.OTHER}


def matches(replies: Replies) -> bool:
    """Return True: whatever answers at all is read so."""
    return True


def read(replies: Replies) -> Reading:
    """Read `devs`, `temps` and `devdetails` by ID, and `summary`."""
    summary = replies.row("summary")
    # BW's `summary` is a row of zeros while its boards hash: 0 leaves it to their sum.
    now = total_rate(summary)
    boards = read_boards(replies)
    return Reading(
        boards=boards,
        hashrate_ghs=now or total(board.hashrate_ghs for board in boards) or now,
        algorithm=_COINS.get(text(summary.get("Miner type")) or ""),
        model=replies.model,
        firmware=replies.description or None,
        fans=read_fans(replies),
        uptime_s=count(summary.get("Elapsed")),
    )


def total_rate(row: Row) -> float | None:
    """Return the present rate of a row in GH/s: of the last seconds, where stated."""
    for key, unit in _PRESENT_RATES:
        if (found := rate(row.get(key), unit)) is not None:
            return found
    return None


def read_boards(replies: Replies) -> list[BoardStatus]:
    """Return the boards of every row, by the number that the firmware gives them."""
    devices = [
        d for d in replies.rows("devs", "edevs") if d.get("Name") != DUMMY_DEVICE
    ]
    details = rows_by_slot(replies.rows("devdetails"))
    sensors = rows_by_slot(replies.rows("temps"))
    found = rows_by_slot(devices)
    return [
        _board(slot, found.get(slot, {}), details.get(slot, {}), sensors.get(slot, {}))
        for slot in sorted(found.keys() | sensors.keys())
    ]


def read_fans(replies: Replies) -> list[Fan]:
    """Return the fans of `fans`, else those that `summary` counts (StrongU)."""
    if rows := replies.rows("fans"):
        return fans(
            {str(slot): row.get("RPM") for slot, row in rows_by_slot(rows).items()}
        )
    summary = replies.row("summary")
    numbers = range(1, min(count(summary.get("Fan Num")) or 0, 16) + 1)
    return fans({str(n): summary.get(f"Fan{n}") for n in numbers})


def rows_by_slot(rows: list[Row]) -> dict[int, Row]:
    """Return rows by slot: `Slot`, else `ID`, else their place, from 0.

    Rows of equal numbers are different boards, so then the number says nothing.
    """
    # A Cheetah C3012 gives the ID 0 to all three boards (public report).
    for key in ("Slot", "ID"):
        numbers = [count(row.get(key)) for row in rows]
        slots = [number for number in numbers if number is not None]
        if len(set(slots)) == len(rows):
            return dict(zip(slots, rows, strict=True))
    return dict(enumerate(rows))


def _board(slot: int, device: Row, details: Row, sensors: Row) -> BoardStatus:
    """Read one board from its rows in `devs`, `devdetails` and `temps`."""
    effective = count(device.get("Effective Chips"))
    return BoardStatus(
        id=slot,
        hashrate_ghs=total_rate(device),
        temp_chip=hottest(device.get("Chip Temp Max"), sensors.get("Chip")),
        temp_pcb=hottest(
            device.get("Temperature"), device.get("temperature"), sensors.get("Board")
        ),
        chips_ok=effective or None,
        chips_total=effective
        or count(device.get("ChipNum"))
        or count(details.get("Chips"))
        or None,
        frequency_mhz=positive(device.get("Frequency"))
        or positive(device.get("Chip Frequency")),
        hw_errors=count(device.get("Hardware Errors")),
    )


FAMILY = Family(
    name="generic",
    matches=matches,
    read=read,
    kept=False,
)
