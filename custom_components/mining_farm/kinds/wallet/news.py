"""What of all that happens to a wallet is news, and told once, also across restarts."""

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


class WalletNews:
    """Tells the wallet's event entity."""

    def __init__(self, hotkey: str, history: WindowHistory) -> None:
        """Keep in the history what was told."""
        self.events = EventQueue()
        self._hotkey = hotkey
        self._history = history
        self._unconfirmed_at: int | None = None
        """The head when something was sent of which nobody knows yet what became."""

    def take_report(self, report: UpkeepReport) -> None:
        """Tell of a commitment that was published or refused."""
        match report.outcome:
            case Outcome.PUBLISHED:
                self._unconfirmed_at = None
                self._history.keep_refusal(None)
                self.events.trigger("commitment_published", describe_report(report))
            case Outcome.UNCONFIRMED:
                self._unconfirmed_at = report.head
            case Outcome.REFUSED if report.why != self._history.refused:
                self._history.keep_refusal(report.why)
                self.events.trigger("commitment_refused", describe_report(report))
            case Outcome.REHEARSED:
                self._history.keep_refusal(None)
            case Outcome.NOTHING if report.standing is Standing.IN_FORCE:
                self._take_standing(report)

    def _take_standing(self, report: UpkeepReport) -> None:
        """Learn from the chain what nobody told."""
        block = None if report.stored is None else report.stored.block
        if block is None or report.head is None:
            return
        if commitment_age(block, report.head) < RENEW_AFTER:
            self._history.keep_refusal(None)
        if self._unconfirmed_at is not None and block > self._unconfirmed_at:
            self._unconfirmed_at = None
            told = {**describe_report(report), "outcome": str(Outcome.PUBLISHED)}
            self.events.trigger("commitment_published", {**told, "published_in": block})

    def take_window(self, update: WindowUpdate) -> None:
        """Tell what a window brought, unless it was told, and a ban that is new."""
        result = update.result
        told = describe_result(result)
        before = self._history.find(result.window.start)
        earlier = self._history.before(result.window.start)
        outcome = outcome_of(result)
        told |= {
            # Those of others are many: what is too large is not recorded.
            "winners": len(result.winners),
            "skipped": len(result.skipped),
            "final": update.final,
            "outcome": str(outcome),
            "outcome_before": None if earlier is None else earlier["outcome"],
        }
        self._history.keep(told)
        if before is not None and before["block_hash"] == result.block_hash:
            # Also after a restart in the middle of the window: it is no news.
            return
        if outcome is WindowOutcome.NO_BID and before and before["won"]:
            # Its win was told, and has to be taken back.
            outcome = WindowOutcome.LOST
        if outcome is not WindowOutcome.NO_BID:
            correction = before is not None
            self.events.trigger(f"window_{outcome}", {**told, "correction": correction})
        known = before or earlier
        was_banned = known is not None and self._hotkey in known["banned"]
        if self._hotkey in result.banned and not was_banned:
            self.events.trigger("banned", {"window": told["window"]})
