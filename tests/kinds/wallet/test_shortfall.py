"""Too little delivered is said before the window ends, and the next bid may shrink to it."""

from functools import partial
from typing import Any

from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.common.members import Member, RigFacts, async_members
from custom_components.mining_farm.engines.farm import Hold, HoldKind, Owner
from custom_components.mining_farm.kinds.wallet.coordinator import WalletCoordinator
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from simulators.subtensor import ALICE

from .conftest import WINDOW, Site
from .test_delivery import WINNING

EVENT = "event.wallet_auction"
ISSUE = "wallet_under_delivery_wallet"


def machines(site: Site) -> None:
    """Let two machines do 0.8 PH/s together."""
    rates = {
        "a": RigFacts(seen=True, hashrate=0.5e15),
        "b": RigFacts(seen=True, hashrate=0.3e15),
    }
    for name in rates:
        async_members(site.hass).add(
            Member(entry_id=name, name=name, facts=partial(rates.__getitem__, name))
        )


async def hold(site: Site, *, on: bool) -> None:
    """Keep the second machine down, or let it go."""
    placed = Hold(
        owner=Owner.INTERLOCK,
        source="north",
        kind=HoldKind.ASLEEP,
        reason="leak",
        since=dt_util.utcnow(),
    )
    holds = async_holds(site.hass)
    if on:
        await holds.async_place(["b"], placed)
    else:
        await holds.async_release(Owner.INTERLOCK, "north")


async def test_a_stop_is_said_at_once_and_once(site: Site) -> None:
    """With the numbers, as an event and under Repairs, until it is over."""
    machines(site)
    site.simulator.control.commit(ALICE.address, WINNING)
    await site.to_block(WINDOW)
    await site.add(machines=["a", "b"])
    issues = ir.async_get(site.hass)
    await hold(site, on=True)
    await site.until(lambda: issues.async_get_issue("mining_farm", ISSUE))
    said = site.hass.states.get(EVENT)
    assert said is not None
    assert said.attributes["event_type"] == "under_delivery"
    assert said.attributes["machines_held"] == 1
    at = said.state
    await hold(site, on=False)
    await site.until(lambda: not issues.async_get_issue("mining_farm", ISSUE))
    await hold(site, on=True)
    await site.until(lambda: issues.async_get_issue("mining_farm", ISSUE))
    again = site.hass.states.get(EVENT)
    assert again is not None
    assert again.state == at


BID: dict[str, Any] = {"price_multiplier": "0.9", "worker_sizes": {"0.1": 2, "0.2": 3}}


async def sizes(wallet: WalletCoordinator) -> dict[str, int]:
    """Return what would be committed now."""
    offer = await wallet.read_offer()
    return {} if offer is None else dict(offer.sets[0].sizes)


async def test_a_bid_shrinks_to_what_is_alive(site: Site) -> None:
    """At once where a machine is kept down; a reload forgets it as little."""
    machines(site)
    await site.to_block(WINDOW)
    entry = await site.add(machines=["a", "b"], lower_bid=True, **BID)
    assert await sizes(site.wallet(entry)) == {"0.1": 2, "0.2": 3}
    await hold(site, on=True)
    await site.until(lambda: site.wallet(entry).history.limit is not None)
    assert await sizes(site.wallet(entry)) == {"0.1": 1, "0.2": 2}
    await site.until(lambda: "bid_lowered" in site.names)
    await site.hass.config_entries.async_reload("wallet")
    assert await sizes(site.wallet(entry)) == {"0.1": 1, "0.2": 2}


async def test_a_bid_stays_where_that_is_not_allowed(site: Site) -> None:
    """As before this option."""
    machines(site)
    await site.to_block(WINDOW)
    entry = await site.add(machines=["a", "b"], **BID)
    await hold(site, on=True)
    await site.poll(entry)
    assert await sizes(site.wallet(entry)) == {"0.1": 2, "0.2": 3}
    assert site.wallet(entry).history.limit is None
