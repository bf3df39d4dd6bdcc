"""Judgement on hashboards: by their working chips, their rate and their heat."""

from collections.abc import Iterable
from dataclasses import replace

from .models import BoardHealth, BoardStatus, MinerSnapshot, TemperatureLimits
from .values import total


def judge_board(
    chips_ok: int | None,
    chips_total: int | None,
    temp_chip: float | None,
    hot: TemperatureLimits,
) -> BoardHealth:
    """Judge a board by its working chips, then by its hottest chip in °C.

    What is unknown judges nothing: without the chips a cool board is unknown, and
    without a temperature only the chips count.
    """
    if chips_ok is None or not chips_total:
        health = BoardHealth.UNKNOWN
    elif chips_ok == chips_total:
        health = BoardHealth.HEALTHY
    elif chips_ok / chips_total > 0.95:
        health = BoardHealth.WARNING
    else:
        health = BoardHealth.CRITICAL
    if temp_chip is None:
        return health
    if temp_chip > hot.critical:
        return BoardHealth.CRITICAL
    if temp_chip > hot.warning and health in (
        BoardHealth.HEALTHY,
        BoardHealth.UNKNOWN,
    ):
        return BoardHealth.WARNING
    return health


def judged(board: BoardStatus, hot: TemperatureLimits, *, hashing: bool) -> BoardStatus:
    """Return the board with its status.

    Firmware that does not report the working chips is judged by the rate: a board that
    hashes has nothing against it, one that does not while others do is critical.
    """
    chips_ok, chips_total = board.chips_ok, board.chips_total
    if chips_ok is None or not chips_total:
        if board.hashrate_ghs:
            chips_ok = chips_total = 1
        elif board.hashrate_ghs == 0 and hashing:
            chips_ok, chips_total = 0, 1
    status = judge_board(chips_ok, chips_total, board.temp_chip, hot)
    if status is board.status:
        return board
    # Field by field: `replace` takes three times as long, for each board at each poll.
    return BoardStatus(
        id=board.id,
        hashrate_ghs=board.hashrate_ghs,
        temp_chip=board.temp_chip,
        temp_pcb=board.temp_pcb,
        chips_ok=board.chips_ok,
        chips_total=board.chips_total,
        status=status,
        ideal_hashrate_ghs=board.ideal_hashrate_ghs,
        frequency_mhz=board.frequency_mhz,
        hw_errors=board.hw_errors,
    )


def with_boards(
    snapshot: MinerSnapshot, boards: Iterable[BoardStatus], hot: TemperatureLimits
) -> MinerSnapshot:
    """Return the reading with its boards, judged and counted."""
    hashing = bool(snapshot.hashing)
    found = tuple(judged(board, hot, hashing=hashing) for board in boards)
    return replace(
        snapshot,
        boards=found,
        boards_healthy=sum(b.status is BoardHealth.HEALTHY for b in found),
        boards_total=len(found),
        total_hashrate_ghs_boards=total(board.hashrate_ghs for board in found),
    )
