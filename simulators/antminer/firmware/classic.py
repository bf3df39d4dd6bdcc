"""bmminer and cgminer up to the S17 and the L3+."""

from typing import ClassVar, override

from simulators.antminer.reading import Reading
from simulators.antminer.report import Report, Row, Style, fixed, success

from .base import Firmware, denied
from .pools import bitmain_pools
from .summary import summary_counters
from .texts import chip_text

_DENIED = frozenset(
    (
        "addpool",
        "asc",
        "asccount",
        "ascdisable",
        "ascenable",
        "ascidentify",
        "ascset",
        "check",
        "coin",
        "config",
        "debug",
        "devdetails",
        "disablepool",
        "edevs",
        "enablepool",
        "estats",
        "failover-only",
        "hotplug",
        "lcd",
        "lockstats",
        "notify",
        "poolpriority",
        "poolquota",
        "privileged",
        "quit",
        "removepool",
        "restart",
        "save",
        "setconfig",
        "switchpool",
        "usbstats",
        "zero",
    )
)
"""Commands outside Bitmain's default group "A:stats:pools:devs:summary:version"."""


class Classic(Firmware):
    """Five commands for everyone, joined if wanted, and malformed JSON in stats."""

    style: ClassVar[Style] = Style(glued=True)

    @override
    def report(self, command: str, reading: Reading) -> Report | None:
        program = self.model.description.partition(" ")[0]
        brand = {"bmminer": "BMMiner", "cgminer": "CGMiner"}[program]
        match command:
            case "stats":
                head, device = self._header(brand), self._stats(reading)
                return success(70, f"{brand} stats", "STATS", head, device)
            case "summary":
                return success(11, "Summary", "SUMMARY", self._summary(reading))
            case "devs":
                return success(9, "1 ASC(s)", "DEVS", self._devs(reading))
            case "pools":
                rows = bitmain_pools(
                    reading, self.identity, fixed, dead="Dead", stale="Pool Stale%"
                )
                return success(7, "3 Pool(s)", "POOLS", *rows)
            case "version":
                head = self._header(brand)
                row = {brand: head.pop(brand), "API": "3.1", **head}
                return success(22, f"{brand} versions", "VERSION", row)
        return denied(command) if command in _DENIED else None

    def _header(self, brand: str) -> Row:
        model = self.model
        return {
            brand: model.description.partition(" ")[2],
            "Miner": model.miner_version,
            "CompileTime": model.compile_time,
            "Type": model.type,
        }

    def _stats(self, reading: Reading) -> Row:
        """Return the device row; only machines of 16 slots report ideals and options."""
        model, found = self.model, {board.slot: board for board in reading.boards}
        slots = range(1, model.padded_to + 1)
        wide = model.padded_to == 16
        row: Row = {
            "STATS": 0,
            "ID": model.board_driver,
            "Elapsed": reading.elapsed,
            "Calls": 0,
            "Wait": fixed(0, 6),
            "Max": fixed(0, 6),
            "Min": fixed(99999999, 6),
            "GHS 5s": f"{self._printed(reading.rate_ghs):.2f}",
            "GHS av": fixed(self._printed(reading.average_ghs)),
            "miner_count": len(found),
            "frequency": f"{model.frequency_mhz}",
            "fan_num": len(model.fans),
        }
        for n in range(1, model.fan_positions + 1):
            row[f"fan{n}"] = reading.fans.get(n, 0)
        row["temp_num"] = len(found)
        for n in slots:
            row[f"temp{n}"] = int(found[n].temp_pcb) if n in found else 0
        for n in slots:
            row[f"temp2_{n}"] = int(found[n].temp_chip) if n in found else 0
        for n in slots:
            row[f"temp3_{n}" if wide else f"temp3{n}"] = 0
        row |= self._ideals(reading) if wide else {f"temp4_{n}": 0 for n in slots}
        hottest = max((board.temp_pcb for board in reading.boards), default=0.0)
        row["temp_max"] = 0 if wide else int(hottest)
        row["Device Hardware%"] = fixed(reading.hw_percent, 4)
        row["no_matching_work"] = reading.hw_errors
        for n in slots:
            row[f"chain_acn{n}"] = found[n].chips_total if n in found else 0
        for n in slots:
            row[f"chain_acs{n}"] = (
                chip_text(found[n].chips, model.chip_group) if n in found else ""
            )
        for n in slots:
            row[f"chain_hw{n}"] = found[n].hw_errors if n in found else 0
        for n in slots:
            rate = self._printed(found[n].rate_ghs) if n in found else None
            row[f"chain_rate{n}"] = "" if rate is None else f"{rate:.2f}"
        if wide:
            row |= {f"chain_xtime{n}": "{X0=2,X1=1}" for n in model.slots}
            row |= {f"chain_offside_{n}": "0" for n in model.slots}
            row |= {f"chain_opencore_{n}": "0" for n in model.slots}
            row["miner_version"] = model.miner_version
        return row

    def _ideals(self, reading: Reading) -> Row:
        found = {board.slot: board for board in reading.boards}
        slots = range(1, self.model.padded_to + 1)
        row: Row = {}
        for n in slots:
            row[f"freq_avg{n}"] = fixed(found[n].frequency_mhz if n in found else 0)
        row |= {
            "total_rateideal": fixed(self._printed(reading.ideal_ghs)),
            "total_freqavg": fixed(self.model.frequency_mhz),
            "total_acn": sum(board.chips_total for board in reading.boards),
            "total_rate": fixed(self._printed(reading.rate_ghs)),
        }
        for n in slots:
            ideal = found[n].ideal_ghs if n in found else 0.0
            row[f"chain_rateideal{n}"] = fixed(self._printed(ideal))
        return row

    def _summary(self, reading: Reading) -> Row:
        scale = self.model.printed_per_ghs * 1000
        return {
            "Elapsed": reading.elapsed,
            "GHS 5s": f"{self._printed(reading.rate_ghs):.2f}",
            "GHS av": fixed(self._printed(reading.average_ghs)),
            "Found Blocks": 0,
            "Getworks": reading.elapsed // 30,
            **summary_counters(reading, scale, fixed),
            "Device Hardware%": fixed(reading.hw_percent, 4),
            "Device Rejected%": fixed(reading.rejected_percent, 4),
            "Pool Rejected%": fixed(reading.rejected_percent, 4),
            "Pool Stale%": fixed(0, 4),
            "Last getwork": reading.time,
        }

    def _devs(self, reading: Reading) -> Row:
        difficulty = reading.share_difficulty
        return {
            "ASC": 0,
            "Name": self.model.board_driver[:-1],
            "ID": 0,
            "Enabled": "Y",
            "Status": "Alive",
            "Temperature": fixed(0),
            "MHS av": fixed(self._printed(reading.average_ghs) * 1000),
            "MHS 5s": fixed(self._printed(reading.rate_ghs) * 1000),
            "Accepted": reading.accepted,
            "Rejected": reading.rejected,
            "Hardware Errors": reading.hw_errors,
            "Utility": fixed(reading.accepted / max(reading.elapsed / 60, 1)),
            "Last Share Pool": 0,
            "Last Share Time": reading.last_share,
            "Total MH": fixed(
                self._printed(reading.average_ghs) * 1000 * reading.elapsed, 4
            ),
            "Diff1 Work": reading.diff1_work,
            "Difficulty Accepted": fixed(reading.accepted * difficulty, 8),
            "Difficulty Rejected": fixed(reading.rejected * difficulty, 8),
            "Last Share Difficulty": fixed(difficulty, 8),
            "Last Valid Work": reading.last_share,
            "Device Hardware%": fixed(reading.hw_percent, 4),
            "Device Rejected%": fixed(reading.rejected_percent, 4),
            "Device Elapsed": reading.elapsed,
        }

    def _printed(self, ghs: float) -> float:
        """Return the number that stands for a rate, whatever its field is called."""
        return round(ghs * self.model.printed_per_ghs, 2)
