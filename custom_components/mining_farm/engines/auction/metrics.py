"""What a running miner knows, in the text format of Prometheus, and whether it is well."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
import time

from .documents import describe_sets
from .miner import MinerEvent, WorkersProblem
from .models import AuctionResult, BlockRef, Certainty, EndpointState
from .proxy.following import Routed, RoutingProblem
from .publish.decision import Standing
from .publish.report import Outcome, UpkeepReport
from .window.events import WatchProblem, WindowUpdate
from .windows import BLOCK_SECONDS, BLOCKS_PER_WINDOW

SILENT_AFTER = 10 * BLOCK_SECONDS
"""Seconds without a new block."""
OLD_AFTER = (BLOCKS_PER_WINDOW + 1) * BLOCK_SECONDS + 180.0
"""Seconds after a window's result: it has ended, and the next one is overdue."""


@dataclass(frozen=True, slots=True)
class _Metric:
    name: str
    kind: str
    help: str
    samples: Sequence[tuple[dict[str, str], float]]

    def lines(self) -> Iterator[str]:
        yield f"# HELP auction_miner_{self.name} {self.help}"
        yield f"# TYPE auction_miner_{self.name} {self.kind}"
        for labels, value in self.samples:
            inside = ",".join(f'{key}="{_escaped(labels[key])}"' for key in labels)
            shown = f"{{{inside}}}" if inside else ""
            yield f"auction_miner_{self.name}{shown} {value:.17g}"


class Metrics:
    """Notes events, blocks and endpoints."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Begin to count."""
        self._clock = clock
        self._now = now
        self._head: BlockRef | None = None
        self._head_at = self._result_at = clock()
        self._result: AuctionResult | None = None
        self._result_time: float | None = None
        self._endpoints: tuple[EndpointState, ...] = ()
        self._standing: Standing | None = None
        self._workers_are_good = True
        self._routing_is_good: bool | None = None
        self._published = self._problems = self._corrections = 0

    def take_head(self, head: BlockRef) -> None:
        """Note a new block."""
        self._head, self._head_at = head, self._clock()

    def take_endpoints(self, endpoints: tuple[EndpointState, ...]) -> None:
        """Note how the endpoints are doing."""
        self._endpoints = endpoints

    def take_event(self, event: MinerEvent) -> None:
        """Note what the miner says."""
        match event:
            case UpkeepReport():
                self._standing = event.standing
                self._workers_are_good = event.decision is not None
                self._published += event.outcome is Outcome.PUBLISHED
            case WorkersProblem():
                self._workers_are_good = False
            case WindowUpdate(result=result, correction=correction):
                self._corrections += correction
                if self._result is None or result.window != self._result.window:
                    self._result_at, self._result_time = self._clock(), self._now()
                self._result = result
            case WatchProblem():
                self._problems += 1
            case Routed():
                self._routing_is_good = True
            case RoutingProblem():
                self._routing_is_good = False

    def find_ailments(self) -> list[str]:
        """Return what is wrong: that the chain is silent, or the last result old."""
        found = []
        if (silent := self._clock() - self._head_at) > SILENT_AFTER:
            found.append(f"no new block for {silent:.0f} s")
        if (age := self._clock() - self._result_at) > OLD_AFTER:
            found.append(f"no window's result for {age:.0f} s")
        return found

    def text(self) -> str:
        """Return all of it, one metric after the other."""
        lines = [line for metric in self._metrics() for line in metric.lines()]
        return "\n".join([*lines, ""])

    def _metrics(self) -> Iterator[_Metric]:
        yield _one("healthy", "1 where /healthz is well", not self.find_ailments())
        age = self._clock() - self._head_at
        yield _one("head_age_seconds", "Since the last new block", age)
        if self._head is not None:
            yield _one("head_block", "The best block", self._head.number)
        yield _Metric(
            "endpoint_in_use",
            "gauge",
            "1 for the endpoint in use",
            [({"endpoint": one.url}, one.in_use) for one in self._endpoints],
        )
        yield _Metric(
            "endpoint_lag_blocks",
            "gauge",
            "Blocks behind the others",
            [
                ({"endpoint": one.url}, one.lag)
                for one in self._endpoints
                if one.lag is not None
            ],
        )
        if self._standing is not None:
            yield _states("commitment", "The commitment", Standing, self._standing)
        yield _one(
            "workers_readable", "1 where the bid is known", self._workers_are_good
        )
        if self._routing_is_good is not None:
            yield _one("routing_good", "1 where routing works", self._routing_is_good)
        yield _count("published_total", "Commitments published", self._published)
        yield _count("problems_total", "Auctions that failed at first", self._problems)
        yield _count("corrections_total", "Results corrected", self._corrections)
        if self._result is not None:
            yield from self._of_window(self._result)

    def _of_window(self, result: AuctionResult) -> Iterator[_Metric]:
        yield _one("window_start_block", "First block", result.window.start)
        yield _one("result_time_seconds", "When it came", self._result_time or 0.0)
        yield _one("solve_seconds", "What solving took", result.solved_in)
        yield _one("budget_ph", "What all winners share, PH/s", result.budget_ph)
        yield _one("bidders", "Hotkeys with a bid", result.bidders)
        yield _states("certainty", "How sure it is", Certainty, result.certainty)
        sets = describe_sets(result.own)
        for key, help_text in (
            ("workers_won", "Workers that won, by price"),
            ("workers_lost", "Workers that lost, by price"),
            ("hashrate_won_ph", "PH/s that won, by price"),
            ("hashrate_lost_ph", "PH/s that lost, by price"),
        ):
            yield _Metric(
                key,
                "gauge",
                help_text,
                [
                    ({"price": one["price"]}, float(one[key]))
                    for one in sets
                    if one[key] is not None
                ],
            )


def _one(name: str, help_text: str, value: float) -> _Metric:
    return _Metric(name, "gauge", help_text, [({}, value)])


def _count(name: str, help_text: str, value: float) -> _Metric:
    return _Metric(name, "counter", help_text, [({}, value)])


def _states(
    name: str, help_text: str, states: type[Standing | Certainty], state: str
) -> _Metric:
    samples = [({name: str(one)}, float(one == state)) for one in states]
    return _Metric(name, "gauge", help_text, samples)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
