"""Machines sleep for windows that are lost: by holds, never right after a start."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common.holds import async_holds
from custom_components.mining_farm.engines.farm import HoldKind, Owner
from custom_components.mining_farm.kinds.wallet import const
from custom_components.mining_farm.kinds.wallet.pausing import EXPIRES_AFTER
from homeassistant.config_entries import ConfigEntryDisabler
from simulators.subtensor import ALICE
from tests.common.machinery import FakeMachine

from .conftest import HELD_BID, NEXT_WINDOW, WINDOW, Site

WINNING = "2;b;BTC,0.5=0.1:2,0.2:3"
LOSING = "2;b;BTC,1.05=0.1:2,0.2:3"
THIRD_WINDOW = NEXT_WINDOW + 60


def machine(site: Site, name: str = "axe", *, sleeps: bool = True) -> FakeMachine:
    """Add a miner that can be paused, or one that cannot."""
    made = FakeMachine(site.hass, name, sleeps=sleeps, outlet=not sleeps)
    made.join()
    return made


async def add(site: Site, *machines: str, pauses: bool = True) -> MockConfigEntry:
    """Add a wallet that has lost the window that is under way."""
    options: dict[str, Any] = {
        const.CONF_MACHINES: [*machines],
        const.CONF_PAUSE_LOST: pauses,
    }
    return await site.add(**HELD_BID, **options)


async def window(site: Site, entry: MockConfigEntry, start: int, bid: str) -> None:
    """Let a window begin with this bid, and be held."""
    site.simulator.control.commit(ALICE.address, bid)
    await site.to_block(start)
    await site.until(
        lambda: (
            (result := site.wallet(entry).data.result) is not None
            and result.window.start == start
            and result.certainty == "confirmed"
        )
    )


def held(site: Site) -> set[str]:
    """Return the machines that the wallet holds."""
    return set(async_holds(site.hass).held_by(Owner.WALLET, "wallet"))


async def test_from_a_lost_window_to_one_that_is_won(site: Site) -> None:
    """Once each: the window that was under way at the start pauses nothing."""
    axe = machine(site)
    entry = await add(site, "axe")
    assert site.state("sensor.wallet_last_result") == "lost"
    assert not held(site)
    await window(site, entry, WINDOW, LOSING)
    await site.until(lambda: axe.asleep)
    ruling = async_holds(site.hass).ruling("axe")
    assert ruling is not None
    assert (ruling.kind, ruling.reason) == (HoldKind.ASLEEP, "window_lost")
    await window(site, entry, NEXT_WINDOW, LOSING)
    await site.to_block(NEXT_WINDOW + 5)
    assert axe.log == ["sleep down"]
    await window(site, entry, THIRD_WINDOW, WINNING)
    await site.until(lambda: not held(site))
    await site.until(lambda: not axe.asleep)
    assert axe.log == ["sleep down", "sleep up"]


async def test_power_is_never_cut_for_it(site: Site) -> None:
    """A rig that cannot be paused mines on; one that is not linked as well.

    So does one whose miner is not there any more once it is held.
    """
    rig, other = machine(site, "old", sleeps=False), machine(site, "other")
    axe = machine(site)
    entry = await add(site, "old", "old-rig", "axe")
    await window(site, entry, WINDOW, LOSING)
    await site.until(lambda: axe.asleep)
    assert held(site) == {"axe"}
    axe.leave()
    axe.sleeps, axe.outlet, axe.asleep = False, True, False
    axe.join()
    axe.polled()
    await window(site, entry, NEXT_WINDOW, LOSING)
    for each in (rig, axe, other):
        assert each.powered
        assert "outlet down" not in each.log
    assert not rig.log
    assert not other.log


async def test_a_window_without_a_bid_lets_them_go(site: Site) -> None:
    """Nothing was lost; so does an outage that lasts for more than a window."""
    axe = machine(site)
    entry = await add(site, "axe")
    await window(site, entry, WINDOW, LOSING)
    await site.until(lambda: axe.asleep)
    await window(site, entry, NEXT_WINDOW, "no bid at all")
    await site.until(lambda: not axe.asleep)
    await window(site, entry, THIRD_WINDOW, LOSING)
    await site.until(lambda: axe.asleep)
    site.simulator.node.refuse()
    site.freezer.tick(EXPIRES_AFTER - timedelta(seconds=20))
    await site.poll(entry)
    assert held(site)
    site.freezer.tick(timedelta(seconds=21))
    await site.poll(entry)
    await site.until(lambda: not axe.asleep)
    assert not held(site)


@pytest.mark.parametrize("how", ["switched off", "disabled", "removed"])
async def test_a_wallet_that_pauses_no_more_lets_them_go(site: Site, how: str) -> None:
    """Also what it had paused before it was loaded again, which is on disk."""
    axe = machine(site)
    entry = await add(site, "axe")
    await window(site, entry, WINDOW, LOSING)
    await site.until(lambda: axe.asleep)
    await site.hass.config_entries.async_reload(entry.entry_id)
    await site.hass.async_block_till_done()
    assert held(site)
    match how:
        case "switched off":
            site.hass.config_entries.async_update_entry(
                entry, options={**entry.options, const.CONF_PAUSE_LOST: False}
            )
            await site.hass.config_entries.async_reload(entry.entry_id)
            await site.poll(entry)
        case "disabled":
            await site.hass.config_entries.async_set_disabled_by(
                entry.entry_id, ConfigEntryDisabler.USER
            )
        case _:
            await site.hass.config_entries.async_remove(entry.entry_id)
    await site.until(lambda: not axe.asleep)
    assert not held(site)


async def test_machines_are_left_alone_by_default(site: Site) -> None:
    """They are only compared with what was won."""
    axe = machine(site)
    entry = await add(site, "axe", pauses=False)
    await window(site, entry, WINDOW, LOSING)
    await site.to_block(WINDOW + 3)
    assert not held(site)
    assert not axe.log
