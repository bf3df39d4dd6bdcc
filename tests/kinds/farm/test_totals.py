"""What a site adds up to, and who belongs to it."""

from dataclasses import replace
import sys

import pytest

from custom_components.mining_farm.common.members import AlarmFact, WalletFacts
from homeassistant.helpers import area_registry as ar, device_registry as dr

from .site import PLANT, Site, plant


async def test_an_empty_house(site: Site) -> None:
    """A farm without members says that it has none, and not that nothing hashes."""
    await site.add_farm()
    assert site.state("sensor.site_machines_hashing") == "0"
    assert site.state("sensor.site_power") == "unknown"
    assert site.hass.states.get("sensor.site_hashrate_sha256") is None


async def test_sums_say_what_is_unknown(site: Site) -> None:
    """Of three machines one is silent, one sleeps, and one has a meter."""
    site.add_machine("metered", outlet=True)
    site.add_machine("silent", fresh=False)
    site.add_machine("sleeper", asleep=True)
    await site.add_farm()
    rate = site.get("sensor.site_hashrate_sha256")
    assert float(rate.state) == pytest.approx(100)
    assert rate.attributes["unit_of_measurement"] == "TH/s"
    assert (rate.attributes["machines"], rate.attributes["unknown"]) == (3, 1)
    power = site.get("sensor.site_power")
    assert float(power.state) == pytest.approx(3)
    assert (power.attributes["measured"], power.attributes["unknown"]) == (1, 2)
    counts = {
        name: site.state(f"sensor.site_machines_{name}")
        for name in ("hashing", "paused", "offline", "idle")
    }
    assert counts == {"hashing": "1", "paused": "1", "offline": "1", "idle": "0"}


async def test_a_machine_that_changes_is_seen_at_once(site: Site) -> None:
    """Its numbers come with the next sum; what it does comes in a second."""
    axe = site.add_machine("axe")
    await site.add_farm()
    axe.hashing = False
    axe.polled()
    await site.later(1)
    assert site.state("sensor.site_machines_hashing") == "0"
    assert site.state("sensor.site_machines_idle") == "1"


async def test_a_machine_that_comes_later_joins_by_itself(site: Site) -> None:
    """By the area of its device; one elsewhere does not."""
    hall = ar.async_get(site.hass).async_create("Hall")
    await site.add_farm(areas=[hall.id])
    site.add_machine("inside", area=hall.id)
    outside = site.add_machine("outside")
    await site.later(1)
    assert site.farm.machine_ids == ["inside"]
    (device,) = dr.async_entries_for_config_entry(dr.async_get(site.hass), outside.name)
    dr.async_get(site.hass).async_update_device(device.id, area_id=hall.id)
    await site.later(1)
    assert site.farm.machine_ids == ["inside", "outside"]


async def test_a_machine_belongs_to_one_farm(site: Site) -> None:
    """What was picked comes before what is found by its place."""
    hall = ar.async_get(site.hass).async_create("Hall")
    site.add_machine("here", area=hall.id)
    site.add_machine("there", area=hall.id)
    first = await site.add_farm("first", areas=[hall.id])
    second = await site.add_farm("second", members=["there"])
    await site.later(1)
    assert first.runtime_data.machine_ids == ["here"]
    assert second.runtime_data.machine_ids == ["there"]


async def test_a_miner_and_its_rig_belong_to_one_farm(site: Site) -> None:
    """They are one machine, wherever the devices of both are."""
    areas = ar.async_get(site.hass)
    hall, shed = areas.async_create("Hall"), areas.async_create("Shed")
    site.add_machine("axe", outlet=True, area=hall.id, rig_area=shed.id)
    site.add_machine("low", outlet=True, area=shed.id, rig_area=hall.id)
    first = await site.add_farm("first", areas=[hall.id])
    second = await site.add_farm("second", areas=[shed.id])
    await site.later(1)
    assert first.runtime_data.machine_ids == ["axe", "low"]
    assert second.runtime_data.machine_ids == []
    # Picked by its rig alone.
    site.hass.config_entries.async_update_entry(
        second, options={**second.options, "members": ["axe-rig"]}
    )
    await site.later(1)
    assert first.runtime_data.machine_ids == ["low"]
    assert second.runtime_data.machine_ids == ["axe"]


