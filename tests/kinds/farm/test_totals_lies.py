"""A sum is never made of what is old, of what is unknown, or of what cannot be added."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.mining_farm.common.members import (
    AlarmFact,
    Facts,
    MinerFacts,
    RigFacts,
    WalletFacts,
    async_members,
)
from homeassistant.util import dt as dt_util

from .site import PLANT, Site, plant

RATE = "sensor.site_hashrate_sha256"
POWER = "sensor.site_power"
EFFICIENCY = "sensor.site_efficiency"
ALARM = "sensor.site_worst_alarm"
STATUS = "sensor.site_condition"
RUNNING = "sensor.site_containers_running"
PROMISED = "sensor.site_hashrate_promised"
RESTARTS = "sensor.site_restarts_in_24_hours"

MINER = MinerFacts(
    fresh=True,
    seen=True,
    hashing=True,
    sleeping=False,
    starting=False,
    pool_lost=False,
    last_seen=dt_util.utc_from_timestamp(0),
    hashrate=1e14,
    power=3000.0,
    algorithm="sha256",
    boards_lost=0,
    hottest_chip=70.0,
)
SILENT = replace(
    MINER,
    fresh=False,
    hashing=None,
    hashrate=None,
    power=None,
    boards_lost=None,
    hottest_chip=None,
)
NEVER_READ = replace(SILENT, seen=False, last_seen=None)
RIG = RigFacts(seen=True, hashrate=1e14, power=3000.0, outlet_on=True)
LEAK = AlarmFact(key="leakage_fault", name="leakage_fault", severity="critical")


def miner(site: Site, name: str, **changes: Any) -> dict[str, Any]:
    """Add a miner of which a test says what is known."""
    return site.add_member(name, "miner", replace(MINER, **changes))


async def become(site: Site, known: dict[str, Any], name: str, facts: Facts) -> None:
    """Let an entry be read."""
    known["facts"] = facts
    async_members(site.hass).signal(name)
    await site.later()


def leave(site: Site, name: str) -> None:
    """Unload an entry."""
    async_members(site.hass).remove(name)


async def test_a_machine_that_is_down_hashes_nothing(site: Site) -> None:
    """Whatever its pool still counts, or its firmware still averages."""
    miner(site, "runs")
    miner(site, "sleeps", hashing=False, sleeping=True, power=30.0)
    site.add_member("dark", "rig", replace(RIG, outlet_on=False, power=None))
    await site.add_farm()
    rate = site.get(RATE)
    assert (rate.state, rate.attributes["machines"]) == ("100.0", 3)
    assert rate.attributes["unknown"] == 0
    assert float(site.state(EFFICIENCY)) == pytest.approx(30)
    assert site.get(EFFICIENCY).attributes["machines"] == 1
    assert site.state("sensor.site_machines_paused") == "1"
    assert site.state("sensor.site_machines_without_power") == "1"
    # Without power it draws none, and no meter has to say so.
    power = site.get(POWER)
    assert float(power.state) == pytest.approx(3.03)
    assert (power.attributes["unknown"], power.attributes["measured"]) == (0, 0)


async def test_efficiency_is_of_those_that_tell_both(site: Site) -> None:
    """Neither watts nor a rate alone counts, nor does what is no number of either."""
    miner(site, "both")
    miner(site, "no_watts", power=None)
    miner(site, "no_rate", hashrate=None, hashing=None)
    miner(site, "zero_watts", power=0.0)
    miner(site, "zero_rate", hashrate=0.0, hashing=False)
    await site.add_farm()
    assert float(site.state(EFFICIENCY)) == pytest.approx(30)
    assert site.get(EFFICIENCY).attributes["machines"] == 1
    power = site.get(POWER)
    assert float(power.state) == pytest.approx(9)
    assert (power.attributes["machines"], power.attributes["unknown"]) == (5, 1)
    assert power.attributes["measured"] == 0


async def test_efficiency_is_never_of_another_algorithm(site: Site) -> None:
    """A pool's rate of unknown algorithm counts to the only one that there is."""
    site.add_member("unknown", "rig", RIG)
    miner(site, "doge", algorithm="scrypt", hashrate=1.6e10, power=3260.0)
    await site.add_farm()
    assert site.state(EFFICIENCY) == "unknown"
    rate = site.get("sensor.site_hashrate_scrypt")
    assert rate.attributes["machines"] == 2
    miner(site, "bitcoin")
    await site.later(1)
    await site.later()
    assert float(site.state(EFFICIENCY)) == pytest.approx(30)
    assert site.get(EFFICIENCY).attributes["machines"] == 1
    assert site.get(RATE).attributes["machines"] == 1
    unknown = site.get("sensor.site_hashrate_of_an_unknown_algorithm")
    assert unknown.attributes["machines"] == 1


