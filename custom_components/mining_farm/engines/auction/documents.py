"""What happens, as JSON: one object for each event, numbers in decimals."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from .errors import NumberError
from .miner import MinerEvent, WorkersProblem
from .models import AuctionResult, Certainty, OwnBid, StoredCommitment, WorkerSet
from .offer.offer import Offer
from .offer.worker_split import total_hashrate_fp18
from .proxy.following import Routed, RoutingProblem
from .publish.report import UpkeepReport
from .window.events import WatchProblem, WindowUpdate
from .wire.numbers import format_fp18, parse_fp18

type Document = dict[str, Any]


def describe_event(event: MinerEvent) -> Document:
    """Return an event; its kind is under `event`."""
    match event:
        case UpkeepReport():
            return {"event": "commitment", **describe_report(event)}
        case WindowUpdate(
            result=result, final=final, correction=correction, early=early
        ):
            return {
                "event": "window",
                "early": early,
                "final": final,
                "correction": correction,
                **describe_result(result),
            }
        case WatchProblem(window=window, error=error):
            start = None if window is None else window.start
            return {"event": "problem", "window": start, "reason": str(error)}
        case WorkersProblem(error):
            return {"event": "workers", "line": error.line, "reason": error.reason}
        case Routed(result, changed):
            return {
                "event": "routing",
                "window": result.window.start,
                "changed": changed,
            }
        case RoutingProblem(error):
            return {"event": "routing", "reason": str(error)}


def describe_report(report: UpkeepReport) -> Document:
    """Return what a check of the own commitment found and did."""
    block = report.published_in
    return {
        "standing": str(report.standing),
        "outcome": str(report.outcome),
        "reason": report.why,
        "head": report.head,
        "on_chain": None if report.stored is None else _stored(report.stored),
        "published_in": None if block is None else block.number,
        "held_until_block": report.held_until,
    }


def describe_offer(offer: Offer) -> Document:
    """Return what is to be committed."""
    sizes: Counter[str] = Counter()
    for workers in offer.sets:
        sizes.update(workers.sizes)
    return {
        "text": offer.payload.decode(),
        "bytes": len(offer.payload),
        "price": ", ".join(format_fp18(workers.price_fp18) for workers in offer.sets),
        "sizes": dict(sizes),
        "workers": offer.workers,
        "hashrate_ph": format_fp18(total_hashrate_fp18(*offer.sets)),
        "sets": [_set(workers) for workers in offer.sets],
    }


def describe_sets(own: Iterable[OwnBid]) -> list[Document]:
    """Return what each set of workers has won and lost, the lowest price first."""
    by_price: dict[int, list[OwnBid]] = {}
    for bid in own:
        by_price.setdefault(bid.price_fp18, []).append(bid)
    return [
        {
            "price": format_fp18(price),
            "workers_won": sum(bid.won for bid in bids),
            "workers_lost": sum(not bid.won for bid in bids),
            "hashrate_won_ph": _hashrate(bid for bid in bids if bid.won),
            "hashrate_lost_ph": _hashrate(bid for bid in bids if not bid.won),
        }
        for price, bids in sorted(by_price.items())
    ]


def describe_result(result: AuctionResult) -> Document:
    """Return a window's outcome."""
    prices = result.prices
    return {
        "netuid": result.netuid,
        "window": {
            "index": result.window.index,
            "start": result.window.start,
            "end": result.window.end,
        },
        "block_hash": result.block_hash,
        "started_at": result.started_at.isoformat(),
        "ends_at": result.ends_at.isoformat(),
        "prices": None
        if prices is None
        else {
            "tao_usdc": format_fp18(prices.tao_usdc),
            "alpha_tao": format_fp18(prices.alpha_tao),
            "hashp_usdc": format_fp18(prices.hashp_usdc),
            "cap": None if prices.cap is None else format_fp18(prices.cap),
        },
        "budget_ph": result.budget_ph,
        "commitments": result.commitments,
        "bidders": result.bidders,
        "banned": list(result.banned),
        "skipped": [
            {"hotkey": skipped.hotkey, "reason": skipped.reason}
            for skipped in result.skipped
        ],
        "winners": [
            {
                "hotkey": winner.hotkey,
                "size": winner.size,
                "price": format_fp18(winner.price_fp18),
            }
            for winner in result.winners
        ],
        "won": _own(bid for bid in result.own if bid.won),
        "lost": _own(bid for bid in result.own if not bid.won),
        "sets": describe_sets(result.own),
        "own_least": result.own_least,
        "own_most": result.own_most,
        "solver": None if result.solver is None else str(result.solver),
        "certainty": str(result.certainty),
        "estimate": result.certainty is Certainty.ESTIMATE,
        "solved_in_s": round(result.solved_in, 3),
    }


def now() -> str:
    """Return the time of a line."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _own(bids: Iterable[OwnBid]) -> list[Document]:
    counts = Counter((bid.size, bid.price_fp18) for bid in bids)
    return [
        {"size": size, "price": format_fp18(price), "workers": count}
        for (size, price), count in counts.items()
    ]


def _set(workers: WorkerSet) -> Document:
    return {
        "price": format_fp18(workers.price_fp18),
        "sizes": dict(workers.sizes),
        "workers": sum(workers.sizes.values()),
        "hashrate_ph": format_fp18(total_hashrate_fp18(workers)),
        "pool": workers.pool,
    }


def _hashrate(bids: Iterable[OwnBid]) -> str | None:
    """Return a sum in PH/s; None: version 1 takes as a size what is no number."""
    with suppress(NumberError):
        return format_fp18(sum(parse_fp18(bid.size) for bid in bids))
    return None


def _stored(stored: StoredCommitment) -> Document:
    text = None if stored.raw is None else stored.raw.decode(errors="backslashreplace")
    return {"text": text, "block": stored.block, "problem": stored.problem}
