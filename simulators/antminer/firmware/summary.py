"""The counters of `summary`, which every cgminer prints alike."""

from simulators.antminer.reading import Reading
from simulators.antminer.report import Row

from .texts import Printer


def summary_counters(reading: Reading, scale: float, number: Printer) -> Row:
    """Return what follows the rates in `summary`; `scale` is MH printed for 1 GH."""
    accepted, rejected = reading.accepted, reading.rejected
    difficulty, minutes = reading.share_difficulty, reading.elapsed / 60
    total = reading.average_ghs * reading.elapsed * scale
    return {
        "Accepted": accepted,
        "Rejected": rejected,
        "Hardware Errors": reading.hw_errors,
        "Utility": number(accepted / minutes if minutes else 0.0, 2),
        "Discarded": reading.elapsed * 3,
        "Stale": 0,
        "Get Failures": 0,
        "Local Work": reading.elapsed * 4,
        "Remote Failures": 0,
        "Network Blocks": reading.elapsed // 600,
        "Total MH": number(total, 4),
        "Work Utility": number(reading.diff1_work / minutes if minutes else 0.0, 2),
        "Difficulty Accepted": number(accepted * difficulty, 8),
        "Difficulty Rejected": number(rejected * difficulty, 8),
        "Difficulty Stale": number(0.0, 8),
        "Best Share": reading.accepted * difficulty * 3,
    }
