"""btminer: readings in summary and devs; errors and get_* with a STATUS in text."""

import json
from typing import Any, ClassVar, override

from simulators.antminer.reading import Reading, State
from simulators.antminer.report import Report, Row, fixed, success

from .base import Firmware
from .pools import work_pools
from .summary import summary_counters

_UNJOINABLE = ("edevs", "status", "get_")


class Whatsminer(Firmware):
    """JSON only, `cmd` as good as `command`, and no allow list of commands."""

    takes_text: ClassVar[bool] = False
    command_keys: ClassVar[tuple[str, ...]] = ("command", "cmd")

    @override
    def answer_document(self, document: dict[str, Any], reading: Reading) -> str:
        command = document.get("command", document.get("cmd"))
        if command == "status":
            off = "true" if reading.state is State.SLEEPING else "false"
            version = self.model.miner_version
            message = {"btmineroff": off, "Firmware Version": f"'{version}'"}
            return self._plain("S", 131, message, reading)
        if command == "get_version":
            version = self.model.miner_version
            message = {"api_ver": "2.0.5", "fw_ver": version, "platform": "H6OS"}
            return self._plain("S", 131, message, reading)
        return super().answer_document(document, reading)

    @override
    def join(self, commands: list[str], reading: Reading) -> str:
        if any(command.startswith(_UNJOINABLE) for command in commands):
            return self._plain("E", 14, "invalid cmd", reading)
        return super().join(commands, reading)

    @override
    def to_json(self, report: Report, reading: Reading) -> str:
        if report.letter == "E":
            message = "invalid cmd" if report.code == 14 else report.message
            return self._plain("E", report.code, message, reading)
        return super().to_json(report, reading)

    @override
    def report(self, command: str, reading: Reading) -> Report | None:
        count = len(reading.boards)
        match command:
            case "summary":
                return success(11, "Summary", "SUMMARY", self._summary(reading))
            case "devs" | "edevs":
                rows = tuple(self._dev(n, reading) for n in range(count))
                return success(9, f"{count} ASC(s)", "DEVS", *rows)
            case "devdetails":
                rows = tuple(self._details(n) for n in range(count))
                return success(69, "Device Details", "DEVDETAILS", *rows)
            case "pools":
                rows = work_pools(reading, self.identity, fixed, {})
                return success(7, f"{len(rows)} Pool(s)", "POOLS", *rows)
        return None

    def _plain(
        self, letter: str, code: int, message: str | dict[str, str], reading: Reading
    ) -> str:
        document = {
            "STATUS": letter,
            "When": reading.time,
            "Code": code,
            "Msg": message,
            "Description": self.model.description if letter == "E" else "",
        }
        return json.dumps(document, separators=(",", ":"))

    def _dev(self, n: int, reading: Reading) -> Row:
        board, boards = reading.boards[n], len(reading.boards)
        rate, average = board.rate_ghs * 1000, board.average_ghs * 1000
        accepted, rejected = reading.accepted // boards, reading.rejected // boards
        difficulty = reading.share_difficulty
        return {
            "ASC": n,
            "Name": "SM",
            "ID": n,
            "Slot": board.slot,
            "Enabled": "Y",
            "Status": "Alive",
            "Temperature": fixed(board.temp_pcb),
            "Chip Frequency": board.frequency_mhz,
            "Fan Speed In": reading.fans[0],
            "Fan Speed Out": reading.fans[1],
            "MHS av": fixed(average),
            "MHS 5s": fixed(rate),
            "MHS 1m": fixed(rate),
            "MHS 5m": fixed(rate),
            "MHS 15m": fixed(average),
            "Accepted": accepted,
            "Rejected": rejected,
            "Hardware Errors": board.hw_errors,
            "Utility": fixed(accepted / max(reading.elapsed / 60, 1)),
            "Last Share Pool": 0,
            "Last Share Time": reading.last_share,
            "Total MH": fixed(average * reading.elapsed, 4),
            "Diff1 Work": reading.diff1_work // boards,
            "Difficulty Accepted": fixed(accepted * difficulty, 8),
            "Difficulty Rejected": fixed(rejected * difficulty, 8),
            "Last Share Difficulty": fixed(difficulty, 8),
            "Last Valid Work": reading.last_share,
            "Device Hardware%": fixed(reading.hw_percent, 4),
            "Device Rejected%": fixed(reading.rejected_percent, 4),
            "Device Elapsed": reading.elapsed,
            "Upfreq Complete": int(reading.state is State.HASHING),
            "Effective Chips": board.chips_ok,
            "PCB SN": f"{self.identity.serial.upper()}{board.slot}",
            "Chip Temp Min": fixed(min(board.chip_temps)),
            "Chip Temp Max": fixed(board.temp_chip),
            "Chip Temp Avg": fixed(sum(board.chip_temps) / len(board.chip_temps)),
        }

    def _details(self, n: int) -> Row:
        return {
            "DEVDETAILS": n,
            "Name": "SM",
            "ID": n,
            "Driver": "bitmicro",
            "Kernel": "",
            "Model": self.model.type,
        }

    def _summary(self, reading: Reading) -> Row:
        rate = reading.rate_ghs * 1000
        chips = [temp for board in reading.boards for temp in board.chip_temps]
        hottest = max((board.temp_pcb for board in reading.boards), default=0.0)
        return {
            "Elapsed": reading.elapsed,
            "MHS av": fixed(reading.average_ghs * 1000),
            "MHS 5s": fixed(rate),
            "MHS 1m": fixed(rate),
            "MHS 5m": fixed(rate),
            "MHS 15m": fixed(reading.rate_30m_ghs * 1000),
            "Found Blocks": 0,
            "Getworks": reading.elapsed // 30,
            **summary_counters(reading, 1000.0, fixed),
            "Temperature": fixed(hottest),
            "freq_avg": self.model.frequency_mhz,
            "Fan Speed In": reading.fans[0],
            "Fan Speed Out": reading.fans[1],
            "Voltage": 1300,
            "Power": reading.power_w,
            "Power_RT": reading.power_w,
            "Device Hardware%": fixed(reading.hw_percent, 4),
            "Device Rejected%": fixed(reading.rejected_percent, 4),
            "Pool Rejected%": fixed(reading.rejected_percent, 4),
            "Pool Stale%": fixed(0, 4),
            "Last getwork": 0,
            "Uptime": reading.elapsed + 60,
            "Power Fanspeed": 8880,
            "Error Code Count": 0,
            "Factory Error Code Count": 0,
            "Security Mode": 0,
            "Liquid Cooling": False,
            "Hash Stable": reading.state is State.HASHING,
            "Target Freq": self.model.frequency_mhz,
            "Target MHS": int(reading.ideal_ghs * 1000),
            "Env Temp": fixed(reading.inlet),
            "Power Mode": "Normal",
            "Firmware Version": f"'{self.model.miner_version}'",
            "MAC": self.identity.mac,
            "Factory GHS": int(reading.ideal_ghs),
            "Power Limit": self.model.power_w,
            "Chip Temp Min": fixed(min(chips, default=0.0)),
            "Chip Temp Max": fixed(max(chips, default=0.0)),
            "Chip Temp Avg": fixed(sum(chips) / max(len(chips), 1)),
        }