async def test_a_machine_that_another_farm_picks_leaves_the_one_it_was_of(
    site: Site,
) -> None:
    """At once, and it is back once the other one is removed."""
    site.add_machine("axe")
    first = await site.add_farm("first")
    second = await site.add_farm("second", members=["other"])
    assert first.runtime_data.machine_ids == ["axe"]
    site.hass.config_entries.async_update_entry(
        second, options={**second.options, "members": ["axe"]}
    )
    await site.later(1)
    assert first.runtime_data.machine_ids == []
    assert second.runtime_data.machine_ids == ["axe"]
    await site.hass.config_entries.async_remove("second")
    await site.later(1)
    assert first.runtime_data.machine_ids == ["axe"]


async def test_a_machine_whose_entry_is_not_loaded_is_unknown(site: Site) -> None:
    """It is expected, and nothing is known of it."""
    axe = site.add_machine("axe")
    await site.add_farm()
    axe.leave()
    await site.later(1)
    assert site.state("sensor.site_machines_unknown") == "1"


async def test_containers_and_wallets(site: Site) -> None:
    """How many run, the worst alarm and where, and what was sold."""
    north = site.add_member("North", "container", PLANT)
    leak = AlarmFact(key="leakage_fault", name="leakage_fault", severity="critical")
    fan = AlarmFact(key="fan1_fault", name="fan_fault", severity="high")
    site.add_member(
        "South", "container", replace(PLANT, alarms=(fan,), running=None, power=5e5)
    )
    site.add_member("wallet", "wallet", WalletFacts(fresh=True, promised=2e15))
    await site.add_farm()
    running = site.get("sensor.site_containers_running")
    assert (running.state, running.attributes["unknown"]) == ("1", 1)
    assert site.state("sensor.site_worst_alarm") == "fan_fault"
    assert site.state("sensor.site_hashrate_promised") == "2.0"
    north["facts"] = replace(PLANT, alarms=(leak,))
    await site.later()
    alarm = site.get("sensor.site_worst_alarm")
    assert (alarm.state, alarm.attributes["container"]) == ("leakage_fault", "North")


async def test_a_machine_that_was_not_read_yet_gets_no_sensor(site: Site) -> None:
    """Its algorithm is known once it answers."""
    axe = site.add_machine("axe")
    axe.leave()
    await site.add_farm()
    await site.later()
    assert site.state("sensor.site_machines_unknown") == "1"
    assert not site.hass.states.get("sensor.site_hashrate_of_an_unknown_algorithm")
    axe.join()
    await site.later()
    await site.later()
    assert site.state("sensor.site_hashrate_sha256") == "100.0"


async def calls_of_a_sum(site: Site) -> int:
    """Return how many functions a sum calls that are written in Python."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        await site.farm.async_refresh()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(("stopped", "most"), [(False, 12), (True, 35)])
async def test_a_machine_more_costs_few_calls(
    site: Site, stopped: bool, most: int
) -> None:
    """However fast the computer: each machine is looked at a few times for a sum."""
    hosts = [f"10.0.0.{number}" for number in range(100)]
    site.add_member("plant", "container", plant(miner_hosts=frozenset(hosts)))
    await site.add_farm(groups={"hall": {"containers": ["plant"]}})
    counts = []
    for some in (hosts[:20], hosts[20:]):
        for host in some:
            site.add_machine(host, host=host)
        await site.later()
        if stopped:
            await site.call("emergency_stop", confirm=True)
        await site.later(30)
        counts.append(await calls_of_a_sum(site))
    assert site.farm.data.totals.machines == 100
    assert len(site.farm.groups["hall"].machines) == 100
    assert site.farm.data.stop is None or site.farm.data.stop.confirmed == 100
    assert (counts[1] - counts[0]) / 80 <= most
