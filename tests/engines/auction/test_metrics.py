"""What a running miner serves over HTTP: figures, and whether it is well."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import re

import pytest

from custom_components.mining_farm.engines.auction.errors import (
    ChainError,
    MetricsServerError,
    RoutingError,
    WorkersFileError,
)
from custom_components.mining_farm.engines.auction.metrics import (
    OLD_AFTER,
    SILENT_AFTER,
    Metrics,
)
from custom_components.mining_farm.engines.auction.metrics_server import serve_metrics
from custom_components.mining_farm.engines.auction.miner import WorkersProblem
from custom_components.mining_farm.engines.auction.models import (
    FP,
    BlockRef,
    EndpointState,
    OwnBid,
)
from custom_components.mining_farm.engines.auction.proxy.following import (
    Routed,
    RoutingProblem,
)
from custom_components.mining_farm.engines.auction.publish.decision import Standing
from custom_components.mining_farm.engines.auction.publish.report import (
    Outcome,
    UpkeepReport,
)
from custom_components.mining_farm.engines.auction.window.events import (
    WatchProblem,
    WindowUpdate,
)

from .results import result

OWN = (
    OwnBid(size="0.1", price_fp18=FP, won=True),
    OwnBid(size="0.3", price_fp18=FP, won=False),
)


class Site:
    """Metrics whose time is driven."""

    def __init__(self) -> None:
        """Begin at some time."""
        self.now = 1000.0
        self.metrics = Metrics(clock=lambda: self.now, now=lambda: self.now)

    @property
    def values(self) -> dict[str, float]:
        """Return what is shown, by name and labels."""
        lines = self.metrics.text().splitlines()
        shown = [line.rpartition(" ") for line in lines if not line.startswith("#")]
        return {
            name.removeprefix("auction_miner_"): float(value)
            for name, _, value in shown
        }


def test_the_format() -> None:
    """Each metric has help and type before its samples; odd texts are escaped."""
    site = Site()
    odd = EndpointState(url='ws://a"\\', in_use=True, height=5, lag=0, error=None)
    site.metrics.take_endpoints((odd,))
    site.metrics.take_head(BlockRef(number=7_500_045, hash="0xabc"))
    lines = site.metrics.text().splitlines()
    sample = re.compile(r'auction_miner_[a-z_]+(\{[a-z]+="([^"\\]|\\.)*"\})? \S+')
    named: list[str] = []
    for line in lines:
        if match := re.fullmatch(r"# (HELP|TYPE) (\w+) .+", line):
            named.append(match[2])
        else:
            assert sample.fullmatch(line), line
            assert line.startswith(named[-1])
    assert [*named[::2]] == [*named[1::2]]
    assert len({*named}) == len(named) // 2
    assert 'auction_miner_endpoint_in_use{endpoint="ws://a\\"\\\\"} 1' in lines
    assert "auction_miner_head_block 7500045" in lines


def test_what_events_leave_behind() -> None:
    """Counts grow, states are one of those there are, the window is the last one."""
    site = Site()
    assert "commitment" not in site.metrics.text()
    metrics = site.metrics
    metrics.take_event(
        UpkeepReport(outcome=Outcome.PUBLISHED, why="", standing=Standing.IN_FORCE)
    )
    metrics.take_event(WorkersProblem(WorkersFileError("no")))
    metrics.take_event(WatchProblem(window=None, error=ChainError("no")))
    metrics.take_event(RoutingProblem(RoutingError("no")))
    first = result(own=OWN)
    metrics.take_event(WindowUpdate(result=first, final=False))
    metrics.take_event(WindowUpdate(result=first, final=True, correction=True))
    values = site.values
    assert values["published_total"] == values["problems_total"] == 1
    assert values["corrections_total"] == 1
    assert values['commitment{commitment="in_force"}'] == 1
    assert values['commitment{commitment="stale"}'] == 0
    assert values["workers_readable"] == values["routing_good"] == 0
    assert values["window_start_block"] == 7_500_045
    assert values["result_time_seconds"] == 1000
    assert values['workers_won{price="1"}'] == values['workers_lost{price="1"}'] == 1
    assert values['hashrate_lost_ph{price="1"}'] == 0.3
    assert values['certainty{certainty="confirmed"}'] == 1
    metrics.take_event(Routed(first, changed=True))
    assert site.values["routing_good"] == 1


def test_a_silent_chain_and_an_old_answer_are_unwell() -> None:
    """Each after its time, and no more once there is another one."""
    site = Site()
    metrics = site.metrics
    site.now += SILENT_AFTER
    assert not metrics.find_ailments()
    site.now += 1
    assert metrics.find_ailments() == ["no new block for 121 s"]
    assert site.values["healthy"] == 0
    metrics.take_head(BlockRef(number=1, hash="0x1"))
    assert not metrics.find_ailments()
    metrics.take_event(WindowUpdate(result=result(), final=False))
    site.now += OLD_AFTER + 1
    metrics.take_head(BlockRef(number=2, hash="0x2"))
    # The same window once more makes it no younger.
    metrics.take_event(WindowUpdate(result=result(), final=True))
    (ailment,) = metrics.find_ailments()
    assert "no window's result" in ailment
    metrics.take_event(WindowUpdate(result=result(start=7_500_105), final=True))
    assert not metrics.find_ailments()


@asynccontextmanager
async def _served(wrong: list[str]) -> AsyncIterator[int]:
    async with serve_metrics(
        "127.0.0.1", 0, text=lambda: "a 1\n", find_ailments=lambda: wrong
    ) as port:
        yield port


async def _ask(port: int, request: bytes) -> tuple[bytes, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0], body


@pytest.mark.usefixtures("socket_enabled")
async def test_two_pages() -> None:
    """Health is a status; all else is not found, and a bad request is its sender's."""
    wrong: list[str] = []
    async with _served(wrong) as port:
        page = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
        assert await _ask(port, page % b"/metrics?x=1") == (
            b"HTTP/1.1 200 OK",
            b"a 1\n",
        )
        status, body = await _ask(port, page % b"/healthz")
        assert (status, json.loads(body)) == (
            b"HTTP/1.1 200 OK",
            {"ok": True, "wrong": []},
        )
        wrong.append("no new block")
        status, body = await _ask(port, page % b"/healthz")
        assert status == b"HTTP/1.1 503 Service Unavailable"
        assert json.loads(body) == {"ok": False, "wrong": ["no new block"]}
        status, body = await _ask(port, b"HEAD /metrics HTTP/1.0\r\n\r\n")
        assert (status, body) == (b"HTTP/1.1 200 OK", b"")
        assert (await _ask(port, page % b"/"))[0] == b"HTTP/1.1 404 Not Found"
        status, _ = await _ask(port, b"POST /metrics HTTP/1.1\r\n\r\n")
        assert status == b"HTTP/1.1 405 Method Not Allowed"
        for bad in (b"x\r\n\r\n", b"x" * 100_000 + b"\r\n\r\n"):
            assert await _ask(port, bad) == (b"", b"")
        assert (await _ask(port, page % b"/metrics"))[1] == b"a 1\n"
        with pytest.raises(MetricsServerError, match="cannot be served"):
            async with serve_metrics("127.0.0.1", port, text=str, find_ailments=list):
                raise AssertionError
