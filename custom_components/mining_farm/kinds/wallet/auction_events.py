"""Which events a wallet triggers: each once, also across restarts."""

from collections.abc import Mapping
from typing import Any

from ...common.events import EventQueue
from ...engines.auction import (
    RENEW_AFTER,
    Outcome,
    Standing,
    UpkeepReport,
    WindowUpdate,
    commitment_age,
    describe_report,
    describe_result,
)
from .data import WindowOutcome, outcome_of
from .history import WindowHistory


class AuctionEvents:
    """Triggers the events of a wallet's event entity."""

    def __init__(self, hotkey: str, history: WindowHistory) -> None:
        """Keep in the history what was triggered."""
        self.queue = EventQueue()
        self._hotkey = hotkey
        self._history = history
        self._unconfirmed_at: int | None = None
        """The head when an extrinsic was sent whose fate is not known yet."""

    def handle_report(self, report: UpkeepReport) -> None:
        """Trigger an event for a commitment that was published or refused."""
        match report.outcome:
            case Outcome.PUBLISHED:
                self._unconfirmed_at = None
                self._history.keep_refusal(None)
                self.queue.trigger("commitment_published", describe_report(report))
            case Outcome.UNCONFIRMED:
                self._unconfirmed_at = report.head
            case Outcome.REFUSED if report.why != self._history.refused:
                self._history.keep_refusal(report.why)
                self.queue.trigger("commitment_refused", describe_report(report))
            case Outcome.REHEARSED:
                self._history.keep_refusal(None)
            case Outcome.NOTHING if report.standing is Standing.IN_FORCE:
                self._handle_standing(report)

    def _handle_standing(self, report: UpkeepReport) -> None:
        """Take from the chain what became of an extrinsic that was not confirmed."""
        block = None if report.stored is None else report.stored.block
        if block is None or report.head is None:
            return
        if commitment_age(block, report.head) < RENEW_AFTER:
            self._history.keep_refusal(None)
        if self._unconfirmed_at is not None and block > self._unconfirmed_at:
            self._unconfirmed_at = None
            published = {"outcome": str(Outcome.PUBLISHED), "published_in": block}
            attributes = describe_report(report) | published
            self.queue.trigger("commitment_published", attributes)

    def handle_window(self, update: WindowUpdate) -> None:
        """Trigger an event for a result that is new or another, and for a new ban."""
        result = update.result
        attributes = describe_result(result)
        before = self._history.find(result.window.start)
        earlier = self._history.before(result.window.start)
        outcome = outcome_of(result)
        attributes |= {
            # Those of others are many, and the recorder drops attributes above 16 KiB.
            "winners": len(result.winners),
            "skipped": len(result.skipped),
            "final": update.final,
            "outcome": str(outcome),
            "outcome_before": None if earlier is None else earlier["outcome"],
        }
        same_block = before is not None and before["block_hash"] == result.block_hash
        if same_block and update.early:
            # After a restart in the middle of the window: what is kept is surer.
            return
        self._history.keep(attributes)
        if same_block and before and _own(before) == _own(attributes):
            return
        if outcome is WindowOutcome.NO_BID and before and before["won"]:
            # Its win was an event, and has to be taken back.
            outcome = WindowOutcome.LOST
        if outcome is not WindowOutcome.NO_BID:
            correction = before is not None
            self.queue.trigger(
                f"window_{outcome}", {**attributes, "correction": correction}
            )
        known = before or earlier
        was_banned = known is not None and self._hotkey in known["banned"]
        if self._hotkey in result.banned and not was_banned:
            self.queue.trigger("banned", {"window": attributes["window"]})


def _own(result: Mapping[str, Any]) -> tuple[Any, Any]:
    return result["won"], result.get("lost")
