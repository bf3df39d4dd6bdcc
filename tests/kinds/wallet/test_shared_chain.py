"""Wallets of the same network and subnet: one process, one connection, one solve."""

from collections import Counter
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.solver.child import SolverChild
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from simulators.subtensor import ALICE, BOB, ss58

from .conftest import HELD_BID, NEXT_WINDOW, WINDOW, Site
from .test_chain import children as chain_processes


def _window(site: Site, entry: ConfigEntry) -> int:
    start: int = site.wallet(entry).data.result.window.start
    return start


async def test_two_wallets_share_the_chain(site: Site) -> None:
    """Each has its own states; both of the same process and connection."""
    first = await site.add(**HELD_BID)
    second = site.entry(key=False, entry_id="other", hotkey=BOB.address)
    await site.load(second)
    await site.until(lambda: site.wallet(second).data.result is not None)
    assert len(chain_processes()) == 1
    assert site.simulator.node.traffic.connections == 1
    await site.to_block(WINDOW)
    await site.until(lambda: _window(site, first) == _window(site, second) == WINDOW)
    assert site.wallet(first).data.result.own
    assert not site.wallet(second).data.result.own


async def test_a_wallet_that_is_unloaded_or_removed_ends_no_other(site: Site) -> None:
    """It is back on the same process when it is loaded again; the last one ends it."""
    first = await site.add(**HELD_BID)
    second = site.entry(key=False, entry_id="other", hotkey=BOB.address)
    await site.load(second)
    await site.until(lambda: site.wallet(second).data.result is not None)
    (process,) = chain_processes()
    await site.hass.config_entries.async_reload(first.entry_id)
    await site.hass.async_block_till_done()
    assert first.state is ConfigEntryState.LOADED
    await site.until(lambda: site.wallet(first).data is not None)
    assert chain_processes() == [process]
    await site.hass.config_entries.async_remove(first.entry_id)
    await site.hass.async_block_till_done()
    await site.to_block(WINDOW)
    await site.until(lambda: site.wallet(second).data.result.window.start == WINDOW)
    assert chain_processes() == [process]
    assert site.simulator.node.traffic.connections == 1
    await site.hass.config_entries.async_remove(second.entry_id)
    await site.hass.async_block_till_done()
    assert not chain_processes()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the solver's processes, and the questions that they are asked."""
    counts: Counter[str] = Counter()
    start, ask = SolverChild.start, SolverChild.ask

    async def noted_start() -> SolverChild:
        counts["process"] += 1
        return await start()

    async def noted_ask(child: SolverChild, request: dict[str, Any]) -> dict[str, Any]:
        counts[request["ask"]] += 1
        return await ask(child, request)

    monkeypatch.setattr(SolverChild, "start", noted_start)
    monkeypatch.setattr(SolverChild, "ask", noted_ask)
    return counts


async def test_one_solve_serves_all_wallets(site: Site, asked: Counter[str]) -> None:
    """Of a window that was prepared, and of one whose bids change in its first block.

    What differs by wallet is what its own bids can have won: one proof for each.
    """
    entries = [await site.add(**HELD_BID)]
    bidders = [one for one in site.simulator.market.neurons if not one.validator]
    for number, bidder in enumerate(bidders[:3]):
        hotkey = ss58(bidder.hotkey)
        entries.append(site.entry(key=False, entry_id=f"{number}", hotkey=hotkey))
        await site.load(entries[-1])

    def is_settled(start: int | None = None) -> bool:
        results = [site.wallet(entry).data.result for entry in entries]
        return all(
            result is not None
            and start in {None, result.window.start}
            and result.certainty in {"confirmed", "estimate"}
            for result in results
        )

    await site.until(is_settled)
    # Where the network's solver does not run, there is nothing but proofs.
    chosen = int(asked["choose"] > 0)
    await site.to_block(WINDOW)
    await site.until(lambda: is_settled(WINDOW))
    bid = site.simulator.control.commit
    bid(ALICE.address, "2;b;BTC,0.96=0.1:2,0.2:3")
    await site.to_block(NEXT_WINDOW - 10)
    asked.clear()
    await site.to_block(NEXT_WINDOW - 1)
    await site.until(lambda: _answered(asked, prove=len(entries), choose=chosen))
    await site.to_block(NEXT_WINDOW)
    await site.until(lambda: is_settled(NEXT_WINDOW))
    assert asked == Counter(process=1, prove=len(entries), choose=2 * chosen)
    asked.clear()
    bid(ALICE.address, "2;b;BTC,0.95=0.1:2,0.2:3")
    await site.to_block(NEXT_WINDOW + 59)
    await site.until(lambda: _answered(asked, prove=len(entries)))
    bid(ALICE.address, "2;b;BTC,0.9=0.1:2,0.2:3")
    await site.to_block(NEXT_WINDOW + 60)
    await site.until(lambda: is_settled(NEXT_WINDOW + 60))
    assert asked["process"] == 1
    assert asked["prove"] == 2 * len(entries)
    assert asked["choose"] <= 2 * chosen
    assert len(chain_processes()) == 1
    assert site.simulator.node.traffic.connections == 1


def _answered(asked: Counter[str], **questions: int) -> bool:
    return Counter(questions) <= asked
