"""Wallets of the same network and subnet: one process, one connection, one solve."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from simulators.subtensor import BOB

from .conftest import HELD_BID, WINDOW, Site
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
