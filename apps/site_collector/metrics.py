"""The samples of one machine: rendered when it was polled, joined when they are asked for.

Names and types are as `prometheus_client` would have them; it renders a hundred thousand
samples in seconds, in which nothing else would run.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import batched
from math import isfinite
from typing import NamedTuple

from .engine import BoardState, MinerProfile, MinerSnapshot, board_state
from .machine import Facts, Machine

type Samples = Iterable[tuple[str, float | None]]
"""More labels, as text that begins with a comma, and the value."""


class Reading(NamedTuple):
    """What samples are made of."""

    snapshot: MinerSnapshot
    profile: MinerProfile
    facts: Facts


class Metric(NamedTuple):
    """One metric of a machine."""

    name: str
    kind: str
    text: str
    samples: Callable[[Reading], Samples]

    @property
    def head(self) -> str:
        """The lines above its samples."""
        return f"# HELP {self.name} {self.text}\n# TYPE {self.name} {self.kind}\n"


def labelled(**labels: object) -> str:
    """Return labels as they stand behind others."""
    return "".join(f',{name}="{escape(str(value))}"' for name, value in labels.items())


_common = lru_cache(maxsize=1024)(labelled)
"""Labels that many machines share, as numbers of boards."""


def escape(text: str) -> str:
    """Return a text as the value of a label."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _one(read: Callable[[MinerSnapshot], float | None]) -> Callable[[Reading], Samples]:
    return lambda reading: (("", read(reading.snapshot)),)


def _hashes(ghs: float | None) -> float | None:
    return None if ghs is None else ghs * 1e9


def _state(reading: Reading) -> Samples:
    state = reading.facts.state
    return () if state is None else ((_common(state=state), 1),)


def _problem(reading: Reading) -> Samples:
    facts = reading.facts
    return ((_common(reason=facts.reason or "none"), facts.problem),)


def _board_ok(reading: Reading) -> Samples:
    return [
        (_common(board=number), state == BoardState.HEALTHY)
        for number in reading.profile.boards
        if (state := board_state(reading.snapshot, number)) is not None
    ]


def _pool(reading: Reading) -> Samples:
    return [
        (_common(pool=pool.id, address=pool.address or ""), pool.alive)
        for pool in reading.snapshot.pools
    ]


_GAUGE, _COUNTER = "gauge", "counter"

