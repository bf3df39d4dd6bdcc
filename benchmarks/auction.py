"""Auctions: how soon a window's result is published, and what following a chain costs."""

from collections.abc import Iterator, Sequence
from statistics import median, quantiles
import subprocess
import sys
import time

import psutil  # type: ignore[import-untyped]

from .auction_markets import kind_of
from .auction_node import Begun, Node, Traffic
from .core import Core
from .core_windows import Published
from .machine import load
from .processes import Residents
from .solver import measure_solver
from .table import figure, table

SPEED = 20.0
WINDOWS = 20
_AT_TRUE_PACE = 5
_HOUR_S = 3600.0
_SLOWEST = 8
"""First statements that are listed one by one."""
_AHEAD = 8
"""Blocks between two windows that are made at their own pace; the others at once."""


def measure(*, quick: bool, windows: int = WINDOWS) -> Iterator[str]:
    """Yield the tables."""
    start_ms = _start_ms()
    asked = 10 if quick else windows
    fast, _, processes = _follow(SPEED, asked, idle_s=None)
    yield _latencies(f"{SPEED:.0f} times as fast", fast, start_ms)
    if missed := asked - len(fast):
        yield f"Of {missed} more windows nothing was seen before the next one."
    yield _by_market(fast)
    yield _slowest(fast)
    real, cost, _ = _follow(
        1.0, 1 if quick else _AT_TRUE_PACE, idle_s=60 if quick else 330
    )
    yield _latencies("a block every 12 s", real, start_ms)
    yield table(
        "Memory of the processes beside Home Assistant, MB at most",
        ("", "while it runs", "runs"),
        [
            ("the chain's, one for all wallets", processes.most("chain"), "always"),
            ("the solver's", processes.most("solver"), "around each window"),
            ("CBC", processes.most("cbc"), "around each window"),
        ],
        ["resident, looked at four times a second", load()],
    )
    traffic = [one.traffic for one in (*real, *fast)]
    yield table(
        "One window's auction, over the wire",
        ("", "median", "worst"),
        [
            (name, figure(median(values), 0), figure(max(values), 0))
            for name, values in zip(
                ("requests", "bytes sent", "bytes received"),
                zip(*traffic, strict=True),
                strict=True,
            )
        ],
        ["from the first block to the answer of CBC, new heads included"],
    )
    assert cost is not None  # noqa: S101
    yield cost
    yield from measure_solver(quick=quick)


class _Noted:
    """One window, as the core saw it."""

    def __init__(self, begun: Begun, node: Node, seen: Published, market: int) -> None:
        self.number = market + 1
        self.kind = kind_of(market)
        self.traffic = node.traffic().since(begun.traffic)
        self.ms = (seen.event_at - begun.at) * 1000
        self.certainty = seen.certainty
        self.corrected = seen.corrected
        settled = seen.settled_at
        self.settled_ms = None if settled is None else (settled - begun.at) * 1000
        self.stalls = seen.stalls


def _follow(
    speed: float, windows: int, *, idle_s: float | None
) -> tuple[list[_Noted], str | None, Residents]:
    """Return what so many windows took, the cost of having nothing to do, and memory."""
    with Node(speed) as node, Core((), 0) as core, Residents(core.pid) as residents:
        idle = None if idle_s is None else _Usage(core, None, idle_s)
        node.approach(60)
        core.add_wallet(node.url, node.wallet)
        noted = []
        for number in range(windows):
            start = node.approach(_AHEAD, number)
            if (published := core.window(start)) is not None:
                noted.append(_Noted(node.begun(start), node, published, number))
        if idle is None or idle_s is None:
            return noted, None, residents
        node.approach(59)
        cost = _cost_table(idle, _Usage(core, node, idle_s))
        return noted, cost, residents


class _Usage:
    """What the core's processes and the node see in a while, scaled to an hour."""

    def __init__(self, core: Core, node: Node | None, seconds: float) -> None:
        traffic = node.traffic() if node else Traffic(0, 0, 0)
        before = _cpu_s(core)
        took = core.run(seconds).seconds
        after = _cpu_s(core)
        self.parent, self.children = (
            (now - then) / took * _HOUR_S
            for now, then in zip(after, before, strict=True)
        )
        moved = node.traffic().since(traffic) if node else traffic
        self.traffic = [count / took * _HOUR_S for count in moved]
        self.seconds = took


