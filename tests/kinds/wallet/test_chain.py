"""The chain as a wallet sees it: silent, lost, taken over by another node."""

from collections.abc import Mapping
from datetime import timedelta
import logging
import os
from pathlib import Path

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.auction import AuctionMiner
from custom_components.mining_farm.kinds.wallet import const
from custom_components.mining_farm.kinds.wallet.journal import WalletJournal
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant

from .conftest import GRACE, HELD_BID, WINDOW, Site, written


def children() -> list[str]:
    """Return the processes of ours that talk to a chain."""
    found = []
    for each in Path("/proc").iterdir():
        try:
            line = (each / "cmdline").read_bytes()
            parent = (each / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError, IndexError:
            continue
        if b"chain.process" in line and int(parent) == os.getpid():
            found.append(each.name)
    return found


async def test_silence(site: Site) -> None:
    """A missed poll changes nothing; past the grace nothing is known; then all is."""
    entry = await site.add(**HELD_BID)
    site.simulator.node.refuse()
    await site.until(lambda: site.wallet(entry).data.endpoint is None)
    await site.poll(entry)
    assert site.state("binary_sensor.wallet_chain") == "on"
    assert site.state("sensor.wallet_last_result") == "lost"
    await site.after(GRACE)
    assert site.state("binary_sensor.wallet_chain") == "off"
    assert site.state("sensor.wallet_last_result") == "unavailable"
    assert site.state("sensor.wallet_commitment") == "unavailable"
    assert site.state("switch.wallet_armed") == "off"
    site.simulator.node.restore()
    await site.until(lambda: site.state("binary_sensor.wallet_chain") == "on")
    assert site.state("sensor.wallet_last_result") == "lost"
    assert site.names.count("window_lost") == 1


async def test_loads_with_the_chain_away(
    site: Site, caplog: pytest.LogCaptureFixture, impatient: None
) -> None:
    """The entry loads; one line says why; all comes once the chain is there."""
    site.simulator.node.refuse()
    entry = site.entry(**HELD_BID)
    await site.load(entry)
    await site.poll(entry)
    assert site.state("binary_sensor.wallet_chain") == "off"
    assert site.state("sensor.wallet_commitment") == "unavailable"
    logged = [
        record
        for record in caplog.records
        if record.levelname in {"WARNING", "ERROR"} and "mining_farm" in record.name
    ]
    assert len(logged) == 1, logged
    site.simulator.node.restore()
    await site.until(lambda: site.state("sensor.wallet_commitment") == "in_force")
    await site.until(lambda: site.state("sensor.wallet_last_result") == "lost")
    assert site.state("binary_sensor.wallet_chain") == "on"


@pytest.mark.parametrize("nodes", [2])
async def test_another_node_takes_over(site: Site, nodes: int) -> None:
    """The endpoint that was lost is one event, with the one that is used now."""
    entry = await site.add(**HELD_BID)
    first, second = site.simulator.urls
    assert site.state("sensor.wallet_endpoint") == first
    site.events.clear()
    site.simulator.nodes[0].refuse()
    await site.until(lambda: site.state("sensor.wallet_endpoint") == second)
    assert site.names == ["endpoint_lost"]
    assert site.events[0][1]["endpoint"] == first
    assert site.events[0][1]["now"] == second
    await site.to_block(WINDOW)
    await site.until(lambda: site.wallet(entry).data.result.window.start == WINDOW)


async def test_what_stands_in_for_what_a_node_lacks_is_named(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """At the endpoint, and once in the log; the windows go on."""
    caplog.set_level(logging.INFO, "custom_components.mining_farm")
    site.simulator.node.lack("heads")
    site.simulator.node.lack("tempo")
    entry = await site.add(**HELD_BID)
    await site.until(
        lambda: len(site.get("sensor.wallet_endpoint").attributes["fallbacks"]) == 2
    )
    await site.to_block(WINDOW)
    await site.until(lambda: site.wallet(entry).data.result.window.start == WINDOW)
    assert caplog.text.count("heads are polled") == 1


async def test_a_connection_opened_again_is_no_event(site: Site) -> None:
    """Only an endpoint that stays away is lost."""
    entry = await site.add(**HELD_BID)
    site.events.clear()
    connections = site.simulator.node.traffic.connections
    site.simulator.node.drop()
    await site.until(lambda: site.simulator.node.traffic.connections > connections)
    await site.until(lambda: site.wallet(entry).data.endpoint is not None)
    await site.after(timedelta(seconds=16))
    assert site.events == []
    site.simulator.node.refuse()
    await site.until(lambda: site.wallet(entry).data.endpoint is None)
    await site.after(timedelta(seconds=16))
    assert site.names == ["endpoint_lost"]
    assert site.events[0][1]["now"] is None


async def test_members(site: Site) -> None:
    """Uid, stake and emission of a member; a stranger has none."""
    entry = await site.add(**HELD_BID)
    assert site.state("sensor.wallet_uid") == "23"
    assert float(site.state("sensor.wallet_stake")) == pytest.approx(21.165299822)
    assert site.state("binary_sensor.wallet_not_registered") == "off"
    site.simulator.control.deregister(23)
    await site.simulator.produce()
    site.freezer.tick(timedelta(minutes=6))
    await site.poll(entry)
    assert site.state("binary_sensor.wallet_not_registered") == "on"
    assert site.state("sensor.wallet_uid") == "unknown"


async def test_auctions_that_fail_start_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was not foreseen is logged, and tried again with the next poll."""

    async def run(_self: AuctionMiner) -> None:
        raise RuntimeError("not foreseen")

    entry = site.entry(**HELD_BID)
    with monkeypatch.context() as patched:
        patched.setattr(AuctionMiner, "run", run)
        await site.load(entry)
        await site.until(lambda: "the auctions have ended" in caplog.text)
        await site.until(lambda: site.state("sensor.wallet_uid") == "23")
    assert site.state("sensor.wallet_last_result") == "unknown"
    assert site.state("sensor.wallet_commitment") == "unknown"
    await site.poll(entry)
    await site.until(lambda: site.state("sensor.wallet_last_result") == "lost")
    assert caplog.text.count("the auctions have ended") == 1


async def test_no_process_outlives_its_entry(
    site: Site, hass_storage: Mapping[str, object]
) -> None:
    """Unloaded, loaded again, removed: its process is gone, and what it kept."""
    entry = await site.add(**HELD_BID)
    assert len(children()) == 1
    await WalletJournal(site.hass, entry.entry_id).save({})
    for _ in range(2):
        await site.hass.config_entries.async_reload(entry.entry_id)
        await site.until(lambda: site.wallet(entry).data is not None)
        assert len(children()) == 1
    assert "mining_farm.windows.wallet" in hass_storage
    await site.hass.config_entries.async_remove(entry.entry_id)
    assert children() == []
    kept = [*hass_storage, *written(site)]
    assert [name for name in kept if name.startswith(DOMAIN)] == []


async def test_no_process_outlives_home_assistant(site: Site) -> None:
    """It ends when Home Assistant stops, without an unload."""
    await site.add(**HELD_BID)
    assert len(children()) == 1
    site.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await site.until(lambda: not children())


async def test_no_process_of_a_setup_that_fails(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that could not be set up leaves nothing running."""
    entry = site.entry(**HELD_BID)

    async def fail(_hass: HomeAssistant, *_: object) -> None:
        raise RuntimeError("a platform fails")

    monkeypatch.setattr(
        site.hass.config_entries, "async_forward_entry_setups", fail, raising=True
    )
    await site.hass.config_entries.async_setup(entry.entry_id)
    await site.hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    await site.until(lambda: not children())
    assert const.CONF_HOTKEY in entry.data
