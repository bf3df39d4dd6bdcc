"""Auction results as actions, events and files tell them: JSON, decimals as text."""

from collections import Counter
from typing import Any

from ...engines.auction import (
    AuctionResult,
    Offer,
    OwnBid,
    Prices,
    Winner,
    format_fp18,
    total_hashrate_fp18,
)


def describe_result(result: AuctionResult, *, final: bool) -> dict[str, Any]:
    """Return a window's outcome, without the winners of others."""
    won = [bid for bid in result.own if bid.won]
    lost = [bid for bid in result.own if not bid.won]
    return {
        "netuid": result.netuid,
        "window": result.window.index,
        "start_block": result.window.start,
        "end_block": result.window.end,
        "started_at": result.started_at.isoformat(),
        "ends_at": result.ends_at.isoformat(),
        "final": final,
        "prices": None if result.prices is None else _prices(result.prices),
        "budget_ph": result.budget_ph,
        "bidders": result.bidders,
        "commitments": result.commitments,
        "winners": len(result.winners),
        "won": _bids(won),
        "lost": _bids(lost),
        "workers_won": len(won),
        "workers_lost": len(lost),
        "estimate": result.estimate,
        "own_least": result.own_least,
        "own_most": result.own_most,
        "solver": result.solver,
        "solved_in_s": round(result.solved_in, 3),
        "skipped": [
            {"hotkey": skipped.hotkey, "reason": skipped.reason}
            for skipped in result.skipped
        ],
        "banned": list(result.banned),
    }


def describe_winners(winners: tuple[Winner, ...]) -> list[dict[str, Any]]:
    """Return all winners, those alike as one."""
    counts = Counter(
        (winner.price_fp18, winner.hotkey, winner.size) for winner in winners
    )
    return [
        {"hotkey": hotkey, "size": size, "price": format_fp18(price), "count": count}
        for (price, hotkey, size), count in sorted(counts.items())
    ]


def describe_offer(offer: Offer) -> dict[str, Any]:
    """Return what is to be bid."""
    return {
        "text": offer.payload.decode(),
        "bytes": len(offer.payload),
        "price_multiplier": format_fp18(offer.workers.price_fp18),
        "worker_sizes": dict(offer.workers.sizes),
        "workers": sum(offer.workers.sizes.values()),
        "hashrate_ph": format_fp18(total_hashrate_fp18(offer.workers)),
    }


def _prices(prices: Prices) -> dict[str, str | None]:
    return {
        "tao_usdc": format_fp18(prices.tao_usdc),
        "alpha_tao": format_fp18(prices.alpha_tao),
        "hashp_usdc": format_fp18(prices.hashp_usdc),
        "cap": None if prices.cap is None else format_fp18(prices.cap),
    }


def _bids(bids: list[OwnBid]) -> list[dict[str, Any]]:
    counts = Counter((bid.price_fp18, bid.size) for bid in bids)
    return [
        {"size": size, "price": format_fp18(price), "count": count}
        for (price, size), count in sorted(counts.items())
    ]
