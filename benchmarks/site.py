"""The site collector with thousands of simulated miners, a real broker and a real Prometheus."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.harness import mosquitto, prometheus

from .fleet import Fleet
from .machine import load
from .site_run import Figures, SiteRun
from .table import figure, table

_MODEL = "s19jpro"
_BASE = "127.45.0.0"
"""Beside the miners of other benchmarks."""
_REPLY_S = 0.005
_SITES = (10_000, 50_000, 100_000)
_PER_SHARD = 5_000
_SAMPLES = 21
"""Of a stock miner of three boards."""
_WIRE_KB = 3.2
"""Of one poll, both ways, with the headers of TCP."""


def measure(*, quick: bool) -> Iterator[str]:
    """Yield the tables."""
    if mosquitto.executable() is None or prometheus.executable() is None:
        yield "Mosquitto or Prometheus is not installed here"
        return
    miners, seconds = (500, 35) if quick else (5000, 90)
    with TemporaryDirectory() as folder, Fleet([_MODEL] * miners, _BASE) as fleet:
        fleet.answer_after(_REPLY_S)
        runs = [
            asyncio.run(SiteRun(Path(folder), fleet, period_s).measure(seconds))
            for period_s in (30, 10)
        ]
    yield _figures(miners, seconds, runs)
    yield _on_paper(runs[0])


def _figures(miners: int, seconds: int, runs: list[Figures]) -> str:
    """Return what was measured."""
    rows: list[tuple[str, ...]] = [
        ("seconds until every miner was asked", *(figure(r.ready_s, 0) for r in runs)),
        ("polls", *(figure(r.polls, 0) for r in runs)),
        ("polls that brought nothing", *(figure(r.failed, 0) for r in runs)),
        ("polls without a turn in their period", *(figure(r.missed, 0) for r in runs)),
        ("slowest poll, s at most", *(figure(r.slowest_s) for r in runs)),
        ("loop delay, s at most", *(figure(r.loop_delay_s) for r in runs)),
        ("CPU a poll, ms", *(figure(r.cpu_ms) for r in runs)),
        ("cores", *(figure(r.cores) for r in runs)),
        ("memory, MiB", *(figure(r.memory_mib, 0) for r in runs)),
        ("memory before the first poll, MiB", *(figure(r.empty_mib, 0) for r in runs)),
        ("KiB a miner", *(figure(r.memory_kib_of_one, 0) for r in runs)),
        ("messages a second", *(figure(r.messages, 0) for r in runs)),
        ("samples", *(figure(r.samples, 0) for r in runs)),
        ("exposition, s", *(figure(r.exposition_s) for r in runs)),
        ("scrape by Prometheus, s", *(figure(r.scrape_s) for r in runs)),
        ("seconds until a dead miner is down", *(figure(r.dead_s, 0) for r in runs)),
    ]
    notes = (
        f"replies after {_REPLY_S * 1000:.0f} ms, {seconds} s each; all shown by MQTT",
        "the first run learns a fresh fleet, the second finds that on disk",
        "CPU and memory of the collector alone; *at most*: limits of its histograms",
        load(),
    )
    header = ("", "every 30 s", "every 10 s")
    return table(f"Site collector with {miners:,} miners", header, rows, notes)


def _on_paper(measured: Figures) -> str:
    """Return what sites of other sizes need, by what was measured every 30 s."""
    kib = measured.memory_kib_of_one
    rows = [
        (
            f"{miners:,}",
            figure(miners / _PER_SHARD, 0),
            figure(miners / 30, 0),
            figure(miners / 30 * measured.cpu_ms / 1000, 1),
            figure(
                miners * kib / 2**20 + miners / _PER_SHARD * measured.empty_mib / 1024,
                1,
            ),
            figure(miners / 30 * _WIRE_KB * 8 / 1000, 0),
            figure(miners * _SAMPLES / 1e6),
            figure(miners * _SAMPLES / 30 / 1000, 0),
            figure(measured.messages_of_one * miners, 0),
        )
        for miners in _SITES
    ]
    header = (
        *("miners", "shards", "polls/s", "cores", "GiB", "Mbit/s"),
        *("million series", "thousand samples/s", "messages/s, all shown"),
    )
    notes = (
        f"{_PER_SHARD:,} miners a shard, every 30 s; scraped every 30 s",
        "what breaks first: one Home Assistant, beyond some hundreds of shown miners",
        "then one Prometheus, beyond two million series; collectors grow in number",
    )
    return table("A site on paper, by these figures", header, rows, notes)
