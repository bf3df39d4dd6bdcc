"""Readings of each miner that a container lists, where its user wants them."""

from typing import Any

import pytest

from custom_components.mining_farm.common.members import (
    ContainerFacts,
    async_facts_by_entry,
)
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds import container as kind
from custom_components.mining_farm.kinds.container import miner_readings
from homeassistant.helpers import device_registry as dr, entity_registry as er
from simulators.antspace import AntspaceSimulator

from .conftest import NORTH, Site

READINGS = ("hashrate", "hottest_chip", "hottest_board")


def listed(*hosts: int) -> dict[str, Any]:
    """Return a `minerInfo` that lists miners at these last bytes of addresses."""
    return {
        "minerInfo": {
            "miner_num": len(hosts),
            "total_hashrate": 100 * len(hosts),
            "miner_info": {
                f"10.140.0.{host}": {
                    "GHS_5s": 100 + host,
                    "pcb_max_temp": 50 + host,
                    "chip_max_temp": 70 + host,
                }
                for host in hosts
            },
        }
    }


def listed_hosts(site: Site) -> dict[str, frozenset[str]]:
    """Return the addresses of miners that loaded containers offer."""
    facts = async_facts_by_entry(site.hass, ContainerFacts)
    return {entry_id: container.miner_hosts for entry_id, container in facts.items()}


def readings(site: Site, number: int) -> tuple[str, ...]:
    """Return hashrate, hottest chip and hottest board of one miner."""
    return tuple(
        site.state(f"sensor.north_miner_{number}_{reading}") for reading in READINGS
    )


def device(site: Site, number: int) -> dr.ChildDeviceEntry:
    """Return one miner's device."""
    [found] = [
        found
        for found in dr.async_child_entries_for_config_entry(
            dr.async_get(site.hass), NORTH
        )
        if (DOMAIN, f"{NORTH}_miner_{number}") in found.identifiers
    ]
    return found


async def test_none_unless_wanted(site: Site, north: AntspaceSimulator) -> None:
    """A summary is enough for most: the container alone has a device."""
    north.set_fields(listed(1, 2))
    await site.add(north)
    assert site.hass.states.get("sensor.north_miner_1_hashrate") is None


async def test_each_miner_has_its_own(site: Site, north: AntspaceSimulator) -> None:
    """Hashrate, hottest chip and hottest board, and no address in any of it."""
    north.set_fields(listed(1, 2))
    await site.add(north, miner_readings=True)
    assert readings(site, 1) == ("101.0", "71.0", "51.0")
    assert readings(site, 2) == ("102.0", "72.0", "52.0")
    for state in site.hass.states.async_all():
        assert "10.140" not in str(state.as_dict())


async def test_what_is_offered_to_be_added(
    site: Site, north: AntspaceSimulator
) -> None:
    """Addresses that are listed, nothing else that a key may be, and none in silence."""
    info = listed(1)
    info["minerInfo"]["miner_info"] |= {"10.0.0.0/8": {}, "elsewhere": {}}
    north.set_fields(info)
    entry = await site.add(north)
    assert listed_hosts(site) == {NORTH: {"10.140.0.1"}}
    north.refuse()
    await site.polls(4)
    assert listed_hosts(site) == {NORTH: set()}
    await site.hass.config_entries.async_unload(entry.entry_id)
    assert listed_hosts(site) == {}


async def test_miners_come_and_go(site: Site, north: AntspaceSimulator) -> None:
    """Who is not listed is unavailable, who is new is added, and numbers stay."""
    north.set_fields(listed(1, 2))
    entry = await site.add(north, miner_readings=True)
    north.set_fields(listed(2, 3))
    await site.polls()
    assert readings(site, 1) == ("unavailable",) * 3
    assert readings(site, 2) == ("102.0", "72.0", "52.0")
    assert readings(site, 3) == ("103.0", "73.0", "53.0")
    await site.hass.config_entries.async_reload(entry.entry_id)
    await site.settle()
    assert readings(site, 1) == ("unavailable",) * 3
    assert readings(site, 3) == ("103.0", "73.0", "53.0")


async def test_a_list_that_cannot_be_true(
    site: Site, north: AntspaceSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rubbish in the place of a list does not fill Home Assistant with devices."""
    monkeypatch.setattr(miner_readings, "MOST_MINERS", 3)
    north.set_fields(listed(1, 2))
    await site.add(north, miner_readings=True)
    north.set_fields(listed(1, *range(3, 9)))
    await site.polls(2)
    assert readings(site, 3) == ("103.0", "73.0", "53.0")
    assert site.hass.states.get("sensor.north_miner_4_hashrate") is None


async def test_those_that_are_gone_make_room(
    site: Site,
    north: AntspaceSimulator,
    monkeypatch: pytest.MonkeyPatch,
    entity_registry: er.EntityRegistry,
) -> None:
    """Addresses change: whoever is listed is shown, and the longest gone goes first."""
    monkeypatch.setattr(miner_readings, "MOST_MINERS", 3)
    north.set_fields(listed(1, 2))
    entry = await site.add(north, miner_readings=True)
    north.set_fields(listed(2, 3))
    await site.polls()
    assert readings(site, 1) == ("unavailable",) * 3
    north.set_fields(listed(4, 5))
    await site.polls()
    # 1 is gone longest and 2 was listed with 3, so that its address decides.
    assert readings(site, 4) == ("104.0", "74.0", "54.0")
    assert readings(site, 5) == ("105.0", "75.0", "55.0")
    assert set(entry.runtime_data.journal.miners.values()) == {3, 4, 5}
    north.set_fields(listed(6, 7, 8))
    for _ in range(2):
        await site.polls()
        assert [readings(site, number)[0] for number in (6, 7, 8)] == [
            "106.0",
            "107.0",
            "108.0",
        ]
        registered = er.async_entries_for_config_entry(entity_registry, NORTH)
        assert sum("_miner_" in entity.unique_id for entity in registered) == 9
        await site.hass.config_entries.async_reload(NORTH)
        await site.settle()


@pytest.mark.parametrize("fault", ["refuse", "break_down"])
async def test_silence(site: Site, north: AntspaceSimulator, fault: str) -> None:
    """Past the grace nothing of a miner is known."""
    north.set_fields(listed(1))
    await site.add(north, miner_readings=True)
    getattr(north, fault)()
    await site.polls(4)
    assert readings(site, 1) == ("unavailable",) * 3
    north.restore()
    await site.polls()
    assert readings(site, 1) == ("101.0", "71.0", "51.0")


async def test_only_who_is_gone_can_be_removed(
    site: Site, north: AntspaceSimulator
) -> None:
    """A miner that is not listed any more is forgotten; the container is not."""
    north.set_fields(listed(1, 2))
    entry = await site.add(north, miner_readings=True)
    north.set_fields(listed(2))
    await site.polls()
    remove = kind.async_remove_device
    assert not await remove(site.hass, entry, device(site, 2))
    assert await remove(site.hass, entry, device(site, 1))
    assert entry.runtime_data.journal.miners == {"10.140.0.2": 2}
    [parent] = dr.async_entries_for_config_entry(dr.async_get(site.hass), NORTH)
    assert not await remove(site.hass, entry, parent)
    dr.async_get(site.hass).async_remove_device(device(site, 1).id)
    north.set_fields(listed(1, 2))
    await site.polls(2)
    assert readings(site, 3) == ("101.0", "71.0", "51.0")
