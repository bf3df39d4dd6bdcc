"""Canaan's cgminer: one bracketed text per machine, and pools among the stats."""

from functools import lru_cache
from typing import override

from simulators.antminer.noise import bits
from simulators.antminer.reading import BoardReading, Reading, State
from simulators.antminer.report import Report, Row, fixed, success

from .base import Firmware
from .pools import work_pools
from .summary import summary_counters

_CHIP_SPREAD = 6
_NONCES = b"04" + bytes(range(2, 256))
_POOL_WAITS = ("Pool Wait", "Pool Max", "Pool Min", "Pool Av")
_POOL_BYTES = (
    "Times Sent",
    "Bytes Sent",
    "Times Recv",
    "Bytes Recv",
    "Net Bytes Sent",
    "Net Bytes Recv",
)


class Avalon(Firmware):
    """Text and JSON, joined or not; every report command is open to everyone."""

    @override
    def report(self, command: str, reading: Reading) -> Report | None:
        match command:
            case "stats" | "estats":
                return success(70, "CGMiner stats", "STATS", *self._stats(reading))
            case "summary":
                return success(11, "Summary", "SUMMARY", self._summary(reading))
            case "devs" | "edevs":
                return success(9, "1 ASC(s)", "DEVS", self._dev(reading))
            case "pools":
                rows = work_pools(reading, self.identity, fixed, {"Has Vmask": True})
                return success(7, f"{len(rows)} Pool(s)", "POOLS", *rows)
            case "version":
                return success(22, "CGMiner versions", "VERSION", self._version())
        return None

    def _version(self) -> Row:
        model = self.model
        number = model.type.rpartition(" ")[2]
        return {
            "CGMiner": model.description.partition(" ")[2],
            "API": "3.7",
            "PROD": model.type,
            "MODEL": number,
            "HWTYPE": f"MM3v2_X3_{number}",
            "SWTYPE": "MM314",
            "VERSION": model.miner_version.partition("-")[2],
            "DNA": self.identity.serial,
            "MAC": self.identity.mac.replace(":", "").lower(),
        }

    def _stats(self, reading: Reading) -> tuple[Row, ...]:
        device: Row = {
            **_calls(0, self.model.board_driver, reading),
            "MM ID0": self._module(reading),
            "MM Count": 1,
            "Smart Speed": 1,
            "Voltage Level Offset": 0,
            "Nonce Mask": 25,
        }
        pools = (
            _pool_stats(n + 1, pool.accepted, reading)
            for n, pool in enumerate(reading.pools)
        )
        return device, *pools

    def _module(self, reading: Reading) -> str:
        """Return the machine's readings, `Name[value …]` one after the other."""
        boards, model = reading.boards, self.model
        asleep = reading.state is State.SLEEPING
        work = "In Idle" if asleep else "In Work"
        hottest = [0 if asleep else round(board.temp_chip) for board in boards]
        means = [0 if asleep else round(_mean(board)) for board in boards]
        averages = [f"{board.average_ghs:.2f}" for board in boards]
        hw = [str(board.hw_errors) for board in boards]
        mean = round(sum(means) / len(means)) if means else 0
        parts = [
            f"Ver[{model.miner_version}]",
            f"DNA[{self.identity.serial}]",
            "MEMFREE[1413136.0]",
            "NETFAIL[0 0 0 0 0 0 0 0]",
            f"SYSTEMSTATU[Work: {work}, Hash Board: {len(boards)} ]",
            f"Elapsed[{reading.elapsed + 2}]",
            "BOOTBY[0x0C.00000001]",
            f"LW[{reading.elapsed * 240}]",
            f"MH[{' '.join(hw)}]",
            f"HW[{reading.hw_errors}]",
            f"DH[{reading.hw_percent:.3f}%]",
            f"Temp[{reading.inlet:.0f}]",
            f"TMax[{max(hottest, default=0)}]",
            f"TAvg[{mean}]",
            *(f"Fan{n}[{0 if asleep else rpm}]" for n, rpm in reading.fans.items()),
            f"FanR[{reading.fan_duty}%]",
            f"PS[0 1215 1304 {reading.power_w // 13} {reading.power_w} 1305]",
            f"GHSspd[{reading.rate_ghs:.2f}]",
            f"GHSmm[{reading.ideal_ghs:.2f}]",
            f"GHSavg[{reading.average_ghs:.2f}]",
            f"WU[{reading.average_ghs * 60 / 4.294967296:.2f}]",
            f"Freq[{model.frequency_mhz:.2f}]",
            "Led[0]",
            f"MGHS[{' '.join(averages)}]",
            f"MTmax[{' '.join(map(str, hottest))}]",
            f"MTavg[{' '.join(map(str, means))}]",
            f"TA[{sum(board.chips_total for board in boards)}]",
            "PING[17]",
            f"ECHU[{' '.join('0' for _ in boards)}]",
            "ECMM[0]",
        ]
        parts += [
            f"PVT_T{n}[ {'  '.join(self._chip_temps(board, asleep=asleep))}]"
            for n, board in enumerate(boards)
        ]
        parts += [
            f"MW{n}[{' '.join(board.chips.translate(_NONCES).decode())}]"
            for n, board in enumerate(boards)
        ]
        parts += ["CRC[0 0]", "POW_I2C[OK]", "ADJ[1]", "WORKMODE[1]"]
        return " ".join(parts)

    def _chip_temps(self, board: BoardReading, *, asleep: bool) -> list[str]:
        """Return each chip's temperature, one of them being the board's hottest."""
        if asleep:
            return ["0"] * board.chips_total
        hottest = round(board.temp_chip)
        return [str(hottest - part) for part in _spread(board.slot, board.chips_total)]

    def _rates(self, reading: Reading) -> Row:
        rate = fixed(reading.rate_ghs * 1000)
        return {
            "MHS av": fixed(reading.average_ghs * 1000),
            "MHS 5s": rate,
            "MHS 1m": rate,
            "MHS 5m": rate,
            "MHS 15m": fixed(reading.rate_30m_ghs * 1000),
        }

    def _summary(self, reading: Reading) -> Row:
        rates = self._rates(reading)
        return {
            "Elapsed": reading.elapsed,
            "MHS av": rates.pop("MHS av"),
            "MHS 30s": rates.pop("MHS 5s"),
            **rates,
            "Found Blocks": 0,
            "Getworks": reading.elapsed // 30,
            **summary_counters(reading, 1000.0, fixed),
            "Device Hardware%": fixed(reading.hw_percent, 4),
            "Device Rejected%": fixed(reading.rejected_percent, 4),
            "Pool Rejected%": fixed(reading.rejected_percent, 4),
            "Pool Stale%": fixed(0, 4),
            "Last getwork": 0,
        }

    def _dev(self, reading: Reading) -> Row:
        hottest = max((board.temp_chip for board in reading.boards), default=0.0)
        difficulty = reading.share_difficulty
        return {
            "ASC": 0,
            "Name": self.model.board_driver[:-1],
            "ID": 0,
            "Enabled": "Y",
            "Status": "Alive",
            "Temperature": fixed(hottest),
            **self._rates(reading),
            "Accepted": reading.accepted,
            "Rejected": reading.rejected,
            "Hardware Errors": reading.hw_errors,
            "Utility": fixed(reading.accepted / max(reading.elapsed / 60, 1)),
            "Last Share Pool": 0,
            "Last Share Time": reading.last_share,
            "Total MH": fixed(reading.average_ghs * 1000 * reading.elapsed, 4),
            "Diff1 Work": reading.diff1_work,
            "Difficulty Accepted": fixed(reading.accepted * difficulty, 8),
            "Difficulty Rejected": fixed(reading.rejected * difficulty, 8),
            "Last Share Difficulty": fixed(difficulty, 8),
            "Last Valid Work": reading.last_share,
            "Device Hardware%": fixed(reading.hw_percent, 4),
            "Device Rejected%": fixed(reading.rejected_percent, 4),
            "Device Elapsed": reading.elapsed,
        }