async def test_a_pool_counts_to_bitcoin_where_that_is_all_there_is(site: Site) -> None:
    """The rig beside it adds to the rate, and to what it takes."""
    site.add_member("unknown", "rig", replace(RIG, power=2000.0))
    miner(site, "bitcoin")
    await site.add_farm()
    assert site.get(RATE).attributes["machines"] == 2
    assert float(site.state(EFFICIENCY)) == pytest.approx(25)
    assert site.get(POWER).attributes["measured"] == 1


async def test_what_fell_silent_leaves_the_sums(site: Site) -> None:
    """Its last numbers do not stay, not even its hottest chip."""
    miner(site, "cool")
    hot = miner(site, "hot", hottest_chip=95.0, boards_lost=2)
    await site.add_farm()
    chip = site.get("sensor.site_hottest_chip")
    assert (chip.state, chip.attributes["machine"]) == ("95.0", "hot")
    assert site.state("sensor.site_hashboards_lost") == "2"
    await become(site, hot, "hot", SILENT)
    chip = site.get("sensor.site_hottest_chip")
    assert (chip.state, chip.attributes["machine"]) == ("70.0", "cool")
    lost = site.get("sensor.site_hashboards_lost")
    assert (lost.state, lost.attributes["unknown"]) == ("0", 1)
    assert site.state(RATE) == "100.0"
    assert site.get(RATE).attributes["unknown"] == 1
    assert site.state("sensor.site_machines_offline") == "1"
    assert site.state(STATUS) == "attention"


async def test_nothing_known_is_not_all_well(site: Site) -> None:
    """After a start, before anything was read."""
    known = miner(site, "axe")
    known["facts"] = NEVER_READ
    await site.add_farm()
    assert site.state("sensor.site_machines_unknown") == "1"
    assert site.state(STATUS) == "unknown"
    for entity_id in (RATE, POWER, EFFICIENCY):
        assert site.state(entity_id) == "unknown", entity_id
    await become(site, known, "axe", MINER)
    assert site.state(STATUS) == "ok"
    spare = miner(site, "spare")
    spare["facts"] = NEVER_READ
    await site.later(1)
    await site.later()
    assert site.state(STATUS) == "ok"
    assert site.get(STATUS).attributes["machines_unknown"] == 1


async def test_an_alarm_of_before_is_not_known_to_be_over(site: Site) -> None:
    """A container that does not answer has not none."""
    north = site.add_member("North", "container", plant(alarms=(LEAK,)))
    await site.add_farm()
    assert site.state(ALARM) == "leakage_fault"
    silent = replace(PLANT, fresh=False, running=None, alarms=None, read_at=1.0)
    await become(site, north, "North", silent)
    alarm = site.get(ALARM)
    assert (alarm.state, alarm.attributes["unknown"]) == ("unknown", 1)
    assert site.get(RUNNING).attributes["unknown"] == 1
    # It answered before: that is trouble, as with a machine.
    assert site.state(STATUS) == "attention"
    site.add_member("South", "container", plant(alarms=(LEAK,)))
    await site.later(1)
    await site.later()
    alarm = site.get(ALARM)
    assert (alarm.state, alarm.attributes["unknown"]) == ("leakage_fault", 1)
    assert (alarm.attributes["container"], alarm.attributes["critical"]) == ("South", 1)


