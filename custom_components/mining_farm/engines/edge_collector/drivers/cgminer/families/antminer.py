"""Antminers that list their chains in `stats`: bmminer, the S19 rewrite and their forks.

Also Blackminer and Hammer, whose software is built from the same source.
"""

import re

from ....health import judge_board
from ....identity import algorithm_of, normalise_id
from ....models import (
    ORIGINAL_LIMITS,
    Algorithm,
    BoardStatus,
    Fan,
    MinerState,
    PowerSource,
    RateUnit,
)
from ....values import (
    count,
    hottest,
    number,
    positive,
    rate,
    rpm,
    sum_of,
    temperatures,
    text,
    total,
)
from ..boards import find_stats_entry, pick_stats_entry
from ..family import Family, Reading
from ..replies import MAX_PARTS, NEW_API_STATS, Replies, Row
from ..shapes import Shape, Slot, shape_of
from . import antminer_water
from .antminer_units import stats_units, total_unit

# The 17 series prints it when asleep. An S19 prints 2 asleep and at work alike
# (captures), so that its sleep shows in the new shape alone.
_SLEEP_MODE = 254
# The vendor's schema has all of them; "auto-tuning" was captured on port 4028.
_VNISH_STATES = {
    "auto-tuning": MinerState.TUNING,
    "failure": MinerState.FAULT,
    "initializing": MinerState.STARTING,
    "restarting": MinerState.STARTING,
    "shutting-down": MinerState.STOPPING,
    "starting": MinerState.STARTING,
    "stopped": MinerState.PAUSED,
}
"""Words of its HTTP API; "mining" says nothing that the rate does not say."""
_COMPILED = re.compile(r"\w{3} (\w{3}) +(\d+) [\d:]{8} \w+ (\d{4})|(\d{4}-\d\d-\d\d)")
_FORKS = re.compile(r"\b(vnish|hiveon|blissz|rwglr|msk|asicseer)\b", re.IGNORECASE)
_VERSION = re.compile(r"\bv?(\d+\.\d[\w.]*)")
_FORK_NAMES = {"vnish": "VNish", "rwglr": "MSKminer", "msk": "MSKminer"}
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


def matches(replies: Replies) -> bool:
    """Return whether chains are listed, or an Antminer's name where they are not."""
    return bool(pick_stats_entry(replies.reply("stats"))) or (
        replies.model or ""
    ).startswith("Antminer")


def read(replies: Replies) -> Reading:
    """Read the entry with the chains; `summary` where `stats` says nothing."""
    entry, shape = _entry(replies)
    summary = replies.row("summary")
    model, build = replies.of_header(
        "antminer", lambda: (replies.model, firmware(replies))
    )
    units = stats_units(model, entry.get("rate_unit"))
    present = [slot for slot in shape.slots if is_present(entry, slot)]
    boards = [read_board(entry, slot, units.chain) for slot in present[:MAX_PARTS]]
    algorithm = algorithm_of(model)
    unit = units.total
    if unit and algorithm is not Algorithm.SHA256 and not entry.get("rate_unit"):
        unit = _checked_unit(unit, boards, entry, summary)
    chain_errors = sum_of([board.hw_errors for board in boards])
    uptime = count(entry.get("Elapsed"))
    power, source = _power(entry, shape, boards)
    inlet = outlet = None
    if antminer_water.is_apart(model):
        water = replies.row(NEW_API_STATS)
        inlet, outlet = antminer_water.read_water(model, water)
    return Reading(
        boards=boards,
        hashrate_ghs=_first_rate("GHS 5s", unit, entry, summary),
        average_ghs=_first_rate("GHS av", unit, entry, summary),
        ideal_hashrate_ghs=rate(positive(entry.get("total_rateideal")), unit),
        algorithm=algorithm,
        state=_state(entry),
        model=model,
        firmware=build,
        hardware_id=normalise_id(entry.get("miner_id")),
        fans=_fans(entry, shape),
        temp_water_in=inlet,
        temp_water_out=outlet,
        power_w=power,
        power_source=source,
        uptime_s=count(summary.get("Elapsed")) if uptime is None else uptime,
        hw_errors=count(entry.get("no_matching_work"))
        if chain_errors is None
        else chain_errors,
    )


def _entry(replies: Replies) -> tuple[Row, Shape]:
    """Return the entry with the chains; a stopped VNish may list none beside its state."""
    entry, shape = find_stats_entry(replies.reply("stats"))
    if entry:
        return entry, shape
    for row in replies.rows("stats"):
        if isinstance(row.get("state"), str):
            return row, shape_of(row)
    return entry, shape


def _state(entry: Row) -> MinerState | None:
    """Return what the miner says of itself: stock by its mode, VNish in words."""
    if number(entry.get("Mode")) == _SLEEP_MODE:
        return MinerState.PAUSED
    word = entry.get("state")
    return _VNISH_STATES.get(word) if isinstance(word, str) else None


def is_present(entry: Row, slot: Slot) -> bool:
    """Return whether a board is in a slot; padded slots carry zeros and empty texts.

    Ideal rates, voltages and frequencies are no sign: MSK prints them for all 16 slots.
    """
    chips = entry.get(slot.chips)
    if positive(chips):
        return True
    letters = entry.get(slot.letters)
    if text(letters) or positive(entry.get(slot.rate)):
        return True
    # A board reported only in part states no chips; a missing one states none.
    return (
        chips is None
        and letters is None
        and hottest(entry.get(slot.temp_chip), entry.get(slot.temp_pcb)) is not None
    )