@lru_cache
def _spread(slot: int, chips: int) -> list[int]:
    """Return by how much each chip is cooler than the hottest, the first one."""
    return [0, *(bits(0, slot, n) % (_CHIP_SPREAD + 1) for n in range(1, chips))]


def _mean(board: BoardReading) -> float:
    return board.temp_chip - _CHIP_SPREAD / 2


def _calls(n: int, name: str, reading: Reading) -> Row:
    return {
        "STATS": n,
        "ID": name,
        "Elapsed": reading.elapsed,
        "Calls": 0,
        "Wait": fixed(0, 6),
        "Max": fixed(0, 6),
        "Min": fixed(99999999, 6),
    }


def _pool_stats(n: int, accepted: int, reading: Reading) -> Row:
    difficulty = fixed(reading.share_difficulty if accepted else 0, 8)
    return {
        **_calls(n, f"POOL{n - 1}", reading),
        "Pool Calls": 0,
        "Pool Attempts": 0,
        **dict.fromkeys(_POOL_WAITS, fixed(0, 6)),
        "Work Had Roll Time": False,
        "Work Can Roll": False,
        "Work Had Expire": False,
        "Work Roll Time": 0,
        "Work Diff": difficulty,
        "Min Diff": difficulty,
        "Max Diff": difficulty,
        "Min Diff Count": accepted,
        "Max Diff Count": accepted,
        **dict.fromkeys(_POOL_BYTES, accepted * 80),
    }
