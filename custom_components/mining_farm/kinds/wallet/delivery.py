"""What the machines of a wallet deliver, beside what it has promised."""

from dataclasses import dataclass

from homeassistant.core import HomeAssistant, callback

from ...common.holds import async_holds
from ...common.machines import async_machines
from ...common.members import MinerFacts, RigFacts, async_facts
from ...engines.auction import AuctionResult
from ...engines.farm import Owner

TOLERANCE = 0.9
"""Validators ban who delivers less than nine tenths of what was won."""
HASHES_PER_PH = 1e15


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Promised and delivered, PH/s; None is unknown."""

    promised: float | None
    delivered: float | None
    held: int = 0
    """How many of the machines somebody keeps down."""

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

    One that fell silent, or is held, counts as zero; one that was not seen yet leaves
    the sum unknown.
    """
    rates = [_rate(hass, entry_id) for entry_id in machines]
    known = [rate for rate in rates if rate is not None]
    delivered = None
    if machines and len(known) == len(machines):
        delivered = sum(known) / HASHES_PER_PH
    promised = None if result is None else won_hashrate(result)
    held = sum(_is_held_by_others(hass, entry_id) for entry_id in machines)
    return Delivery(promised=promised, delivered=delivered, held=held)


def _rate(hass: HomeAssistant, entry_id: str) -> float | None:
    """Return what a machine adds, H/s; None where nothing is known of it yet."""
    # Before its last shares have left the pool's mean, and its next poll has come.
    if _is_held(hass, entry_id):
        return 0.0
    facts = async_facts(hass, entry_id)
    if not isinstance(facts, MinerFacts | RigFacts) or not facts.seen:
        return None
    return facts.hashrate or 0.0


def _is_held(hass: HomeAssistant, entry_id: str) -> bool:
    machine = async_machines(hass).of_entry(entry_id)
    return machine is not None and async_holds(hass).ruling(machine.id) is not None


def _is_held_by_others(hass: HomeAssistant, entry_id: str) -> bool:
    """Return whether a machine is kept down that the next window's win does not start."""
    machine = async_machines(hass).of_entry(entry_id)
    hold = None if machine is None else async_holds(hass).ruling(machine.id)
    return hold is not None and hold.owner is not Owner.WALLET


def won_hashrate(result: AuctionResult) -> float:
    """Return what a window's won bids promise, PH/s."""
    return sum(float(bid.size) for bid in result.own if bid.won)
