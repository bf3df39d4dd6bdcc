"""The auction's knapsack: how long each solver takes, the start of its process included."""

import asyncio
from collections.abc import Iterator
from random import Random
from statistics import median

from custom_components.mining_farm.engines.auction.models import (
    Bid,
    Selection,
    SelectionProblem,
    SolverName,
)
from custom_components.mining_farm.engines.auction.solver.client import AuctionSolver

from .machine import load
from .table import figure, table

SIZES = (50, 200, 400, 1000)
"""Workers in a market."""
_WORKERS_PER_HOTKEY = 10
_NO_CBC = "/dev/null"
_MILLI_FP18 = 10**15


def measure_solver(*, quick: bool) -> Iterator[str]:
    """Yield the table: markets of that many workers, a budget for about half of them."""
    rounds = 3 if quick else 10
    rows = []
    for alike in (False, True):
        kind = "equal workers" if alike else "mixed sizes and prices"
        for workers in SIZES:
            problems = [
                build_market(workers, seed, alike=alike) for seed in range(rounds)
            ]
            by_cbc = asyncio.run(_solve(problems, None))
            without = asyncio.run(_solve(problems, _NO_CBC))
            rows.append(
                (
                    f"{workers} workers, {kind}",
                    *_times(by_cbc, SolverName.CBC),
                    *_times(without, SolverName.EXACT, SolverName.HIGHS),
                )
            )
    yield table(
        "Winners of a window, s",
        ("", "with CBC, median", "max", "without, median", "max"),
        rows,
        (
            f"{rounds} markets each; budget for about half of what is offered",
            "whole calls: a new process, imports, model, solving, answer",
            "without CBC: the proof, or where ties leave it open one of the best answers",
            load(),
        ),
    )


def build_market(workers: int, seed: int, *, alike: bool) -> SelectionProblem:
    """Return a market of hotkeys with ten workers each, after the big-M switch."""
    random = Random(seed)  # noqa: S311
    bids = {}
    for number in range(workers // _WORKERS_PER_HOTKEY):
        sizes = [450 if alike else random.randint(50, 450) for _ in range(2)]
        price = 1000 if alike else random.randint(850, 1050)
        bids[f"5Hotkey{number:041d}"] = tuple(
            Bid(
                size=f"0.{size:03d}".rstrip("0"),
                price_fp18=price * _MILLI_FP18,
                count=_WORKERS_PER_HOTKEY // 2,
            )
            for size in sizes
        )
    offered = sum(
        float(bid.size) * bid.count for group in bids.values() for bid in group
    )
    return SelectionProblem(
        bids=bids,
        budget_ph=offered * random.uniform(0.4, 0.6),
        start_block=8_000_000,
        block_hash=f"0x{random.getrandbits(256):064x}",
        own_hotkey=next(iter(bids)),
    )


async def _solve(
    problems: list[SelectionProblem], cbc_path: str | None
) -> list[Selection]:
    solver = AuctionSolver(cbc_path=cbc_path)
    # The first call also tries CBC.
    await solver(problems[0])
    return [await solver(problem) for problem in problems]


def _times(selections: list[Selection], *solvers: SolverName) -> tuple[str, str]:
    times = [one.seconds for one in selections if one.solver in solvers]
    if len(times) < len(selections):
        return figure(None), figure(None)
    return figure(median(times)), figure(max(times))