def _cpu_s(core: Core) -> tuple[float, float]:
    """Return the CPU s of a core's process so far, and of all that it has started."""
    process = psutil.Process(core.pid)
    own = process.cpu_times()
    children = own.children_user + own.children_system
    for child in process.children(recursive=True):
        times = child.cpu_times()
        children += times.user + times.system
        children += times.children_user + times.children_system
    return own.user + own.system, children


def _cost_table(bare: _Usage, wallet: _Usage) -> str:
    requests, received, sent = wallet.traffic
    return table(
        "Following the chain at its own pace, no window beginning, per hour",
        ("", "core with a wallet", "bare core"),
        [
            ("CPU s, Home Assistant", figure(wallet.parent, 1), figure(bare.parent, 1)),
            (
                "CPU s, its processes",
                figure(wallet.children, 1),
                figure(bare.children, 1),
            ),
            ("requests", figure(requests, 0), "-"),
            ("bytes sent", figure(received, 0), "-"),
            ("bytes received", figure(sent, 0), "-"),
        ],
        [f"measured for {figure(wallet.seconds, 0)} s each", load()],
    )


def _latencies(pace: str, noted: Sequence[_Noted], start_ms: float) -> str:
    settled = [one.settled_ms for one in noted if one.settled_ms is not None]
    first = [one.ms for one in noted]
    said = [one.certainty for one in noted]
    counts = ", ".join(f"{said.count(one)} {one}" for one in sorted(set(said)))
    return table(
        f"From a window's first block to its result in Home Assistant, ms, {pace}",
        ("", "windows", "least", "median", "99th percentile", "worst"),
        [
            ("first statement about the own bids", *_summary(first)),
            ("CBC's answer", *_summary(settled)),
            (
                "before: one answer, by a new process",
                *_summary([one + start_ms for one in settled]),
            ),
        ],
        [
            f"first said: {counts}; {sum(one.corrected for one in noted)} corrected",
            (
                f"before: CBC's answer and {start_ms:.0f} ms, in which a process starts "
                "and imports pulp and highspy; nothing was said until then"
            ),
            f"{_AHEAD} blocks before each window at their pace, the others at once",
            f"worst stall of the loop: {max(one.stalls.late_ms for one in noted):.0f} ms",
            "node, core, chain and solver are processes of one machine",
            load(),
        ],
    )


def _by_market(noted: Sequence[_Noted]) -> str:
    rows = []
    for kind in dict.fromkeys(one.kind for one in noted):
        those = [one for one in noted if one.kind == kind]
        settled = [one.settled_ms for one in those if one.settled_ms is not None]
        first = _summary([one.ms for one in those])
        rows.append((kind, *first[:1], first[2], first[4], *_summary(settled)[2::2]))
    return table(
        "The same by market, ms",
        (
            "",
            "windows",
            "first statement, median",
            "worst",
            "CBC's answer, median",
            "worst",
        ),
        rows,
    )


def _slowest(noted: Sequence[_Noted]) -> str:
    """Return what may have made the tail: a proof that came late, or a loop that stood."""
    slowest = sorted(noted, key=lambda one: one.ms, reverse=True)[:_SLOWEST]
    return table(
        "The slowest first statements",
        ("", "market", "ms", "said", "CBC's answer, ms", "worst stall of the loop, ms"),
        [
            (
                f"window {one.number}",
                one.kind,
                figure(one.ms, 0),
                one.certainty,
                figure(one.settled_ms, 0),
                figure(one.stalls.late_ms, 0),
            )
            for one in slowest
        ],
    )


def _start_ms() -> float:
    """Return what it takes to start a solver as it was, which imported all it may need."""
    times = []
    for _ in range(5):
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", "import pulp, highspy"], check=True)
        times.append((time.monotonic() - began) * 1000)
    return median(times)


def _summary(times: Sequence[float]) -> tuple[str, ...]:
    """Return number, least, median, 99th percentile and most."""
    if not times:
        return ("0", *(figure(None),) * 4)
    percentile = (
        quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]
    )
    values = (min(times), median(times), percentile, max(times))
    return (str(len(times)), *(figure(value, 0) for value in values))
