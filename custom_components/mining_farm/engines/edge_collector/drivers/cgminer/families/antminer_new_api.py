"""Stock Antminers from 2022 on, asked for `stats` with `new_api`; also HTTP stats.cgi.

Slots are the index, from 0, while the old shape of the same miner counts from 1.
"""

from collections.abc import Sequence

from ....identity import algorithm_of, normalise_id
from ....models import BoardStatus, MinerState, RateUnit
from ....units import GHS, parse_unit
from ....values import count, hottest, number, positive, rate, sum_of, text
from ..family import Family, Reading, fans
from ..replies import MAX_PARTS, Replies, Row
from .antminer import firmware
from .antminer_water import is_apart, read_water, water_of

# It is the work mode of the HTTP configuration, where 1 is sleep (public clients).
_SLEEP_MODE = 1


def matches(replies: Replies) -> bool:
    """Return whether the first entry of `stats` holds a list of chains."""
    return isinstance(replies.row("stats").get("chain"), list)


def read(replies: Replies) -> Reading:
    """Read the one entry of the new shape."""
    return read_entry(replies, replies.row("stats"))


def read_entry(replies: Replies, entry: Row) -> Reading:
    """Read an entry of the new shape that `replies` hold, or one made of it."""
    stated = entry.get("rate_unit")
    unit = parse_unit(stated) if stated else GHS
    hydro = is_apart(replies.model)
    inlet, outlet = read_water(replies.model, entry)
    listed = entry.get("chain")
    rows = [
        row
        for row in (listed[:MAX_PARTS] if isinstance(listed, list) else ())
        if isinstance(row, dict)
    ]
    chains = [row for row in rows if not _is_padding(row)]
    boards = [_board(chain, n, unit, hydro=hydro) for n, chain in enumerate(chains)]
    speeds = entry.get("fan")
    return Reading(
        boards=boards,
        hashrate_ghs=rate(entry.get("rate_5s"), unit),
        average_ghs=rate(entry.get("rate_avg"), unit),
        ideal_hashrate_ghs=rate(positive(entry.get("rate_ideal")), unit),
        algorithm=algorithm_of(replies.model),
        state=MinerState.PAUSED
        if number(entry.get("miner-mode")) == _SLEEP_MODE
        else None,
        model=replies.model,
        firmware=firmware(replies),
        hardware_id=normalise_id(entry.get("miner_id")),
        fans=fans(dict(_numbered(speeds))) if isinstance(speeds, list) else [],
        temp_water_in=inlet,
        temp_water_out=outlet,
        power_w=positive(entry.get("watt")),
        uptime_s=count(entry.get("elapsed")),
        hw_errors=sum_of(board.hw_errors for board in boards),
    )


def _is_padding(chain: Row) -> bool:
    """Return whether a chain stands for an empty slot; its other fields may be filled."""
    return number(chain.get("asic_num")) == 0 and not (
        text(chain.get("sn")) or positive(chain.get("rate_real"))
    )


def _board(
    chain: Row, position: int, unit: RateUnit | None, *, hydro: bool
) -> BoardStatus:
    """Read one chain; a unit that has not started lists neither chips nor sensors."""
    slot, letters = count(chain.get("index")), chain.get("asic")
    chips_ok, chips = None, count(chain.get("asic_num")) or 0
    if isinstance(letters, str) and letters.strip():
        listed = len(letters) - letters.count(" ") - letters.count("-")
        # A text that lists fewer chips than there are says nothing of the others.
        if listed >= chips:
            chips, chips_ok = listed, letters.count("o")
    wet = hydro and water_of(chain) is not None
    return BoardStatus(
        id=position if slot is None else slot,
        hashrate_ghs=rate(chain.get("rate_real"), unit),
        temp_chip=None if wet else hottest(chain.get("temp_chip")),
        temp_pcb=hottest(chain.get("temp_pcb")),
        chips_ok=chips_ok,
        chips_total=chips or None,
        ideal_hashrate_ghs=rate(positive(chain.get("rate_ideal")), unit),
        frequency_mhz=positive(chain.get("freq_avg")),
        hw_errors=count(chain.get("hw")),
    )


def _numbered(values: Sequence[object]) -> list[tuple[str, object]]:
    """Return values with their position, from 0, as a name."""
    return [(str(n), value) for n, value in enumerate(values[:MAX_PARTS])]


FAMILY = Family(
    name="antminer-new-api",
    matches=matches,
    read=read,
)
