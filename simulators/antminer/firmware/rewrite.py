"""Bitmain's own API since the S19, padded slots and all."""

import json
from typing import Any, ClassVar, override

from simulators.antminer.reading import BoardReading, Reading, State
from simulators.antminer.report import Report, Row, Style, success

from .base import INVALID_COMMAND, Firmware
from .pools import bitmain_pools
from .summary import summary_counters
from .texts import as_float, chip_text, dashed, mhs

_ARRAY_LIMIT = 11
_ABSENT = "0-0-0-0"


class Rewrite(Firmware):
    """Five commands, no joining; by model an array of commands and the new API."""

    read_limit: ClassVar[int] = 4095
    read_timeout: ClassVar[float | None] = 10.0
    joins: ClassVar[bool] = False
    style: ClassVar[Style] = Style(spaced=True, stray_comma=True)

    @override
    def answer_document(self, document: dict[str, Any], reading: Reading) -> str:
        command = document.get("command")
        if isinstance(command, list) and self.model.accepts_array:
            return self._answer_array(command, reading)
        if (
            command == "stats"
            and document.get("new_api") is True
            and self.model.new_api
        ):
            return json.dumps(self.new_stats(reading))
        return super().answer_document(document, reading)

    def _answer_array(self, commands: list[Any], reading: Reading) -> str:
        if len(commands) > _ARRAY_LIMIT:
            return self.to_json(INVALID_COMMAND, reading)
        replies = []
        for command in dict.fromkeys(map(str, commands)):
            report = self.report(command, reading) or INVALID_COMMAND
            replies.append(f"{json.dumps(command)}: {self.to_json(report, reading)}")
        return f"{{{', '.join(replies)}}}"

    @override
    def report(self, command: str, reading: Reading) -> Report | None:
        match command:
            case "stats":
                head, device = self._header(), self._stats(reading)
                return success(70, "CGMiner stats", "STATS", head, device)
            case "summary":
                return success(11, "Summary", "SUMMARY", self._summary(reading))
            case "devs":
                return success(9, "1 ASC(s)", "DEVS", self._devs(reading))
            case "pools":
                rows = bitmain_pools(
                    reading, self.identity, as_float, dead="Deed", stale="Pool Stale%%"
                )
                return success(7, "3 Pool(s)", "POOLS", *rows)
            case "version":
                head = self._header()
                row = {"BMMiner": head.pop("BMMiner"), "API": "3.1", **head}
                return success(22, "CGMiner versions", "VERSION", row)
        return None

    def _header(self) -> Row:
        return {
            "BMMiner": "1.0.0",
            "Miner": self.model.miner_version,
            "CompileTime": self.model.compile_time,
            "Type": self.model.type,
        }

    def _stats(self, reading: Reading) -> Row:
        model, found = self.model, {board.slot: board for board in reading.boards}
        slots = range(1, model.padded_to + 1)
        row: Row = {
            "STATS": 0,
            "ID": model.board_driver,
            "Elapsed": reading.elapsed,
            "Calls": 0,
            "Wait": 0,
            "Max": 0,
            "Min": 99999999,
            "GHS 5s": reading.rate_ghs,
            "GHS av": reading.average_ghs,
            "rate_30m": reading.rate_30m_ghs,
            "Mode": 2,
            "miner_count": len(found),
            "frequency": model.frequency_mhz,
            "fan_num": len(model.fans),
        }
        for n in range(1, model.fan_positions + 1):
            row[f"fan{n}"] = reading.fans.get(n, 0)
        row["temp_num"] = len(found)
        for n, board in found.items():
            row[f"temp{n}"] = int(board.temp_pcb)
            row[f"temp2_{n}"] = int(board.temp_chip)
        for n in slots:
            row[f"temp_pcb{n}"] = dashed(found[n].pcb_temps) if n in found else _ABSENT
        for n in slots:
            row[f"temp_chip{n}"] = (
                dashed(found[n].chip_temps) if n in found else _ABSENT
            )
        for n in slots:
            row[f"temp_pic{n}"] = dashed(_pic(found[n])) if n in found else _ABSENT
        row |= {
            "total_rateideal": reading.ideal_ghs,
            "rate_unit": "GH",
            "total_freqavg": model.frequency_mhz,
            "total_acn": sum(board.chips_total for board in reading.boards),
            "total rate": reading.average_ghs,
            "temp_max": 0,
            "no_matching_work": reading.hw_errors,
        }
        for n in slots:
            row[f"chain_acn{n}"] = found[n].chips_total if n in found else 0
        for n in slots:
            row[f"chain_acs{n}"] = self._chips(found[n], reading) if n in found else ""
        for n in slots:
            row[f"chain_hw{n}"] = found[n].hw_errors if n in found else 0
        for n in slots:
            row[f"chain_rate{n}"] = f"{found[n].rate_ghs:.2f}" if n in found else ""
        for n in slots:
            row[f"freq{n}"] = found[n].frequency_mhz if n in found else 0
        row["miner_version"] = model.miner_version
        row["miner_id"] = self.identity.serial
        return row

    def _summary(self, reading: Reading) -> Row:
        row: Row = {
            "Elapsed": reading.elapsed,
            "GHS 5s": reading.rate_ghs,
            "GHS av": reading.average_ghs,
            "GHS 30m": reading.rate_30m_ghs,
            "Found Blocks": 0,
            "Getwork": reading.elapsed // 30,
            **summary_counters(reading, 1000.0, as_float),
        }
        for name in ("Device Hardware%", "Device Rejected%", "Pool Rejected%"):
            row[name] = 0.0
        return row | {"Pool Stale%": 0.0, "Last getwork": reading.time}

    def _devs(self, reading: Reading) -> Row:
        filled = self.model.devs_filled
        difficulty = reading.share_difficulty
        hottest = max((board.temp_pcb for board in reading.boards), default=0.0)
        # The S19's firmware misspells the name, and fills in nothing but zeros.
        temperature: Row = {"Temperature": hottest} if filled else {"Tenperature": 0.0}
        return {
            "ASC": 0,
            "Name": "BTM_SOC",
            "ID": 0,
            "Enabled": "Y",
            "Status": "Alive",
            **temperature,
            "MHS av": mhs(reading.average_ghs) if filled else 0.0,
            "MHS 5s": mhs(reading.rate_ghs) if filled else 0.0,
            "Accepted": reading.accepted,
            "Rejected": reading.rejected,
            "Hardware Errors": 0,
            "Utility": 0.0,
            "Last Share Pool": 0,
            "Last Share Time": reading.last_share,
            "Total MH": 0.0,
            "Diff1 Work": 0,
            "Difficulty Accepted": reading.accepted * difficulty,
            "Difficulty Rejected": reading.rejected * difficulty,
            "Last Share Difficulty": reading.last_share,
            "Last Valid Work": reading.last_share,
            "Device Hardware%": 0.0,
            "Device Rejected%": 0.0,
            "Device Elapsed": reading.elapsed,
        }

    def _sensors(self, board: BoardReading, reading: Reading) -> tuple[float, ...]:
        """Return the list of chip sensors: water in and out on an S21 Hyd."""
        if self.model.water is None:
            return board.chip_temps
        return reading.inlet, reading.outlet, 0, 0

    def new_stats(self, reading: Reading) -> dict[str, Any]:
        """Return `stats` with `new_api`: the text of the web server's stats.cgi."""
        model = self.model
        chain = [
            {
                "asic": self._chips(board, reading),
                "asic_num": board.chips_total,
                "freq_avg": board.frequency_mhz,
                "index": board.slot - 1,
                "rate_ideal": board.ideal_ghs,
                "rate_real": board.rate_ghs,
                "sn": f"{self.identity.serial.upper()}B{board.slot}",
                "temp_chip": [int(temp) for temp in self._sensors(board, reading)],
                "temp_pcb": [int(temp) for temp in board.pcb_temps],
                "temp_pic": [int(temp) for temp in _pic(board)],
            }
            for board in reading.boards
        ]
        stats = {
            "chain": chain,
            "chain_num": len(chain),
            "elapsed": reading.elapsed,
            "fan": list(reading.fans.values()),
            "fan_num": len(reading.fans),
            "rate_5s": reading.rate_ghs,
            "rate_avg": reading.average_ghs,
            "rate_ideal": reading.ideal_ghs,
            "rate_unit": "GH/s",
            "watt": reading.power_w,
        }
        return {
            "INFO": {
                "CompileTime": model.compile_time,
                "miner_version": model.miner_version,
                "type": model.type,
            },
            "STATS": [stats],
            "STATUS": {
                "Msg": "stats",
                "STATUS": "S",
                "api_version": "1.0.0",
                "when": reading.time,
            },
        }

    def _chips(self, board: BoardReading, reading: Reading) -> str:
        asleep = reading.state is State.SLEEPING
        chips = bytes(board.chips_total) if asleep else board.chips
        return chip_text(chips, self.model.chip_group)


def _pic(board: BoardReading) -> tuple[float, ...]:
    return tuple(temp - 10 for temp in board.pcb_temps)
