"""From replies to a snapshot of the miner. Pure, and never raises on odd types."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ...health import judged
from ...models import Algorithm, BoardHealth, BoardStatus, MinerSnapshot, MinerState
from ...units import MHS
from ...values import count, hottest, number, positive, rate, sum_of, total
from .families import choose
from .family import Family, Reading
from .pools import read_pools, read_shares
from .replies import DUMMY_DEVICE, MAX_PARTS, Memo, Replies

# A share of difficulty 1 takes 2³² hashes on average, counted here in billions.
_GIGAHASHES_PER_DIFF1 = 2**32 / 1e9
_DEVICES = ("devs", "edevs")
_BESIDE = ("summary", "pools", *_DEVICES)


def parse_board_health(
    stats_response: Mapping[str, Any],
    devs_response: Mapping[str, Any] | None = None,
) -> MinerSnapshot:
    """Return what the replies to `stats` and `devs` say; see parse_snapshot."""
    return parse_snapshot({"stats": stats_response, "devs": devs_response or {}})


def parse_snapshot(
    replies: Mapping[str, Mapping[str, Any]],
    family: Family | None = None,
    memo: Memo | None = None,
) -> MinerSnapshot:
    """Return what replies, by command, say of a miner; what is missing is None.

    Known are stats (old or new_api), devs, summary, pools, version, temps, fans,
    devdetails, estats and edevs, in any combination. Without a family that is known
    from before, the replies decide it. With a memo, what came before is not read again.
    """
    poll = Replies(replies, memo)
    family = family or choose(poll)
    reading = family.read(poll)
    if reading.state is MinerState.PAUSED:
        _stop(reading)
    reading.boards = [_consistent(board) for board in _numbered(reading.boards)]
    boards_rate = total(map(_rate_in_sum, reading.boards))
    now = boards_rate if reading.hashrate_ghs is None else reading.hashrate_ghs
    hot, hashing = reading.hot or family.hot, bool(now)
    boards = tuple([judged(board, hot, hashing=hashing) for board in reading.boards])
    hw_errors = _hw_errors(reading, poll)
    beside = poll.recall("beside", _BESIDE, lambda: _read_beside(poll))
    return MinerSnapshot(
        boards=boards,
        boards_healthy=[board.status for board in boards].count(BoardHealth.HEALTHY),
        boards_total=len(boards),
        total_hashrate_ghs_boards=boards_rate,
        total_hashrate_ghs_devs=beside.hashrate_ghs,
        temperature_overall=reading.temperature_overall or beside.temperature,
        error_rate=_error_rate(reading, hw_errors, poll),
        hashrate_ghs=now,
        ideal_hashrate_ghs=reading.ideal_hashrate_ghs,
        algorithm=reading.algorithm,
        reported_state=reading.state,
        model=reading.model,
        firmware=reading.firmware,
        hardware_id=reading.hardware_id,
        mac=reading.mac,
        fans=tuple(reading.fans),
        temp_water_in=reading.temp_water_in,
        temp_water_out=reading.temp_water_out,
        pools=poll.recall("pools", ("pools",), lambda: read_pools(poll)),
        accepted=beside.accepted,
        rejected=beside.rejected,
        hw_errors=hw_errors,
        power_w=reading.power_w,
        power_source=None if reading.power_w is None else reading.power_source,
        uptime_s=reading.uptime_s,
        settings=reading.settings,
        fault=reading.fault,
        family=family.name,
    )


def _stop(reading: Reading) -> None:
    """Set the rates of a miner that sleeps to 0: firmware goes on stating the last ones."""
    if reading.hashrate_ghs is not None:
        reading.hashrate_ghs = 0.0
    reading.boards = [
        board if board.hashrate_ghs is None else replace(board, hashrate_ghs=0.0)
        for board in reading.boards
    ]


def _numbered(boards: Sequence[BoardStatus]) -> Sequence[BoardStatus]:
    """Return the boards, by their place where two of them state one number."""
    boards = boards[:MAX_PARTS]
    if len({board.id for board in boards}) == len(boards):
        return boards
    return [replace(board, id=place) for place, board in enumerate(boards)]


def _consistent(board: BoardStatus) -> BoardStatus:
    """Return the board without its chips where more of them work than there are."""
    working, of = board.chips_ok, board.chips_total
    if working is None or of is None or working <= of:
        return board
    return replace(board, chips_ok=None, chips_total=None)


def _rate_in_sum(board: BoardStatus) -> float | None:
    """Return what a board adds; one without a working chip adds nothing, unstated."""
    return (
        0.0
        if board.hashrate_ghs is None and board.chips_ok == 0
        else board.hashrate_ghs
    )


class _Beside(NamedTuple):
    """What the replies say that many miners are seldom asked for."""

    hashrate_ghs: float | None
    """By `devs`; None for the dummy row of zeros."""
    temperature: float | None
    """By `devs`, in °C."""
    accepted: int | None
    rejected: int | None


def _read_beside(poll: Replies) -> _Beside:
    devices = poll.rows(*_DEVICES)
    rates: list[float | None] = [rate(row.get("MHS 5s"), MHS) for row in devices]
    if not any(rates) and any(row.get("Name") == DUMMY_DEVICE for row in devices):
        rates = []
    return _Beside(
        total(rates),
        hottest(*(row.get("Temperature") for row in devices)),
        *read_shares(poll),
    )


def _hw_errors(reading: Reading, poll: Replies) -> int | None:
    """Return the hardware errors since the start: by the family, `summary`, or boards."""
    if reading.hw_errors is not None:
        return reading.hw_errors
    whole = count(poll.row("summary").get("Hardware Errors"))
    boards = sum_of(board.hw_errors for board in reading.boards)
    return boards if whole is None else whole


def _error_rate(reading: Reading, hw_errors: int | None, poll: Replies) -> float | None:
    """Return hardware errors in percent of the work done, both since the start.

    "Device Hardware%" is a percentage on some firmware and a fraction on other, so the
    ratio is taken here, in shares of difficulty 1. Errors and work come from one reply:
    some firmware counts both on a scale of its own.
    """
    if reading.own_error_rate:
        return reading.error_rate
    if reading.algorithm is Algorithm.EQUIHASH:
        return None
    average, uptime = reading.average_ghs, reading.uptime_s
    if average is None or uptime is None or reading.algorithm is not Algorithm.SHA256:
        return _reported_error_rate(poll)
    work = average * uptime / _GIGAHASHES_PER_DIFF1
    return _percent(hw_errors, work)


def _reported_error_rate(poll: Replies) -> float | None:
    """Return the error rate in percent by the work that `devs` or `summary` counts."""
    devices = poll.rows(*_DEVICES)
    errors = sum_of(count(row.get("Hardware Errors")) for row in devices)
    works = [number(row.get("Diff1 Work")) for row in devices]
    known = [work for work in works if work is not None]
    if errors is not None and known and len(known) == len(works):
        return _percent(errors, sum(known))
    summary = poll.row("summary")
    per_minute = positive(summary.get("Work Utility"))
    elapsed = count(summary.get("Elapsed"))
    if per_minute is None or elapsed is None:
        return None
    return _percent(count(summary.get("Hardware Errors")), per_minute * elapsed / 60)


def _percent(errors: int | None, work: float) -> float | None:
    """Return errors in percent of all results; None before any work is done."""
    if errors is None or work <= 0:
        return None
    return round(100 * errors / (errors + work), 6)
