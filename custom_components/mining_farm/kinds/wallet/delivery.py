"""What the machines of a wallet deliver, beside what it has promised."""

from dataclasses import dataclass

from homeassistant.core import HomeAssistant, callback

from ...common.members import MinerFacts, RigFacts, async_facts
from ...engines.auction import AuctionResult

TOLERANCE = 0.9
"""Validators ban who delivers less than nine tenths of what was won."""
HASHES_PER_PH = 1e15


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Promised and delivered, PH/s; None is unknown."""

    promised: float | None
    delivered: float | None

    @property
    def short(self) -> bool | None:
        """Return whether what is alive no longer covers what is promised."""
        if self.promised is None or self.delivered is None:
            return None
        return self.delivered < self.promised * TOLERANCE


@callback
def async_delivery(
    hass: HomeAssistant, machines: list[str], result: AuctionResult | None
) -> Delivery:
    """Compare the window's won bids with what the machines do now.

    One that fell silent counts as zero; one that was not seen yet leaves the sum
    unknown.
    """
    facts = [async_facts(hass, entry_id) for entry_id in machines]
    known = [
        one for one in facts if isinstance(one, MinerFacts | RigFacts) and one.seen
    ]
    delivered = None
    if machines and len(known) == len(machines):
        delivered = sum(one.hashrate or 0.0 for one in known) / HASHES_PER_PH
    promised = None if result is None else won_hashrate(result)
    return Delivery(promised=promised, delivered=delivered)


def won_hashrate(result: AuctionResult) -> float:
    """Return what a window's won bids promise, PH/s."""
    return sum(float(bid.size) for bid in result.own if bid.won)
