"""BOSminer: readings in devs, temps, fans and devdetails, and none in stats."""

from typing import ClassVar, override

from simulators.antminer.reading import BoardReading, Reading, State
from simulators.antminer.report import Report, Row, success

from .base import Firmware
from .pools import work_pools
from .summary import summary_counters
from .texts import as_float, mhs

_POOL_COUNTS = (
    "Min Diff Count",
    "Max Diff Count",
    "Times Sent",
    "Bytes Sent",
    "Times Recv",
    "Bytes Recv",
    "Net Bytes Sent",
    "Net Bytes Recv",
)


class Braiins(Firmware):
    """JSON only; everything may be joined, and nothing is denied."""

    takes_text: ClassVar[bool] = False

    @override
    def report(self, command: str, reading: Reading) -> Report | None:
        boards = reading.boards
        match command:
            case "stats":
                rows = tuple(
                    _empty_stats(n, len(boards)) for n in range(len(boards) + 3)
                )
                return success(70, "BOSminer stats", "STATS", *rows)
            case "summary":
                return success(11, "Summary", "SUMMARY", self._summary(reading))
            case "devs":
                rows = tuple(self._dev(n, reading) for n in range(len(boards)))
                return success(9, f"{len(boards)} ASC(s)", "DEVS", *rows)
            case "temps":
                rows = tuple(_temps(n, reading) for n in range(len(boards)))
                return success(201, f"{len(boards)} Temp(s)", "TEMPS", *rows)
            case "fans":
                rows = tuple(
                    {"FAN": n, "ID": n, "Speed": reading.fan_duty, "RPM": rpm}
                    for n, rpm in reading.fans.items()
                )
                return success(202, f"{len(rows)} Fan(s)", "FANS", *rows)
            case "devdetails":
                rows = tuple(self._details(n, board) for n, board in enumerate(boards))
                return success(69, "Device Details", "DEVDETAILS", *rows)
            case "pools":
                rows = work_pools(reading, self.identity, as_float, {"AsicBoost": True})
                return success(7, f"{len(rows)} Pool(s)", "POOLS", *rows)
            case "version":
                row: Row = {"API": "3.7", "BOSminer+": self.model.miner_version}
                return success(22, "BOSminer+ versions", "VERSION", row)
        return None

    def _dev(self, n: int, reading: Reading) -> Row:
        board = reading.boards[n]
        rate, average = mhs(board.rate_ghs), mhs(board.average_ghs)
        diff1 = reading.diff1_work // len(reading.boards)
        return {
            "ASC": n,
            "Name": "",
            "ID": board.slot,
            "Enabled": "Y",
            "Status": "Alive" if board.chips_ok else "Dead",
            "Temperature": 0.0,
            "MHS av": average,
            "MHS 5s": rate,
            "MHS 1m": rate,
            "MHS 5m": rate,
            "MHS 15m": average,
            "Accepted": 0,
            "Rejected": 0,
            "Hardware Errors": board.hw_errors,
            "Utility": 0.0,
            "Last Share Pool": -1,
            "Last Share Time": reading.last_share,
            "Total MH": average * reading.elapsed,
            "Diff1 Work": diff1,
            "Difficulty Accepted": 0.0,
            "Difficulty Rejected": 0.0,
            "Last Share Difficulty": float(reading.share_difficulty),
            "Last Valid Work": reading.last_share,
            # A fraction, whatever the name says.
            "Device Hardware%": board.hw_errors / max(board.hw_errors + diff1, 1),
            "Device Rejected%": 0.0,
            "Device Elapsed": reading.elapsed,
            "Hardware Error MHS 15m": 0.0,
            "Nominal MHS": mhs(board.ideal_ghs),
        }

    def _details(self, n: int, board: BoardReading) -> Row:
        return {
            "DEVDETAILS": n,
            "Name": f"HashchainManager {board.slot}",
            "ID": board.slot,
            "Driver": "",
            "Kernel": "",
            "Model": self.model.type,
            "Device Path": "",
            "Voltage": 19.25,
            "Frequency": board.frequency_mhz * 1_000_000,
            "Chips": board.chips_total,
            "Cores": board.chips_total * 672,
        }

    def _summary(self, reading: Reading) -> Row:
        rate = mhs(reading.rate_ghs)
        return {
            "Elapsed": reading.elapsed,
            "MHS av": mhs(reading.average_ghs),
            "MHS 5s": rate,
            "MHS 1m": rate,
            "MHS 5m": rate,
            "MHS 15m": mhs(reading.rate_30m_ghs),
            "Found Blocks": 0,
            "Getworks": reading.elapsed // 30,
            **summary_counters(reading, 1000.0, as_float),
            "Device Hardware%": reading.hw_percent / 100,
            "Device Rejected%": reading.rejected_percent,
            "Pool Rejected%": reading.rejected_percent,
            "Pool Stale%": 0.0,
            "Last getwork": reading.time,
        }


def _temps(n: int, reading: Reading) -> Row:
    """Return one board's temperatures; 0 while the boards are switched off."""
    board = reading.boards[n]
    off = reading.state is State.SLEEPING
    return {
        "TEMP": n,
        "ID": board.slot,
        "Board": 0.0 if off else board.temp_pcb,
        "Chip": 0.0 if off else board.temp_chip,
    }


def _empty_stats(n: int, boards: int) -> Row:
    row: Row = {
        "STATS": n,
        "ID": "",
        "Elapsed": 0,
        "Calls": 0,
        "Wait": 0.0,
        "Max": 0.0,
        "Min": 0.0,
    }
    if n < boards:
        return row
    row |= {f"Pool {name}": 0 for name in ("Calls", "Attempts")}
    row |= {f"Pool {name}": 0.0 for name in ("Wait", "Max", "Min", "Av")}
    row |= {
        "Work Had Roll Time": False,
        "Work Can Roll": False,
        "Work Had Expire": False,
        "Work Roll Time": 0,
    }
    row |= dict.fromkeys(("Work Diff", "Min Diff", "Max Diff"), 0.0)
    return row | dict.fromkeys(_POOL_COUNTS, 0)
