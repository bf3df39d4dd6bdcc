"""Auctions: how soon a window's result is published, and what following a chain costs."""

from collections.abc import Iterator
from statistics import median

import psutil  # type: ignore[import-untyped]

from .auction_node import Node, Traffic
from .core import Core
from .core_windows import Published
from .machine import load
from .solver import measure_solver
from .table import figure, table

SPEED = 20.0
_HOUR_S = 3600.0
_AHEAD = 4
"""Blocks between two windows that are made at their own pace; the others at once."""


def measure(*, quick: bool) -> Iterator[str]:
    """Yield the tables."""
    real, cost = _follow(1.0, 3, idle_s=60 if quick else 330)
    fast, _ = _follow(SPEED, 10 if quick else 100, idle_s=None)
    yield table(
        "From a window's first block to its result in Home Assistant, ms",
        ("", "windows", "least", "median", "worst", "worst stall of the loop"),
        [
            ("a block every 12 s", *_summary(real)),
            (f"{SPEED:.0f} times as fast", *_summary(fast)),
        ],
        [
            "until its event; node, core and solver are processes",
            f"{_AHEAD} blocks before each window at their pace, the others at once",
            load(),
        ],
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
        ["from the first block to the result, one or two new heads included"],
    )
    assert cost is not None  # noqa: S101
    yield cost
    yield from measure_solver(quick=quick)


class _Noted:
    """One window, as the core saw it."""

    def __init__(self, node: Node, published: Published) -> None:
        begun = node.begun()
        self.traffic = node.traffic().since(begun.traffic)
        self.ms = (published.event_at - begun.at) * 1000
        self.stalls = published.stalls


def _follow(
    speed: float, windows: int, *, idle_s: float | None
) -> tuple[list[_Noted], str | None]:
    """Return what so many windows took, and the cost of having nothing to do."""
    with Node(speed) as node, Core((), 0) as core:
        idle = None if idle_s is None else _Usage(core, None, idle_s)
        node.approach(60)
        core.add_wallet(node.url, node.wallet)
        noted = []
        for _ in range(windows):
            start = node.approach(_AHEAD)
            noted.append(_Noted(node, core.window(start)))
        if idle is None or idle_s is None:
            return noted, None
        node.approach(59)
        return noted, _cost_table(idle, _Usage(core, node, idle_s))


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


def _summary(noted: list[_Noted]) -> tuple[str, ...]:
    times = [one.ms for one in noted]
    return (
        str(len(noted)),
        *(figure(value, 0) for value in (min(times), median(times), max(times))),
        figure(max(one.stalls.late_ms for one in noted), 0),
    )
