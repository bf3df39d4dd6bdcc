"""Which reports and results become events, each of them once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction import (
    FP,
    AuctionResult,
    BlockRef,
    Certainty,
    Outcome,
    OwnBid,
    Standing,
    StoredCommitment,
    UpkeepReport,
    Window,
    WindowUpdate,
)
from custom_components.mining_farm.kinds.wallet.auction_events import AuctionEvents
from custom_components.mining_farm.kinds.wallet.history import WindowHistory
from homeassistant.core import HomeAssistant

HOTKEY = "5Own"
START = 7_499_744
STARTED_AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def events(hass: HomeAssistant) -> AuctionEvents:
    """Return the events of a wallet without a past."""
    return AuctionEvents(HOTKEY, WindowHistory(hass, "wallet"))


def _triggered(events: AuctionEvents) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what waits for a listener."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    events.queue.async_listen(lambda name, values: found.append((name, values)))()
    return found


def _names(events: AuctionEvents) -> list[str]:
    return [name for name, _ in _triggered(events)]


def _report(outcome: Outcome, why: str = "", **values: Any) -> UpkeepReport:
    return UpkeepReport(
        outcome=outcome, why=why, **{"standing": Standing.CHANGED, **values}
    )


def _in_force(block: int | None, head: int) -> UpkeepReport:
    stored = StoredCommitment(hotkey=HOTKEY, block=block, raw=b"2;b;")
    return _report(
        Outcome.NOTHING, standing=Standing.IN_FORCE, stored=stored, head=head
    )


def _result(
    *,
    won: bool | None,
    block_hash: str = "0xa",
    banned: bool = False,
    certainty: Certainty = Certainty.CONFIRMED,
) -> Any:
    """Return a window; won None: without any bid of ours."""
    own = [] if won is None else [OwnBid(size="0.1", price_fp18=FP, won=won)]
    return AuctionResult(
        netuid=89,
        window=Window(index=1, start=START, end=START + 59),
        block_hash=block_hash,
        started_at=STARTED_AT,
        ends_at=STARTED_AT,
        prices=None,
        budget_ph=1.0,
        commitments=1,
        bidders=1,
        banned=(HOTKEY,) if banned else (),
        skipped=(),
        winners=(),
        own=tuple(own),
        solver=None,
        certainty=certainty,
        own_least=None,
        own_most=None,
        solved_in=0.1,
    )


def _update(result: AuctionResult) -> WindowUpdate:
    return WindowUpdate(result=result, final=False)


async def test_an_unconfirmed_extrinsic_is_an_event_once_it_is_found(
    events: AuctionEvents,
) -> None:
    """By a commitment younger than the head at which it was sent; then never again."""
    events.handle_report(_report(Outcome.UNCONFIRMED, head=1000))
    events.handle_report(_in_force(None, 1001))
    events.handle_report(_in_force(1000, 1002))
    assert _names(events) == []
    events.handle_report(_in_force(1003, 1004))
    [(name, values)] = _triggered(events)
    assert name == "commitment_published"
    assert (values["outcome"], values["published_in"]) == ("published", 1003)
    events.handle_report(_in_force(1003, 1005))
    assert _names(events) == []


async def test_a_commitment_of_before_is_no_event(events: AuctionEvents) -> None:
    """Nothing of ours was on its way."""
    events.handle_report(_in_force(1003, 1004))
    assert _names(events) == []


async def test_a_refusal_is_one_event_until_something_changes(
    events: AuctionEvents,
) -> None:
    """Another reason, or the same after it was over: rehearsed, published, renewed."""
    refused = _report(Outcome.REFUSED, "above the ceiling")
    events.handle_report(refused)
    events.handle_report(refused)
    assert _names(events) == ["commitment_refused"]
    events.handle_report(_report(Outcome.REFUSED, "no key"))
    assert _names(events) == ["commitment_refused"]
    over = [
        _report(Outcome.REHEARSED),
        _report(Outcome.PUBLISHED, published_in=BlockRef(number=5, hash="0x5")),
        _in_force(1000, 1359),
    ]
    for report in over:
        events.handle_report(refused)
        assert _names(events) == ["commitment_refused"]
        events.handle_report(report)
        _triggered(events)
    events.handle_report(refused)
    _triggered(events)
    # As old as that, the commitment is due: the refusal still stands in its way.
    events.handle_report(_in_force(1000, 1360))
    events.handle_report(refused)
    assert _names(events) == []


async def test_a_window_is_one_event_for_each_first_block(
    events: AuctionEvents,
) -> None:
    """What is final later is none; another first block is a correction."""
    events.handle_window(_update(_result(won=True)))
    events.handle_window(_update(_result(won=True)))
    [(name, values)] = _triggered(events)
    assert (name, values["correction"]) == ("window_won", False)
    events.handle_window(_update(_result(won=False, block_hash="0xb")))
    [(name, values)] = _triggered(events)
    assert (name, values["correction"]) == ("window_lost", True)


async def test_a_win_that_a_reorganisation_took_is_lost(
    events: AuctionEvents,
) -> None:
    """Also where no bid of ours is left: whoever acted on the win has to know."""
    events.handle_window(_update(_result(won=True)))
    _triggered(events)
    events.handle_window(_update(_result(won=None, block_hash="0xb")))
    [(name, values)] = _triggered(events)
    assert (name, values["correction"]) == ("window_lost", True)


async def test_windows_without_a_bid_are_no_events(events: AuctionEvents) -> None:
    """Neither at first nor after a reorganisation."""
    events.handle_window(_update(_result(won=None)))
    events.handle_window(_update(_result(won=None, block_hash="0xb")))
    assert _names(events) == []


async def test_a_ban_is_one_event(events: AuctionEvents) -> None:
    """It lasts over windows, and over corrections of one."""
    events.handle_window(_update(_result(won=None, banned=True)))
    assert _names(events) == ["banned"]
    events.handle_window(_update(_result(won=None, banned=True, block_hash="0xb")))
    assert _names(events) == []


async def test_an_early_result_that_is_confirmed_is_one_event(
    events: AuctionEvents,
) -> None:
    """The network's solver says the same: nothing is sent twice."""
    early = _result(won=True, certainty=Certainty.PROVISIONAL)
    events.handle_window(WindowUpdate(result=early, final=False, early=True))
    [(name, values)] = _triggered(events)
    assert (name, values["certainty"]) == ("window_won", "provisional")
    events.handle_window(_update(_result(won=True)))
    assert _names(events) == []


async def test_an_early_result_that_the_network_decides_otherwise_is_corrected(
    events: AuctionEvents,
) -> None:
    """One correction; after a restart the early result is not believed again."""
    early = _result(won=True, certainty=Certainty.PROVISIONAL)
    events.handle_window(WindowUpdate(result=early, final=False, early=True))
    assert _names(events) == ["window_won"]
    events.handle_window(_update(_result(won=False)))
    [(name, values)] = _triggered(events)
    assert (name, values["correction"]) == ("window_lost", True)
    assert values["certainty"] == "confirmed"
    events.handle_window(WindowUpdate(result=early, final=False, early=True))
    events.handle_window(_update(_result(won=False)))
    assert _names(events) == []