METRICS: tuple[Metric, ...] = (
    Metric("miner_state", _GAUGE, "What the miner is doing, 1 for its state.", _state),
    Metric(
        "miner_problem",
        _GAUGE,
        "Whether the miner needs attention, and why.",
        _problem,
    ),
    Metric(
        "miner_hashrate_hashes_per_second",
        _GAUGE,
        "Present hashrate.",
        _one(lambda s: _hashes(s.hashrate_ghs)),
    ),
    Metric(
        "miner_ideal_hashrate_hashes_per_second",
        _GAUGE,
        "Hashrate that the miner is set to.",
        _one(lambda s: _hashes(s.ideal_hashrate_ghs)),
    ),
    Metric(
        "miner_power_watts",
        _GAUGE,
        "Power that the miner reports.",
        _one(lambda s: s.power_w),
    ),
    Metric(
        "miner_chip_temperature_celsius",
        _GAUGE,
        "Hottest chip.",
        _one(lambda s: s.temp_chip_max),
    ),
    Metric(
        "miner_water_inlet_temperature_celsius",
        _GAUGE,
        "Water at the inlet.",
        _one(lambda s: s.temp_water_in),
    ),
    Metric(
        "miner_water_outlet_temperature_celsius",
        _GAUGE,
        "Water at the outlet.",
        _one(lambda s: s.temp_water_out),
    ),
    Metric(
        "miner_boards_healthy",
        _GAUGE,
        "Hashboards without anything wrong.",
        lambda reading: (("", reading.facts.boards_healthy),),
    ),
    Metric(
        "miner_boards_expected",
        _GAUGE,
        "Hashboards that the miner has been seen with.",
        lambda reading: (("", len(reading.profile.boards) or None),),
    ),
    Metric(
        "miner_uptime_seconds",
        _GAUGE,
        "Time since the mining process started.",
        _one(lambda s: s.uptime_s),
    ),
    Metric(
        "miner_shares_accepted_total",
        _COUNTER,
        "Shares that pools accepted.",
        _one(lambda s: s.accepted),
    ),
    Metric(
        "miner_shares_rejected_total",
        _COUNTER,
        "Shares that pools rejected.",
        _one(lambda s: s.rejected),
    ),
    Metric(
        "miner_hardware_errors_total",
        _COUNTER,
        "Hardware errors.",
        _one(lambda s: s.hw_errors),
    ),
    Metric("miner_pool_alive", _GAUGE, "Whether a pool answers the miner.", _pool),
    Metric(
        "miner_board_healthy",
        _GAUGE,
        "Whether nothing is wrong with a hashboard.",
        _board_ok,
    ),
    Metric(
        "miner_board_hashrate_hashes_per_second",
        _GAUGE,
        "Present hashrate of a hashboard.",
        lambda reading: [
            (_common(board=board.id), _hashes(board.hashrate_ghs))
            for board in reading.snapshot.boards
        ],
    ),
    Metric(
        "miner_board_chip_temperature_celsius",
        _GAUGE,
        "Hottest chip of a hashboard.",
        lambda reading: [
            (_common(board=board.id), board.temp_chip)
            for board in reading.snapshot.boards
        ],
    ),
    Metric(
        "miner_fan_speed_rpm",
        _GAUGE,
        "Speed of a fan.",
        lambda reading: [
            (_common(fan=fan.id), fan.rpm) for fan in reading.snapshot.fans
        ],
    ),
)
UP = Metric(
    "miner_up", _GAUGE, "Whether the last poll brought a reading.", lambda _: ()
)
INFO = Metric("miner_info", _GAUGE, "What and where the miner is.", lambda _: ())


def render(reading: Reading, ident: str) -> tuple[str, ...]:
    """Return the samples of a machine, one text for each metric."""
    label = f'{{miner="{ident}"'
    lines: list[str] = []
    for metric in METRICS:
        text = ""
        for more, value in metric.samples(reading):
            if value is not None and isfinite(value):
                text += f"{metric.name}{label}{more}}} {float(value)!r}\n"
        lines.append(text)
    return tuple(lines)


def up_line(machine: Machine) -> str:
    """Return whether a machine was read by its last poll; none before its first."""
    if machine.failure is None and machine.read_at is None:
        return ""
    return f'miner_up{{miner="{machine.ident}"}} {int(machine.failure is None)}\n'


def info_line(machine: Machine) -> str:
    """Return what and where a machine is."""
    spot, profile = machine.spot, machine.profile
    labels = labelled(
        address=spot.address,
        building=spot.place.building,
        container=spot.place.container,
        rack=spot.place.rack,
        model=profile.model or "",
        firmware=profile.firmware or "",
    )
    return f'miner_info{{miner="{machine.ident}"{labels}}} 1\n'


_PART = 500
"""Machines whose lines are joined without a break."""


def exposition(machines: Sequence[Machine]) -> Iterator[bytes]:
    """Yield the samples of all machines, metric by metric, in parts of about a millisecond."""
    lines: list[tuple[Metric, Callable[[Machine], str]]] = [
        (UP, up_line),
        (INFO, info_line),
    ]
    lines += [(metric, _lines_of(number)) for number, metric in enumerate(METRICS)]
    for metric, line_of in lines:
        head = metric.head
        for part in batched(machines, _PART, strict=False):
            yield (head + "".join(map(line_of, part))).encode()
            head = ""


def _lines_of(number: int) -> Callable[[Machine], str]:
    return lambda machine: machine.lines[number] if machine.lines else ""