async def test_a_controller_without_its_plant_shows_what_was(site: Site) -> None:
    """Whether it runs, and what it draws, is unknown then."""
    site.add_member("North", "container", plant(connected=False, power=5e5))
    site.add_member("South", "container", plant(power=3e5))
    await site.add_farm()
    running = site.get(RUNNING)
    assert running.state == "1"
    assert (running.attributes["containers"], running.attributes["unknown"]) == (2, 1)
    assert site.farm.data.containers.power == 3e5
    assert site.farm.data.containers.power_unknown == 1


async def test_two_containers_of_one_name_are_two(site: Site) -> None:
    """Users may give the same name twice."""
    for entry_id in ("one", "two"):
        site.add_member(entry_id, "container", plant(power=1e5), title="North")
    await site.add_farm()
    running = site.get(RUNNING)
    assert (running.state, running.attributes["containers"]) == ("2", 2)
    assert site.farm.data.containers.power == 2e5
    answer: Any = await site.call("get_farm", response=True)
    assert len(answer["Site"]["containers"]) == 2


async def test_what_is_not_loaded_is_unknown(site: Site) -> None:
    """Of containers, wallets and restarts as of machines."""
    site.add_member("North", "container", plant(power=1e5))
    site.add_member("South", "container", plant(power=1e5))
    site.add_member("one", "wallet", WalletFacts(fresh=True, promised=2e15))
    site.add_member("two", "wallet", WalletFacts(fresh=True, promised=1e15))
    site.add_member("rig", "rig", replace(RIG, restarts_today=2))
    site.add_member("other", "rig", replace(RIG, restarts_today=1))
    await site.add_farm()
    assert site.state(PROMISED) == "3.0"
    assert site.state(RESTARTS) == "3"
    for name in ("South", "two", "rig"):
        leave(site, name)
    await site.later(1)
    await site.later()
    running = site.get(RUNNING)
    assert (running.state, running.attributes["containers"]) == ("1", 2)
    assert running.attributes["unknown"] == 1
    assert site.farm.data.containers.power_unknown == 1
    assert site.get(ALARM).attributes["unknown"] == 1
    assert site.state(PROMISED) == "unknown"
    restarts = site.get(RESTARTS)
    assert (restarts.state, restarts.attributes["unknown"]) == ("1", 1)


@pytest.mark.parametrize(
    "facts",
    [
        WalletFacts(fresh=False, promised=None),
        WalletFacts(fresh=True, promised=None),
    ],
)
async def test_a_wallet_that_is_not_known_leaves_no_sum(
    site: Site, facts: WalletFacts
) -> None:
    """Silent, or between two windows: less than promised would be bid."""
    site.add_member("one", "wallet", WalletFacts(fresh=True, promised=2e15))
    site.add_member("two", "wallet", facts)
    await site.add_farm()
    assert site.state(PROMISED) == "unknown"


async def test_restarts_are_of_24_hours_wherever_midnight_is(site: Site) -> None:
    """No midnight and no daylight saving ends a day: the count is no total of a day."""
    await site.hass.config.async_set_time_zone("America/New_York")
    rig = site.add_member("rig", "rig", replace(RIG, restarts_today=2))
    await site.add_farm()
    restarts = site.get(RESTARTS)
    assert restarts.attributes["state_class"] == "measurement"
    assert "last_reset" not in restarts.attributes
    # 3 am UTC until the next local midnight and beyond.
    await site.later(timedelta(hours=3).total_seconds())
    assert site.state(RESTARTS) == "2"
    await become(site, rig, "rig", replace(RIG, restarts_today=1))
    assert site.state(RESTARTS) == "1"