def read_board(entry: Row, slot: Slot, unit: RateUnit | None) -> BoardStatus:
    """Read the board of one slot."""
    chips = count(entry.get(slot.chips))
    letters = entry.get(slot.letters)
    chips_ok = None
    if isinstance(letters, str) and letters.strip():
        # "-" pads the text to whole groups (S21j, S23); blanks separate the groups.
        listed = len(letters) - letters.count(" ") - letters.count("-")
        # L9 counts only the working chips in chain_acn.
        chips, chips_ok = max(chips or 0, listed), letters.count("o")
    frequency_mhz = None
    for name in slot.frequency:
        if frequency_mhz := positive(entry[name]):
            break
    temp_chip = _chip_temperature(entry, slot, chips)
    return BoardStatus(
        id=slot.number,
        hashrate_ghs=rate(entry.get(slot.rate), unit),
        temp_chip=temp_chip,
        temp_pcb=hottest(*[entry[name] for name in slot.pcb]),
        chips_ok=chips_ok,
        chips_total=chips or None,
        # So nearly every board is made once: what the final judgement leaves stays.
        status=judge_board(chips_ok, chips, temp_chip, ORIGINAL_LIMITS),
        ideal_hashrate_ghs=rate(positive(entry.get(slot.ideal_rate)), unit),
        frequency_mhz=frequency_mhz,
        hw_errors=count(entry.get(slot.hw_errors)),
    )


def _chip_temperature(entry: Row, slot: Slot, chips: int | None) -> float | None:
    """Return the hottest chip sensor of a slot in °C."""
    # temp2_N is the hottest on an S9 and the coolest on a T15; temp_chipN has all four.
    sensors = [entry[name] for name in slot.chip]
    if slot.odd:
        outlet = entry.get(slot.out_chip)
        # The builds on jansson (L9, L11, Z15 Pro) copy the board's value by mistake.
        if outlet != entry.get(slot.out_pcb):
            sensors.append(outlet)
        # Behind its own chips Blackminer prints memory that was never written.
        own = entry.get(slot.own_chip)
        sensors.append(None if own is None else temperatures(own)[: chips or 0])
    return hottest(*sensors)


def _checked_unit(unit: RateUnit, boards: list[BoardStatus], *rows: Row) -> RateUnit:
    """Return the unit of the totals, brought to the scale of the chains."""
    keys = ("GHS 5s", "GHS av", "total_rateideal")
    printed = (positive(row.get(key)) for key in keys for row in rows)
    chains = total(board.hashrate_ghs for board in boards)
    return total_unit(unit, next(filter(None, printed), 0.0), chains)


def _first_rate(key: str, unit: RateUnit | None, *rows: Row) -> float | None:
    """Return a rate of the whole miner in GH/s, by the first row that has it."""
    for row in rows:
        if (found := rate(row.get(key), unit)) is not None:
            return found
    return None


def _fans(entry: Row, shape: Shape) -> list[Fan]:
    """Return the fans; positions are not in order, and most are printed as 0."""
    speeds = {n: speed for n, name in shape.fans if (speed := rpm(entry[name]))}
    if len(speeds) < len(shape.fans):
        expected = count(entry.get("fan_num")) or 0
        # A standing fan shows where the first positions are the fans: not on an S9 (5
        # and 6 of 8), nor on an S7, which counts positions: no Antminer has more than
        # four.
        in_order = max(speeds) <= expected if speeds else len(shape.fans) == expected
        if in_order and expected <= 4:
            speeds = {n: 0 for n, _ in shape.fans[:expected]} | speeds
    return [Fan(id=str(n), rpm=speeds[n]) for n in sorted(speeds)]


def _power(
    entry: Row, shape: Shape, boards: list[BoardStatus]
) -> tuple[float | None, PowerSource | None]:
    """Return the power in W that forks state for the whole miner or for each board."""
    if (whole := positive(entry.get("total_power"))) is not None:
        return whole, None
    if not boards:
        return None, None
    for key in shape.powers:
        watts = [number(entry.get(f"{key}{board.id}")) for board in boards]
        each = [value for value in watts if value is not None and value >= 0]
        if each and len(each) == len(boards) and any(each):
            return sum(each), PowerSource.BOARDS
    return None, None


def firmware(replies: Replies) -> str | None:
    """Return the fork and its version, or Bitmain's version and build date."""
    header = replies.header
    signature = " ".join(
        str(value)
        for key in ("Type", "BMMiner", "Cgminer")
        if (value := header.get(key))
    )
    if fork := _FORKS.search(signature):
        name = _FORK_NAMES.get(fork[1].lower(), fork[1].capitalize())
        version = _VERSION.search(str(header.get("Type")))
        return f"{name} {version[1]}" if version else name
    version_text = text(header.get("Miner") or header.get("miner_version"))
    built = _build_date(header.get("CompileTime"))
    build = " ".join(each for each in (version_text, built and f"({built})") if each)
    return build or replies.description or None


def _build_date(value: object) -> str | None:
    """Return the day in "Sat May 15 21:17:18 CST 2021" as "2021-05-15"."""
    if not isinstance(value, str) or not (match := _COMPILED.match(value)):
        return None
    month, day, year, iso = match.groups()
    if iso:
        return str(iso)
    return f"{year}-{_MONTHS.find(month) // 3 + 1:02}-{int(day):02}"


FAMILY = Family(
    name="antminer",
    matches=matches,
    read=read,
    has_water_apart=antminer_water.is_apart,
)