async def test_what_sums_are_in_never_changes(site: Site) -> None:
    """The recorder gives up on a statistic whose unit or class moves with its state."""
    known = miner(site, "axe")
    site.add_member("North", "container", plant())
    site.add_member("one", "wallet", WalletFacts(fresh=True, promised=2e15))
    await site.add_farm()

    def shapes() -> dict[str, tuple[Any, Any]]:
        return {
            each.entity_id: (
                each.attributes.get("unit_of_measurement"),
                each.attributes.get("state_class"),
            )
            for each in site.hass.states.async_all("sensor")
            if each.entity_id.startswith("sensor.site_")
        }

    before = shapes()
    assert before[RATE] == ("TH/s", "measurement")
    for facts in (SILENT, replace(MINER, hashrate=3e18, power=9e9), NEVER_READ, MINER):
        await become(site, known, "axe", facts)
        assert shapes() == before


async def test_a_meter_comes_before_what_the_miner_says(site: Site) -> None:
    """Of a machine with several outlets all are added up."""
    miner(site, "axe", power=2500.0)
    for name, watts in (("psu1", 1500.0), ("psu2", 1600.0)):
        site.add_member(name, "rig", replace(RIG, miner="axe", power=watts))
    await site.add_farm()
    power = site.get(POWER)
    assert float(power.state) == pytest.approx(3.1)
    assert (power.attributes["machines"], power.attributes["measured"]) == (1, 1)
    assert float(site.state(EFFICIENCY)) == pytest.approx(31)


async def test_a_rig_that_is_not_loaded_is_no_machine_beside_its_miner(
    site: Site,
) -> None:
    """Neither in the sums, nor when everything is stopped; whichever of them comes."""
    axe = site.add_machine("axe", outlet=True)
    await site.add_farm()
    leave(site, axe.rig)
    await site.later(1)
    await site.later()
    assert site.farm.machine_ids == ["axe"]
    assert site.get(RATE).attributes["machines"] == 1
    await site.call("emergency_stop", confirm=True)
    assert set(site.holds.held_by(*site.farm.stop_key)) == {"axe"}
    leave(site, "axe")
    await site.later(1)
    await site.later()
    assert site.farm.machine_ids == ["axe"]
    assert site.state("sensor.site_machines_unknown") == "1"


async def test_two_that_are_not_loaded_go_together_to_one_farm(site: Site) -> None:
    """A rig that was picked takes its miner with it, before either is loaded."""
    axe = site.add_machine("axe", outlet=True)
    first = await site.add_farm("first")
    second = await site.add_farm("second", members=[axe.rig])
    for name in (axe.rig, "axe"):
        leave(site, name)
    await site.later(1)
    assert first.runtime_data.machine_ids == []
    assert second.runtime_data.machine_ids == ["axe"]


@pytest.mark.parametrize("linked", [None, "gone", 7, ["axe"]])
async def test_a_rig_whose_miner_is_not_there_is_a_machine(
    site: Site, linked: object
) -> None:
    """Whatever its entry, which cannot be set up, says of it."""
    site.add_member("rig", "rig", RIG)
    entry = site.hass.config_entries.async_get_entry("rig")
    assert entry is not None
    site.hass.config_entries.async_update_entry(
        entry, data={"kind": "rig", "miner_entry": linked}
    )
    await site.add_farm()
    leave(site, "rig")
    await site.later(1)
    assert site.farm.machine_ids == ["rig"]


async def test_a_container_that_was_never_read_is_unknown_and_no_trouble(
    site: Site,
) -> None:
    """As a machine is right after a start; one that fell silent is trouble."""
    miner(site, "axe")
    never = replace(PLANT, fresh=False, running=None, alarms=None)
    north = site.add_member("North", "container", never)
    await site.add_farm()
    assert site.state(STATUS) == "ok"
    assert site.state(ALARM) == "unknown"
    await become(site, north, "North", replace(never, read_at=1.0))
    assert site.state(STATUS) == "attention"
